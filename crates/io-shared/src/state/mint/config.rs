use super::super::{Governance, layout};
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"mint-config"]`: the monetary policy's books, and the mint's only authority.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct MintConfig {
    pub version: u8,
    pub bump: u8,
    /// 1 while the guardian has paused minting. Burning is never paused.
    pub paused: u8,
    pub padding: [u8; 5],
    pub governance: Governance,
    /// The IO mint.
    pub mint: Address,
    /// Raw IO minted ever, an adopted mint's supply included.
    pub minted: u64,
    /// Raw IO burned through `burn`.
    pub burned: u64,
    pub reserved: [u8; 64],
}

layout!(MintConfig, ids::io_mint::ID);
