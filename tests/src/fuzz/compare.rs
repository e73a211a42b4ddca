//! What the chain says against what the model says, field by field, to the raw unit.
//!
//! No tolerance stands here: what the programs may round otherwise than the model was told to it and checked
//! there.

use super::cast::{Cast, Thing};
use crate::model::{
    Account, Class, Emission, Governance, Minter, Model, Node, Policy, Position, Raw, RewardPool,
    Ticket, Time, Who, exact::Scheduled, node::Status,
};
use io_client::{
    Pubkey,
    shared::state::{self, Layout},
};
use litesvm::LiteSVM;
use solana_program_pack::Pack;
use spl_token_interface::state as spl;
use std::fmt::{Debug, Display};

/// What differs.
#[derive(Default)]
pub struct Differences(pub Vec<String>);

impl Differences {
    pub(super) fn same<T: PartialEq + Debug>(&mut self, what: impl Display, chain: T, model: T) {
        if chain != model {
            self.0
                .push(format!("{what}: chain {chain:?}, model {model:?}"));
        }
    }

    pub(super) fn raw(&mut self, what: impl Display, chain: u64, model: Raw) {
        self.same(what, Raw::from(chain), model);
    }

    pub(super) fn scheduled(
        &mut self,
        what: &str,
        chain: state::Scheduled,
        model: Scheduled,
        now: Time,
    ) {
        let next = chain.pending(now).map(|(next, at)| (Raw::from(next), at));
        let model_next = model.next.filter(|(_, at)| now < *at);
        self.same(
            what,
            (Raw::from(chain.at(now)), next),
            (model.at(now), model_next),
        );
    }
}

/// The chain's side of a comparison.
pub struct Compare<'a> {
    pub svm: &'a LiteSVM,
    pub cast: &'a Cast,
    pub model: &'a Model,
}

