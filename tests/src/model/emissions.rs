//! `io_emissions`: epochs, scores and what each node earns.

use super::{
    Account, Governance, IO, Model, NodeKey, Outcome, Raw, Reason, Refused, RewardPool, Scheduled,
    Time, Told, Who,
    curve::Curve,
    exact::{of_units, part},
    mint::DISTRIBUTOR,
    node::Status,
};
use io_client::shared::{
    constants::{BPS, MAX_BOOST_BPS, MAX_BOUNTY_BPS, MAX_SCORE_AGE_EPOCHS},
    errors::EmissionsError,
};
use std::collections::BTreeMap;

const FULL: Raw = BPS as Raw;

/// Rules in the order of their numbers: bounty, its cap, boost, age and step of scores.
pub type Rules = [Scheduled; 5];

#[derive(Clone, Debug)]
pub struct Emissions {
    pub governance: Governance,
    pub scorer: Who,
    pub curve: u8,
    pub start: Time,
    pub epochs: Raw,
    pub emitted: Raw,
    pub bounties: Raw,
    pub rules: Rules,
    pub pools: Vec<RewardPool>,
    pub nodes: BTreeMap<NodeKey, Emission>,
}

/// What one node earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emission {
    pub pool: u8,
    pub weight: Raw,
    /// A weight that counts from a later epoch on, and the epoch it was earned in.
    pub pending: Option<(Raw, Raw)>,
    /// The pool's emission per weight up to which it is settled, but for less than a raw unit.
    pub mark: u128,
    pub settled_epoch: Raw,
    pub settlements: u64,
    pub owed: Raw,
    pub harvested: Raw,
    pub quality: Raw,
    pub score: Raw,
    pub score_epoch: Option<Raw>,
    /// Where the stake first dropped since the last settlement, and the least it was since (decision 4).
    pub drop: Option<(u128, Raw)>,
    pub rent_payer: Who,
}

/// Whether a rule may have a value.
pub fn rule_allows(rule: u8, value: Raw) -> bool {
    match rule {
        0 => value <= MAX_BOUNTY_BPS.into(),
        1 => true,
        2 => (FULL..=MAX_BOOST_BPS.into()).contains(&value),
        3 => (1..=MAX_SCORE_AGE_EPOCHS.into()).contains(&value),
        4 => (1..=FULL).contains(&value),
        _ => false,
    }
}

impl Emission {
    fn is_stale(&self, pool: &RewardPool, max_age: Raw) -> bool {
        self.score_epoch
            .is_some_and(|scored| pool.epochs - scored > max_age)
    }

    fn set_weight(&mut self, pool: &mut RewardPool, weight: Raw) {
        if weight != self.weight {
            pool.weight += weight - self.weight;
            self.weight = weight;
            // What waits of less than a raw unit stays with the pool (decision 14).
            self.mark = pool.per_weight;
        }
    }
}

/// class multiplier × processors × stake boost × score, each step rounded down (decision 9).
fn weigh(model: &Model, key: NodeKey, score: Raw, stake: Raw) -> Raw {
    let now = model.now;
    let node = &model.staking.nodes[&key];
    if stake == 0 || score == 0 {
        return 0;
    }
    let (min, max) = (node.minimum.at(now), node.maximum);
    let most = model.emissions.rules[2].at(now) - FULL;
    let boost = if stake < min {
        0
    } else if stake >= max {
        FULL + if max > min { most } else { 0 }
    } else {
        FULL + part(most, stake - min, max - min)
    };
    part(node.multiplier * node.processors * boost, score, FULL)
}

impl Model {
    fn emission(&self, key: NodeKey) -> Outcome<Emission> {
        self.node(key)?;
        let found = self.emissions.nodes.get(&key).copied();
        found.ok_or_else(|| Reason::Account.into())
    }

    fn pool_of(&self, emission: &Emission) -> RewardPool {
        self.emissions.pools[usize::from(emission.pool)]
    }

    fn put_emission(&mut self, key: NodeKey, emission: Emission, pool: RewardPool) {
        self.emissions.pools[usize::from(emission.pool)] = pool;
        self.emissions.nodes.insert(key, emission);
    }

