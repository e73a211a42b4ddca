use super::super::{Scheduled, layout};
use super::TrancheKind;
use crate::{
    constants::{
        BASE_COLLATERAL, MAX_MULTIPLIER_MILLI, MAX_POOLS, MAX_PROCESSORS, MIN_STAKE_GRACE,
        MULTIPLIER_ONE, RULE_CHANGE_DELAY,
    },
    errors::StakingError,
    ids,
};
use bytemuck::{Pod, Zeroable};

/// `[b"class", id]`: a kind of device, e.g. B200 with a multiplier of 30.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct DeviceClass {
    pub version: u8,
    pub bump: u8,
    pub id: u16,
    /// Emission pool that nodes of this class earn from.
    pub pool: u8,
    /// 1 while nodes of this class earn nothing and no new one is accepted.
    pub suspended: u8,
    pub padding: [u8; 2],
    /// UTF-8, zero padded.
    pub name: [u8; 16],
    /// Weight and collateral of one processor, in thousandths of the base.
    pub multiplier_milli: Scheduled,
    /// A node's maximum stake as a multiple of its minimum.
    pub max_stake_multiple: Scheduled,
    /// 1 if delegators who deposit now can be slashed.
    pub delegators_slashable: Scheduled,
    /// No new node is accepted before this time: a new class is a change of rules like any other.
    pub usable_from: i64,
    /// No new node is accepted once this is set, and from this time on nodes of this class earn nothing;
    /// 0 for no end.
    pub supported_until: i64,
    /// When the multiplier that `multiplier_milli` holds as its first value took effect; 0 for the one the
    /// class began with.
    pub multiplier_since: i64,
    /// What bound the minimum of older nodes at that time, in thousandths.
    pub multiplier_before: u64,
    pub reserved: [u8; 16],
}

layout!(DeviceClass, ids::io_staking::ID);

/// Largest maximum stake of a node, in minimums.
pub const MAX_STAKE_MULTIPLE: u64 = 100;

/// A rule of a class that the authority may change with notice, by the number that `schedule_class` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(u8)]
pub enum ClassRule {
    /// In thousandths. A raise binds the minimum of nodes that exist already only
    /// [`MIN_STAKE_GRACE`] after it took effect.
    Multiplier = 0,
    /// A node's maximum stake as a multiple of its minimum.
    MaxStakeMultiple = 1,
    /// 1 if delegators who deposit from then on can be slashed.
    DelegatorsSlashable = 2,
}

impl ClassRule {
    pub const ALL: [Self; 3] = [
        Self::Multiplier,
        Self::MaxStakeMultiple,
        Self::DelegatorsSlashable,
    ];

    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Whether the rule may have `value`.
    pub const fn allows(self, value: u64) -> bool {
        match self {
            Self::Multiplier => value >= 1 && value <= MAX_MULTIPLIER_MILLI,
            Self::MaxStakeMultiple => value >= 1 && value <= MAX_STAKE_MULTIPLE,
            Self::DelegatorsSlashable => value <= 1,
        }
    }
}

/// A multiplier that is or was in force.
#[derive(Clone, Copy)]
struct InForce {
    milli: u64,
    since: i64,
    /// What bound the minimum of older nodes when it took effect, in thousandths.
    before: u64,
}

impl InForce {
    /// When it binds older nodes as well.
    const fn binds_at(&self) -> i64 {
        self.since.saturating_add(MIN_STAKE_GRACE)
    }

    /// What binds the minimum of nodes older than it: itself if it is lower, or once its grace is over.
    fn binding(&self, now: i64) -> u64 {
        if now >= self.binds_at() {
            self.milli
        } else {
            self.milli.min(self.before)
        }
    }
}

impl DeviceClass {
    /// Whether a class may have this pool, multiplier and maximum.
    pub const fn in_bounds(pool: u8, multiplier_milli: u64, max_stake_multiple: u64) -> bool {
        pool < MAX_POOLS
            && ClassRule::Multiplier.allows(multiplier_milli)
            && ClassRule::MaxStakeMultiple.allows(max_stake_multiple)
    }

    /// Least and most stake of a node with so many processors that registers now, raw IO: 200 IO ×
    /// max(1, multiplier) × processors, and that times the class's multiple.
    pub fn stake_bounds(&self, processors: u16, now: i64) -> Result<(u64, u64), StakingError> {
        let min = collateral(self.multiplier_milli.at(now), processors)?;
        let max = min
            .checked_mul(self.max_stake_multiple.at(now))
            .ok_or(StakingError::Overflow)?;
        Ok((min, max))
    }

