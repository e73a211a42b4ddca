use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::EmissionsError, events::ScorerSet, ids::io_emissions, state::EmissionsConfig,
};

/// Replaces the scorer; the zero address leaves none.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetScorer {
    #[account(address = config.governance.authority @ EmissionsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetScorer {
    pub fn set_scorer(&mut self, scorer: Address) -> Result<()> {
        self.config.scorer = scorer;
        record(&self.event_authority, ScorerSet { scorer });
        Ok(())
    }
}
