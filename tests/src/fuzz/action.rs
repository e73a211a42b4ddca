//! What can happen: every instruction of the four programs, and what happens around them.

use crate::model::{
    Account, Feed, IO, Model, NodeKey, Order, Part, PositionKey, Price, Route, TicketKey, Time,
    TokenPayment, Who,
};
use serde::{Deserialize, Serialize};

/// One transaction, after a wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Seconds that pass before it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wait: i64,
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
    /// It is an exit that nothing may refuse.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must: bool,
}

impl Step {
    pub fn now(actions: Vec<Action>) -> Self {
        Self {
            wait: 0,
            actions,
            must: false,
        }
    }

    /// An exit.
    pub fn exit(action: Action) -> Self {
        Self {
            must: true,
            ..Self::now(vec![action])
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(wait: &i64) -> bool {
    *wait == 0
}

/// Where a stranger sends tokens unasked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Gift {
    Stake(NodeKey),
    Rewards(NodeKey),
    Emissions,
    Earnings(Who),
    Fees,
}

impl Gift {
    pub(super) fn exists(self, model: &Model) -> bool {
        match self {
            Self::Stake(node) | Self::Rewards(node) => model.staking.nodes.contains_key(&node),
            Self::Earnings(supplier) => model.payments.suppliers.contains_key(&supplier),
            Self::Emissions | Self::Fees => true,
        }
    }

    pub fn account(self) -> Account {
        match self {
            Self::Stake(node) => Account::Stake(node),
            Self::Rewards(node) => Account::Rewards(node),
            Self::Emissions => Account::Emissions,
            Self::Earnings(supplier) => Account::Earnings(supplier),
            Self::Fees => Account::Fees(IO),
        }
    }
}

/// An instruction with who signs it and what it names, or something that happens outside of the programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    // Outside.
    Price {
        token: u8,
        price: Price,
    },
    Gift {
        by: Who,
        to: Gift,
        amount: u64,
    },
    // Every program.
    NominateAuthority {
        by: Who,
        program: u8,
        who: Who,
    },
    AcceptAuthority {
        by: Who,
        program: u8,
    },
    SetGuardian {
        by: Who,
        program: u8,
        who: Who,
    },
    SetPaused {
        by: Who,
        program: u8,
        paused: bool,
    },
    // io_mint.
    MintTo {
        by: Who,
        to: Who,
        amount: u64,
    },
    Burn {
        by: Who,
        amount: u64,
    },
    AddAllowance {
        by: Who,
        minter: Who,
        total: u64,
        limit: u64,
        seconds: u64,
    },
    AddSchedule {
        by: Who,
        minter: Who,
        curve: u8,
        start: Time,
        limit: u64,
    },
    RaiseMinter {
        by: Who,
        minter: Who,
        total: u64,
    },
    CancelRaise {
        by: Who,
        minter: Who,
    },
    RevokeMinter {
        by: Who,
        minter: Who,
    },
    SetMetadata {
        by: Who,
        too_long: bool,
    },
    // io_staking.
    CreateClass {
        by: Who,
        id: u16,
        pool: u8,
        multiplier: u64,
        multiple: u64,
        slashable: bool,
    },
    ScheduleClass {
        by: Who,
        id: u16,
        rule: u8,
        next: u64,
    },
    CancelClassChanges {
        by: Who,
        id: u16,
    },
    SuspendClass {
        by: Who,
        id: u16,
        suspended: bool,
    },
    EndClass {
        by: Who,
        id: u16,
    },
    ScheduleMinSelfStake {
        by: Who,
        bps: u64,
    },
    CancelStakingChanges {
        by: Who,
    },
    SetSlasher {
        by: Who,
        who: Who,
    },
    RegisterNode {
        by: Who,
        id: u8,
        class: u16,
        processors: u16,
        commission: u64,
        open: bool,
    },
    SetDelegation {
        by: Who,
        node: NodeKey,
        open: bool,
    },
    SetCommission {
        by: Who,
        node: NodeKey,
        bps: u64,
    },
    SyncClass {
        node: NodeKey,
    },
    OpenPosition {
        payer: Who,
        at: PositionKey,
    },
    Deposit {
        by: Who,
        at: PositionKey,
        amount: u64,
        min: u64,
    },
    Compound {
        by: Who,
        at: PositionKey,
        min: u64,
    },
    RequestUnstake {
        at: PositionKey,
        index: u64,
        amount: u64,
    },
    CancelUnstake {
        by: Who,
        ticket: TicketKey,
    },
    Withdraw {
        ticket: TicketKey,
        to: Who,
    },
    Claim {
        at: PositionKey,
        to: Who,
    },
    Distribute {
        node: NodeKey,
    },
    SetPayout {
        by: Who,
        at: PositionKey,
        to: Who,
    },
    HaltNode {
        by: Who,
        node: NodeKey,
    },
    ResumeNode {
        by: Who,
        node: NodeKey,
    },
    RetireNode {
        by: Who,
        node: NodeKey,
    },
    UnstakeRetired {
        by: Who,
        at: PositionKey,
    },
    ClosePosition {
        by: Who,
        at: PositionKey,
    },
    CloseNode {
        node: NodeKey,
        to: Who,
    },
    ProposeSlash {
        by: Who,
        node: NodeKey,
        bps: u64,
    },
    CancelSlash {
        by: Who,
        node: NodeKey,
    },
    ExecuteSlash {
        node: NodeKey,
    },
    // io_emissions.
    EnrollNode {
        payer: Who,
        node: NodeKey,
    },
    CloseNodeEmission {
        node: NodeKey,
    },
    AdvanceEpoch {
        to: Who,
    },
    SetScores {
        by: Who,
        pool: u8,
        scores: Vec<(NodeKey, u16)>,
    },
    SyncNode {
        node: NodeKey,
    },
    Harvest {
        node: NodeKey,
    },
    ScheduleEmissionsRule {
        by: Who,
        rule: u8,
        next: u64,
    },
    ScheduleShares {
        by: Who,
        shares: [u64; 4],
    },
    CancelEmissionsChanges {
        by: Who,
    },
    SetScorer {
        by: Who,
        who: Who,
    },
    // io_payments.
    PayIo {
        by: Who,
        part: Part,
        order: Order,
    },
    PayIoSplit {
        by: Who,
        parts: Vec<Part>,
        order: Order,
    },
    PayIoUnreceipted {
        by: Who,
        part: Part,
    },
    PayToken {
        by: Who,
        payment: TokenPayment,
    },
    PayFiat {
        by: Who,
        payment: TokenPayment,
    },
    Refund {
        by: Who,
        payer: Who,
        order: u16,
        vault: bool,
        amount: u64,
    },
    CloseReceipt {
        payer: Who,
        order: u16,
    },
    PayOut {
        by: Who,
        supplier: Who,
        to: Who,
        amount: u64,
        min: u64,
        route: Route,
    },
    TakeEarnings {
        by: Who,
        to: Who,
        amount: u64,
    },
    RegisterSupplier {
        by: Who,
        usdc: bool,
        to: Who,
    },
    SetSupplier {
        by: Who,
        usdc: bool,
        to: Who,
        keeper_price: u64,
    },
    ListAsset {
        by: Who,
        token: u8,
        fee: u64,
        minimum: u64,
    },
    SetAssetEnabled {
        by: Who,
        token: u8,
        enabled: bool,
    },
    SetAssetMinimum {
        by: Who,
        token: u8,
        minimum: u64,
    },
    ScheduleAssetFee {
        by: Who,
        token: u8,
        fee: u64,
    },
    ScheduleFeed {
        by: Who,
        token: u8,
        feed: Feed,
    },
    ListVenue {
        by: Who,
        venue: u8,
    },
    SetVenueEnabled {
        by: Who,
        venue: u8,
        enabled: bool,
    },
    SetVenueCap {
        by: Who,
        venue: u8,
        cap: u64,
    },
    SchedulePayoutFee {
        by: Who,
        fee: u64,
    },
    ScheduleTreasury {
        by: Who,
        who: Who,
    },
    ScheduleBuyBack {
        by: Who,
        daily: u64,
    },
    Sweep {
        token: u8,
        to: Who,
    },
    BuyBack {
        by: Who,
        amount: u64,
        min: u64,
        route: Route,
    },
    ListGateway {
        by: Who,
        wallet: Who,
        fee: u64,
        limit: u64,
    },
    ScheduleGatewayFee {
        by: Who,
        wallet: Who,
        fee: u64,
    },
    ScheduleGatewayLimit {
        by: Who,
        wallet: Who,
        limit: u64,
    },
    LowerGatewayLimit {
        by: Who,
        wallet: Who,
        limit: u64,
    },
    SetGatewayEnabled {
        by: Who,
        wallet: Who,
        enabled: bool,
    },
}
