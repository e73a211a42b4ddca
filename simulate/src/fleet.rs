//! The nodes of one pool, and what becomes of them.
//!
//! A fleet has places. A node takes a free one, lives there through whatever chance has for it, and leaves;
//! some time later another takes the place. Every `touch_every` epochs the scorer visits a node; at each
//! visit chance decides what happens until the next. What happens is an appointment in the calendar.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use bytemuck::Zeroable;
use io_shared::{
    constants::COOLDOWN,
    state::{DeviceClass, NEVER, Scheduled, Ticket, TrancheKind},
};

use crate::{
    books,
    ledger::{Ledger, move_in},
    member::{Member, Terms},
    plan::Plan,
    random::Random,
};

/// Seconds in an hour and in a day.
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What may happen to a node that is up, and how often in a thousand years.
const FATES: [(Deed, u64); 6] = [
    (Deed::Fail, 6_000),
    (Deed::Raise, 2_000),
    (Deed::Drop, 1_000),
    (Deed::Neglect, 500),
    (Deed::Retire, 300),
    (Deed::Halt, 20),
];

/// Harvests by a keeper in a thousand years.
const HARVESTS: u64 = 12_000;

/// What FATES and HARVESTS count in.
const YEARS: u64 = 1_000;

/// Of a hundred places, those taken as the first epoch opens; the others follow within [`GROWTH_DAYS`].
const FOUNDERS_PERCENT: u64 = 5;

/// Days in which the fleet grows to its full size.
const GROWTH_DAYS: u64 = 4 * 365;

/// About how many regular visits the scorer has made after so many epochs: what the time left is
/// estimated by.
pub fn expected_visits(plan: &Plan, epochs: u64) -> u64 {
    let growth = plan.epochs_in(GROWTH_DAYS.saturating_mul(DAY));
    // Sum over the epochs of the part of the other places that are taken: a triangle, then all.
    let others = if epochs < growth {
        epochs
            .saturating_mul(epochs)
            .checked_div(growth.saturating_mul(2))
    } else {
        Some(epochs.saturating_sub(growth >> 1))
    };
    let percent = FOUNDERS_PERCENT.saturating_mul(epochs).saturating_add(
        others
            .unwrap_or(0)
            .saturating_mul(100_u64.saturating_sub(FOUNDERS_PERCENT)),
    );
    u64::from(plan.settings.nodes)
        .saturating_mul(percent)
        .checked_div(plan.settings.touch_every.saturating_mul(100))
        .unwrap_or(0)
}

/// Lowest score of a node that is up, in basis points.
const LEAST_QUALITY: u64 = 5_000;

/// Most basis points that a score moves from one visit to the next.
const DRIFT: u64 = 300;

/// Numbers of processors that nodes have, one as likely as another.
const PROCESSORS: [u16; 5] = [1, 1, 2, 4, 8];

/// Something done to a node or by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// A keeper brings its weight up to date.
    Sync,
    /// It is seen down.
    Fail,
    /// It is seen up again.
    Recover,
    /// Its operator or a delegator stakes more.
    Raise,
    /// One of them asks for stake back.
    Drop,
    /// The scorer forgets it until its score is too old.
    Neglect,
    /// The guardian halts it.
    Halt,
    /// It is resumed, or given up.
    Resume,
    /// Its operator gives it up.
    Retire,
    /// A ticket is paid.
    Withdraw(Claimant),
}

/// A ticket as the calendar keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claimant {
    tranche: u8,
    amount: u64,
    shares: u64,
}

/// A deed and the epoch's node that it is for.
#[derive(Clone, Copy, Debug)]
struct Appointment {
    place: usize,
    /// Of the place's tenants, which: deeds for one who is gone come to nothing.
    tenant: u32,
    deed: Deed,
}

/// A place for a node.
#[derive(Clone, Debug)]
struct Place {
    member: Option<Member>,
    tenant: u32,
    /// Whether its node is down.
    down: bool,
    /// Whether its node retired and waits for its stake.
    leaving: bool,
    /// Epoch before which a free place stays free, or a forgotten node unvisited.
    idle_until: u64,
}

