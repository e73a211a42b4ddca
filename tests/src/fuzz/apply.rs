//! Actions on the model, and the instructions that they are.

use super::action::Action;
use crate::model::{
    Model, Outcome, Raw, Reason, Supplier, Told, mint::Terms, node::NodeTerms, staking::ClassTerms,
};

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
                model.add_minter(*by, *minter, terms, (raw(limit), raw(seconds)), told)
            }
            Self::AddSchedule {
                by,
                minter,
                curve,
                start,
                limit,
            } => {
                let terms = Terms::Schedule(*curve, *start);
                model.add_minter(*by, *minter, terms, (raw(limit), 1), told)
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
