use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_cpi::account;
use io_shared::{
    errors::MintError,
    events::MinterRevoked,
    ids::io_mint,
    state::{MintConfig, Minter},
};

/// Closes a minter at once; its rent goes back to who paid it. What it was promised makes no room for
/// others, unless it was not active yet or nothing was ever minted.
///
/// - `signer` signs and is the authority, or, while the minter is not active yet, the guardian
/// - `rent_payer` is the one the minter names
#[derive(Accounts)]
pub struct RevokeMinter {
    pub signer: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(mut)]
    pub minter: Account<Minter>,
    /// Often the signer itself.
    #[account(unsafe(dup), address = minter.rent_payer @ MintError::WrongAccount)]
    pub rent_payer: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl RevokeMinter {
    pub fn revoke_minter(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        require!(
            self.minter
                .revocable_by(self.signer.address(), &self.config, now),
            MintError::Unauthorized
        );
        self.minter.revoke(&mut self.config, now)?;
        record(
            &self.event_authority,
            MinterRevoked {
                minter: *self.minter.address(),
                authority: self.minter.authority,
                minted: self.minter.minted,
                promised: self.config.promised,
            },
        );
        account::close(self.minter.account(), self.rent_payer.account())
    }
}