/// The nodes of one pool.
#[derive(Clone, Debug)]
pub struct Fleet {
    pub ledger: Ledger,
    places: Vec<Place>,
    classes: Vec<DeviceClass>,
    /// How likely a class is, in the order of `classes`.
    likely: Vec<u64>,
    calendar: BTreeMap<u64, Vec<Appointment>>,
    random: Random,
    plan: Plan,
}

/// The kind of stake that a deed is about, and how much.
type Part = (TrancheKind, u64);

impl Fleet {
    /// A pool's places, all free.
    pub fn new(plan: &Plan, pool: usize) -> Result<Self> {
        let now = plan.time(0);
        let account = *plan.pools().get(pool).context("no such pool")?;
        let classes: Vec<DeviceClass> = plan
            .classes(pool)
            .map(|class| DeviceClass {
                id: class.id,
                pool: class.pool,
                delegators_slashable: Scheduled::new(class.delegators_slashable.into()),
                multiplier_milli: Scheduled::new(class.multiplier_milli),
                max_stake_multiple: Scheduled::new(class.max_stake_multiple),
                ..DeviceClass::zeroed()
            })
            .collect();
        // As many nodes as their collateral is low: each class locks about as much in all.
        let likely = plan
            .classes(pool)
            .map(|class| 1_000_000_000_u64.checked_div(class.multiplier_milli))
            .collect::<Option<Vec<u64>>>()
            .context("a class has no multiplier; give it one of at least 1 thousandth")?;
        let rules = plan.emissions()?.weight_rules(now);
        let stream = u64::try_from(pool)?;
        let mut random = Random::new(plan.settings.seed, stream);
        let growth = plan.epochs_in(GROWTH_DAYS.saturating_mul(DAY));
        let mut places = Vec::new();
        for _ in 0..plan.places(pool) {
            let founder = random.below(100) < FOUNDERS_PERCENT;
            places.push(Place {
                member: None,
                tenant: 0,
                down: false,
                leaving: false,
                idle_until: if founder { 0 } else { random.below(growth) },
            });
        }
        Ok(Self {
            ledger: Ledger::new(account, rules, now, classes.len()),
            places,
            classes,
            likely,
            calendar: BTreeMap::new(),
            random,
            plan: plan.clone(),
        })
    }

