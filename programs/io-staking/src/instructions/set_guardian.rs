use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::StakingGuardianSet,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Replaces the guardian; the zero address leaves none.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetGuardian {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SetGuardian {
    pub fn set_guardian(&mut self, guardian: Address) -> Result<()> {
        self.config.governance.guardian = guardian;
        crate::emit(&self.event_authority, StakingGuardianSet { guardian });
        Ok(())
    }
}
