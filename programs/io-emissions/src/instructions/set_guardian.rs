use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::EmissionsError, events::EmissionsGuardianSet, ids::io_emissions, state::EmissionsConfig,
};

/// Replaces the guardian; the zero address leaves none.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetGuardian {
    #[account(address = config.governance.authority @ EmissionsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetGuardian {
    pub fn set_guardian(&mut self, guardian: Address) -> Result<()> {
        self.config.governance.guardian = guardian;
        record(&self.event_authority, EmissionsGuardianSet { guardian });
        Ok(())
    }
}