    /// The nodes that exist.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.places.iter().filter_map(|place| place.member.as_ref())
    }

    /// A node whose books a test may break.
    #[cfg(test)]
    pub fn any_member(&mut self) -> &mut Member {
        self.places
            .iter_mut()
            .find_map(|place| place.member.as_mut())
            .expect("a node")
    }

    /// All that happens in `epoch`, which opens with the pool being given `part`. Epoch 0 has none.
    pub fn live_through(&mut self, epoch: u64, part: u64) -> Result<()> {
        if epoch > 0 {
            self.ledger.crank(part, epoch, self.plan.time(epoch))?;
        }
        for appointment in self.calendar.remove(&epoch).unwrap_or_default() {
            self.keep(appointment)
                .with_context(|| format!("{appointment:?}"))?;
        }
        for place in self.cohort(epoch) {
            self.visit(place)
                .with_context(|| format!("the visit of the node in place {place}"))?;
        }
        #[cfg(test)]
        if let Some(fault) = self.plan.fault
            && fault.epoch == epoch
            && self.ledger.pool.id == 0
        {
            (fault.done)(self);
        }
        books::check_pool(&self.ledger)
    }

    /// Harvests every node that is left.
    pub fn finish(&mut self) -> Result<()> {
        for place in &mut self.places {
            if let Some(member) = &mut place.member
                && !place.leaving
            {
                member.harvest(&mut self.ledger)?;
                member.claim(&mut self.ledger)?;
            }
        }
        books::check_pool(&self.ledger)
    }

    /// The places visited in an epoch: neighbours, so that a visit finds the next one's accounts near.
    fn cohort(&self, epoch: u64) -> std::ops::Range<usize> {
        let every = self.plan.settings.touch_every;
        let turn = epoch.checked_rem(every).unwrap_or(0);
        let bound = |turn: u64| {
            u64::try_from(self.places.len())
                .ok()
                .and_then(|places| places.checked_mul(turn)?.checked_div(every))
                .and_then(|bound| usize::try_from(bound).ok())
                .unwrap_or(0)
        };
        bound(turn)..bound(turn.saturating_add(1))
    }

    /// The scorer's regular visit.
    fn visit(&mut self, index: usize) -> Result<()> {
        let (epoch, period) = (self.ledger.epoch, self.per_visit());
        let place = self.places.get_mut(index).context("no such place")?;
        if place.leaving || epoch < place.idle_until {
            return Ok(());
        }
        let Some(member) = &mut place.member else {
            return self.join(index);
        };
        if member.is_scored(&self.ledger) {
            member.sync(&mut self.ledger)?;
        } else if place.down {
            member.score(0, &mut self.ledger)?;
        } else {
            let quality = drift(&mut self.random, member.emission.quality_bps);
            member.score(quality, &mut self.ledger)?;
        }
        if self.random.below(period) < HARVESTS {
            member.harvest(&mut self.ledger)?;
            member.claim(&mut self.ledger)?;
        }
        let calm = !place.down && member.node.is_open();
        self.follow_up(index)?;
        if calm {
            self.draw_fate(index, period)?;
        }
        Ok(())
    }

    /// Chances in [`YEARS`] years are counted against this at each visit.
    fn per_visit(&self) -> u64 {
        self.plan
            .epochs_in_a_year()
            .saturating_mul(YEARS)
            .checked_div(self.plan.settings.touch_every)
            .unwrap_or(0)
    }

    /// Decides what happens to a node until the next visit.
    fn draw_fate(&mut self, index: usize, period: u64) -> Result<()> {
        let mut drawn = self.random.below(period);
        for (deed, often) in FATES {
            if drawn < often {
                let wait = self.random.between(1, self.plan.settings.touch_every);
                return self.appoint(index, wait, deed);
            }
            drawn = drawn.saturating_sub(often);
        }
        Ok(())
    }

    /// A rise that waits takes effect at a touch in the next epoch.
    fn follow_up(&mut self, index: usize) -> Result<()> {
        let place = self.places.get(index).context("no such place")?;
        let waits = place
            .member
            .as_ref()
            .is_some_and(|member| member.emission.pending_epoch != NEVER);
        // Visited every epoch, it needs no appointment.
        if waits && self.plan.settings.touch_every > 1 {
            self.appoint(index, 1, Deed::Sync)?;
        }
        Ok(())
    }

    fn appoint(&mut self, index: usize, wait: u64, deed: Deed) -> Result<()> {
        let tenant = self.places.get(index).context("no such place")?.tenant;
        let epoch = self.ledger.epoch.saturating_add(wait);
        if epoch <= self.plan.epochs {
            self.calendar.entry(epoch).or_default().push(Appointment {
                place: index,
                tenant,
                deed,
            });
        }
        Ok(())
    }

    /// A node takes a free place.
    fn join(&mut self, index: usize) -> Result<()> {
        let class = self.draw_class();
        let terms = Terms {
            class,
            processors: self.draw_processors(),
            commission_bps: self.random.below(2_001),
            delegation_open: self.random.below(2) == 0,
            min_self_stake_bps: self.plan.cluster.staking.min_self_stake_bps,
        };
        let class = self
            .classes
            .get(usize::from(class))
            .context("no such class")?;
        let mut member = Member::register(&terms, class, &mut self.ledger)?;
        let stake = draw_stake(&mut self.random, &member, self.ledger.now);
        member.deposit(TrancheKind::Operator, stake, &mut self.ledger)?;
        let quality = self.random.between(LEAST_QUALITY, 10_000);
        member.score(quality, &mut self.ledger)?;
        let place = self.places.get_mut(index).context("no such place")?;
        *place = Place {
            member: Some(member),
            tenant: place.tenant.wrapping_add(1),
            down: false,
            leaving: false,
            idle_until: 0,
        };
        self.follow_up(index)
    }

    /// Does what was appointed, if its node is still there.
    fn keep(&mut self, appointment: Appointment) -> Result<()> {
        let index = appointment.place;
        let place = self.places.get_mut(index).context("no such place")?;
        let Some(member) = &mut place.member else {
            return Ok(());
        };
        if place.tenant != appointment.tenant {
            return Ok(());
        }
        if let Deed::Withdraw(claimant) = appointment.deed {
            member.withdraw(&claimant.ticket(), &mut self.ledger)?;
            return self.vacate(index);
        }
        if place.leaving {
            return Ok(());
        }
        let open = member.node.is_open();
        let (ledger, random, plan) = (&mut self.ledger, &mut self.random, &self.plan);
        match appointment.deed {
            Deed::Fail | Deed::Recover if member.is_scored(ledger) => {
                return self.appoint(index, 1, appointment.deed);
            }
            Deed::Fail => {
                member.score(0, ledger)?;
                place.down = true;
                let hours = random.between(1, 72);
                let wait = plan.epochs_in(hours.saturating_mul(HOUR));
                return self.appoint(index, wait, Deed::Recover);
            }
            Deed::Recover => {
                member.score(member.emission.quality_bps, ledger)?;
                place.down = false;
            }
            Deed::Sync => member.sync(ledger)?,
            Deed::Raise if open => {
                member.harvest(ledger)?;
                member.claim(ledger)?;
                let (kind, amount) = draw_raise(random, member, ledger.now)?;
                if amount > 0 {
                    member.deposit(kind, amount, ledger)?;
                }
                member.sync(ledger)?;
            }
            Deed::Drop => {
                let (kind, amount) = draw_drop(random, member)?;
                if amount > 0 {
                    let ticket = member.request_unstake(kind, amount, ledger)?;
                    return self.await_withdrawal(index, &[ticket]);
                }
            }
            Deed::Neglect => {
                place.idle_until = ledger.epoch.saturating_add(ledger.rules.max_score_age);
            }
            Deed::Halt if open => {
                member.halt(ledger)?;
                let days = random.between(1, 30);
                let wait = plan.epochs_in(days.saturating_mul(DAY));
                return self.appoint(index, wait, Deed::Resume);
            }
            Deed::Resume if random.below(4) > 0 => member.resume()?,
            Deed::Resume | Deed::Retire => {
                let tickets = member.retire(ledger)?;
                place.leaving = true;
                self.await_withdrawal(index, &tickets)?;
                return self.vacate(index);
            }
            Deed::Raise | Deed::Halt | Deed::Withdraw(_) => {}
        }
        self.follow_up(index)
    }

    /// Appoints the payment of tickets after the cooldown.
    fn await_withdrawal(&mut self, index: usize, tickets: &[Ticket]) -> Result<()> {
        let wait = self.plan.epochs_in(COOLDOWN.unsigned_abs());
        for ticket in tickets {
            self.appoint(
                index,
                wait,
                Deed::Withdraw(Claimant {
                    tranche: ticket.tranche,
                    amount: ticket.amount,
                    shares: ticket.shares,
                }),
            )?;
        }
        Ok(())
    }

    /// Frees the place of a retired node that has all its stake back.
    fn vacate(&mut self, index: usize) -> Result<()> {
        let place = self.places.get_mut(index).context("no such place")?;
        let Some(member) = &place.member else {
            return Ok(());
        };
        if !place.leaving || member.node.tickets > 0 {
            return Ok(());
        }
        ensure!(
            member.stake_vault == 0,
            "a retired node's stake vault keeps {} raw IO",
            member.stake_vault
        );
        move_in(&mut self.ledger.stranded, member.reward_vault)?;
        let days = self.random.between(1, 60);
        *place = Place {
            member: None,
            tenant: place.tenant.wrapping_add(1),
            down: false,
            leaving: false,
            idle_until: self
                .ledger
                .epoch
                .saturating_add(self.plan.epochs_in(days.saturating_mul(DAY))),
        };
        Ok(())
    }

    fn draw_class(&mut self) -> u8 {
        let mut drawn = self.random.below(self.likely.iter().sum());
        for (class, likely) in (0..).zip(&self.likely) {
            if drawn < *likely {
                return class;
            }
            drawn = drawn.saturating_sub(*likely);
        }
        0
    }

    fn draw_processors(&mut self) -> u16 {
        let kinds = u64::try_from(PROCESSORS.len()).unwrap_or(1);
        usize::try_from(self.random.below(kinds))
            .ok()
            .and_then(|index| PROCESSORS.get(index).copied())
            .unwrap_or(1)
    }
}

