use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::MintError, events::MintAuthorityNominated, ids::io_mint, state::MintConfig,
};

/// Nominates the next authority, which changes nothing until it accepts. The zero address withdraws
/// a nomination.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct NominateAuthority {
    #[account(address = config.governance.authority @ MintError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl NominateAuthority {
    pub fn nominate_authority(&mut self, nominee: Address) -> Result<()> {
        self.config.governance.nominate(nominee);
        record(
            &self.event_authority,
            MintAuthorityNominated {
                authority: *self.authority.address(),
                nominee,
            },
        );
        Ok(())
    }
}