    /// Epochs that are over.
    pub fn epoch(&self) -> Raw {
        let curve = Curve::by_id(self.emissions.curve).expect("checked at the start");
        curve.elapsed(self.emissions.start, self.now)
    }

    /// Notes that a node's earning stake may have fallen: from here on emissions pay for the lower.
    pub(super) fn note_drop(&mut self, key: NodeKey) {
        let stake = self.staking.nodes[&key].earning(self.now);
        let Some(emission) = self.emissions.nodes.get_mut(&key) else {
            return;
        };
        let here = self.emissions.pools[usize::from(emission.pool)].per_weight;
        emission.drop = Some(match emission.drop {
            Some((mark, lowest)) => (mark, lowest.min(stake)),
            None => (here, stake),
        });
    }

    /// Whether something accrued, or a drop waits, that new terms must not reach (decision 13).
    pub(super) fn is_unsettled(&self, key: NodeKey) -> bool {
        self.emissions.nodes.get(&key).is_some_and(|emission| {
            let since = self.pool_of(emission).per_weight - emission.mark;
            emission.drop.is_some() || of_units(since, emission.weight) != 0
        })
    }

    /// Books what a node accrued: its own, or the pool's again.
    fn settle(&self, key: NodeKey, emission: &mut Emission, pool: &mut RewardPool) {
        let now = self.now;
        let node = &self.staking.nodes[&key];
        let since = pool.per_weight - emission.mark;
        let accrued = of_units(since, emission.weight);
        let (mark, drop) = (pool.per_weight, emission.drop.take());
        let lower = |emission: &mut Emission, pool: &mut RewardPool, stake| {
            let ceiling = weigh(self, key, emission.score, stake);
            emission.set_weight(pool, emission.weight.min(ceiling));
            if let Some((pending, _)) = &mut emission.pending {
                *pending = ceiling.min(*pending);
            }
        };
        let earned = if emission.is_stale(pool, self.emissions.rules[3].at(now)) {
            emission.set_weight(pool, 0);
            emission.pending = None;
            0
        } else if let Some((dropped_at, lowest)) = drop {
            // A drop before the last change of weight counts as right after it.
            let before = dropped_at.saturating_sub(emission.mark);
            let full = of_units(before, emission.weight);
            lower(emission, pool, lowest);
            full + of_units(since - before, emission.weight)
        } else {
            // A minimum that rose by itself lowers the weight; what accrued until then is paid.
            if node.minimum.next.is_some_and(|(_, at)| now >= at) {
                lower(emission, pool, node.earning(now));
            }
            accrued
        };
        pool.forfeit(accrued - earned);
        emission.owed += earned;
        if accrued > 0 {
            emission.mark = mark;
        }
        emission.settled_epoch = pool.epochs;
        emission.settlements += 1;
    }

    /// Brings a settled node's weight up to date: down at once, up from a later epoch on.
    fn touch(&self, key: NodeKey, emission: &mut Emission, pool: &mut RewardPool) {
        let stake = self.staking.nodes[&key].earning(self.now);
        let stale = emission.is_stale(pool, self.emissions.rules[3].at(self.now));
        let target = if stale {
            0
        } else {
            weigh(self, key, emission.score, stake)
        };
        let allowed = match emission.pending {
            Some((weight, epoch)) if epoch < pool.epochs => weight.max(emission.weight),
            _ => emission.weight,
        };
        emission.set_weight(pool, target.min(allowed));
        emission.pending = (target > allowed).then_some((target, pool.epochs));
    }

    pub fn enroll_node(&mut self, payer: Who, key: NodeKey) -> Outcome {
        let node = self.node(key)?;
        let pool_id = self.staking.classes[&node.class].pool;
        let mut refused = Refused::default();
        refused.unless(node.status != Status::Retired, EmissionsError::NodeRetired);
        refused.unless(!self.emissions.nodes.contains_key(&key), Reason::Account);
        let Some(pool) = self.emissions.pools.get(usize::from(pool_id)) else {
            return Err(Reason::Account.into());
        };
        refused.done()?;
        let emission = Emission {
            pool: pool_id,
            weight: 0,
            pending: None,
            mark: pool.per_weight,
            settled_epoch: pool.epochs,
            settlements: 0,
            owed: 0,
            harvested: 0,
            quality: 0,
            score: 0,
            score_epoch: None,
            drop: None,
            rent_payer: payer,
        };
        self.emissions.nodes.insert(key, emission);
        Ok(())
    }

