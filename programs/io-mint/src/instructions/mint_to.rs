use crate::record;
use anchor_lang::{
    pinocchio::{cpi::Seed, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::token;
use io_shared::{
    errors::MintError,
    events::Minted,
    ids::{TOKEN_PROGRAM, io_mint},
    seeds,
    state::{MintConfig, Minter},
};

/// Mints `amount` raw IO to a token account.
///
/// - `authority` signs and has a minter
/// - minting is not paused
/// - `amount` is not zero
/// - the minter is active
/// - the minter stays within its allowance or schedule, and within its rolling window
/// - all IO ever minted stays within the hard cap
#[derive(Accounts)]
pub struct MintTo {
    /// The minter's authority, often a PDA of another program.
    #[account(address = minter.authority @ MintError::Unauthorized)]
    pub authority: Signer,
    #[account(mut)]
    pub minter: Account<Minter>,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(mut, address = config.mint @ MintError::WrongAccount)]
    pub mint: UncheckedAccount,
    /// Any token account of the mint, which the token program checks.
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ MintError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl MintTo {
    #[inline(always)]
    pub fn mint_to(&mut self, amount: u64) -> Result<()> {
        self.minter.allow(amount, Clock::get()?.unix_timestamp)?;
        self.config.record_mint(amount)?;
        token::mint_to(
            self.mint.account(),
            self.destination.account(),
            self.config.account(),
            amount,
            &[
                Seed::from(seeds::MINT_CONFIG),
                Seed::from(&[io_mint::CONFIG.bump]),
            ],
        );
        record(
            &self.event_authority,
            Minted {
                minter: *self.minter.address(),
                destination: *self.destination.address(),
                amount,
                minter_minted: self.minter.minted,
                minted: self.config.minted,
            },
        );
        Ok(())
    }
}