impl Claimant {
    fn ticket(self) -> Ticket {
        Ticket {
            tranche: self.tranche,
            amount: self.amount,
            shares: self.shares,
            ..Ticket::zeroed()
        }
    }
}

/// A node's next score.
fn drift(random: &mut Random, quality: u64) -> u64 {
    let least = quality.saturating_sub(DRIFT).max(LEAST_QUALITY);
    let most = quality.saturating_add(DRIFT).min(10_000);
    random.between(least, most)
}

/// Stake that a node is to have, raw IO: of ten nodes four are at the minimum, one at the maximum.
fn draw_stake(random: &mut Random, member: &Member, now: i64) -> u64 {
    let (min, max) = (member.node.min_stake.at(now), member.node.max_stake);
    match random.below(10) {
        0..4 => min,
        4 => max,
        _ => random.between(min, max),
    }
}

/// Who stakes how much more: the operator, or, where they may, delegators half of the time.
fn draw_raise(random: &mut Random, member: &Member, now: i64) -> Result<Part> {
    let wanted = draw_stake(random, member, now);
    let amount = wanted.saturating_sub(member.node.active_stake());
    let delegated = member.node.delegation_open != 0 && random.below(2) == 0;
    let kind = if delegated {
        member.delegators_kind()?
    } else {
        TrancheKind::Operator
    };
    Ok((kind, amount))
}

