use super::super::{Governance, Scheduled, layout};
use super::DeviceClass;
use crate::{
    Address,
    constants::{BPS, MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
    errors::StakingError,
    ids,
};
use bytemuck::{Pod, Zeroable};

/// `[b"staking"]`: rules that hold for all nodes.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct StakingConfig {
    pub version: u8,
    pub bump: u8,
    /// 1 while the guardian has paused deposits and new nodes. Exits are never paused.
    pub paused: u8,
    pub padding: [u8; 5],
    pub governance: Governance,
    /// May propose slashes; nothing else.
    pub slasher: Address,
    /// The IO mint.
    pub mint: Address,
    /// The operator's smallest part of a node's stake, in basis points.
    pub min_self_stake_bps: Scheduled,
    /// When the config was created. Classes added within [`crate::constants::RULE_CHANGE_DELAY`] of it are
    /// usable at once: there is nobody yet to give notice to.
    pub created_at: i64,
    pub reserved: [u8; 56],
}

layout!(StakingConfig, ids::io_staking::ID);

impl StakingConfig {
    /// When a class that is created at `now` may be used; `None` if the clock would overflow.
    pub const fn class_usable_from(&self, now: i64) -> Option<i64> {
        match (
            self.created_at.checked_add(RULE_CHANGE_DELAY),
            now.checked_add(RULE_CHANGE_DELAY),
        ) {
            (Some(settled), Some(_)) if now < settled => Some(now),
            (Some(_), Some(from)) => Some(from),
            _ => None,
        }
    }

    /// Whether `by` may stop something, or end that: the guardian may only stop.
    fn check_stop(&self, by: &Address, stop: bool) -> Result<(), StakingError> {
        let guardian = *by == self.governance.guardian && stop;
        if !guardian && *by != self.governance.authority {
            return Err(StakingError::Unauthorized);
        }
        Ok(())
    }

    /// Pauses deposits and new nodes, or ends that. The guardian may only pause.
    pub fn set_paused(&mut self, by: &Address, paused: bool) -> Result<(), StakingError> {
        self.check_stop(by, paused)?;
        self.paused = u8::from(paused);
        Ok(())
    }

    /// Suspends a class, or ends that. The guardian may only suspend.
    pub fn suspend_class(
        &self,
        class: &mut DeviceClass,
        by: &Address,
        suspended: bool,
    ) -> Result<(), StakingError> {
        self.check_stop(by, suspended)?;
        class.suspended = u8::from(suspended);
        Ok(())
    }

    /// Changes the operator's smallest part, in place of a change that waits: a raise after
    /// [`MIN_STAKE_GRACE`], as for a raised minimum, a lower one after [`RULE_CHANGE_DELAY`]. Returns when.
    pub fn schedule_min_self_stake(&mut self, bps: u64, now: i64) -> Result<i64, StakingError> {
        if bps > BPS {
            return Err(StakingError::SelfStakeTooHigh);
        }
        let rule = &mut self.min_self_stake_bps;
        let delay = if bps > rule.at(now) {
            MIN_STAKE_GRACE
        } else {
            RULE_CHANGE_DELAY
        };
        rule.schedule(bps, now, delay)
            .and_then(|()| rule.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(StakingError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn a_raised_self_stake_gives_30_days_notice_and_a_lowered_one_two() {
        let mut config = StakingConfig {
            min_self_stake_bps: Scheduled::new(5_000),
            ..StakingConfig::zeroed()
        };
        let now = 1_000;
        for (bps, delay) in [
            (5_001, MIN_STAKE_GRACE),
            (BPS, MIN_STAKE_GRACE),
            (5_000, RULE_CHANGE_DELAY),
            (0, RULE_CHANGE_DELAY),
        ] {
            // Each in place of the one before, and measured by what is in force.
            let at = config.schedule_min_self_stake(bps, now);
            assert_eq!(at, Ok(now + delay));
            assert_eq!(config.min_self_stake_bps.at(now + delay - 1), 5_000);
            assert_eq!(config.min_self_stake_bps.at(now + delay), bps);
        }
        let before = config.min_self_stake_bps;
        assert_eq!(
            config.schedule_min_self_stake(BPS + 1, now),
            Err(StakingError::SelfStakeTooHigh)
        );
        assert_eq!(
            config.schedule_min_self_stake(0, i64::MAX),
            Err(StakingError::Overflow)
        );
        assert_eq!(config.min_self_stake_bps, before);
    }

    #[test]
    fn the_guardian_can_pause_and_only_the_authority_resume() {
        let [authority, guardian, other] = [1, 2, 3].map(|n| Address::new_from_array([n; 32]));
        let mut config = StakingConfig {
            governance: Governance::new(authority, guardian),
            ..StakingConfig::zeroed()
        };
        for (by, paused, allowed) in [
            (other, true, false),
            (guardian, true, true),
            (guardian, false, false),
            (other, false, false),
            (authority, false, true),
            (authority, true, true),
        ] {
            let before = config.paused;
            let mut class = DeviceClass {
                suspended: before,
                ..DeviceClass::zeroed()
            };
            let suspended = config.suspend_class(&mut class, &by, paused);
            assert_eq!(suspended.is_ok(), allowed);
            assert_eq!(config.set_paused(&by, paused).is_ok(), allowed);
            let expected = if allowed { u8::from(paused) } else { before };
            assert_eq!((config.paused, class.suspended), (expected, expected));
        }
    }
}