    /// Least stake of a node with so many processors that registered then, raw IO: a raised multiplier
    /// binds nodes older than it [`MIN_STAKE_GRACE`] after it took effect, a lowered one at once.
    ///
    /// Depends on nothing but the class's history and the time, so that it makes no difference when and how
    /// often a node is synced with its class.
    pub fn min_stake(
        &self,
        processors: u16,
        registered_at: i64,
        now: i64,
    ) -> Result<Scheduled, StakingError> {
        let in_force = self.in_force(now);
        let target = collateral(in_force.milli, processors)?;
        let binding = collateral(in_force.binding(now), processors)?;
        if registered_at >= in_force.since || binding == target {
            return Ok(Scheduled::new(target));
        }
        Ok(Scheduled::waiting(binding, target, in_force.binds_at()))
    }

    /// The multiplier in force at `now`, not counting suspension and end.
    fn in_force(&self, now: i64) -> InForce {
        let first = InForce {
            milli: self.multiplier_milli.at(now),
            since: self.multiplier_since,
            before: self.multiplier_before,
        };
        match self.multiplier_milli.replaced(now) {
            None => first,
            Some((milli, at)) => InForce {
                milli: first.milli,
                since: at,
                before: InForce { milli, ..first }.binding(at),
            },
        }
    }

    /// Keeps what [`Scheduled`] forgets when its value in force becomes the first one.
    fn remember(&mut self, now: i64) {
        let in_force = self.in_force(now);
        self.multiplier_since = in_force.since;
        self.multiplier_before = in_force.before;
    }

    const fn rule_mut(&mut self, rule: ClassRule) -> &mut Scheduled {
        match rule {
            ClassRule::Multiplier => &mut self.multiplier_milli,
            ClassRule::MaxStakeMultiple => &mut self.max_stake_multiple,
            ClassRule::DelegatorsSlashable => &mut self.delegators_slashable,
        }
    }

