use super::super::layout;
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// Stake on its way out.
///
/// The owner makes the account, blank and owned by `io_staking`, in the instruction before the
/// request, at whatever address; the client library uses one that the system program derives from the
/// owner's.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Ticket {
    pub version: u8,
    /// A [`super::TrancheKind`].
    pub tranche: u8,
    pub padding: [u8; 6],
    pub node: Address,
    pub position: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    pub index: u64,
    /// Raw IO when requested; the most this ticket pays.
    pub amount: u64,
    /// Shares of the node's cooling stake.
    pub shares: u64,
    pub requested_at: i64,
    /// Cannot be withdrawn before this time.
    pub unlock_at: i64,
    pub reserved: [u8; 16],
}

layout!(Ticket, ids::io_staking::ID);
