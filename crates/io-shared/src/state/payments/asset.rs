use super::super::{Scheduled, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"asset", mint]`: a token that renters may pay in.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Asset {
    pub version: u8,
    pub bump: u8,
    /// 0 while no payment in it is accepted.
    pub enabled: u8,
    pub decimals: u8,
    pub padding: [u8; 4],
    pub mint: Address,
    pub token_program: Address,
    /// The router's own token account of this mint, empty between transactions.
    pub transit: Address,
    /// The renter's fee, in basis points.
    pub fee_bps: Scheduled,
    /// Smallest payment, raw units of this mint.
    pub minimum: u64,
    /// Price account's owner; all zero while no oracle bounds the swap.
    pub feed_owner: Address,
    /// Price feed id inside the account.
    pub feed_id: [u8; 32],
    /// Oldest price accepted, in seconds.
    pub feed_max_age: u64,
    /// Widest confidence interval accepted, in basis points of the price.
    pub feed_max_confidence_bps: u64,
    /// How far below the oracle's price a swap may deliver, in basis points.
    pub feed_max_deviation_bps: u64,
    pub reserved: [u8; 64],
}

layout!(Asset, ids::io_payments::ID);
