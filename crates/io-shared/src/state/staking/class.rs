use super::super::{Scheduled, layout};
use crate::ids;
use bytemuck::{Pod, Zeroable};

/// `[b"class", id]`: a kind of device, e.g. B200 with a multiplier of 30.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct DeviceClass {
    pub version: u8,
    pub bump: u8,
    pub id: u16,
    /// Emission pool that nodes of this class earn from.
    pub pool: u8,
    /// 1 if delegators who deposit now can be slashed.
    pub delegators_slashable: u8,
    /// 0 while no new node of this class is accepted.
    pub enabled: u8,
    pub padding: u8,
    /// UTF-8, zero padded.
    pub name: [u8; 16],
    /// Weight and collateral of one processor, in thousandths of the base.
    pub multiplier_milli: Scheduled,
    /// A node's maximum stake as a multiple of its minimum.
    pub max_stake_multiple: Scheduled,
    pub reserved: [u8; 32],
}

layout!(DeviceClass, ids::io_staking::ID);
