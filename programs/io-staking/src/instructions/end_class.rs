use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::ClassEnded,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{DeviceClass, StakingConfig},
};

/// Ends the support of a class for good: it takes no new nodes, and each of its nodes earns nothing from its
/// first `sync_class` after `MIN_STAKE_GRACE` on.
///
/// - `authority` signs and is the config's
/// - the class was not ended before
#[derive(Accounts)]
pub struct EndClass {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub class: Account<DeviceClass>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl EndClass {
    pub fn end_class(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let supported_until = self.class.end(now)?;
        crate::emit(
            &self.event_authority,
            ClassEnded {
                class: *self.class.address(),
                supported_until,
            },
        );
        Ok(())
    }
}
