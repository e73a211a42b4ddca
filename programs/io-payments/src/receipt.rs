//! Receipts, which make a payer pay an order once.

use crate::ID;
use anchor_lang::{
    find_and_verify_program_address,
    pinocchio::{account::AccountView, cpi::Seed},
    prelude::*,
};
use io_cpi::account;
use io_shared::{
    constants::VERSION,
    errors::PaymentsError,
    events::Paid,
    seeds,
    state::ReceiptOfOne,
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

/// Creates the receipt of a payment, paid for by the payer.
#[inline(always)]
pub fn create(payer: &AccountView, receipt: &AccountView, bump: u8, paid: &Paid) -> Result<()> {
    account::create_layout::<ReceiptOfOne>(
        payer,
        receipt,
        &[
            Seed::from(seeds::RECEIPT),
            Seed::from(paid.payer.as_ref()),
            Seed::from(&paid.order_id),
            Seed::from(&[bump]),
        ],
        |account| {
            let receipt = &mut account.receipt;
            receipt.version = VERSION;
            receipt.bump = bump;
            receipt.count = 1;
            receipt.payer = paid.payer;
            receipt.order_id = paid.order_id;
            receipt.mint = paid.mint;
            receipt.rent_payer = paid.payer;
            receipt.gross = paid.gross;
            receipt.fee = paid.fee;
            receipt.delivered = paid.delivered;
            receipt.paid_at = paid.paid_at;
            receipt.expires_at = paid.expires_at;
            account.entry.supplier = paid.supplier;
            account.entry.delivered = paid.delivered;
        },
    )
}
