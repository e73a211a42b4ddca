//! Device classes, and what they ask of nodes.

use super::{Raw, Time, exact::Scheduled};
use io_client::shared::constants::{BASE_COLLATERAL, MIN_STAKE_GRACE};

const ONE: Raw = 1_000;

/// A kind of device. The multiplier's whole history is kept, so that what binds a node follows from it
/// alone (decision 13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    pub pool: u8,
    /// Multipliers in thousandths and since when, the oldest first; the last may lie ahead.
    pub multipliers: Vec<(Time, Raw)>,
    pub multiple: Scheduled,
    pub slashable: Scheduled,
    pub suspended: bool,
    pub usable_from: Time,
    /// When its nodes stop earning, once it is ended.
    pub ends_at: Option<Time>,
}

/// 200 IO × max(1, multiplier) × processors.
pub fn collateral(multiplier: Raw, processors: Raw) -> Raw {
    Raw::from(BASE_COLLATERAL) * multiplier.max(ONE) * processors / ONE
}

impl Class {
    /// Index of the multiplier in force.
    fn current(&self, now: Time) -> usize {
        let later = self.multipliers.iter().rposition(|(at, _)| *at <= now);
        later.unwrap_or(0)
    }

    pub fn multiplier(&self, now: Time) -> Raw {
        self.multipliers[self.current(now)].1
    }

    /// What waits to become the multiplier.
    pub fn pending(&self, now: Time) -> Option<(Raw, Time)> {
        let (at, next) = *self.multipliers.last()?;
        (at > now && self.multipliers.len() > 1).then_some((next, at))
    }

    pub fn drop_pending(&mut self, now: Time) {
        if self.pending(now).is_some() {
            self.multipliers.pop();
        }
    }

    /// The multiplier that binds the minimum of nodes older than number `index`, at `now`: a raise after its
    /// grace, anything lower at once.
    fn binding(&self, index: usize, now: Time) -> Raw {
        let (since, milli) = self.multipliers[index];
        if index == 0 || now >= since + MIN_STAKE_GRACE {
            return milli;
        }
        milli.min(self.binding(index - 1, since))
    }

    /// Minimum of a node that registered then, and when it rises to what, if it does by itself.
    pub fn minimum(&self, processors: Raw, registered_at: Time, now: Time) -> Scheduled {
        let index = self.current(now);
        let (since, milli) = self.multipliers[index];
        let target = collateral(milli, processors);
        let binding = collateral(self.binding(index, now), processors);
        if registered_at >= since || binding == target {
            return Scheduled::new(target);
        }
        Scheduled {
            value: binding,
            next: Some((target, since + MIN_STAKE_GRACE)),
        }
    }

    /// Most stake of a node.
    pub fn maximum(&self, processors: Raw, now: Time) -> Raw {
        collateral(self.multiplier(now), processors) * self.multiple.at(now)
    }

    /// The multiplier that its nodes earn by.
    pub fn earning(&self, now: Time) -> Raw {
        if self.suspended || self.ends_at.is_some_and(|at| now >= at) {
            0
        } else {
            self.multiplier(now)
        }
    }

    pub fn takes_nodes(&self, now: Time) -> bool {
        !self.suspended && self.ends_at.is_none() && now >= self.usable_from
    }

    /// The tranche of delegators who come now: protected, or exposed to slashes.
    pub fn tranche(&self, now: Time) -> u8 {
        if self.slashable.at(now) == 0 { 1 } else { 2 }
    }
}
