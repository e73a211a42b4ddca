//! What a node's terms are and what changes them: its class and the config, its operator; and rewards that
//! become stake.

use super::super::{NodeEmission, RewardPool, Scheduled};
use super::{DeviceClass, Node, Position, StakingConfig, TrancheKind};
use crate::{
    constants::{COOLDOWN, MAX_COMMISSION_BPS},
    errors::StakingError,
    math::fixed::mul_q64,
};

/// What [`Node::compound`] moved from rewards to stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compound {
    /// Raw IO, commission included.
    pub amount: u64,
    pub commission: u64,
    /// Shares issued.
    pub shares: u64,
}

impl Node {
    /// Brings the terms up to date with class and config; whether anything changed.
    pub fn sync_terms(
        &mut self,
        class: &DeviceClass,
        config: &StakingConfig,
        now: i64,
    ) -> Result<bool, StakingError> {
        let before = self.terms();
        let (_, max_stake) = class.stake_bounds(self.processors, now)?;
        self.multiplier_milli = class.earning_multiplier_milli(now);
        self.min_stake = class.min_stake(self.processors, self.registered_at, now)?;
        self.max_stake = max_stake;
        self.min_self_stake_bps = config.min_self_stake_bps.at(now);
        self.delegator_tranche = class.delegator_tranche(now) as u8;
        Ok(self.terms() != before)
    }

    const fn terms(&self) -> (u64, Scheduled, u64, u64, u8) {
        (
            self.multiplier_milli,
            self.min_stake,
            self.max_stake,
            self.min_self_stake_bps,
            self.delegator_tranche,
        )
    }

    /// Refuses new terms while something accrued under the old ones, or a drop in stake waits for its
    /// settlement: emissions settle both by the terms that they find. A harvest just before satisfies it.
    pub fn check_settled(
        &self,
        emission: &NodeEmission,
        pool: &RewardPool,
    ) -> Result<(), StakingError> {
        let since = pool
            .acc_per_weight
            .get()
            .wrapping_sub(emission.acc_paid.get());
        // Less than a raw unit may wait beyond a settlement.
        let accrued = mul_q64(since, emission.weight) != Some(0);
        if accrued || self.drop_settlement == emission.settlements {
            return Err(StakingError::HarvestFirst);
        }
        Ok(())
    }

