use super::super::{Scheduled, U128, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// What an operator's node may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum NodeStatus {
    /// Takes stake; earns once its minimum is met and it is scored.
    Open = 0,
    /// Stopped by guardian or slasher: earns nothing, takes no stake, lets everyone out.
    Halted = 1,
    /// Given up by its operator: as halted, for good.
    Retired = 2,
}

/// Active stake of one kind, held in shares, and the rewards per share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Tranche {
    /// Raw IO.
    pub stake: u64,
    pub shares: u64,
    /// Rewards per share since registration, raw IO, Q64.64.
    pub rewards_per_share: U128,
}

/// Stake of one kind that cools down, held in shares. It earns nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Cooling {
    /// Raw IO.
    pub stake: u64,
    pub shares: u64,
}

/// `[b"node", operator, node_id]`: one supplier's node, its vaults' owner and its stake's books.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Node {
    pub version: u8,
    pub bump: u8,
    /// A [`NodeStatus`].
    pub status: u8,
    /// 1 if others than the operator may deposit.
    pub delegation_open: u8,
    /// Class id.
    pub class: u16,
    /// Number of processors of that class.
    pub processors: u16,
    pub operator: Address,
    pub node_id: [u8; 32],
    /// Token account with exactly active stake + cooling stake.
    pub stake_vault: Address,
    /// Token account with rewards that are not claimed yet.
    pub reward_vault: Address,
    /// `io_emissions`' pool of this node's class.
    pub reward_pool: Address,
    /// `io_emissions`' account of this node; may not exist yet.
    pub node_emission: Address,
    /// Paid this account's and the vaults' rent and gets it back.
    pub rent_payer: Address,
    /// Class multiplier as last synced, in thousandths.
    pub multiplier_milli: u64,
    /// Active stake below which the node earns nothing, raw IO.
    pub min_stake: Scheduled,
    /// Active stake that no deposit may exceed, raw IO.
    pub max_stake: u64,
    /// The operator's smallest part of the active stake as last synced, in basis points.
    pub min_self_stake_bps: u64,
    /// The operator's part of each reward, in basis points.
    pub commission_bps: Scheduled,
    /// Active stake by [`super::TrancheKind`].
    pub tranches: [Tranche; 3],
    /// Cooling stake by [`super::TrancheKind`].
    pub cooling: [Cooling; 3],
    /// Part of the reward vault already shared out and not claimed yet, raw IO.
    pub rewards_owed: u64,
    /// Commission the operator has not claimed yet, raw IO; part of `rewards_owed`.
    pub commission_owed: u64,
    /// Lowest earning stake since emissions last settled this node, if
    /// `drop_settlement` equals the node emission's `settlements`.
    pub drop_stake: u64,
    /// The pool's `acc_per_weight` when the stake first dropped since then.
    pub drop_acc: U128,
    /// The node emission's `settlements` when the stake dropped; `u64::MAX` for never.
    pub drop_settlement: u64,
    /// Positions that exist.
    pub positions: u64,
    /// Tickets that exist.
    pub tickets: u64,
    /// When the node was halted; 0 while it is not.
    pub halted_at: i64,
    /// The open slash proposal; all zero while there is none.
    pub slash_proposal: Address,
    pub reserved: [u8; 64],
}

layout!(Node, ids::io_staking::ID);