    pub fn close_node_emission(&mut self, key: NodeKey) -> Outcome {
        let mut emission = self.emission(key)?;
        let mut pool = self.pool_of(&emission);
        let mut refused = Refused::default();
        let retired = self.node(key)?.status == Status::Retired;
        refused.unless(retired, EmissionsError::NodeNotRetired);
        self.settle(key, &mut emission, &mut pool);
        refused.unless(emission.owed == 0, EmissionsError::HarvestFirst);
        refused.done()?;
        emission.set_weight(&mut pool, 0);
        self.put_emission(key, emission, pool);
        self.emissions.nodes.remove(&key);
        Ok(())
    }

    /// Mints what the curve owes for all epochs that are over, pays the bounty and shares out the rest. What
    /// the curve has emitted is told: it may err by less than 1 raw, and is the cap at the end.
    pub fn advance_epoch(&mut self, to: Account, told: &dyn Told) -> Outcome {
        let now = self.now;
        let curve = Curve::by_id(self.emissions.curve).expect("checked at the start");
        let epoch = self.epoch();
        if epoch <= self.emissions.epochs {
            return Ok(());
        }
        let target = told.emitted().unwrap_or_else(|| curve.emitted(epoch));
        self.hold(curve.agrees(epoch, target), || {
            format!("{target} raw emitted after {epoch} epochs")
        });
        let emission = target - self.emissions.emitted;
        if emission > 0 {
            self.mint_to(DISTRIBUTOR, Account::Emissions, emission)?;
        }
        let [bps, cap, ..] = self.emissions.rules.map(|rule| rule.at(now));
        let bounty = part(emission, bps, FULL).min(cap);
        self.tokens.transfer(Account::Emissions, to, bounty)?;
        self.emissions.bounties += bounty;
        self.emissions.emitted = target;
        self.emissions.epochs = epoch;
        let total = emission - bounty;
        let due_at = curve.opens(self.emissions.start, epoch + 1);
        let mut left = total;
        let count = self.emissions.pools.len();
        let mut parted = Vec::new();
        for (index, pool) in self.emissions.pools.iter_mut().enumerate() {
            // The last pool takes what rounding left over.
            let amount = if index + 1 == count {
                left
            } else {
                part(total, pool.share.at(now), FULL)
            };
            left -= amount;
            let told = told.per_weight(index as u8);
            parted.extend(pool.share_out(amount, epoch, due_at, told));
        }
        self.parted.extend(parted);
        Ok(())
    }

    pub fn set_scores(&mut self, by: Who, pool_id: u8, scores: &[(NodeKey, Raw)]) -> Outcome {
        let now = self.now;
        let Some(mut pool) = self.emissions.pools.get(usize::from(pool_id)).copied() else {
            return Err(Reason::Account.into());
        };
        let mut refused = Refused::default();
        refused.unless(by == self.emissions.scorer, EmissionsError::Unauthorized);
        refused.unless(self.epoch() <= pool.epochs, EmissionsError::CrankFirst);
        let step = self.emissions.rules[4].at(now);
        let mut scored = BTreeMap::new();
        for (key, score) in scores {
            let known = scored.get(key).or(self.emissions.nodes.get(key));
            let Some(mut emission) = known.copied() else {
                refused.unless(false, EmissionsError::WrongNode);
                continue;
            };
            refused.unless(emission.pool == pool_id, EmissionsError::WrongPool);
            refused.unless(*score <= FULL, EmissionsError::ScoreTooHigh);
            let again = emission.score_epoch == Some(pool.epochs);
            refused.unless(!again, EmissionsError::AlreadyScored);
            if !refused.0.is_empty() {
                continue;
            }
            self.settle(*key, &mut emission, &mut pool);
            if *score > 0 {
                // Down at any time; otherwise so far for each epoch since the last score.
                let elapsed = emission.score_epoch.map_or(0, |last| pool.epochs - last);
                let moved = (emission.quality - score).abs();
                let reached = emission.quality == 0 || moved <= step * elapsed;
                refused.unless(reached, EmissionsError::ScoreStepTooLarge);
                emission.quality = *score;
            }
            emission.score = *score;
            emission.score_epoch = Some(pool.epochs);
            self.touch(*key, &mut emission, &mut pool);
            scored.insert(*key, emission);
        }
        refused.done()?;
        self.emissions.pools[usize::from(pool_id)] = pool;
        self.emissions.nodes.extend(scored);
        Ok(())
    }