    /// Sets the operator's part of rewards: a lower one at once, dropping a raise that waits; a raise after
    /// the cooldown, so that everyone can leave before it. Returns when.
    pub fn set_commission(&mut self, bps: u64, now: i64) -> Result<i64, StakingError> {
        if bps > MAX_COMMISSION_BPS {
            return Err(StakingError::CommissionTooHigh);
        }
        let commission = &mut self.commission_bps;
        if bps <= commission.at(now) {
            *commission = Scheduled::new(bps);
            return Ok(now);
        }
        commission
            .schedule(bps, now, COOLDOWN)
            .and_then(|()| commission.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(StakingError::Overflow)
    }

    /// Moves a position's rewards, the operator's with the commission, into its stake: all of them, or if
    /// that does not fit what does, down to `min_accepted`. The rest can still be claimed.
    #[inline(always)]
    pub fn compound(
        &mut self,
        position: &mut Position,
        min_accepted: u64,
    ) -> Result<Compound, StakingError> {
        let kind = position.kind()?;
        position.settle(self.tranche(kind))?;
        let commission = match kind {
            TrancheKind::Operator => self.commission_owed,
            TrancheKind::Protected | TrancheKind::Exposed => 0,
        };
        let rewards = position
            .rewards_owed
            .checked_add(commission)
            .ok_or(StakingError::Overflow)?;
        if rewards == 0 {
            return Err(StakingError::NothingToClaim);
        }
        let amount = self.admit(kind, rewards, min_accepted)?;
        let commission = commission.min(amount);
        // The commission is part of the amount, and both are parts of what they are taken from.
        self.commission_owed = self.commission_owed.wrapping_sub(commission);
        position.rewards_owed = position
            .rewards_owed
            .wrapping_sub(amount.wrapping_sub(commission));
        self.rewards_owed = self
            .rewards_owed
            .checked_sub(amount)
            .ok_or(StakingError::Overflow)?;
        let shares = self.add_stake(kind, amount)?;
        // A part of the tranche's shares, which fit.
        position.shares = position.shares.wrapping_add(shares);
        Ok(Compound {
            amount,
            commission,
            shares,
        })
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::super::{ClassRule, Tranche};
    use super::*;
    use crate::{
        constants::{BPS, DAY, IO, MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
        state::U128,
    };
    use bytemuck::Zeroable;

    const MIN: u64 = 200 * IO;

    fn class() -> DeviceClass {
        DeviceClass {
            multiplier_milli: Scheduled::new(1_000),
            multiplier_before: 1_000,
            max_stake_multiple: Scheduled::new(5),
            ..DeviceClass::zeroed()
        }
    }

    fn config() -> StakingConfig {
        StakingConfig {
            min_self_stake_bps: Scheduled::new(5_000),
            ..StakingConfig::zeroed()
        }
    }

    /// A node of one processor with its minimum from the operator and as much from a delegator.
    fn node() -> Node {
        let tranche = Tranche {
            stake: MIN,
            shares: MIN,
            ..Tranche::default()
        };
        Node {
            processors: 1,
            multiplier_milli: 1_000,
            min_stake: Scheduled::new(MIN),
            max_stake: 5 * MIN,
            min_self_stake_bps: 5_000,
            commission_bps: Scheduled::new(1_000),
            delegation_open: 1,
            delegator_tranche: TrancheKind::Protected as u8,
            drop_settlement: u64::MAX,
            tranches: [tranche, tranche, Tranche::default()],
            ..Node::zeroed()
        }
    }

    fn holder(kind: TrancheKind) -> Position {
        Position {
            tranche: kind as u8,
            shares: MIN,
            ..Position::zeroed()
        }
    }

    #[test]
    fn a_sync_without_a_change_changes_nothing() {
        let (mut node, before) = (node(), node());
        assert_eq!(node.sync_terms(&class(), &config(), DAY), Ok(false));
        assert_eq!(bytemuck::bytes_of(&node), bytemuck::bytes_of(&before));
    }

    #[test]
    fn a_sync_brings_every_term_up_to_date() {
        let (mut class, mut config, mut node) = (class(), config(), node());
        for (rule, next) in [
            (ClassRule::Multiplier, 2_000),
            (ClassRule::MaxStakeMultiple, 7),
            (ClassRule::DelegatorsSlashable, 1),
        ] {
            class.schedule(rule, next, 0).expect("allowed");
        }
        config.schedule_min_self_stake(6_000, 0).expect("allowed");
        assert_eq!(
            node.sync_terms(&class, &config, RULE_CHANGE_DELAY - 1),
            Ok(false)
        );
        let now = RULE_CHANGE_DELAY;
        assert_eq!(node.sync_terms(&class, &config, now), Ok(true));
        assert_eq!(node.multiplier_milli, 2_000);
        assert_eq!(
            node.min_stake,
            Scheduled::waiting(MIN, 2 * MIN, now + MIN_STAKE_GRACE)
        );
        assert_eq!(node.max_stake, 14 * MIN);
        assert_eq!(node.delegator_kind(), Ok(TrancheKind::Exposed));
        assert_eq!(node.min_self_stake_bps, 5_000);
        assert_eq!(node.sync_terms(&class, &config, now), Ok(false));
        // A longer notice for the operator's part, then the grace: each once more.
        assert_eq!(node.sync_terms(&class, &config, MIN_STAKE_GRACE), Ok(true));
        assert_eq!(node.min_self_stake_bps, 6_000);
        let later = now + MIN_STAKE_GRACE;
        assert_eq!(node.min_stake.at(later), 2 * MIN);
        assert_eq!(node.sync_terms(&class, &config, later), Ok(true));
        assert_eq!(node.min_stake, Scheduled::new(2 * MIN));

        class.suspended = 1;
        assert_eq!(node.sync_terms(&class, &config, later), Ok(true));
        assert_eq!(node.multiplier_milli, 0);
    }

    #[test]
    fn terms_change_only_on_settled_books() {
        let (mut node, mut pool) = (node(), RewardPool::zeroed());
        let mut emission = NodeEmission::new(Default::default(), Default::default(), 0, &pool);
        assert_eq!(node.check_settled(&emission, &pool), Ok(()));
        emission.weight = 1;
        assert_eq!(node.check_settled(&emission, &pool), Ok(()));
        pool.acc_per_weight = U128::from((1 << 64) - 1);
        assert_eq!(node.check_settled(&emission, &pool), Ok(()));
        pool.acc_per_weight = U128::from(1 << 64);
        let refused = Err(StakingError::HarvestFirst);
        assert_eq!(node.check_settled(&emission, &pool), refused);
        // Without weight nothing accrues.
        emission.weight = 0;
        assert_eq!(node.check_settled(&emission, &pool), Ok(()));
        emission.weight = 1;
        emission.acc_paid = pool.acc_per_weight;
        node.record_drop(emission.settlements, pool.acc_per_weight, 0);
        assert_eq!(node.check_settled(&emission, &pool), refused);
        emission.settlements += 1;
        assert_eq!(node.check_settled(&emission, &pool), Ok(()));
    }

    #[test]
    fn a_lower_commission_binds_at_once_and_a_raise_after_the_cooldown() {
        let mut node = node();
        let now = 1_000;
        assert_eq!(node.set_commission(2_000, now), Ok(now + COOLDOWN));
        assert_eq!(node.commission_bps.at(now + COOLDOWN - 1), 1_000);
        assert_eq!(node.commission_bps.at(now + COOLDOWN), 2_000);
        // Another raise in its place waits as long again.
        assert_eq!(
            node.set_commission(BPS, now + DAY),
            Ok(now + DAY + COOLDOWN)
        );
        assert_eq!(node.commission_bps.at(now + COOLDOWN), 1_000);
        // What is in force, said again, drops it.
        assert_eq!(node.set_commission(1_000, now + DAY), Ok(now + DAY));
        assert_eq!(node.commission_bps, Scheduled::new(1_000));
        assert_eq!(node.set_commission(0, now), Ok(now));
        assert_eq!(node.commission_bps, Scheduled::new(0));
        assert_eq!(
            node.set_commission(BPS + 1, now),
            Err(StakingError::CommissionTooHigh)
        );
        assert_eq!(
            node.set_commission(1, i64::MAX),
            Err(StakingError::Overflow)
        );
    }

    #[test]
    fn rewards_become_stake() {
        let mut node = node();
        let [mut operator, mut delegator] =
            [TrancheKind::Operator, TrancheKind::Protected].map(holder);
        let nothing = node.compound(&mut delegator, 0);
        assert_eq!(nothing, Err(StakingError::NothingToClaim));
        node.share_out(1_000 * IO, 0).expect("fits");
        // 10 % commission, then half and half.
        let done = node.compound(&mut operator, 0).expect("fits");
        assert_eq!(
            done,
            Compound {
                amount: 550 * IO,
                commission: 100 * IO,
                shares: 550 * IO
            }
        );
        assert_eq!((node.commission_owed, node.rewards_owed), (0, 450 * IO));
        assert_eq!(
            (operator.rewards_owed, operator.shares),
            (0, MIN + 550 * IO)
        );
        assert_eq!(node.operator_stake(), MIN + 550 * IO);
        let again = node.compound(&mut operator, 0);
        assert_eq!(again, Err(StakingError::NothingToClaim));

        // 50 IO of room are left: what does not fit can still be claimed.
        let room = node.room(TrancheKind::Protected);
        assert_eq!(room, 50 * IO);
        let all = node.compound(&mut delegator, u64::MAX);
        assert_eq!(all, Err(StakingError::NodeFull));
        assert_eq!(node.rewards_owed, 450 * IO);
        let part = node.compound(&mut delegator, room).expect("fits");
        assert_eq!((part.amount, part.commission), (room, 0));
        assert_eq!(
            (delegator.rewards_owed, node.rewards_owed),
            (400 * IO, 400 * IO)
        );
        let full = node.compound(&mut delegator, 0);
        assert_eq!(full, Err(StakingError::NodeFull));
        let claim = node.claim(&mut delegator).expect("still there");
        assert_eq!(claim.amount, 400 * IO);
        assert!(node.invariant());
    }

    #[test]
    fn what_does_not_fit_of_an_operators_rewards_stays_its_own() {
        for (room, commission) in [
            (60 * IO, 60 * IO),
            (100 * IO, 100 * IO),
            (130 * IO, 100 * IO),
        ] {
            let mut node = node();
            let mut operator = holder(TrancheKind::Operator);
            node.share_out(1_000 * IO, 0).expect("fits");
            node.max_stake = 2 * MIN + room;
            let part = node.compound(&mut operator, 1).expect("fits");
            assert_eq!((part.amount, part.commission), (room, commission));
            assert_eq!(node.commission_owed, 100 * IO - commission);
            assert_eq!(node.rewards_owed, 1_000 * IO - room);
            let claim = node.claim(&mut operator).expect("the rest");
            assert_eq!(claim.amount, 550 * IO - room);
        }
    }

    #[test]
    fn compounding_is_a_deposit() {
        let mut node = node();
        let mut delegator = holder(TrancheKind::Protected);
        node.share_out(IO, 0).expect("fits");
        node.delegation_open = 0;
        let closed = node.compound(&mut delegator, 0);
        assert_eq!(closed, Err(StakingError::DelegationClosed));
        node.delegation_open = 1;
        node.tranches[0].stake = MIN / 2;
        let uncovered = node.compound(&mut delegator, 0);
        assert_eq!(uncovered, Err(StakingError::OperatorStakeTooLow));
        node.halt(0).expect("open");
        let halted = node.compound(&mut delegator, 0);
        assert_eq!(halted, Err(StakingError::NodeNotOpen));
    }
}
