use super::super::{Governance, Scheduled, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"payments"]`: the router's rules.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct PaymentsConfig {
    pub version: u8,
    pub bump: u8,
    /// 1 while the guardian has paused payments. Payouts and refunds are never paused.
    pub paused: u8,
    pub padding: [u8; 5],
    pub governance: Governance,
    /// Owner of the token accounts that fees go to.
    pub treasury: Address,
    /// Waits to replace `treasury` at `next_treasury_at`; all zero while nothing waits.
    pub next_treasury: Address,
    pub next_treasury_at: i64,
    /// The IO mint.
    pub io_mint: Address,
    /// The mint that suppliers may be paid out in.
    pub usdc_mint: Address,
    /// Fee on earnings taken in USDC, in basis points.
    pub payout_fee_bps: Scheduled,
    pub reserved: [u8; 64],
}

layout!(PaymentsConfig, ids::io_payments::ID);