    pub fn sync_node(&mut self, key: NodeKey) -> Outcome {
        let mut emission = self.emission(key)?;
        let mut pool = self.pool_of(&emission);
        if self.epoch() > pool.epochs {
            return Err(EmissionsError::CrankFirst.into());
        }
        self.settle(key, &mut emission, &mut pool);
        self.touch(key, &mut emission, &mut pool);
        self.put_emission(key, emission, pool);
        Ok(())
    }

    /// Settles a node and shares out what it is owed; a weight that waited and is due counts from now on.
    pub fn harvest(&mut self, key: NodeKey, told: &dyn Told) -> Outcome {
        let mut emission = self.emission(key)?;
        let mut pool = self.pool_of(&emission);
        self.settle(key, &mut emission, &mut pool);
        let due = emission
            .pending
            .is_some_and(|(_, epoch)| epoch < pool.epochs);
        if due && self.epoch() <= pool.epochs {
            self.touch(key, &mut emission, &mut pool);
        }
        let amount = std::mem::take(&mut emission.owed);
        emission.harvested += amount;
        pool.owed -= amount;
        self.put_emission(key, emission, pool);
        if amount > 0 {
            self.tokens
                .transfer(Account::Emissions, Account::Rewards(key), amount)?;
            self.distribute(key, told)?;
        }
        Ok(())
    }

    pub fn schedule_emissions_rule(&mut self, by: Who, rule: u8, next: Raw) -> Outcome {
        let now = self.now;
        let mut refused = Refused::default();
        refused.unless(
            self.emissions.governance.is_authority(by),
            EmissionsError::Unauthorized,
        );
        refused.unless(rule_allows(rule, next), EmissionsError::RuleOutOfBounds);
        refused.done()?;
        self.emissions.rules[usize::from(rule)].schedule_rule(next, now);
        Ok(())
    }

    pub fn schedule_shares(&mut self, by: Who, shares: &[Raw; 4]) -> Outcome {
        let now = self.now;
        let count = self.emissions.pools.len();
        let mut refused = Refused::default();
        refused.unless(
            self.emissions.governance.is_authority(by),
            EmissionsError::Unauthorized,
        );
        let (named, rest) = shares.split_at(count);
        let good = named.iter().all(|share| *share > 0)
            && rest.iter().all(|share| *share == 0)
            && named.iter().sum::<Raw>() == FULL;
        refused.unless(good, EmissionsError::WrongShares);
        refused.done()?;
        for (pool, share) in self.emissions.pools.iter_mut().zip(shares) {
            pool.share.schedule_rule(*share, now);
        }
        Ok(())
    }

    pub fn cancel_emissions_changes(&mut self, by: Who) -> Outcome {
        let now = self.now;
        if !self.emissions.governance.is_either(by) {
            return Err(EmissionsError::Unauthorized.into());
        }
        self.emissions
            .rules
            .iter_mut()
            .for_each(|rule| rule.cancel(now));
        self.emissions
            .pools
            .iter_mut()
            .for_each(|pool| pool.share.cancel(now));
        Ok(())
    }

    pub fn set_scorer(&mut self, by: Who, scorer: Who) -> Outcome {
        if !self.emissions.governance.is_authority(by) {
            return Err(EmissionsError::Unauthorized.into());
        }
        self.emissions.scorer = scorer;
        Ok(())
    }

    /// A wallet's account of IO.
    pub fn wallet(who: Who) -> Account {
        Account::Wallet(who, IO)
    }
}
