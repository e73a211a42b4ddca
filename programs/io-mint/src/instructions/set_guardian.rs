use crate::record;
use anchor_lang::prelude::*;
use io_shared::{errors::MintError, events::MintGuardianSet, ids::io_mint, state::MintConfig};

/// Replaces the guardian; the zero address leaves none.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetGuardian {
    #[account(address = config.governance.authority @ MintError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetGuardian {
    pub fn set_guardian(&mut self, guardian: Address) -> Result<()> {
        self.config.governance.guardian = guardian;
        record(&self.event_authority, MintGuardianSet { guardian });
        Ok(())
    }
}
