use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::MintError,
    events::MinterRaised,
    ids::io_mint,
    state::{MintConfig, Minter},
};

/// Drops an allowance's raise that waits; one that is in force stays.
///
/// - `signer` signs and is the guardian or the authority
#[derive(Accounts)]
pub struct CancelRaise {
    #[account(
        constraint = *signer.address() == config.governance.guardian
            || *signer.address() == config.governance.authority @ MintError::Unauthorized,
    )]
    pub signer: Signer,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: Account<MintConfig>,
    #[account(mut)]
    pub minter: Account<Minter>,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl CancelRaise {
    pub fn cancel_raise(&mut self) -> Result<()> {
        self.minter
            .cancel_raise(&mut self.config, Clock::get()?.unix_timestamp)?;
        record(
            &self.event_authority,
            MinterRaised {
                minter: *self.minter.address(),
                total: self.minter.total,
                next_total: 0,
                next_total_at: 0,
                promised: self.config.promised,
            },
        );
        Ok(())
    }
}
