use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::EmissionsError, events::EmissionsAuthorityNominated, ids::io_emissions,
    state::EmissionsConfig,
};

/// Nominates the next authority, which changes nothing until it accepts. The zero address withdraws
/// a nomination.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct NominateAuthority {
    #[account(address = config.governance.authority @ EmissionsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl NominateAuthority {
    pub fn nominate_authority(&mut self, nominee: Address) -> Result<()> {
        self.config.governance.nominate(nominee);
        record(
            &self.event_authority,
            EmissionsAuthorityNominated {
                authority: *self.authority.address(),
                nominee,
            },
        );
        Ok(())
    }
}
