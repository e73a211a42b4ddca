use super::super::layout;
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"slash", node]`: a slash that waits to be executed, cancelled or to lapse.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct SlashProposal {
    pub version: u8,
    pub bump: u8,
    pub padding: [u8; 6],
    pub node: Address,
    /// Paid this account's rent and gets it back: the slasher who proposed.
    pub rent_payer: Address,
    /// Hash of the document that says why.
    pub reason_hash: [u8; 32],
    /// Part of the stake at risk, in basis points.
    pub bps: u64,
    pub proposed_at: i64,
    /// Cannot be executed before this time.
    pub executable_at: i64,
    /// Cannot be executed from this time on.
    pub lapses_at: i64,
    pub reserved: [u8; 32],
}

layout!(SlashProposal, ids::io_staking::ID);
