use super::super::layout;
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"venue", program, discriminator]`: an instruction of another program that the router may
/// swap through.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Venue {
    pub version: u8,
    pub bump: u8,
    /// 0 while no swap through it is accepted.
    pub enabled: u8,
    /// Bytes of `discriminator` that instruction data must begin with; 1 to 8.
    pub discriminator_len: u8,
    pub padding: [u8; 4],
    pub program: Address,
    /// Zero padded.
    pub discriminator: [u8; 8],
    /// Raw IO that may be swapped in or out in one rolling window; `u64::MAX` for no limit.
    pub window_limit: u64,
    pub window_seconds: u64,
    pub window_used: u64,
    pub window_at: i64,
    pub reserved: [u8; 32],
}

layout!(Venue, ids::io_payments::ID);
