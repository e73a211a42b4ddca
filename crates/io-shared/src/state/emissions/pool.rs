use super::super::{Scheduled, U128, layout};
use crate::ids;
use bytemuck::{Pod, Zeroable};

/// `[b"pool", id]`: one part of the emission and the weights that share it.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct RewardPool {
    pub version: u8,
    pub bump: u8,
    pub id: u8,
    pub padding: [u8; 5],
    /// Part of each epoch's emission, in basis points; all pools sum to 10,000.
    pub share_bps: Scheduled,
    /// Sum of the weights that earn.
    pub total_weight: u64,
    /// Epochs this pool has been given its part of.
    pub epochs_done: u64,
    /// Emission per unit of weight since the start, raw IO, Q64.64.
    pub acc_per_weight: U128,
    /// Raw IO for the next epoch's distribution: emission without weight, and forfeits.
    pub carry: u64,
    /// Raw IO owed to this pool's nodes: accrued to weights or settled, and not harvested.
    pub owed: u64,
    pub reserved: [u8; 64],
}

layout!(RewardPool, ids::io_emissions::ID);