    /// Changes a rule after [`RULE_CHANGE_DELAY`], in place of a change to it that waits; returns when.
    pub fn schedule(&mut self, rule: ClassRule, next: u64, now: i64) -> Result<i64, StakingError> {
        if !rule.allows(next) {
            return Err(StakingError::ClassOutOfBounds);
        }
        if rule == ClassRule::Multiplier {
            self.remember(now);
        }
        let scheduled = self.rule_mut(rule);
        scheduled
            .schedule(next, now, RULE_CHANGE_DELAY)
            .and_then(|()| scheduled.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(StakingError::Overflow)
    }

    /// Drops every change that waits.
    pub fn cancel_changes(&mut self, now: i64) {
        self.remember(now);
        for rule in ClassRule::ALL {
            self.rule_mut(rule).cancel(now);
        }
    }

    /// Ends the class for good: no new nodes from now on, and none earns from the time returned on.
    pub fn end(&mut self, now: i64) -> Result<i64, StakingError> {
        if self.supported_until != 0 {
            return Err(StakingError::ClassEnded);
        }
        self.supported_until = now
            .checked_add(MIN_STAKE_GRACE)
            .ok_or(StakingError::Overflow)?;
        Ok(self.supported_until)
    }

    /// Whether new nodes of this class are accepted.
    pub const fn takes_nodes(&self, now: i64) -> bool {
        self.suspended == 0 && self.supported_until == 0 && now >= self.usable_from
    }

    /// The multiplier that nodes of this class earn by: 0 while it is suspended and once its support
    /// has ended.
    pub const fn earning_multiplier_milli(&self, now: i64) -> u64 {
        let ended = self.supported_until != 0 && now >= self.supported_until;
        if self.suspended != 0 || ended {
            0
        } else {
            self.multiplier_milli.at(now)
        }
    }

    /// The tranche that delegators who come now stake in.
    pub const fn delegator_tranche(&self, now: i64) -> TrancheKind {
        if self.delegators_slashable.at(now) == 0 {
            TrancheKind::Protected
        } else {
            TrancheKind::Exposed
        }
    }
}

/// 200 IO × max(1, multiplier) × processors, raw.
fn collateral(multiplier_milli: u64, processors: u16) -> Result<u64, StakingError> {
    if processors == 0 || processors > MAX_PROCESSORS {
        return Err(StakingError::ProcessorsOutOfBounds);
    }
    (BASE_COLLATERAL / MULTIPLIER_ONE)
        .checked_mul(multiplier_milli.max(MULTIPLIER_ONE))
        .and_then(|one| one.checked_mul(u64::from(processors)))
        .ok_or(StakingError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::{DAY, IO};
    use bytemuck::Zeroable;

    fn class(multiplier_milli: u64, multiple: u64) -> DeviceClass {
        DeviceClass {
            multiplier_milli: Scheduled::new(multiplier_milli),
            multiplier_before: multiplier_milli,
            max_stake_multiple: Scheduled::new(multiple),
            ..DeviceClass::zeroed()
        }
    }

    #[test]
    fn collateral_is_200_io_for_each_processor_and_multiple() {
        for (multiplier_milli, processors, min_io) in [
            (30_000, 8, 48_000), // B200
            (1_000, 1, 200),
            (1_500, 2, 600),
            (250, 4, 800), // a multiplier below 1 does not lower it
            (1_000_000, 1_024, 204_800_000),
        ] {
            let (min, max) = class(multiplier_milli, 5)
                .stake_bounds(processors, 0)
                .expect("in bounds");
            assert_eq!((min, max), (min_io * IO, min_io * IO * 5));
        }
        for processors in [0, MAX_PROCESSORS + 1] {
            assert_eq!(
                class(1_000, 5).stake_bounds(processors, 0),
                Err(StakingError::ProcessorsOutOfBounds)
            );
        }
    }

    #[test]
    fn the_largest_class_fits() {
        assert!(DeviceClass::in_bounds(
            3,
            MAX_MULTIPLIER_MILLI,
            MAX_STAKE_MULTIPLE
        ));
        let (_, max) = class(MAX_MULTIPLIER_MILLI, MAX_STAKE_MULTIPLE)
            .stake_bounds(MAX_PROCESSORS, 0)
            .expect("fits");
        assert!(max < u64::MAX / 2);
        for (pool, multiplier, multiple) in [
            (4, 1_000, 5),
            (0, 0, 5),
            (0, MAX_MULTIPLIER_MILLI + 1, 5),
            (0, 1_000, 0),
            (0, 1_000, MAX_STAKE_MULTIPLE + 1),
        ] {
            assert!(!DeviceClass::in_bounds(pool, multiplier, multiple));
        }
    }

    const ONE: u64 = 1_000;
    const MIN: u64 = 200 * IO;
    /// A node older than every change.
    const OLD: i64 = 0;

    /// Minimum of an old node with one processor, in minimums of a multiplier of 1.
    fn least(class: &DeviceClass, registered_at: i64, now: i64) -> u64 {
        let min = class.min_stake(1, registered_at, now).expect("in bounds");
        min.at(now) / MIN
    }

    #[test]
    fn a_rule_changes_after_the_delay_and_within_its_bounds() {
        let mut class = class(ONE, 5);
        for (rule, good, bad) in [
            (
                ClassRule::Multiplier,
                [1, MAX_MULTIPLIER_MILLI],
                [0, MAX_MULTIPLIER_MILLI + 1],
            ),
            (ClassRule::MaxStakeMultiple, [1, 100], [0, 101]),
            (ClassRule::DelegatorsSlashable, [0, 1], [2, u64::MAX]),
        ] {
            assert_eq!(ClassRule::from_byte(rule as u8), Some(rule));
            let before = *class.rule_mut(rule);
            for value in bad {
                let refused = class.schedule(rule, value, DAY);
                assert_eq!(refused, Err(StakingError::ClassOutOfBounds));
                assert_eq!(*class.rule_mut(rule), before);
            }
            for value in good {
                let at = class.schedule(rule, value, DAY).expect("in bounds");
                assert_eq!(at, DAY + RULE_CHANGE_DELAY);
                assert_eq!(class.rule_mut(rule).at(at - 1), before.at(DAY));
                assert_eq!(class.rule_mut(rule).at(at), value);
            }
        }
        assert_eq!(ClassRule::from_byte(3), None);
        assert_eq!(
            class.schedule(ClassRule::Multiplier, ONE, i64::MAX),
            Err(StakingError::Overflow)
        );
        class.cancel_changes(DAY);
        assert_eq!(class.multiplier_milli, Scheduled::new(ONE));
        assert_eq!(class.max_stake_multiple, Scheduled::new(5));
        assert_eq!(class.delegators_slashable, Scheduled::new(0));
    }

    #[test]
    fn a_raised_minimum_binds_old_nodes_30_days_after_it_took_effect() {
        let mut class = class(ONE, 5);
        let at = class
            .schedule(ClassRule::Multiplier, 3 * ONE, 0)
            .expect("allowed");
        let binds = at + MIN_STAKE_GRACE;
        for (now, old, new) in [
            (0, 1, 1),
            (at - 1, 1, 1),
            (at, 1, 3),
            (binds - 1, 1, 3),
            (binds, 3, 3),
            (binds + 365 * DAY, 3, 3),
        ] {
            assert_eq!(least(&class, OLD, now), old, "{now}");
            assert_eq!(class.stake_bounds(1, now).expect("in bounds").0 / MIN, new);
            if now >= at {
                assert_eq!(least(&class, now, now), 3, "registered under it");
            }
        }
        // What a node was told at any time in between comes true by itself.
        let told = class.min_stake(1, OLD, at).expect("in bounds");
        assert_eq!(told, Scheduled::waiting(MIN, 3 * MIN, binds));
    }

    #[test]
    fn a_lowered_minimum_binds_at_once() {
        let mut class = class(3 * ONE, 5);
        let at = class
            .schedule(ClassRule::Multiplier, ONE, 0)
            .expect("allowed");
        assert_eq!(least(&class, OLD, at - 1), 3);
        assert_eq!(class.min_stake(1, OLD, at), Ok(Scheduled::new(MIN)));
    }

    #[test]
    fn each_of_two_raises_in_a_row_has_its_grace() {
        let mut class = class(ONE, 5);
        let first = class
            .schedule(ClassRule::Multiplier, 2 * ONE, 0)
            .expect("allowed");
        // The second takes effect within the first one's grace, which then ends with the second's.
        let mut close = class;
        let second = close
            .schedule(ClassRule::Multiplier, 3 * ONE, first)
            .expect("allowed");
        for (now, old) in [
            (second, 1),
            (first + MIN_STAKE_GRACE, 1),
            (second + MIN_STAKE_GRACE - 1, 1),
            (second + MIN_STAKE_GRACE, 3),
        ] {
            assert_eq!(least(&close, OLD, now), old, "{now}");
        }
        // And after it: the first one binds meanwhile, also on a node that nobody synced.
        let late = first + MIN_STAKE_GRACE;
        let second = class
            .schedule(ClassRule::Multiplier, 3 * ONE, late)
            .expect("allowed");
        for (now, old) in [
            (late, 2),
            (second, 2),
            (second + MIN_STAKE_GRACE - 1, 2),
            (second + MIN_STAKE_GRACE, 3),
        ] {
            assert_eq!(least(&class, OLD, now), old, "{now}");
        }
    }

    #[test]
    fn a_raise_that_is_taken_back_never_binds() {
        let mut class = class(ONE, 5);
        let raised = class
            .schedule(ClassRule::Multiplier, 9 * ONE, 0)
            .expect("allowed");
        let lowered = class
            .schedule(ClassRule::Multiplier, 2 * ONE, raised)
            .expect("allowed");
        // What is left of it is a raise of its own.
        for (now, old) in [
            (raised, 1),
            (lowered, 1),
            (raised + MIN_STAKE_GRACE, 1),
            (lowered + MIN_STAKE_GRACE - 1, 1),
            (lowered + MIN_STAKE_GRACE, 2),
        ] {
            assert_eq!(least(&class, OLD, now), old, "{now}");
        }
    }

    #[test]
    fn another_change_or_a_cancelled_one_does_not_move_the_grace() {
        let mut class = class(ONE, 5);
        let raised = class
            .schedule(ClassRule::Multiplier, 3 * ONE, 0)
            .expect("allowed");
        let binds = raised + MIN_STAKE_GRACE;
        for day in 0..29 {
            let now = raised + day * DAY;
            class
                .schedule(ClassRule::Multiplier, 4 * ONE, now)
                .expect("allowed");
            class.cancel_changes(now + DAY / 2);
            assert_eq!(
                class.min_stake(1, OLD, now),
                Ok(Scheduled::waiting(MIN, 3 * MIN, binds))
            );
        }
        assert_eq!(least(&class, OLD, binds - 1), 1);
        assert_eq!(least(&class, OLD, binds), 3);
    }

    #[test]
    fn an_ended_class_earns_for_30_days_and_never_again() {
        let mut class = class(ONE, 5);
        assert!(class.takes_nodes(DAY));
        let until = class.end(DAY).expect("not ended");
        assert_eq!(until, DAY + MIN_STAKE_GRACE);
        assert!(!class.takes_nodes(DAY));
        assert_eq!(class.earning_multiplier_milli(until - 1), ONE);
        assert_eq!(class.earning_multiplier_milli(until), 0);
        assert_eq!(class.end(until), Err(StakingError::ClassEnded));
        class.supported_until = 0;
        assert_eq!(class.end(i64::MAX), Err(StakingError::Overflow));
    }

    #[test]
    fn a_suspended_class_earns_nothing_and_takes_no_nodes() {
        let mut class = class(ONE, 5);
        class.suspended = 1;
        assert_eq!(class.earning_multiplier_milli(0), 0);
        assert!(!class.takes_nodes(0));
        class.suspended = 0;
        assert_eq!(class.earning_multiplier_milli(0), ONE);
        assert!(class.takes_nodes(0));
    }
}
