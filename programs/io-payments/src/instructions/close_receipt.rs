use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_cpi::account;
use io_shared::{errors::PaymentsError, events::ReceiptClosed, ids::io_payments, state::Receipt};

/// Closes a receipt; its rent goes back to whoever paid it. With it goes the record that refunds need,
/// so nobody else may call it.
///
/// - the payment has expired, so that it cannot be made again
/// - `rent_payer` signs and is the receipt's
#[derive(Accounts)]
pub struct CloseReceipt {
    #[account(mut)]
    pub receipt: Account<Receipt>,
    #[account(mut, address = receipt.rent_payer @ PaymentsError::WrongAccount)]
    pub rent_payer: Signer,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl CloseReceipt {
    pub fn close_receipt(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        require!(now >= self.receipt.expires_at, PaymentsError::NotExpired);
        let closed = ReceiptClosed {
            receipt: *self.receipt.address(),
            payer: self.receipt.payer,
            order_id: self.receipt.order_id,
            rent_payer: self.receipt.rent_payer,
        };
        account::close(self.receipt.account(), self.rent_payer.account())?;
        record(&self.event_authority, closed);
        Ok(())
    }
}
