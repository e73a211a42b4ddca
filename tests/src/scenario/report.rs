//! What everyone ended up with.

use crate::books::Books;

/// Figures of a played scenario; IO and USDC in raw units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Each crank, in order.
    pub emissions: Vec<EmissionLine>,
    /// Each payment, in order.
    pub payments: Vec<PaymentLine>,
    pub nodes: Vec<NodeLine>,
    pub suppliers: Vec<SupplierLine>,
    pub holders: Vec<HolderLine>,
    pub renters: Vec<RenterLine>,
    /// Bounties of the keeper.
    pub keeper_io: u64,
    /// Fees of the treasury.
    pub treasury_usdc: u64,
    /// Epochs that were cranked in one day, and how many cranks that took.
    pub epochs: u64,
    pub cranks: u64,
    pub transactions: u64,
    pub books: Books,
}

/// One crank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmissionLine {
    pub hour: u64,
    /// Epochs that it covered.
    pub epochs: u64,
    /// Raw IO minted, and the keeper's part of it.
    pub emission: u64,
    pub bounty: u64,
    /// Raw IO by pool id.
    pub pools: Vec<u64>,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentLine {
    pub hour: u64,
    /// Raw units that left the renter, and the fee in them.
    pub gross: u64,
    pub fee: u64,
    /// Raw IO that the supplier received.
    pub delivered: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLine {
    pub name: String,
    pub class: String,
    pub pool: u8,
    /// Stake at the end of the day, before exits.
    pub stake: u64,
    pub max_stake: u64,
    /// Emission harvested for the day.
    pub harvested: u64,
    /// Part of it that its operator claimed as commission.
    pub commission: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierLine {
    pub name: String,
    /// Own stake.
    pub staked: u64,
    /// Rewards and commission claimed.
    pub rewards: u64,
    /// IO that jobs brought.
    pub jobs_io: u64,
    /// USDC that earnings were converted to.
    pub usdc: u64,
    /// IO left in the earnings vault, too little for the pool to give anything for.
    pub left_io: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderLine {
    pub name: String,
    pub staked: u64,
    pub rewards: u64,
    /// IO withdrawn after the cooldown.
    pub withdrawn: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenterLine {
    pub name: String,
    pub paid_io: u64,
    /// USDC spent, fees included.
    pub paid_usdc: u64,
    pub fees_usdc: u64,
    /// IO that suppliers received for it.
    pub delivered_io: u64,
}
