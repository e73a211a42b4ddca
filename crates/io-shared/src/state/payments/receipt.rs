use super::super::{Layout, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"receipt", payer, order_id]`: one payment, followed by `count` [`ReceiptEntry`]s.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Receipt {
    pub version: u8,
    pub bump: u8,
    /// Entries that follow.
    pub count: u8,
    /// 1 if an oracle bounded the swap.
    pub oracle_bounded: u8,
    pub padding: [u8; 4],
    pub payer: Address,
    pub order_id: [u8; 32],
    /// Mint that was paid in.
    pub mint: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// The fiat processor's reference; all zero for payments on chain.
    pub reference: [u8; 32],
    /// Raw units of `mint` that left the payer.
    pub gross: u64,
    /// Part of `gross` kept as fee.
    pub fee: u64,
    /// Raw IO delivered to all suppliers.
    pub delivered: u64,
    pub paid_at: i64,
    /// The payment was good until then; the receipt cannot be closed before.
    pub expires_at: i64,
}

/// One supplier's part of a payment.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct ReceiptEntry {
    /// The supplier's account.
    pub supplier: Address,
    /// Raw IO delivered.
    pub delivered: u64,
    /// Raw IO given back so far.
    pub refunded: u64,
}

layout!(Receipt, ids::io_payments::ID);

/// The receipt of a payment to one supplier, whole.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct ReceiptOfOne {
    pub receipt: Receipt,
    pub entry: ReceiptEntry,
}

impl Layout for ReceiptOfOne {
    const DISCRIMINATOR: [u8; 8] = Receipt::DISCRIMINATOR;
    const OWNER: Address = Receipt::OWNER;
    const SPACE: usize = 8 + size_of::<Self>();
}
