use super::super::{U128, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"position", node, owner, tranche]`: one staker's part of one node.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Position {
    pub version: u8,
    pub bump: u8,
    /// A [`super::TrancheKind`].
    pub tranche: u8,
    pub padding: [u8; 5],
    pub node: Address,
    pub owner: Address,
    /// Owner of the token accounts that claims and withdrawals pay; the owner unless set otherwise.
    pub payout: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// Shares of the node's tranche.
    pub shares: u64,
    /// Rewards settled and not claimed yet, raw IO.
    pub rewards_owed: u64,
    /// The tranche's `rewards_per_share` up to which rewards are settled.
    pub rewards_paid_per_share: U128,
    /// Index of the next ticket.
    pub next_ticket: u64,
    /// Tickets that exist.
    pub open_tickets: u64,
    pub reserved: [u8; 32],
}

layout!(Position, ids::io_staking::ID);
