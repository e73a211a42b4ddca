use anchor_lang::{address_eq, prelude::*};
use io_shared::{
    errors::StakingError,
    events::StakingChangesCancelled,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Drops the change of the operator's smallest part that waits. What is in force stays.
///
/// - `by` signs and is the config's guardian or authority
#[derive(Accounts)]
pub struct CancelChanges {
    #[account(
        constraint = address_eq(by.address(), &config.governance.guardian)
            || address_eq(by.address(), &config.governance.authority)
            @ StakingError::Unauthorized
    )]
    pub by: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl CancelChanges {
    pub fn cancel_changes(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.config.min_self_stake_bps.cancel(now);
        crate::emit(
            &self.event_authority,
            StakingChangesCancelled {
                by: *self.by.address(),
            },
        );
        Ok(())
    }
}
