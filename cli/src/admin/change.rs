//! One change: what is in force, what will be, and from when on.

use crate::{
    failure::Result,
    output::{Record, Report, Shown},
    signing::Acting,
};
use io_client::{
    Instruction,
    events::Event,
    shared::{events::Value, state::Scheduled},
};

/// A change that takes effect within this many seconds does so at once: the clock moves on between reading
/// and simulating.
const AT_ONCE: i64 = 60;

/// A change that is about to be made at `now`.
#[derive(Clone, Debug)]
pub struct Change {
    what: String,
    instructions: Vec<Instruction>,
    figures: Record,
    now: i64,
}

impl Change {
    pub fn new(what: impl Into<String>, now: i64, instruction: Instruction) -> Self {
        Self::of(what, now, vec![instruction])
    }

    pub fn of(what: impl Into<String>, now: i64, instructions: Vec<Instruction>) -> Self {
        Self {
            what: what.into(),
            instructions,
            figures: Record::new(),
            now,
        }
    }

    #[must_use]
    pub fn with(mut self, label: &'static str, key: &'static str, shown: Shown) -> Self {
        self.figures = self.figures.with(label, key, shown);
        self
    }

    /// Shows what a value is and what it will be.
    #[must_use]
    pub fn becomes(self, is: Shown, will_be: Shown) -> Self {
        self.with("In force", "in_force", is)
            .with("Will be", "will_be", will_be)
    }

    /// Shows what a rule is, the change that waits and is replaced, and what it will be.
    #[must_use]
    pub fn rule(self, rule: &Scheduled, next: u64, show: impl Fn(u64) -> Shown) -> Self {
        let now = self.now;
        let waiting = rule.pending(now).map(|(value, at)| (show(value), at));
        self.with("In force", "in_force", show(rule.at(now)))
            .dropped(waiting)
            .with("Will be", "will_be", show(next))
    }

    /// Shows the change that waits and will not come.
    #[must_use]
    pub fn dropped(self, waiting: Option<(Shown, i64)>) -> Self {
        let Some((value, at)) = waiting else {
            return self;
        };
        let when = Shown::When { at, now: self.now };
        self.with("Dropped", "dropped", value)
            .with("  waited until", "dropped_until", when)
    }

    /// Simulates, asks, signs and sends, as [`Acting::carry_out`]. When it takes effect is the program's
    /// word.
    pub async fn carry_out(self, acting: &Acting) -> Result<Report> {
        let describe = |events: &[Event]| {
            let from = Shown::From(effective_at(events, self.now), self.now);
            self.figures
                .clone()
                .with("Takes effect", "effective_at", from)
        };
        acting
            .carry_out(&self.what, &self.instructions, describe)
            .await
    }
}

/// When a change takes effect that `events` record; `None` for at once.
fn effective_at(events: &[Event], now: i64) -> Option<i64> {
    let fields = events.iter().flat_map(Event::fields);
    let times = fields.filter_map(|(name, value)| match (name, value) {
        (
            "effective_at" | "next_total_at" | "active_at" | "usable_from" | "supported_until"
            | "executable_at",
            Value::Signed(at),
        ) => Some(at),
        _ => None,
    });
    times.max().filter(|at| at.saturating_sub(now) > AT_ONCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use io_client::shared::events;

    #[test]
    fn an_event_says_when_a_change_takes_effect() {
        let later = events::PayoutFeeScheduled {
            effective_at: 173_800,
            ..events::PayoutFeeScheduled::zeroed()
        };
        let lowered = events::VenueCapSet {
            effective_at: 1_002,
            ..events::VenueCapSet::zeroed()
        };
        let [later, lowered] = [
            Event::PayoutFeeScheduled(later),
            Event::VenueCapSet(lowered),
        ];
        let at = |events: &[Event]| effective_at(events, 1_000);
        assert_eq!(at(core::slice::from_ref(&later)), Some(173_800));
        assert_eq!(at(core::slice::from_ref(&lowered)), None);
        assert_eq!(at(&[lowered, later]), Some(173_800));
        assert_eq!(at(&[]), None);
    }
}
