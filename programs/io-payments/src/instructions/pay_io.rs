use crate::{destination::require_supplier_io, receipt};
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_cpi::token;
use io_shared::{
    errors::PaymentsError,
    events::{Paid, PaidEvent, PaidPart},
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments},
    state::{PaymentsConfig, Supplier},
};

/// Pays `amount` raw IO to a supplier for an order, without a fee.
///
/// - `payer` signs, may move the tokens of `source`, and pays for the receipt
/// - payments are not paused
/// - `expires_at` is ahead, by at most 30 days
/// - `amount` is not zero
/// - `destination` is the supplier's: its earnings vault if it takes USDC, else a token account of
///   its payout wallet
/// - this payer has no receipt of this order
#[derive(Accounts)]
pub struct PayIo {
    #[account(mut)]
    pub payer: Signer,
    pub supplier: Account<Supplier>,
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The canonical PDA of `[b"receipt", payer, order_id]`.
    #[account(mut)]
    pub receipt: UncheckedAccount,
    /// The only account of its layout.
    pub config: Account<PaymentsConfig>,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl PayIo {
    #[inline(always)]
    pub fn pay_io(&mut self, order_id: &[u8; 32], expires_at: i64, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.config.admit(now, expires_at)?;
        require!(amount > 0, PaymentsError::ZeroAmount);
        require_supplier_io(
            &self.supplier,
            self.destination.account(),
            &self.config.io_mint,
        )?;
        let payer = self.payer.address();
        let bump = receipt::require_unpaid(self.receipt.account(), payer, order_id)?;
        let payment = PaidEvent::of_one(
            Paid {
                payer: *payer,
                order_id: *order_id,
                mint: self.config.io_mint,
                venue: Address::default(),
                reference: [0; 32],
                gross: amount,
                fee: 0,
                delivered: amount,
                paid_at: now,
                expires_at,
                oracle_bounded: 0,
                count: 1,
            },
            PaidPart {
                supplier: *self.supplier.address(),
                destination: *self.destination.address(),
                delivered: amount,
            },
        );
        receipt::create(&payment, self.payer.account(), self.receipt.account(), bump)?;
        token::transfer(
            self.source.account(),
            self.destination.account(),
            self.payer.account(),
            amount,
            &[],
        );
        receipt::record_paid(&self.event_authority, &payment);
        Ok(())
    }
}
