//! Actions as instructions.

use super::{
    action::{Action, Gift},
    cast::{Cast, order_id, wallet_account},
};
use crate::{
    model::{Account, IO, Model, USDC, Who},
    network::transfer,
};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments,
    shared::{
        ids::TOKEN_PROGRAM,
        state::{ClassRule, EmissionsRule, MintPolicy, MinterTerms, PayoutPreference},
    },
    staking,
};

/// What an action's instructions are made of.
pub struct Builder<'a> {
    pub cast: &'a Cast,
    /// As it is before the transaction.
    pub model: &'a Model,
    /// Lamports of a ticket's account.
    pub rent: u64,
}

const fn preference(usdc: bool) -> PayoutPreference {
    if usdc {
        PayoutPreference::Usdc
    } else {
        PayoutPreference::Io
    }
}

impl Builder<'_> {
    pub(super) fn wallet(&self, who: Who) -> Pubkey {
        self.cast.wallet(who)
    }

    /// The instructions of one action. They sign as they are built.
    pub fn build(&self, action: &Action) -> Vec<Instruction> {
        let w = |who: &Who| self.wallet(*who);
        let n = |node: &(Who, u8)| self.cast.node(*node);
        let io = |who: &Who| wallet_account(*who, IO);
        let mint_of = |token: &u8| self.cast.mint(*token);
        let io_mint = self.cast.mint(IO);
        let one = match action {
            Action::Price { .. } => return Vec::new(),
            Action::Gift { by, to, amount } => {
                let to = self.cast.account(Gift::account(*to));
                transfer(&io(by), &to, &w(by), *amount)
            }
            Action::NominateAuthority { by, program, who } => match program {
                0 => mint::nominate_authority(&w(by), &w(who)),
                1 => staking::nominate_authority(&w(by), &w(who)),
                2 => emissions::nominate_authority(&w(by), &w(who)),
                _ => payments::nominate_authority(&w(by), &w(who)),
            },
            Action::AcceptAuthority { by, program } => match program {
                0 => mint::accept_authority(&w(by)),
                1 => staking::accept_authority(&w(by)),
                2 => emissions::accept_authority(&w(by)),
                _ => payments::accept_authority(&w(by)),
            },
            Action::SetGuardian { by, program, who } => match program {
                0 => mint::set_guardian(&w(by), &w(who)),
                1 => staking::set_guardian(&w(by), &w(who)),
                2 => emissions::set_guardian(&w(by), &w(who)),
                _ => payments::set_guardian(&w(by), &w(who)),
            },
            Action::SetPaused {
                by,
                program,
                paused,
            } => match program {
                0 => mint::set_paused(&w(by), *paused),
                1 => staking::set_paused(&w(by), *paused),
                _ => payments::set_paused(&w(by), *paused),
            },
            Action::MintTo { by, to, amount } => mint::mint_to(&w(by), &io_mint, &io(to), *amount),
            Action::Burn { by, amount } => mint::burn(&w(by), &io_mint, &io(by), *amount),
            Action::AddAllowance {
                by,
                minter,
                total,
                limit,
                seconds,
            } => {
                let terms = MinterTerms {
                    policy: MintPolicy::Allowance { amount: *total },
                    window_limit: *limit,
                    window_seconds: *seconds,
                };
                mint::add_minter(&w(by), &w(minter), &terms)
            }
            Action::AddSchedule {
                by,
                minter,
                curve,
                start,
                limit,
            } => {
                let terms = MinterTerms {
                    policy: MintPolicy::Schedule {
                        curve: *curve,
                        start_at: *start,
                    },
                    window_limit: *limit,
                    window_seconds: 1,
                };
                mint::add_minter(&w(by), &w(minter), &terms)
            }
            Action::RaiseMinter { by, minter, total } => {
                mint::raise_minter(&w(by), &w(minter), *total)
            }
            Action::CancelRaise { by, minter } => mint::cancel_raise(&w(by), &w(minter)),
            Action::RevokeMinter { by, minter } => {
                let found = self.model.mint.minters.get(minter);
                let payer = found.map_or(*by, |minter| minter.rent_payer);
                mint::revoke_minter(&w(by), &w(minter), &w(&payer))
            }
            Action::SetMetadata { by, too_long } => {
                let name = if *too_long {
                    "I".repeat(33)
                } else {
                    "IO".to_owned()
                };
                mint::set_metadata(&w(by), &io_mint, &name, "IO", "https://io.net")
            }
            Action::CreateClass {
                by,
                id,
                pool,
                multiplier,
                multiple,
                slashable,
            } => {
                let terms = staking::ClassTerms {
                    id: *id,
                    name: [b'c'; 16],
                    pool: *pool,
                    multiplier_milli: *multiplier,
                    max_stake_multiple: *multiple,
                    delegators_slashable: *slashable,
                };
                staking::create_class(&w(by), &terms)
            }
            Action::ScheduleClass { by, id, rule, next } => {
                let rule = ClassRule::from_byte(*rule).expect("the generator knows them");
                staking::schedule_class(&w(by), *id, rule, *next)
            }
            Action::CancelClassChanges { by, id } => staking::cancel_class_changes(&w(by), *id),
            Action::SuspendClass { by, id, suspended } => {
                staking::suspend_class(&w(by), *id, *suspended)
            }
            Action::EndClass { by, id } => staking::end_class(&w(by), *id),
            Action::ScheduleMinSelfStake { by, bps } => {
                staking::schedule_min_self_stake(&w(by), *bps)
            }
            Action::CancelStakingChanges { by } => staking::cancel_changes(&w(by)),
            Action::SetSlasher { by, who } => staking::set_slasher(&w(by), &w(who)),
            Action::RegisterNode {
                by,
                id,
                class,
                processors,
                commission,
                open,
            } => {
                let terms = staking::NodeTerms {
                    node_id: [*id; 32],
                    class: *class,
                    processors: *processors,
                    commission_bps: *commission,
                    delegation_open: *open,
                };
                staking::register_node(&w(by), &w(by), &io_mint, &terms)
            }
            Action::SetDelegation { by, node, open } => {
                staking::set_delegation(&w(by), &n(node), *open)
            }
            Action::SetCommission { by, node, bps } => {
                staking::set_commission(&w(by), &n(node), self.pool(*node), *bps)
            }
            Action::SyncClass { node } => {
                staking::sync_class(&n(node), self.class(*node), self.pool(*node))
            }
            Action::OpenPosition { payer, at } => {
                staking::open_position(&w(payer), &self.cast.stake(*at))
            }
            Action::Deposit {
                by,
                at,
                amount,
                min,
            } => {
                let stake = self.cast.stake(*at);
                let pool = self.pool(at.0);
                self.signed_by(
                    staking::deposit(&stake, &io(by), pool, *amount, *min),
                    at.1,
                    *by,
                )
            }
            Action::Compound { by, at, min } => {
                let stake = self.cast.stake(*at);
                let compound = staking::compound(&stake, self.pool(at.0), *min);
                self.signed_by(compound, at.1, *by)
            }
            Action::RequestUnstake { at, index, amount } => {
                let (stake, pool) = (self.cast.stake(*at), self.pool(at.0));
                let owner = w(&at.1);
                return staking::request_unstake(&owner, &stake, pool, *index, *amount, self.rent)
                    .into();
            }
            Action::CancelUnstake { by, ticket } => {
                let (at, _, _) = ticket;
                let mut cancel = staking::cancel_unstake(
                    &self.cast.stake(*at),
                    self.pool(at.0),
                    ticket.2,
                    &w(&ticket.1),
                );
                cancel.accounts[4].pubkey = self.cast.ticket(*ticket);
                self.signed_by(cancel, at.1, *by)
            }
            Action::Withdraw { ticket, to } => {
                let (at, maker, _) = ticket;
                staking::withdraw_ticket(
                    &self.cast.stake(*at),
                    &self.cast.ticket(*ticket),
                    &io(to),
                    &w(maker),
                )
            }
            Action::Claim { at, to } => staking::claim(&self.cast.stake(*at), &io(to)),
            Action::Distribute { node } => staking::distribute(&n(node)),
            Action::SetPayout { by, at, to } => self.signed_by(
                staking::set_payout(&self.cast.stake(*at), &w(to)),
                at.1,
                *by,
            ),
            Action::HaltNode { by, node } => staking::halt_node(&w(by), &n(node), self.pool(*node)),
            Action::ResumeNode { by, node } => staking::resume_node(&w(by), &n(node)),
            Action::RetireNode { by, node } => {
                staking::retire_node(&w(by), &n(node), self.pool(*node))
            }
            Action::UnstakeRetired { by, at } => {
                return staking::unstake_retired(&w(by), &self.cast.stake(*at), self.rent)
                    .1
                    .into();
            }
            Action::ClosePosition { by, at } => {
                let position = self.model.staking.positions.get(at);
                let payer = position.map_or(*by, |position| position.rent_payer);
                staking::close_position(&w(by), &self.cast.stake(*at), &w(&payer))
            }
            Action::CloseNode { node, to } => staking::close_node(&n(node), &io(to), &w(&node.0)),
            Action::ProposeSlash { by, node, bps } => {
                staking::propose_slash(&w(by), &n(node), *bps, [1; 32])
            }
            Action::CancelSlash { by, node } => {
                staking::cancel_slash(&w(by), &n(node), &w(&self.proposer(*node)))
            }
            Action::ExecuteSlash { node } => {
                staking::execute_slash(&n(node), &io_mint, &w(&self.proposer(*node)))
            }
            Action::EnrollNode { payer, node } => {
                emissions::enroll_node(&w(payer), &n(node), self.pool(*node))
            }
            Action::CloseNodeEmission { node } => {
                let emission = self.model.emissions.nodes.get(node);
                let payer = emission.map_or(node.0, |emission| emission.rent_payer);
                emissions::close_node_emission(&n(node), self.pool(*node), &w(&payer))
            }
            Action::AdvanceEpoch { to } => {
                emissions::advance_epoch(&io(to), &io_mint, self.pools())
            }
            Action::SetScores { by, pool, scores } => {
                let scores: Vec<_> = scores
                    .iter()
                    .map(|(node, score)| (n(node), *score))
                    .collect();
                emissions::set_scores(&w(by), *pool, &scores)
            }
            Action::SyncNode { node } => emissions::sync_node(&n(node), self.pool(*node)),
            Action::Harvest { node } => emissions::harvest(&n(node), self.pool(*node)),
            Action::ScheduleEmissionsRule { by, rule, next } => {
                let rule = EmissionsRule::from_byte(*rule).expect("the generator knows them");
                emissions::schedule_rule(&w(by), rule, *next)
            }
            Action::ScheduleShares { by, shares } => {
                // As many pools as there are, whatever the shares name.
                let full = emissions::schedule_shares(&w(by), shares);
                let mut rebuilt = emissions::cancel_changes(&w(by), self.pools());
                rebuilt.data = full.data;
                rebuilt
            }
            Action::CancelEmissionsChanges { by } => {
                emissions::cancel_changes(&w(by), self.pools())
            }
            Action::SetScorer { by, who } => emissions::set_scorer(&w(by), &w(who)),
            Action::PayIo { by, part, order } => {
                let named = self.part(part);
                payments::pay_io(
                    &w(by),
                    &io(by),
                    &named.supplier_owner,
                    &named.destination,
                    &Self::order(order),
                    part.amount,
                )
            }
            Action::PayIoSplit { by, parts, order } => {
                let parts: Vec<_> = parts.iter().map(|part| self.part(part)).collect();
                payments::pay_io_split(&w(by), &io(by), &parts, &Self::order(order))
            }
            Action::PayIoUnreceipted { by, part } => {
                let named = self.part(part);
                payments::pay_io_unreceipted(
                    &w(by),
                    &io(by),
                    &named.supplier_owner,
                    &named.destination,
                    part.amount,
                    &[3; 32],
                )
            }
            Action::PayToken { by, payment } => {
                let route = self.route(&payment.route, [payment.token, IO], true);
                payments::pay_token(&self.payment(*by, payment), &route)
            }
            Action::PayFiat { by, payment } => {
                let route = self.route(&payment.route, [payment.token, IO], true);
                payments::pay_fiat(
                    &self.payment(*by, payment),
                    &[payment.reference; 32],
                    &route,
                )
            }
            Action::Refund {
                by,
                payer,
                order,
                vault,
                amount,
            } => {
                let source = if *vault {
                    Account::Earnings(*by)
                } else {
                    Account::Wallet(*by, IO)
                };
                payments::refund(
                    &w(by),
                    &w(payer),
                    &order_id(*order),
                    &self.cast.account(source),
                    &io(payer),
                    *amount,
                )
            }
            Action::CloseReceipt { payer, order } => {
                payments::close_receipt(&w(payer), &order_id(*order), &w(payer))
            }
            Action::PayOut {
                by,
                supplier,
                to,
                amount,
                min,
                route,
            } => {
                let out = payments::PayOut {
                    caller: w(by),
                    supplier_owner: w(supplier),
                    io_mint,
                    usdc_mint: mint_of(&USDC),
                    destination: wallet_account(*to, USDC),
                    amount: *amount,
                    min_usdc_out: *min,
                };
                payments::pay_out(&out, &self.route(route, [IO, USDC], by != supplier))
            }
            Action::TakeEarnings { by, to, amount } => {
                payments::take_earnings(&w(by), &io(to), *amount)
            }
            Action::RegisterSupplier { by, usdc, to } => {
                payments::register_supplier(&w(by), &w(by), preference(*usdc), &w(to), &io_mint)
            }
            Action::SetSupplier {
                by,
                usdc,
                to,
                keeper_price,
            } => payments::set_supplier(&w(by), preference(*usdc), &w(to), *keeper_price),
            Action::ListAsset {
                by,
                token,
                fee,
                minimum,
            } => payments::list_asset(&w(by), &mint_of(token), &TOKEN_PROGRAM, *fee, *minimum),
            Action::SetAssetEnabled { by, token, enabled } => {
                payments::set_asset_enabled(&w(by), &mint_of(token), *enabled)
            }
            Action::SetAssetMinimum { by, token, minimum } => {
                payments::set_asset_minimum(&w(by), &mint_of(token), *minimum)
            }
            Action::ScheduleAssetFee { by, token, fee } => {
                payments::schedule_asset_fee(&w(by), &mint_of(token), *fee)
            }
            Action::ScheduleFeed { by, token, feed } => {
                payments::schedule_feed(&w(by), &mint_of(token), &Self::feed(*token, feed))
            }
            Action::ListVenue { by, venue } => {
                let (program, discriminator) = self.cast.venue(*venue);
                payments::list_venue(&w(by), &program, discriminator)
            }
            Action::SetVenueEnabled { by, venue, enabled } => {
                let (program, discriminator) = self.cast.venue(*venue);
                payments::set_venue_enabled(&w(by), &program, discriminator, *enabled)
            }
            Action::SetVenueCap { by, venue, cap } => {
                let (program, discriminator) = self.cast.venue(*venue);
                payments::set_venue_cap(&w(by), &program, discriminator, *cap)
            }
            Action::SchedulePayoutFee { by, fee } => payments::schedule_payout_fee(&w(by), *fee),
            Action::ScheduleTreasury { by, who } => payments::schedule_treasury(&w(by), &w(who)),
            Action::ScheduleBuyBack { by, daily } => payments::schedule_buy_back(&w(by), *daily),
            Action::Sweep { token, to } => payments::sweep(
                &mint_of(token),
                &TOKEN_PROGRAM,
                &wallet_account(*to, *token),
            ),
            Action::BuyBack {
                by,
                amount,
                min,
                route,
            } => {
                let terms = payments::BuyBack {
                    caller: w(by),
                    io_mint,
                    usdc_mint: mint_of(&USDC),
                    amount: *amount,
                    min_io_out: *min,
                };
                payments::buy_back(&terms, &self.route(route, [USDC, IO], true))
            }
            Action::ListGateway {
                by,
                wallet,
                fee,
                limit,
            } => payments::list_gateway(&w(by), &w(wallet), *fee, *limit),
            Action::ScheduleGatewayFee { by, wallet, fee } => {
                payments::schedule_gateway_fee(&w(by), &w(wallet), *fee)
            }
            Action::ScheduleGatewayLimit { by, wallet, limit } => {
                payments::schedule_gateway_limit(&w(by), &w(wallet), *limit)
            }
            Action::LowerGatewayLimit { by, wallet, limit } => {
                payments::lower_gateway_limit(&w(by), &w(wallet), *limit)
            }
            Action::SetGatewayEnabled {
                by,
                wallet,
                enabled,
            } => payments::set_gateway_enabled(&w(by), &w(wallet), *enabled),
        };
        vec![one]
    }
}
