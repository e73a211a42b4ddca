use crate::record;
use anchor_lang::prelude::*;
use io_cpi::token;
use io_shared::{
    errors::MintError,
    events::Burned,
    ids::{TOKEN_PROGRAM, io_mint},
    state::MintConfig,
};

/// Burns `amount` raw IO and counts it. Works while minting is paused.
///
/// Burning through the token program directly is possible for any owner and not counted here.
///
/// - `authority` signs and is the owner or a delegate of `source`, which the token program checks
/// - `source` holds `amount` raw IO, which the token program checks
/// - `amount` is not zero
#[derive(Accounts)]
pub struct Burn {
    pub authority: Signer,
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(mut, address = config.mint @ MintError::WrongAccount)]
    pub mint: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ MintError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Burn {
    #[inline(always)]
    pub fn burn(&mut self, amount: u64) -> Result<()> {
        self.config.record_burn(amount)?;
        token::burn(
            self.source.account(),
            self.mint.account(),
            self.authority.account(),
            amount,
            &[],
        );
        record(
            &self.event_authority,
            Burned {
                source: *self.source.address(),
                authority: *self.authority.address(),
                amount,
                burned: self.config.burned,
            },
        );
        Ok(())
    }
}
