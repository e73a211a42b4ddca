use super::super::layout;
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// What bounds a minter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MintPolicy {
    /// At most `total` raw IO in all.
    Allowance = 0,
    /// At most `cumulative(epochs elapsed)` of a [`crate::math::curve::Curve`].
    Schedule = 1,
}

/// `[b"minter", authority]`: the right of one authority to mint, and its bounds.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Minter {
    pub version: u8,
    pub bump: u8,
    /// A [`MintPolicy`].
    pub policy: u8,
    /// Id of the [`crate::math::curve::Curve`]; `Schedule` only.
    pub curve: u8,
    pub padding: [u8; 4],
    /// Signs each mint; often a PDA of another program.
    pub authority: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// No mint before this time.
    pub active_at: i64,
    /// Raw IO minted so far.
    pub minted: u64,
    /// Raw IO in all; `Allowance` only.
    pub total: u64,
    /// Replaces `total` at `next_total_at`; 0 while nothing waits.
    pub next_total: u64,
    pub next_total_at: i64,
    /// When epoch 0 opens; `Schedule` only.
    pub start_at: i64,
    /// Raw IO that may be minted in one rolling window; `u64::MAX` for no limit.
    pub window_limit: u64,
    /// Length of the window in seconds.
    pub window_seconds: u64,
    /// Raw IO counted against the window at `window_at`.
    pub window_used: u64,
    pub window_at: i64,
    pub reserved: [u8; 64],
}

layout!(Minter, ids::io_mint::ID);
