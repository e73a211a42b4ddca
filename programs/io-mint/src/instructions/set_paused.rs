use crate::record;
use anchor_lang::prelude::*;
use io_shared::{errors::MintError, events::MintPauseSet, ids::io_mint, state::MintConfig};

/// Pauses or resumes minting. Burning goes on.
///
/// - `signer` signs and is the authority, or, to pause, the guardian
#[derive(Accounts)]
pub struct SetPaused {
    pub signer: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetPaused {
    pub fn set_paused(&mut self, paused: bool) -> Result<()> {
        self.config.set_paused(paused, self.signer.address())?;
        record(
            &self.event_authority,
            MintPauseSet {
                signer: *self.signer.address(),
                paused: u64::from(paused),
            },
        );
        Ok(())
    }
}