/// Who asks for how much back: up to half of what the operator or the delegators have, of ten times once
/// all.
fn draw_drop(random: &mut Random, member: &Member) -> Result<Part> {
    let mut kind = member.delegators_kind()?;
    if random.below(2) == 0 || member.value(kind)? == 0 {
        kind = TrancheKind::Operator;
    }
    let value = member.value(kind)?;
    let amount = if random.below(10) == 0 {
        value
    } else {
        random.below((value >> 1).saturating_add(1))
    };
    Ok((kind, amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Settings,
        run::{run, tests::localnet},
    };
    use io_shared::math::curve::Curve;

    #[test]
    fn the_time_left_is_estimated_by_what_happens() {
        let settings = Settings {
            years: 5,
            nodes: 200,
            ..Settings::whole(&Curve::HOURLY)
        };
        let plan = Plan::new(localnet(), settings).expect("good");
        let outcome = run(&plan, |_| {}).expect("adds up");
        // About every second settlement is a regular visit's, the rest follow from what happens between.
        let expected = expected_visits(&plan, plan.epochs);
        let range = expected..expected.saturating_mul(3);
        assert!(
            range.contains(&outcome.settlements),
            "{expected} {}",
            outcome.settlements
        );
        assert_eq!(expected_visits(&plan, 0), 0);
    }

    #[test]
    fn a_score_drifts_within_its_bounds() {
        let mut random = Random::new(1, 0);
        for quality in [LEAST_QUALITY, 7_000, 10_000] {
            for _ in 0..100 {
                let next = drift(&mut random, quality);
                assert!(next.abs_diff(quality) <= DRIFT);
                assert!((LEAST_QUALITY..=10_000).contains(&next));
            }
        }
    }
}
