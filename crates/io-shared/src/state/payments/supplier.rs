use super::super::layout;
use crate::{Address, ids};
use bytemuck::{Pod, Zeroable};

/// What a supplier is paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PayoutPreference {
    /// Straight to the payout wallet's token account.
    Io = 0,
    /// To the earnings vault, from which `pay_out` swaps.
    Usdc = 1,
}

/// `[b"supplier", owner]`: who is paid, where and in what.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Supplier {
    pub version: u8,
    pub bump: u8,
    /// A [`PayoutPreference`].
    pub preference: u8,
    pub padding: [u8; 5],
    pub owner: Address,
    /// Owner of the token accounts that this supplier is paid on.
    pub payout: Address,
    /// Token account of this account with unswapped earnings.
    pub earnings: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// A keeper's pay-out must deliver at least this many raw USDC for one IO; 0 leaves pay-outs
    /// to the supplier alone.
    pub keeper_min_price: u64,
    pub reserved: [u8; 32],
}

layout!(Supplier, ids::io_payments::ID);
