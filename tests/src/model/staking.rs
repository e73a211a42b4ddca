//! `io_staking`: the config, the classes and what governs them.

use super::{
    Class, Governance, Model, Node, NodeKey, Outcome, Position, PositionKey, Raw, Reason, Refused,
    Scheduled, Ticket, TicketKey, Time, Who,
};
use io_client::shared::{
    constants::{BPS, MAX_MULTIPLIER_MILLI, MAX_POOLS, MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
    errors::StakingError,
    state::MAX_STAKE_MULTIPLE,
};
use std::collections::BTreeMap;

/// A slash that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slash {
    pub bps: Raw,
    pub proposed_at: Time,
    pub by: Who,
}

#[derive(Clone, Debug)]
pub struct Staking {
    pub governance: Governance,
    pub slasher: Who,
    pub paused: bool,
    pub min_self_stake: Scheduled,
    pub created_at: Time,
    pub classes: BTreeMap<u16, Class>,
    pub nodes: BTreeMap<NodeKey, Node>,
    pub positions: BTreeMap<PositionKey, Position>,
    pub tickets: BTreeMap<TicketKey, Ticket>,
}

impl Staking {
    pub fn new(
        authority: Who,
        guardian: Who,
        slasher: Who,
        min_self_stake: Raw,
        now: Time,
    ) -> Self {
        Self {
            governance: Governance::new(authority, guardian),
            slasher,
            paused: false,
            min_self_stake: Scheduled::new(min_self_stake),
            created_at: now,
            classes: BTreeMap::new(),
            nodes: BTreeMap::new(),
            positions: BTreeMap::new(),
            tickets: BTreeMap::new(),
        }
    }
}

/// What a new class is asked for with.
#[derive(Clone, Copy, Debug)]
pub struct ClassTerms {
    pub pool: u8,
    pub multiplier: Raw,
    pub multiple: Raw,
    pub slashable: bool,
}

fn multiplier_allowed(milli: Raw) -> bool {
    (1..=Raw::from(MAX_MULTIPLIER_MILLI)).contains(&milli)
}

fn multiple_allowed(multiple: Raw) -> bool {
    (1..=Raw::from(MAX_STAKE_MULTIPLE)).contains(&multiple)
}

impl Model {
    pub fn create_class(&mut self, by: Who, id: u16, terms: ClassTerms) -> Outcome {
        let now = self.now;
        let mut refused = Refused::default();
        refused.unless(
            self.staking.governance.is_authority(by),
            StakingError::Unauthorized,
        );
        refused.unless(!self.staking.classes.contains_key(&id), Reason::Account);
        refused.unless(
            terms.pool < MAX_POOLS
                && multiplier_allowed(terms.multiplier)
                && multiple_allowed(terms.multiple),
            StakingError::ClassOutOfBounds,
        );
        refused.done()?;
        let early = now < self.staking.created_at + RULE_CHANGE_DELAY;
        self.staking.classes.insert(
            id,
            Class {
                pool: terms.pool,
                multipliers: vec![(0, terms.multiplier)],
                multiple: Scheduled::new(terms.multiple),
                slashable: Scheduled::new(terms.slashable.into()),
                suspended: false,
                usable_from: if early { now } else { now + RULE_CHANGE_DELAY },
                ends_at: None,
            },
        );
        Ok(())
    }

    /// A class, if `allowed` to whoever asks.
    fn class_for(&mut self, id: u16, allowed: bool) -> Outcome<&mut Class> {
        let mut refused = Refused::default();
        refused.unless(allowed, StakingError::Unauthorized);
        refused.unless(self.staking.classes.contains_key(&id), Reason::Account);
        refused.done()?;
        Ok(self.staking.classes.get_mut(&id).expect("it is there"))
    }

    pub fn schedule_class(&mut self, by: Who, id: u16, rule: u8, next: Raw) -> Outcome {
        let now = self.now;
        let allowed = self.staking.governance.is_authority(by);
        let class = self.class_for(id, allowed)?;
        let good = match rule {
            0 => multiplier_allowed(next),
            1 => multiple_allowed(next),
            _ => next <= 1,
        };
        if !good {
            return Err(StakingError::ClassOutOfBounds.into());
        }
        match rule {
            0 => {
                class.drop_pending(now);
                class.multipliers.push((now + RULE_CHANGE_DELAY, next));
            }
            1 => class.multiple.schedule_rule(next, now),
            _ => class.slashable.schedule_rule(next, now),
        }
        Ok(())
    }

    pub fn cancel_class_changes(&mut self, by: Who, id: u16) -> Outcome {
        let now = self.now;
        let allowed = self.staking.governance.is_either(by);
        let class = self.class_for(id, allowed)?;
        class.drop_pending(now);
        class.multiple.cancel(now);
        class.slashable.cancel(now);
        Ok(())
    }

    pub fn suspend_class(&mut self, by: Who, id: u16, suspended: bool) -> Outcome {
        let allowed = self.staking.governance.may_switch(by, suspended);
        self.class_for(id, allowed)?.suspended = suspended;
        Ok(())
    }

    pub fn end_class(&mut self, by: Who, id: u16) -> Outcome {
        let ends_at = self.now + MIN_STAKE_GRACE;
        let allowed = self.staking.governance.is_authority(by);
        let class = self.class_for(id, allowed)?;
        if class.ends_at.is_some() {
            return Err(StakingError::ClassEnded.into());
        }
        class.ends_at = Some(ends_at);
        Ok(())
    }

    pub fn pause_staking(&mut self, by: Who, paused: bool) -> Outcome {
        if !self.staking.governance.may_switch(by, paused) {
            return Err(StakingError::Unauthorized.into());
        }
        self.staking.paused = paused;
        Ok(())
    }

    /// A raise with the notice of a raised minimum, a lower one with that of any rule.
    pub fn schedule_min_self_stake(&mut self, by: Who, bps: Raw) -> Outcome {
        let now = self.now;
        let mut refused = Refused::default();
        refused.unless(
            self.staking.governance.is_authority(by),
            StakingError::Unauthorized,
        );
        refused.unless(bps <= Raw::from(BPS), StakingError::SelfStakeTooHigh);
        refused.done()?;
        let rule = &mut self.staking.min_self_stake;
        let raises = bps > rule.at(now);
        let delay = if raises {
            MIN_STAKE_GRACE
        } else {
            RULE_CHANGE_DELAY
        };
        rule.schedule(bps, now, delay);
        Ok(())
    }

    pub fn cancel_staking_changes(&mut self, by: Who) -> Outcome {
        if !self.staking.governance.is_either(by) {
            return Err(StakingError::Unauthorized.into());
        }
        self.staking.min_self_stake.cancel(self.now);
        Ok(())
    }

    pub fn set_slasher(&mut self, by: Who, slasher: Who) -> Outcome {
        if !self.staking.governance.is_authority(by) {
            return Err(StakingError::Unauthorized.into());
        }
        self.staking.slasher = slasher;
        Ok(())
    }
}
