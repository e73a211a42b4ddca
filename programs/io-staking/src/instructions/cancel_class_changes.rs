use anchor_lang::{address_eq, prelude::*};
use io_shared::{
    errors::StakingError,
    events::ClassChangesCancelled,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{DeviceClass, StakingConfig},
};

/// Drops every change of a class's rules that waits. What is in force stays.
///
/// - `by` signs and is the config's guardian or authority
#[derive(Accounts)]
pub struct CancelClassChanges {
    #[account(
        constraint = address_eq(by.address(), &config.governance.guardian)
            || address_eq(by.address(), &config.governance.authority)
            @ StakingError::Unauthorized
    )]
    pub by: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub class: Account<DeviceClass>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl CancelClassChanges {
    pub fn cancel_class_changes(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.class.cancel_changes(now);
        crate::emit(
            &self.event_authority,
            ClassChangesCancelled {
                class: *self.class.address(),
                by: *self.by.address(),
            },
        );
        Ok(())
    }
}
