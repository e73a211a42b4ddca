use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::EmissionsError, events::EmissionsAuthorityAccepted, ids::io_emissions,
    state::EmissionsConfig,
};

/// Makes the nominee the authority.
///
/// - `nominee` signs and was nominated
#[derive(Accounts)]
pub struct AcceptAuthority {
    pub nominee: Signer,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl AcceptAuthority {
    pub fn accept_authority(&mut self) -> Result<()> {
        let nominee = *self.nominee.address();
        require!(
            self.config.governance.accept(&nominee),
            EmissionsError::NotNominated
        );
        record(
            &self.event_authority,
            EmissionsAuthorityAccepted { authority: nominee },
        );
        Ok(())
    }
}
