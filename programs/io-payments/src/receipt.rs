//! Receipts, which make a payer pay an order once.

use crate::ID;
use anchor_lang::{
    find_and_verify_program_address,
    pinocchio::{account::AccountView, cpi::Seed},
    prelude::*,
};
use io_cpi::account;
use io_shared::{
    constants::VERSION, errors::PaymentsError, events::Paid, seeds, state::ReceiptOfOne,
};

/// The bump of the receipt of this payer's order, which must be the account given and not exist.
///
/// The bump is the canonical one, so that an order has one receipt.
#[inline(always)]
pub fn require_unpaid(receipt: &AccountView, payer: &Address, order_id: &[u8; 32]) -> Result<u8> {
    let bump = find_and_verify_program_address(
        &[seeds::RECEIPT, payer.as_ref(), order_id],
        &ID,
        receipt.address(),
    )
    .map_err(|_| PaymentsError::WrongAccount)?;
    require!(receipt.is_data_empty(), PaymentsError::AlreadyPaid);
    Ok(bump)
}

/// A payment as receipt and event tell it.
pub struct Payment<'a> {
    pub payer: &'a Address,
    pub supplier: &'a Address,
    pub destination: &'a Address,
    pub order_id: &'a [u8; 32],
    /// Mint paid in.
    pub mint: &'a Address,
    /// All zero for a payment in IO.
    pub venue: &'a Address,
    pub gross: u64,
    pub fee: u64,
    pub delivered: u64,
    pub paid_at: i64,
    pub expires_at: i64,
}

impl Payment<'_> {
    #[inline(always)]
    pub fn event(&self) -> Paid {
        Paid {
            payer: *self.payer,
            supplier: *self.supplier,
            destination: *self.destination,
            order_id: *self.order_id,
            mint: *self.mint,
            venue: *self.venue,
            gross: self.gross,
            fee: self.fee,
            delivered: self.delivered,
            paid_at: self.paid_at,
            expires_at: self.expires_at,
        }
    }

    /// Creates the payment's receipt, paid for by the payer.
    #[inline(always)]
    pub fn create_receipt(
        &self,
        payer: &AccountView,
        receipt: &AccountView,
        bump: u8,
    ) -> Result<()> {
        account::create_layout::<ReceiptOfOne>(
            payer,
            receipt,
            &[
                Seed::from(seeds::RECEIPT),
                Seed::from(self.payer.as_ref()),
                Seed::from(self.order_id),
                Seed::from(&[bump]),
            ],
            |account| {
                let receipt = &mut account.receipt;
                receipt.version = VERSION;
                receipt.bump = bump;
                receipt.count = 1;
                receipt.payer = *self.payer;
                receipt.order_id = *self.order_id;
                receipt.mint = *self.mint;
                receipt.rent_payer = *self.payer;
                receipt.gross = self.gross;
                receipt.fee = self.fee;
                receipt.delivered = self.delivered;
                receipt.paid_at = self.paid_at;
                receipt.expires_at = self.expires_at;
                account.entry.supplier = *self.supplier;
                account.entry.delivered = self.delivered;
            },
        )
    }
}
