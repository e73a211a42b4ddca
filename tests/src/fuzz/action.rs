//! What can happen: every instruction of the four programs, and what happens around them.

use crate::model::{
    Account, Feed, IO, Model, NodeKey, Order, Outcome, Part, PositionKey, Price, Raw, Reason,
    Route, Supplier, TicketKey, Time, TokenPayment, Told, Who, mint::Terms, node::NodeTerms,
    staking::ClassTerms,
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
    fn exists(self, model: &Model) -> bool {
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

impl Action {
    /// What it does to the model, or why it is refused.
    pub fn apply(&self, model: &mut Model, told: &dyn Told) -> Outcome {
        let raw = |value: &u64| Raw::from(*value);
        match self {
            Self::Price { token, price } => {
                model.oracle[usize::from(*token)] = Some(*price);
                Ok(())
            }
            Self::Gift { by, to, amount } => {
                if !to.exists(model) {
                    return Err(Reason::Account.into());
                }
                let to = to.account();
                model.tokens.transfer(Model::wallet(*by), to, raw(amount))
            }
            Self::NominateAuthority { by, program, who } => model.nominate(*by, *program, *who),
            Self::AcceptAuthority { by, program } => model.accept(*by, *program),
            Self::SetGuardian { by, program, who } => model.set_guardian(*by, *program, *who),
            Self::SetPaused {
                by,
                program,
                paused,
            } => match program {
                0 => model.pause_minting(*by, *paused),
                1 => model.pause_staking(*by, *paused),
                _ => model.pause_payments(*by, *paused),
            },
            Self::MintTo { by, to, amount } => model.mint_to(*by, Model::wallet(*to), raw(amount)),
            Self::Burn { by, amount } => model.burn_own(*by, raw(amount)),
            Self::AddAllowance {
                by,
                minter,
                total,
                limit,
                seconds,
            } => {
                let terms = Terms::Allowance(raw(total));
                model.add_minter(*by, *minter, terms, raw(limit), raw(seconds))
            }
            Self::AddSchedule {
                by,
                minter,
                curve,
                start,
                limit,
            } => {
                let terms = Terms::Schedule(*curve, *start);
                model.add_minter(*by, *minter, terms, raw(limit), 1)
            }
            Self::RaiseMinter { by, minter, total } => model.raise_minter(*by, *minter, raw(total)),
            Self::CancelRaise { by, minter } => model.cancel_raise(*by, *minter),
            Self::RevokeMinter { by, minter } => model.revoke_minter(*by, *minter),
            Self::SetMetadata { by, too_long } => model.set_metadata(*by, *too_long),
            Self::CreateClass {
                by,
                id,
                pool,
                multiplier,
                multiple,
                slashable,
            } => {
                let terms = ClassTerms {
                    pool: *pool,
                    multiplier: raw(multiplier),
                    multiple: raw(multiple),
                    slashable: *slashable,
                };
                model.create_class(*by, *id, terms)
            }
            Self::ScheduleClass { by, id, rule, next } => {
                model.schedule_class(*by, *id, *rule, raw(next))
            }
            Self::CancelClassChanges { by, id } => model.cancel_class_changes(*by, *id),
            Self::SuspendClass { by, id, suspended } => model.suspend_class(*by, *id, *suspended),
            Self::EndClass { by, id } => model.end_class(*by, *id),
            Self::ScheduleMinSelfStake { by, bps } => model.schedule_min_self_stake(*by, raw(bps)),
            Self::CancelStakingChanges { by } => model.cancel_staking_changes(*by),
            Self::SetSlasher { by, who } => model.set_slasher(*by, *who),
            Self::RegisterNode {
                by,
                id,
                class,
                processors,
                commission,
                open,
            } => {
                let terms = NodeTerms {
                    class: *class,
                    processors: Raw::from(*processors),
                    commission: raw(commission),
                    delegation: *open,
                };
                model.register_node(*by, *id, terms)
            }
            Self::SetDelegation { by, node, open } => model.set_delegation(*by, *node, *open),
            Self::SetCommission { by, node, bps } => model.set_commission(*by, *node, raw(bps)),
            Self::SyncClass { node } => model.sync_class(*node),
            Self::OpenPosition { payer, at } => model.open_position(*payer, *at),
            Self::Deposit {
                by,
                at,
                amount,
                min,
            } => model.deposit(*by, *at, raw(amount), raw(min)),
            Self::Compound { by, at, min } => model.compound(*by, *at, raw(min)),
            Self::RequestUnstake { at, index, amount } => {
                model.request_unstake(*at, *index, raw(amount))
            }
            Self::CancelUnstake { by, ticket } => model.cancel_unstake(*by, *ticket),
            Self::Withdraw { ticket, to } => model.withdraw(*ticket, *to),
            Self::Claim { at, to } => model.claim(*at, *to),
            Self::Distribute { node } => model.distribute(*node, told),
            Self::SetPayout { by, at, to } => model.set_payout(*by, *at, *to),
            Self::HaltNode { by, node } => model.halt_node(*by, *node),
            Self::ResumeNode { by, node } => model.resume_node(*by, *node),
            Self::RetireNode { by, node } => model.retire_node(*by, *node),
            Self::UnstakeRetired { by, at } => model.unstake_retired(*by, *at),
            Self::ClosePosition { by, at } => model.close_position(*by, *at),
            Self::CloseNode { node, to } => model.close_node(*node, *to),
            Self::ProposeSlash { by, node, bps } => model.propose_slash(*by, *node, raw(bps)),
            Self::CancelSlash { by, node } => model.cancel_slash(*by, *node),
            Self::ExecuteSlash { node } => model.execute_slash(*node),
            Self::EnrollNode { payer, node } => model.enroll_node(*payer, *node),
            Self::CloseNodeEmission { node } => model.close_node_emission(*node),
            Self::AdvanceEpoch { to } => model.advance_epoch(Model::wallet(*to), told),
            Self::SetScores { by, pool, scores } => {
                let scores: Vec<_> = scores
                    .iter()
                    .map(|(node, score)| (*node, Raw::from(*score)))
                    .collect();
                model.set_scores(*by, *pool, &scores)
            }
            Self::SyncNode { node } => model.sync_node(*node),
            Self::Harvest { node } => model.harvest(*node, told),
            Self::ScheduleEmissionsRule { by, rule, next } => {
                model.schedule_emissions_rule(*by, *rule, raw(next))
            }
            Self::ScheduleShares { by, shares } => {
                model.schedule_shares(*by, &shares.map(Raw::from))
            }
            Self::CancelEmissionsChanges { by } => model.cancel_emissions_changes(*by),
            Self::SetScorer { by, who } => model.set_scorer(*by, *who),
            Self::PayIo { by, part, order } => {
                model.pay_io(*by, std::slice::from_ref(part), Some(order))
            }
            Self::PayIoSplit { by, parts, order } => model.pay_io(*by, parts, Some(order)),
            Self::PayIoUnreceipted { by, part } => {
                model.pay_io(*by, std::slice::from_ref(part), None)
            }
            Self::PayToken { by, payment } => model.pay_token(*by, payment),
            Self::PayFiat { by, payment } => model.pay_fiat(*by, payment),
            Self::Refund {
                by,
                payer,
                order,
                vault,
                amount,
            } => model.refund(*by, *payer, *order, *vault, raw(amount)),
            Self::CloseReceipt { payer, order } => model.close_receipt(*payer, *order),
            Self::PayOut {
                by,
                supplier,
                to,
                amount,
                min,
                route,
            } => model.pay_out(*by, *supplier, *to, raw(amount), raw(min), route),
            Self::TakeEarnings { by, to, amount } => model.take_earnings(*by, *to, raw(amount)),
            Self::RegisterSupplier { by, usdc, to } => model.register_supplier(*by, *usdc, *to),
            Self::SetSupplier {
                by,
                usdc,
                to,
                keeper_price,
            } => {
                let changed = Supplier {
                    takes_usdc: *usdc,
                    payout: *to,
                    keeper_price: raw(keeper_price),
                };
                model.set_supplier(*by, changed)
            }
            Self::ListAsset {
                by,
                token,
                fee,
                minimum,
            } => model.list_asset(*by, *token, raw(fee), raw(minimum)),
            Self::SetAssetEnabled { by, token, enabled } => {
                model.enable_asset(*by, *token, *enabled)
            }
            Self::SetAssetMinimum { by, token, minimum } => {
                model.set_asset_minimum(*by, *token, raw(minimum))
            }
            Self::ScheduleAssetFee { by, token, fee } => {
                model.schedule_asset_fee(*by, *token, raw(fee))
            }
            Self::ScheduleFeed { by, token, feed } => model.schedule_feed(*by, *token, *feed),
            Self::ListVenue { by, venue } => model.list_venue(*by, *venue),
            Self::SetVenueEnabled { by, venue, enabled } => {
                model.enable_venue(*by, *venue, *enabled)
            }
            Self::SetVenueCap { by, venue, cap } => model.set_venue_cap(*by, *venue, raw(cap)),
            Self::SchedulePayoutFee { by, fee } => model.schedule_payout_fee(*by, raw(fee)),
            Self::ScheduleTreasury { by, who } => model.schedule_treasury(*by, *who),
            Self::ScheduleBuyBack { by, daily } => model.schedule_buy_back(*by, raw(daily)),
            Self::Sweep { token, to } => model.sweep(*token, *to),
            Self::BuyBack {
                by,
                amount,
                min,
                route,
            } => model.buy_back(*by, raw(amount), raw(min), route),
            Self::ListGateway {
                by,
                wallet,
                fee,
                limit,
            } => model.list_gateway(*by, *wallet, raw(fee), raw(limit)),
            Self::ScheduleGatewayFee { by, wallet, fee } => {
                model.schedule_gateway_fee(*by, *wallet, raw(fee))
            }
            Self::ScheduleGatewayLimit { by, wallet, limit } => {
                model.schedule_gateway_limit(*by, *wallet, raw(limit))
            }
            Self::LowerGatewayLimit { by, wallet, limit } => {
                model.lower_gateway_limit(*by, *wallet, raw(limit))
            }
            Self::SetGatewayEnabled {
                by,
                wallet,
                enabled,
            } => model.enable_gateway(*by, *wallet, *enabled),
        }
    }

    /// The program that an action of every program names; 0 for the others.
    pub fn program(&self) -> u8 {
        match self {
            Self::NominateAuthority { program, .. }
            | Self::AcceptAuthority { program, .. }
            | Self::SetGuardian { program, .. }
            | Self::SetPaused { program, .. } => *program,
            _ => 0,
        }
    }

    /// The program, by number, and the instruction's name there; nothing for what happens outside.
    pub fn instruction(&self) -> Option<(u8, String)> {
        let value = serde_json::to_value(self).ok()?;
        let name = value.as_object()?.keys().next()?.clone();
        let (program, name) = match self {
            Self::Price { .. } | Self::Gift { .. } => return None,
            Self::NominateAuthority { program, .. }
            | Self::AcceptAuthority { program, .. }
            | Self::SetGuardian { program, .. }
            | Self::SetPaused { program, .. } => (*program, name.as_str()),
            Self::AddAllowance { .. } | Self::AddSchedule { .. } => (0, "add_minter"),
            Self::MintTo { .. }
            | Self::Burn { .. }
            | Self::RaiseMinter { .. }
            | Self::CancelRaise { .. }
            | Self::RevokeMinter { .. }
            | Self::SetMetadata { .. } => (0, name.as_str()),
            Self::CancelStakingChanges { .. } => (1, "cancel_changes"),
            Self::CancelEmissionsChanges { .. } => (2, "cancel_changes"),
            Self::ScheduleEmissionsRule { .. } => (2, "schedule_rule"),
            Self::EnrollNode { .. }
            | Self::CloseNodeEmission { .. }
            | Self::AdvanceEpoch { .. }
            | Self::SetScores { .. }
            | Self::SyncNode { .. }
            | Self::Harvest { .. }
            | Self::ScheduleShares { .. }
            | Self::SetScorer { .. } => (2, name.as_str()),
            Self::PayIo { .. }
            | Self::PayIoSplit { .. }
            | Self::PayIoUnreceipted { .. }
            | Self::PayToken { .. }
            | Self::PayFiat { .. }
            | Self::Refund { .. }
            | Self::CloseReceipt { .. }
            | Self::PayOut { .. }
            | Self::TakeEarnings { .. }
            | Self::RegisterSupplier { .. }
            | Self::SetSupplier { .. }
            | Self::ListAsset { .. }
            | Self::SetAssetEnabled { .. }
            | Self::SetAssetMinimum { .. }
            | Self::ScheduleAssetFee { .. }
            | Self::ScheduleFeed { .. }
            | Self::ListVenue { .. }
            | Self::SetVenueEnabled { .. }
            | Self::SetVenueCap { .. }
            | Self::SchedulePayoutFee { .. }
            | Self::ScheduleTreasury { .. }
            | Self::ScheduleBuyBack { .. }
            | Self::Sweep { .. }
            | Self::BuyBack { .. }
            | Self::ListGateway { .. }
            | Self::ScheduleGatewayFee { .. }
            | Self::ScheduleGatewayLimit { .. }
            | Self::LowerGatewayLimit { .. }
            | Self::SetGatewayEnabled { .. } => (3, name.as_str()),
            _ => (1, name.as_str()),
        };
        Some((program, name.to_owned()))
    }
}