impl Compare<'_> {
    /// Bytes of an account that holds lamports.
    pub(super) fn data(&self, address: &Pubkey) -> Option<Vec<u8>> {
        let account = self.svm.get_account(address)?;
        (account.lamports > 0).then_some(account.data)
    }

    fn read<L: Layout>(&self, address: &Pubkey) -> Option<L> {
        let account = self.svm.get_account(address)?;
        (account.lamports > 0 && account.owner == L::OWNER).then(|| L::read_copy(&account.data))?
    }

    /// Compares an account, or that it is there on neither side.
    fn pair<L: Layout, M>(
        &self,
        out: &mut Differences,
        thing: Thing,
        address: &Pubkey,
        model: Option<M>,
        fields: impl FnOnce(&mut Differences, L, M),
    ) {
        match (self.read::<L>(address), model) {
            (Some(chain), Some(model)) => {
                let known = out.0.len();
                fields(out, chain, model);
                for difference in &mut out.0[known..] {
                    *difference = format!("{thing:?} {difference}");
                }
            }
            (None, None) => {}
            (chain, model) => out.0.push(format!(
                "{thing:?}: on chain {}, in the model {}",
                chain.is_some(),
                model.is_some()
            )),
        }
    }

    /// Adds what differs about `thing`.
    #[allow(clippy::too_many_lines, reason = "one arm for each kind of account")]
    pub fn check(&self, thing: Thing, address: &Pubkey, out: &mut Differences) {
        let (model, now) = (self.model, self.model.now);
        match thing {
            Thing::MintConfig => {
                self.pair(
                    out,
                    thing,
                    address,
                    Some(&model.mint),
                    |out, chain, model| {
                        let chain: state::MintConfig = chain;
                        self.governance(out, &chain.governance, &model.governance);
                        out.same("paused", chain.paused != 0, model.paused);
                        out.raw("minted", chain.minted, model.minted);
                        out.raw("burned", chain.burned, model.burned);
                        out.raw("promised", chain.promised, model.promised);
                    },
                );
            }
            Thing::IoMint => {
                let supply = self
                    .data(address)
                    .and_then(|data| spl::Mint::unpack(&data).ok());
                let supply = supply.map_or(0, |mint| mint.supply);
                out.raw("supply", supply, model.mint.minted - model.mint.burned);
            }
            Thing::Minter(who) => {
                let found = model.mint.minters.get(&who);
                self.pair(out, thing, address, found, |out, chain, minter| {
                    self.minter(out, &chain, minter);
                });
            }
            Thing::StakingConfig => {
                self.pair(
                    out,
                    thing,
                    address,
                    Some(&model.staking),
                    |out, chain, model| {
                        let chain: state::StakingConfig = chain;
                        self.governance(out, &chain.governance, &model.governance);
                        out.same("paused", chain.paused != 0, model.paused);
                        out.same("slasher", self.cast.who(&chain.slasher), model.slasher);
                        let rule = model.min_self_stake;
                        out.scheduled("min_self_stake", chain.min_self_stake_bps, rule, now);
                    },
                );
            }
            Thing::Class(id) => {
                let class = model.staking.classes.get(&id);
                self.pair(out, thing, address, class, |out, chain, class| {
                    Self::class(out, &chain, class, now);
                });
            }
            Thing::Node(key) => {
                let node = model.staking.nodes.get(&key);
                self.pair(out, thing, address, node, |out, chain, node| {
                    self.node(out, &chain, node, key);
                });
            }
            Thing::Position(key) => {
                let position = model.staking.positions.get(&key);
                self.pair(out, thing, address, position, |out, chain, position| {
                    self.position(out, &chain, position, key);
                });
            }
            Thing::Ticket(key) => {
                let ticket = model.staking.tickets.get(&key);
                self.pair(
                    out,
                    thing,
                    address,
                    ticket,
                    |out, chain: state::Ticket, ticket| {
                        let Ticket {
                            amount,
                            shares,
                            unlock_at,
                            rent_payer,
                        } = *ticket;
                        out.raw("amount", chain.amount, amount);
                        out.raw("shares", chain.shares, shares);
                        out.same("unlock_at", chain.unlock_at, unlock_at);
                        out.same("rent_payer", self.cast.who(&chain.rent_payer), rent_payer);
                    },
                );
            }
            Thing::Proposal(key) => {
                let node = model.staking.nodes.get(&key);
                let slash = node.and_then(|node| node.slash);
                self.pair(out, thing, address, slash, |out, chain, slash| {
                    let chain: state::SlashProposal = chain;
                    out.raw("bps", chain.bps, slash.bps);
                    out.same("proposed_at", chain.proposed_at, slash.proposed_at);
                    out.same("by", self.cast.who(&chain.rent_payer), slash.by);
                });
            }
            Thing::EmissionsConfig => {
                self.pair(
                    out,
                    thing,
                    address,
                    Some(&model.emissions),
                    |out, chain, model| {
                        let mut chain: state::EmissionsConfig = chain;
                        self.governance(out, &chain.governance, &model.governance);
                        out.same("scorer", self.cast.who(&chain.scorer), model.scorer);
                        out.raw("epochs_done", chain.epochs_done, model.epochs);
                        out.raw("emitted", chain.emitted, model.emitted);
                        out.raw("bounties", chain.bounties_paid, model.bounties);
                        for (rule, expected) in
                            state::EmissionsRule::ALL.into_iter().zip(model.rules)
                        {
                            out.scheduled("rule", *chain.rule_mut(rule), expected, now);
                        }
                    },
                );
            }
            Thing::Pool(id) => {
                let pool = model.emissions.pools.get(usize::from(id));
                self.pair(
                    out,
                    thing,
                    address,
                    pool,
                    |out, chain: state::RewardPool, pool| {
                        let RewardPool {
                            share,
                            weight,
                            epochs,
                            per_weight,
                            carry,
                            owed,
                            due_at,
                        } = *pool;
                        out.scheduled("share", chain.share_bps, share, now);
                        out.raw("weight", chain.total_weight, weight);
                        out.raw("epochs", chain.epochs_done, epochs);
                        out.same("per_weight", chain.acc_per_weight.get(), per_weight);
                        out.raw("carry", chain.carry, carry);
                        out.raw("owed", chain.owed, owed);
                        out.same("due_at", chain.due_at, due_at);
                    },
                );
            }
            Thing::Emission(key) => {
                let emission = model.emissions.nodes.get(&key);
                self.pair(out, thing, address, emission, |out, chain, emission| {
                    Self::emission(out, &chain, emission);
                });
            }
            Thing::PaymentsConfig => {
                self.pair(out, thing, address, Some(model), |out, chain, model| {
                    self.payments(out, &chain, model);
                });
            }
            Thing::Asset(token) => {
                let asset = model.payments.assets.get(&token);
                self.pair(
                    out,
                    thing,
                    address,
                    asset,
                    |out, chain: state::Asset, asset| {
                        out.same("enabled", chain.enabled != 0, asset.enabled);
                        out.scheduled("fee", chain.fee_bps, asset.fee, now);
                        out.raw("minimum", chain.minimum, asset.minimum);
                        Self::feed(out, token, &chain.feed, asset.feed, now);
                    },
                );
            }
            Thing::Venue(venue) => {
                let venue = model.payments.venues.get(&venue);
                self.pair(
                    out,
                    thing,
                    address,
                    venue,
                    |out, chain: state::Venue, venue| {
                        out.same("enabled", chain.enabled != 0, venue.enabled);
                        out.scheduled("cap", chain.cap, venue.cap, now);
                        out.raw("used", chain.window_used, venue.window.used);
                        out.same("at", chain.window_at, venue.window.at);
                    },
                );
            }
            Thing::Supplier(owner) => {
                let supplier = model.payments.suppliers.get(&owner);
                self.pair(out, thing, address, supplier, |out, chain, supplier| {
                    let chain: state::Supplier = chain;
                    out.same("takes_usdc", chain.takes_usdc(), supplier.takes_usdc);
                    out.same("payout", self.cast.who(&chain.payout), supplier.payout);
                    out.raw(
                        "keeper_price",
                        chain.keeper_min_price,
                        supplier.keeper_price,
                    );
                });
            }
            Thing::Gateway(wallet) => {
                let gateway = model.payments.gateways.get(&wallet);
                self.pair(
                    out,
                    thing,
                    address,
                    gateway,
                    |out, chain: state::Gateway, gateway| {
                        out.same("enabled", chain.enabled != 0, gateway.enabled);
                        out.scheduled("fee", chain.fee_bps, gateway.fee, now);
                        out.scheduled("limit", chain.daily_limit, gateway.limit, now);
                        out.raw("used", chain.used, gateway.window.used);
                        out.same("at", chain.used_at, gateway.window.at);
                    },
                );
            }
            Thing::Receipt(payer, order) => {
                let receipt = model.payments.receipts.get(&(payer, order));
                self.pair(out, thing, address, receipt, |out, chain, receipt| {
                    self.receipt(out, &chain, receipt, address);
                });
            }
            Thing::Token(account) => self.token(out, account, address),
        }
    }

    pub(super) fn governance(
        &self,
        out: &mut Differences,
        chain: &state::Governance,
        model: &Governance,
    ) {
        let who = |address| self.cast.who(address);
        out.same("authority", who(&chain.authority), model.authority);
        out.same("nominee", who(&chain.pending_authority), model.nominee);
        out.same("guardian", who(&chain.guardian), model.guardian);
    }

    fn token(&self, out: &mut Differences, account: Account, address: &Pubkey) {
        let unpacked = self
            .data(address)
            .and_then(|data| spl::Account::unpack(&data).ok());
        let chain = unpacked.map_or(0, |account| account.amount);
        out.raw(
            format_args!("{account:?}"),
            chain,
            self.model.tokens.of(account),
        );
    }

    fn minter(&self, out: &mut Differences, chain: &state::Minter, minter: &Minter) {
        let now = self.model.now;
        out.same("active_at", chain.active_at, minter.active_at);
        out.raw("minted", chain.minted, minter.minted);
        out.raw("limit", chain.window_limit, minter.limit);
        out.raw("used", chain.window_used, minter.window.used);
        out.same("at", chain.window_at, minter.window.at);
        out.same(
            "rent_payer",
            self.cast.who(&chain.rent_payer),
            minter.rent_payer,
        );
        match minter.policy {
            Policy::Allowance(total) => {
                out.raw("total", chain.total_at(now), total.at(now));
                let waits = (chain.next_total_at > now).then_some(chain.next_total_at);
                let expected = total.next.map(|(_, at)| at).filter(|at| *at > now);
                out.same("next_total_at", waits, expected);
            }
            Policy::Schedule { start, skipped, .. } => {
                out.same("start", chain.start_at, start);
                out.raw("skipped", chain.skipped, skipped);
            }
        }
    }

    fn class(out: &mut Differences, chain: &state::DeviceClass, class: &Class, now: Time) {
        let multiplier = chain.multiplier_milli;
        out.raw("multiplier", multiplier.at(now), class.multiplier(now));
        let next = multiplier
            .pending(now)
            .map(|(next, at)| (Raw::from(next), at));
        out.same("next multiplier", next, class.pending(now));
        out.scheduled("multiple", chain.max_stake_multiple, class.multiple, now);
        out.scheduled(
            "slashable",
            chain.delegators_slashable,
            class.slashable,
            now,
        );
        out.same("suspended", chain.suspended != 0, class.suspended);
        out.same("usable_from", chain.usable_from, class.usable_from);
        out.same("ends_at", chain.supported_until, class.ends_at.unwrap_or(0));
    }

    fn node(&self, out: &mut Differences, chain: &state::Node, node: &Node, key: (Who, u8)) {
        let now = self.model.now;
        let status = match node.status {
            Status::Open => 0,
            Status::Halted => 1,
            Status::Retired => 2,
        };
        out.same("status", chain.status, status);
        out.same("delegation", chain.delegation_open != 0, node.delegation);
        out.scheduled("commission", chain.commission_bps, node.commission, now);
        out.raw("multiplier", chain.multiplier_milli, node.multiplier);
        out.scheduled("minimum", chain.min_stake, node.minimum, now);
        out.raw("maximum", chain.max_stake, node.maximum);
        out.raw(
            "min_self_stake",
            chain.min_self_stake_bps,
            node.min_self_stake,
        );
        out.same("delegators", chain.delegator_tranche, node.delegators);
        out.raw("rewards_owed", chain.rewards_owed, node.rewards_owed);
        out.raw(
            "commission_owed",
            chain.commission_owed,
            node.commission_owed,
        );
        for (index, expected) in node.tranches.iter().enumerate() {
            let (active, cooling) = (&chain.tranches[index], &chain.cooling[index]);
            out.raw(
                format_args!("stake {index}"),
                active.stake,
                expected.active.stake,
            );
            out.raw(
                format_args!("shares {index}"),
                active.shares,
                expected.active.shares,
            );
            let per_share = active.rewards_per_share.get();
            out.same(
                format_args!("per_share {index}"),
                per_share,
                expected.per_share,
            );
            out.raw(
                format_args!("cooling {index}"),
                cooling.stake,
                expected.cooling.stake,
            );
            let shares = cooling.shares;
            out.raw(
                format_args!("cooling shares {index}"),
                shares,
                expected.cooling.shares,
            );
        }
        let slash = node
            .slash
            .map(|slash| slash.proposed_at + io_client::shared::constants::SLASH_LAPSE);
        out.same("slash_lapses_at", chain.slash_lapses_at, slash.unwrap_or(0));
        let staking = &self.model.staking;
        let positions = staking
            .positions
            .keys()
            .filter(|(node, ..)| *node == key)
            .count();
        out.raw("positions", chain.positions, positions as Raw);
        let tickets = staking
            .tickets
            .keys()
            .filter(|((node, ..), ..)| *node == key)
            .count();
        out.raw("tickets", chain.tickets, tickets as Raw);
    }

    fn position(
        &self,
        out: &mut Differences,
        chain: &state::Position,
        position: &Position,
        key: ((Who, u8), Who, u8),
    ) {
        out.same("payout", self.cast.who(&chain.payout), position.payout);
        out.raw("shares", chain.shares, position.shares);
        out.raw("owed", chain.rewards_owed, position.owed);
        let paid = chain.rewards_paid_per_share.get();
        out.same("paid_per_share", paid, position.paid_per_share);
        out.same("next_ticket", chain.next_ticket, position.next_ticket);
        let tickets = self.model.staking.tickets.keys();
        let open = tickets.filter(|(position, ..)| *position == key).count();
        out.raw("open_tickets", chain.open_tickets, open as Raw);
        out.same(
            "rent_payer",
            self.cast.who(&chain.rent_payer),
            position.rent_payer,
        );
    }

    fn emission(out: &mut Differences, chain: &state::NodeEmission, emission: &Emission) {
        const NEVER: u64 = u64::MAX;
        out.raw("weight", chain.weight, emission.weight);
        let pending = (chain.pending_epoch != NEVER).then(|| {
            (
                Raw::from(chain.pending_weight),
                Raw::from(chain.pending_epoch),
            )
        });
        out.same("pending", pending, emission.pending);
        out.same("mark", chain.acc_paid.get(), emission.mark);
        out.raw("settled_epoch", chain.settled_epoch, emission.settled_epoch);
        out.same("settlements", chain.settlements, emission.settlements);
        out.raw("owed", chain.owed, emission.owed);
        out.raw("harvested", chain.harvested, emission.harvested);
        out.raw("quality", chain.quality_bps, emission.quality);
        out.raw("score", chain.score_bps, emission.score);
        let scored = (chain.score_epoch != NEVER).then(|| Raw::from(chain.score_epoch));
        out.same("score_epoch", scored, emission.score_epoch);
    }
}
