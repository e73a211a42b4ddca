use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::MintError, events::MintAuthorityAccepted, ids::io_mint, state::MintConfig,
};

/// Makes the nominee the authority.
///
/// - `nominee` signs and was nominated
#[derive(Accounts)]
pub struct AcceptAuthority {
    pub nominee: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl AcceptAuthority {
    pub fn accept_authority(&mut self) -> Result<()> {
        let nominee = *self.nominee.address();
        require!(
            self.config.governance.accept(&nominee),
            MintError::NotNominated
        );
        record(
            &self.event_authority,
            MintAuthorityAccepted { authority: nominee },
        );
        Ok(())
    }
}
