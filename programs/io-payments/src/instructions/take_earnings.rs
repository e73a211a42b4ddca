use crate::{destination::require_owned, record};
use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_cpi::token;
use io_shared::{
    errors::PaymentsError,
    events::EarningsTaken,
    ids::{TOKEN_PROGRAM, io_payments},
    seeds,
    state::{PaymentsConfig, Supplier},
};

/// Takes `amount` raw IO out of the earnings vault as it is, without a fee. Never paused.
///
/// - `owner` signs and is the supplier's
/// - `amount` is not zero
/// - `earnings` is the supplier's vault
/// - `destination` is an IO account of the supplier's payout wallet
#[derive(Accounts)]
pub struct TakeEarnings {
    #[account(address = supplier.owner @ PaymentsError::Unauthorized)]
    pub owner: Signer,
    pub supplier: Account<Supplier>,
    #[account(mut, address = supplier.earnings @ PaymentsError::WrongAccount)]
    pub earnings: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The only account of its layout.
    pub config: Account<PaymentsConfig>,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl TakeEarnings {
    pub fn take_earnings(&mut self, amount: u64) -> Result<()> {
        require!(amount > 0, PaymentsError::ZeroAmount);
        require_owned(
            self.destination.account(),
            &self.supplier.payout,
            &self.config.io_mint,
            PaymentsError::WrongDestination,
        )?;
        token::transfer(
            self.earnings.account(),
            self.destination.account(),
            self.supplier.account(),
            amount,
            &[
                Seed::from(seeds::SUPPLIER),
                Seed::from(self.supplier.owner.as_ref()),
                Seed::from(&[self.supplier.bump]),
            ],
        );
        record(
            &self.event_authority,
            EarningsTaken {
                supplier: *self.supplier.address(),
                destination: *self.destination.address(),
                amount,
            },
        );
        Ok(())
    }
}
