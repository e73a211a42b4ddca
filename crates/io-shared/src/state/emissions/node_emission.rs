use super::super::{U128, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"node-emission", node]`: what one node earns from its pool.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct NodeEmission {
    pub version: u8,
    pub bump: u8,
    pub pool: u8,
    pub padding: [u8; 5],
    pub node: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// Part of the pool's `total_weight`.
    pub weight: u64,
    /// Replaces `weight` when the node is touched in an epoch after `pending_epoch`.
    pub pending_weight: u64,
    /// Epoch in which `pending_weight` was earned; `u64::MAX` while nothing waits.
    pub pending_epoch: u64,
    /// The pool's `acc_per_weight` up to which this node is settled.
    pub acc_paid: U128,
    /// The pool's `epochs_done` when this node was last settled.
    pub settled_epoch: u64,
    /// Counts settlements, so that `io_staking` can tell which of them a drop in stake came after.
    pub settlements: u64,
    /// Settled and not harvested, raw IO.
    pub owed: u64,
    /// Harvested since the start, raw IO.
    pub harvested: u64,
    /// Last score given while up, in basis points.
    pub quality_bps: u64,
    /// Score in force, in basis points: the quality, or 0 while the node is down.
    pub score_bps: u64,
    /// Epoch in which it was last scored; `u64::MAX` for never.
    pub score_epoch: u64,
    pub reserved: [u8; 64],
}

layout!(NodeEmission, ids::io_emissions::ID);
