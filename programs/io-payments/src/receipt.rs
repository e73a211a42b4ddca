//! Receipts, which make a payer pay an order once.

use crate::{
    ID,
    destination::{read_supplier, require_supplier_io},
};
use anchor_lang::{
    address_eq, find_and_verify_program_address,
    pinocchio::{account::AccountView, cpi::Seed},
    prelude::*,
};
use io_cpi::account;
use io_shared::{
    constants::VERSION,
    errors::PaymentsError,
    events::{PaidEvent, PaidEventOfMany, PaidPart},
    ids::io_payments::EVENT_AUTHORITY,
    seeds,
    state::{Receipt, ReceiptEntry},
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

/// A supplier's part of a payment to several.
///
/// - `supplier` is one
/// - `destination` is the supplier's: its earnings vault if it takes USDC, else a token account of
///   its payout wallet
#[inline(always)]
pub fn part_of(
    [supplier, destination]: &[AccountView; 2],
    delivered: u64,
    io_mint: &Address,
) -> Result<PaidPart> {
    require_supplier_io(read_supplier(supplier)?, destination, io_mint)?;
    Ok(PaidPart {
        supplier: *supplier.address(),
        destination: *destination.address(),
        delivered,
    })
}

/// Adds a part to a payment to several: its supplier is named once, and gets something.
#[inline(always)]
pub fn add_part(payment: &mut PaidEventOfMany, part: PaidPart) -> Result<()> {
    let mut named = payment.parts().iter();
    require!(
        named.all(|other| !address_eq(&other.supplier, &part.supplier)),
        PaymentsError::SupplierTwice
    );
    require!(part.delivered > 0, PaymentsError::ReceivedTooLittle);
    payment
        .push(part)
        .ok_or(PaymentsError::WrongSupplierCount)?;
    Ok(())
}

/// Creates the receipt of a payment, paid for by the payer.
#[inline(always)]
pub fn create<const N: usize>(
    payment: &PaidEvent<N>,
    payer: &AccountView,
    receipt: &AccountView,
    bump: u8,
) -> Result<()> {
    let (head, parts) = (&payment.head, payment.parts());
    account::create_list::<Receipt, ReceiptEntry>(
        payer,
        receipt,
        parts.len(),
        &[
            Seed::from(seeds::RECEIPT),
            Seed::from(head.payer.as_ref()),
            Seed::from(&head.order_id),
            Seed::from(&[bump]),
        ],
        |receipt, entries| {
            receipt.version = VERSION;
            receipt.bump = bump;
            receipt.count = u8::try_from(entries.len()).unwrap_or(u8::MAX);
            receipt.payer = head.payer;
            receipt.order_id = head.order_id;
            receipt.mint = head.mint;
            receipt.rent_payer = head.payer;
            receipt.reference = head.reference;
            receipt.gross = head.gross;
            receipt.fee = head.fee;
            receipt.delivered = head.delivered;
            receipt.paid_at = head.paid_at;
            receipt.expires_at = head.expires_at;
            receipt.oracle_bounded = u8::from(head.oracle_bounded != 0);
            for (entry, part) in entries.iter_mut().zip(parts) {
                entry.supplier = part.supplier;
                entry.delivered = part.delivered;
            }
        },
    )
}

/// Records a payment by a call of this program to itself.
#[inline(always)]
pub fn record_paid<const N: usize>(event_authority: &UncheckedAccount, payment: &PaidEvent<N>) {
    io_cpi::event::emit_bytes(
        &ID,
        event_authority.account(),
        EVENT_AUTHORITY.bump,
        payment.bytes(),
    );
}
