use super::super::{Governance, Scheduled, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"staking"]`: rules that hold for all nodes.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct StakingConfig {
    pub version: u8,
    pub bump: u8,
    /// 1 while the guardian has paused deposits and new nodes. Exits are never paused.
    pub paused: u8,
    pub padding: [u8; 5],
    pub governance: Governance,
    /// May propose slashes; nothing else.
    pub slasher: Address,
    /// The IO mint.
    pub mint: Address,
    /// The operator's smallest part of a node's stake, in basis points.
    pub min_self_stake_bps: Scheduled,
    pub reserved: [u8; 64],
}

layout!(StakingConfig, ids::io_staking::ID);
