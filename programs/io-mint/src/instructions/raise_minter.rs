use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::MintError,
    events::MinterRaised,
    ids::io_mint,
    state::{MintConfig, Minter},
};

/// Sets the total of an allowance: a higher one after `RULE_CHANGE_DELAY`, any other at once. Takes
/// the place of a change that waits.
///
/// - `authority` signs and is the config's
/// - `minter` has an allowance
/// - a raise is within what the hard cap leaves beside all that was promised before
#[derive(Accounts)]
pub struct RaiseMinter {
    #[account(address = config.governance.authority @ MintError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(mut)]
    pub minter: Account<Minter>,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl RaiseMinter {
    pub fn raise_minter(&mut self, next_total: u64) -> Result<()> {
        self.minter
            .raise(next_total, &mut self.config, Clock::get()?.unix_timestamp)?;
        record(
            &self.event_authority,
            MinterRaised {
                minter: *self.minter.address(),
                total: self.minter.total,
                next_total: self.minter.next_total,
                next_total_at: self.minter.next_total_at,
                promised: self.config.promised,
            },
        );
        Ok(())
    }
}
