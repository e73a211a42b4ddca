//! The minimum of nodes under random changes of their class, against the history of the class's
//! multiplier.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use bytemuck::Zeroable;
use io_shared::{
    constants::{DAY, IO, MIN_STAKE_GRACE},
    state::{ClassRule, DeviceClass, Node, Scheduled, StakingConfig},
};
use proptest::prelude::*;

const BEGUN: i64 = 1_000 * DAY;
const FIRST: u64 = 2_000;

#[derive(Clone, Debug)]
enum Step {
    Schedule(u64),
    Cancel,
    /// Of the node that is synced in between.
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let next = prop_oneof![1..=5_000_u64, 1..=1_000_000_u64];
    let step = prop_oneof![
        3 => next.prop_map(Step::Schedule),
        1 => Just(Step::Cancel),
        3 => Just(Step::Sync),
    ];
    // Seconds until the next step: at once, days, around the grace.
    let wait = prop_oneof![
        Just(0_i64),
        1..=5 * DAY,
        MIN_STAKE_GRACE - 3 * DAY..=MIN_STAKE_GRACE + 3 * DAY
    ];
    prop::collection::vec((wait, step), 1..40)
}

fn class() -> DeviceClass {
    DeviceClass {
        multiplier_milli: Scheduled::new(FIRST),
        multiplier_before: FIRST,
        max_stake_multiple: Scheduled::new(5),
        ..DeviceClass::zeroed()
    }
}

fn node(registered_at: i64) -> Node {
    Node {
        processors: 1,
        registered_at,
        ..Node::zeroed()
    }
}

/// Minimum of one processor, raw IO.
fn least(multiplier_milli: u64) -> u64 {
    200 * IO / 1_000 * multiplier_milli.max(1_000)
}

/// Multipliers that were in force: each with the second it began at.
struct History(Vec<(i64, u64)>);

impl History {
    fn note(&mut self, class: &DeviceClass, from: i64, until: i64) {
        if let Some((next, at)) = class.multiplier_milli.pending(from)
            && at <= until
        {
            self.0.push((at, next));
        }
    }

    /// The binding multiplier of a node older than all of it, from the definition: one that was lowered
    /// binds at once, one that was raised when it was in force for the grace, whatever it was before.
    fn binding(&self, now: i64) -> u64 {
        let mut bound = self.0[0].1;
        for (index, (since, milli)) in self.0.iter().enumerate() {
            let until = self
                .0
                .get(index + 1)
                .map_or(now, |(next, _)| *next)
                .min(now);
            bound = if until - since >= MIN_STAKE_GRACE {
                *milli
            } else {
                bound.min(*milli)
            };
        }
        bound
    }

    /// The largest that was in force 30 days before or earlier.
    fn largest_before(&self, until: i64) -> u64 {
        let in_time = self.0.iter().filter(|(since, _)| *since <= until);
        in_time
            .map(|(_, milli)| *milli)
            .max()
            .unwrap_or(self.0[0].1)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_minimum_is_the_same_however_often_and_late_a_node_is_synced(steps in steps()) {
        let (mut class, config) = (class(), StakingConfig::zeroed());
        let mut history = History(vec![(0, FIRST)]);
        let mut eager = node(0);
        eager.sync_terms(&class, &config, BEGUN).unwrap();
        let mut now = BEGUN;
        for (wait, step) in steps {
            history.note(&class, now, now + wait);
            now += wait;
            match step {
                Step::Schedule(next) => {
                    class.schedule(ClassRule::Multiplier, next, now).unwrap();
                }
                Step::Cancel => class.cancel_changes(now),
                Step::Sync => {
                    eager.sync_terms(&class, &config, now).unwrap();
                }
            }
            let (mut lazy, mut synced) = (node(0), eager);
            lazy.sync_terms(&class, &config, now).unwrap();
            synced.sync_terms(&class, &config, now).unwrap();
            prop_assert_eq!(lazy.min_stake, synced.min_stake);
            prop_assert_eq!(lazy.max_stake, synced.max_stake);
            // As defined, never more than a new node's, never without 30 days' grace, within the maximum.
            let bound = lazy.min_stake.at(now);
            prop_assert_eq!(bound, least(history.binding(now)));
            let (new, most) = class.stake_bounds(1, now).unwrap();
            prop_assert!(bound <= new && new <= most && lazy.max_stake == most);
            prop_assert!(bound <= least(history.largest_before(now - MIN_STAKE_GRACE)));
            // A node that came today has today's.
            prop_assert_eq!(class.min_stake(1, now, now), Ok(Scheduled::new(new)));
            // What a node is told of the future comes true if the class stays as it is.
            if let Some((next, at)) = lazy.min_stake.pending(now)
                && class.multiplier_milli.pending(now).is_none()
            {
                prop_assert!(next > bound && at <= now + MIN_STAKE_GRACE);
                let later = |at| class.min_stake(1, 0, at).unwrap().at(at);
                prop_assert_eq!((later(at - 1), later(at)), (bound, next));
            }
        }
    }
}
