//! Steps at random, weighted so that deep states are reached: mostly what may succeed, by whoever may do it,
//! with amounts at and around the limits; now and then anything by anybody.

mod market;
mod monetary;
mod payments;
mod rewards;
mod stake;

use super::{
    action::{Action, Gift, Step},
    begin::{self, Genesis, LEAST_SUPPLY},
    cast::{AUTHORITY, FIRST, OTHER, WALLETS},
};
use crate::GENESIS;
use crate::model::{Model, NodeKey, PositionKey, Price, Raw, TicketKey, Time, USDC, Who};
use io_client::shared::constants::{COOLDOWN, DAY, GENESIS_SUPPLY, HOUR, SLASH_DELAY, SLASH_LAPSE};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// Raw amounts as instructions name them.
pub fn word(amount: Raw) -> u64 {
    u64::try_from(amount.max(0)).unwrap_or(u64::MAX)
}

/// A source of steps.
pub struct Generator {
    rng: ChaCha8Rng,
    orders: u16,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            orders: 0,
        }
    }

    /// Whether something with a chance of so many in a hundred happens.
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn below(&mut self, most: u64) -> u64 {
        self.rng.random_range(0..most.max(1))
    }

    /// One of several.
    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.choose(&mut self.rng).cloned()
    }

    fn wallet(&mut self) -> Who {
        self.rng.random_range(FIRST..WALLETS)
    }

    /// `who`, and now and then somebody else.
    fn by(&mut self, who: Who) -> Who {
        if self.chance(4) || who >= WALLETS {
            self.rng.random_range(0..WALLETS)
        } else {
            who
        }
    }

    /// A number up to `most`, or the first above it.
    fn bounded(&mut self, most: u64) -> u64 {
        if self.chance(15) {
            most + 1
        } else {
            self.below(most + 1)
        }
    }

    /// An amount up to and around `limit`: small, a part, just all of it, one above.
    fn amount(&mut self, limit: Raw) -> u64 {
        let limit = word(limit);
        match self.below(12) {
            0 => 1,
            1 => limit,
            2 => limit.saturating_add(1),
            3 => limit.saturating_sub(1),
            4 => self.below(1_000),
            5 => self.below(100_000_000),
            6 => limit / 2,
            7 if self.chance(5) => 0,
            _ => self.below(limit.saturating_add(2)),
        }
    }

    /// How a network begins.
    pub fn genesis(&mut self) -> Genesis {
        let curve = u8::from(self.chance(20));
        let length: Time = if curve == 0 { HOUR } else { 2_628_000 };
        let epochs: Time = if curve == 0 { 175_319 } else { 240 };
        let whole = length * epochs;
        // Just begun, well under way, near the end and beyond, or still to come.
        let running = match self.below(10) {
            0..=5 => self.rng.random_range(0..length * 3),
            6 => self.rng.random_range(0..whole),
            7 => whole - self.rng.random_range(0..length * 20),
            8 => whole + self.rng.random_range(0..length),
            _ => -self.rng.random_range(0..length * 3),
        };
        let adopt = self.chance(35);
        let shares = match self.below(4) {
            0 => [10_000, 0, 0, 0],
            1 => [7_000, 3_000, 0, 0],
            2 => [1, 9_998, 1, 0],
            _ => [2_500; 4],
        };
        // The less there is, the more may be promised to others.
        let supply = match self.below(6) {
            0 => GENESIS_SUPPLY,
            1 => LEAST_SUPPLY,
            _ => self.rng.random_range(LEAST_SUPPLY..GENESIS_SUPPLY),
        };
        let mut genesis = Genesis {
            adopt,
            supply,
            curve,
            running,
            shares,
            min_self_stake: *[5_000, 5_000, 0, 10_000, 1, 3_333]
                .choose(&mut self.rng)
                .expect("some"),
            rules: [
                self.below(101),
                *[100_000_000, 1, u64::MAX, 0]
                    .choose(&mut self.rng)
                    .expect("some"),
                self.rng.random_range(10_000..=50_000),
                *[1, 2, 24, 168].choose(&mut self.rng).expect("some"),
                self.rng.random_range(1..=10_000),
            ],
            payout_fee: self.below(501),
            usdc_fee: *[200, 0, 1, 500].choose(&mut self.rng).expect("some"),
            drafts: Vec::new(),
        };
        if !adopt && self.chance(50) {
            let model = begin::model(&genesis, GENESIS, 0);
            genesis.drafts = self.drafts(model, supply.into());
        }
        genesis
    }

    /// What happens next.
    pub fn step(&mut self, model: &Model) -> Step {
        if self.chance(4) {
            return self.moment(model);
        }
        let wait = self.wait(model);
        let now = model.now + wait;
        let young = model.staking.nodes.len() < 4;
        let actions = match self.below(100) {
            _ if self.chance(8) && Self::stopped(model) => self.resume(model),
            0..26 => self.staking(model),
            _ if young && self.chance(60) => self.staking(model),
            26..46 => self.rewards(model),
            46..50 => self.node_terms(model),
            50..56 => self.leaving(model),
            56..60 => self.staking_rules(model),
            60..63 => self.emission_rules(model),
            63..83 => self.paying(model, now),
            83..91 => self.listing(model),
            91..95 => self.monetary(model),
            95..97 => self.offices(model),
            97..98 => self.gift(model),
            _ => self.price(now),
        };
        Step {
            wait,
            ..Step::now(actions)
        }
    }

    fn stopped(model: &Model) -> bool {
        model.mint.paused || model.staking.paused || model.payments.paused
    }

    /// Pauses do not last, or nothing else would happen.
    fn resume(&mut self, model: &Model) -> Vec<Action> {
        let (program, by) = if model.mint.paused {
            (0, model.mint.governance.authority)
        } else if model.staking.paused {
            (1, model.staking.governance.authority)
        } else {
            (3, model.payments.governance.authority)
        };
        vec![Action::SetPaused {
            by,
            program,
            paused: false,
        }]
    }

    /// Seconds that pass: mostly few, often to just before or at a moment that matters.
    fn wait(&mut self, model: &Model) -> i64 {
        let epoch = model
            .emissions
            .pools
            .first()
            .map_or(HOUR, |pool| (pool.due_at - model.now).clamp(1, 40 * DAY));
        match self.below(100) {
            0..62 => 0,
            62..80 => self.rng.random_range(1..900),
            80..88 if epoch < DAY => epoch - i64::from(self.chance(30)),
            80..88 => self.rng.random_range(1..3 * HOUR),
            88..93 => self.rng.random_range(1..5 * HOUR),
            93..96 => self.rng.random_range(1..60),
            96..98 => 2 * DAY + self.rng.random_range(-1..2),
            98 if self.chance(50) => self.rng.random_range(DAY..40 * DAY),
            98 => COOLDOWN,
            _ if self.chance(3) => self.rng.random_range(DAY..900 * DAY),
            _ => SLASH_DELAY,
        }
    }

    /// Something that waits, tried the second before it is due, just then, or after.
    fn moment(&mut self, model: &Model) -> Step {
        let mut moments: Vec<(Time, Action)> = Vec::new();
        for (ticket, found) in &model.staking.tickets {
            let to = model.staking.positions[&ticket.0].payout;
            let ticket = *ticket;
            moments.push((found.unlock_at, Action::Withdraw { ticket, to }));
        }
        for (node, found) in &model.staking.nodes {
            let node = *node;
            if let Some(slash) = found.slash {
                let ripe = slash.proposed_at + SLASH_DELAY;
                moments.push((ripe, Action::ExecuteSlash { node }));
                let lapses = slash.proposed_at + SLASH_LAPSE;
                moments.push((lapses, Action::ExecuteSlash { node }));
                let by = self.wallet();
                moments.push((lapses, Action::CancelSlash { by, node }));
            }
            let commission = found.commission.next.map(|(_, at)| at);
            moments.extend(commission.map(|at| (at, Action::Distribute { node })));
            let minimum = found.minimum.next.map(|(_, at)| at);
            moments.extend(minimum.map(|at| (at, Action::Harvest { node })));
            let class = &model.staking.classes[&found.class];
            let raised = class.pending(model.now).map(|(_, at)| at);
            moments.extend(raised.map(|at| (at, Action::SyncClass { node })));
        }
        for ((payer, order), receipt) in &model.payments.receipts {
            let (payer, order) = (*payer, *order);
            moments.push((receipt.expires_at, Action::CloseReceipt { payer, order }));
        }
        for (by, minter) in model.mint.minters.iter().filter(|(by, _)| **by < WALLETS) {
            let (by, to) = (*by, self.wallet());
            let amount = 1;
            moments.push((minter.active_at, Action::MintTo { by, to, amount }));
        }
        moments.retain(|(at, _)| *at > model.now);
        // Tickets are many, slashes few.
        let slashes = moments
            .iter()
            .filter(|(_, action)| matches!(action, Action::ExecuteSlash { .. }));
        let slashes: Vec<_> = slashes.cloned().collect();
        if !slashes.is_empty() && self.chance(30) {
            moments = slashes;
        }
        let to = self.wallet();
        let epoch = (model.now + HOUR, Action::AdvanceEpoch { to });
        let (at, action) = self.one(&moments).unwrap_or(epoch);
        Step {
            wait: (at - model.now + self.rng.random_range(-1..2)).max(0),
            ..Step::now(vec![action])
        }
    }

    fn any_node(&mut self, model: &Model) -> Option<NodeKey> {
        let keys: Vec<_> = model.staking.nodes.keys().copied().collect();
        self.one(&keys)
    }

    fn any_position(&mut self, model: &Model) -> Option<PositionKey> {
        let keys: Vec<_> = model.staking.positions.keys().copied().collect();
        self.one(&keys)
    }

    fn any_ticket(&mut self, model: &Model) -> Option<TicketKey> {
        let keys: Vec<_> = model.staking.tickets.keys().copied().collect();
        let ripe: Vec<_> = keys
            .iter()
            .copied()
            .filter(|key| model.staking.tickets[key].unlock_at <= model.now)
            .collect();
        let worn = ripe.iter().filter(|key| Self::is_worn(model, key.0));
        let least = worn.min_by_key(|key| model.staking.tickets[key].amount);
        if least.is_some() && self.chance(30) {
            return least.copied();
        }
        if !ripe.is_empty() && self.chance(80) {
            return self.one(&ripe);
        }
        self.one(&keys)
    }

    /// A hand-over of any program, or its guardian.
    fn offices(&mut self, model: &Model) -> Vec<Action> {
        let program = self.rng.random_range(0..4);
        let governance = match program {
            0 => &model.mint.governance,
            1 => &model.staking.governance,
            2 => &model.emissions.governance,
            _ => &model.payments.governance,
        };
        let by = self.by(governance.authority);
        // Offices change hands seldom for long: the first authority gets them back.
        let back = governance.authority != AUTHORITY && self.chance(70);
        let who = if back {
            AUTHORITY
        } else {
            self.rng.random_range(0..WALLETS)
        };
        let action = match self.below(5) {
            0 | 1 => Action::NominateAuthority { by, program, who },
            2 | 3 => Action::AcceptAuthority {
                by: self.by(governance.nominee),
                program,
            },
            _ => Action::SetGuardian {
                by,
                program,
                who: if self.chance(80) {
                    super::cast::GUARDIAN
                } else {
                    who
                },
            },
        };
        vec![action]
    }

    fn gift(&mut self, model: &Model) -> Vec<Action> {
        let by = self.wallet();
        let node = self.any_node(model).unwrap_or((FIRST, 0));
        let to = match self.below(6) {
            0 => Gift::Stake(node),
            1 | 2 => Gift::Rewards(node),
            3 => Gift::Emissions,
            4 => Gift::Earnings(self.wallet()),
            _ => Gift::Fees,
        };
        let amount = self.below(100_000_000_000);
        vec![Action::Gift { by, to, amount }]
    }

    /// IO is worth about 15 cents, as the pool has it, USDC a dollar.
    fn price(&mut self, now: Time) -> Vec<Action> {
        let token = self.rng.random_range(0..=OTHER);
        vec![self.price_of(token, now)]
    }

    fn price_of(&mut self, token: u8, now: Time) -> Action {
        let fair = match token {
            0 => 15_000_000,
            USDC => 100_000_000,
            _ => 20_000_000_000,
        };
        let price = match self.below(12) {
            0 if self.chance(30) => -1,
            1 => self.rng.random_range(1..i64::from(u32::MAX)),
            _ => fair * self.rng.random_range(70..130) / 100,
        };
        let confidence = match self.below(8) {
            0 => price.unsigned_abs() / 8,
            _ => self.below(price.unsigned_abs() / 500 + 1),
        };
        let published = match self.below(8) {
            0 => now - self.rng.random_range(0..2 * HOUR),
            1 => now + self.rng.random_range(0..HOUR),
            _ => now,
        };
        let price = Price {
            price,
            confidence,
            exponent: if self.chance(4) {
                self.rng.random_range(-14..2)
            } else {
                -8
            },
            published,
            verified: !self.chance(4),
            right_id: !self.chance(4),
        };
        Action::Price { token, price }
    }
}
