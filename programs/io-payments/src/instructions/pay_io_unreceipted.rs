use crate::{destination::require_supplier_io, record};
use anchor_lang::prelude::*;
use io_cpi::token;
use io_shared::{
    errors::PaymentsError,
    events::MicroPaid,
    ids::{TOKEN_PROGRAM, io_payments},
    state::{PaymentsConfig, Supplier},
};

/// Pays `amount` raw IO to a supplier without a fee and without a receipt: cheaper, but nothing
/// stops the payer from paying twice.
///
/// - `payer` signs and may move the tokens of `source`
/// - payments are not paused
/// - `amount` is not zero
/// - `destination` is the supplier's: its earnings vault if it takes USDC, else a token account of
///   its payout wallet
#[derive(Accounts)]
pub struct PayIoUnreceipted {
    pub payer: Signer,
    pub supplier: Account<Supplier>,
    #[account(mut)]
    pub source: UncheckedAccount,
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

impl PayIoUnreceipted {
    #[inline(always)]
    pub fn pay_io_unreceipted(&mut self, amount: u64, reference: [u8; 32]) -> Result<()> {
        require!(self.config.paused == 0, PaymentsError::Paused);
        require!(amount > 0, PaymentsError::ZeroAmount);
        require_supplier_io(
            &self.supplier,
            self.destination.account(),
            &self.config.io_mint,
        )?;
        token::transfer(
            self.source.account(),
            self.destination.account(),
            self.payer.account(),
            amount,
            &[],
        );
        record(
            &self.event_authority,
            MicroPaid {
                payer: *self.payer.address(),
                supplier: *self.supplier.address(),
                destination: *self.destination.address(),
                reference,
                amount,
            },
        );
        Ok(())
    }
}
