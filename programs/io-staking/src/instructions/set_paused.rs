use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::StakingPaused,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Pauses deposits and new nodes, or ends that. Exits and claims go on.
///
/// - `by` signs and is the config's authority, or to pause its guardian
#[derive(Accounts)]
pub struct SetPaused {
    pub by: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SetPaused {
    pub fn set_paused(&mut self, paused: bool) -> Result<()> {
        let by = *self.by.address();
        self.config.set_paused(&by, paused)?;
        crate::emit(
            &self.event_authority,
            StakingPaused {
                by,
                paused: paused.into(),
            },
        );
        Ok(())
    }
}
