use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::SlasherSet,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Replaces the slasher; the zero address leaves none.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetSlasher {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SetSlasher {
    pub fn set_slasher(&mut self, slasher: Address) -> Result<()> {
        self.config.slasher = slasher;
        crate::emit(&self.event_authority, SlasherSet { slasher });
        Ok(())
    }
}
