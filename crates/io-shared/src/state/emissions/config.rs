use super::super::{Governance, Scheduled, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"emissions"]`: the distributor's rules and clock; signs its mints and owns its vault.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct EmissionsConfig {
    pub version: u8,
    pub bump: u8,
    /// Reward pools that exist, with ids from 0.
    pub pool_count: u8,
    /// Id of the [`crate::math::curve::Curve`].
    pub curve: u8,
    /// `io_mint`'s bump of this config's minter account.
    pub minter_bump: u8,
    pub padding: [u8; 3],
    pub governance: Governance,
    /// Posts node scores; nothing else.
    pub scorer: Address,
    /// The IO mint.
    pub mint: Address,
    /// When epoch 0 opens.
    pub start_at: i64,
    /// Epochs whose emission is minted and shared out.
    pub epochs_done: u64,
    /// Raw IO minted for those epochs.
    pub emitted: u64,
    /// Raw IO paid to crankers out of it.
    pub bounties_paid: u64,
    /// The cranker's part of an emission, in basis points.
    pub bounty_bps: Scheduled,
    /// Most raw IO that one crank earns.
    pub bounty_cap: Scheduled,
    /// Boost at a node's maximum stake, in basis points; 10,000 is none.
    pub max_boost_bps: Scheduled,
    /// Epochs after which a score no longer counts.
    pub max_score_age: Scheduled,
    /// Most basis points that a score may move in one epoch, except to zero and back.
    pub max_score_step_bps: Scheduled,
    pub reserved: [u8; 64],
}

layout!(EmissionsConfig, ids::io_emissions::ID);
