use super::super::{Governance, Scheduled, layout};
use crate::{Address, constants::RULE_CHANGE_DELAY, errors::StakingError, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"staking"]`: rules that hold for all nodes.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
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

    /// Pauses deposits and new nodes, or ends that. The guardian may only pause.
    pub fn set_paused(&mut self, by: &Address, paused: bool) -> Result<(), StakingError> {
        let guardian = *by == self.governance.guardian && paused;
        if !guardian && *by != self.governance.authority {
            return Err(StakingError::Unauthorized);
        }
        self.paused = u8::from(paused);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

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
            assert_eq!(config.set_paused(&by, paused).is_ok(), allowed);
            let expected = if allowed { u8::from(paused) } else { before };
            assert_eq!(config.paused, expected);
        }
    }
}
