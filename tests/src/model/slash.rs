//! Halts, slashes, and giving a node up.

use super::{
    Account, Model, Node, NodeKey, Outcome, Raw, Reason, Refused, Slash, Who,
    exact::{big, part},
    node::{Shared, Status},
};
use io_client::shared::{
    constants::{BPS, HARD_CAP, MAX_SLASH_BPS, SLASH_DELAY, SLASH_LAPSE},
    errors::StakingError,
};
use num_bigint::BigInt;

impl Node {
    /// The most that may ever move through one of the pools: V or min(maximum, cap) of decision 12.
    fn most(&self) -> Raw {
        let all = self.active() + self.cooling();
        all.max(self.maximum.min(HARD_CAP.into()))
    }

    /// Whether a kind of stake still has a price that new stake may come in at: what a slash leaves of a pool is
    /// at most a 64th of it. Nothing was slashed where a share is worth 1 raw.
    pub fn has_price(&self, tranche: u8) -> bool {
        let most = big(self.most()) + 1;
        let tranche = &self.tranches[usize::from(tranche)];
        [tranche.active, tranche.cooling].iter().all(|pool| {
            let least = &most * (big(pool.shares) + 1);
            pool.stake == pool.shares || least <= (big(pool.stake) + 1) << 56_u8
        })
    }
}

/// Takes up to `amount`, leaving the least that decision 12 names.
fn take(pool: &mut Shared, most: Raw, amount: Raw) -> Raw {
    let unit = BigInt::from(1) << 62_u8;
    let product = (big(most) + 1) * (big(pool.shares) + 1);
    let least: BigInt = (product + &unit - 1) / unit;
    let spare = (big(pool.stake) - least).max(big(0));
    let taken = amount.min(Raw::try_from(spare).expect("at most the stake"));
    pool.stake -= taken;
    taken
}

impl Model {
    pub fn halt_node(&mut self, by: Who, key: NodeKey) -> Outcome {
        let node = self.node(key)?;
        let mut refused = Refused::default();
        refused.unless(
            self.staking.governance.is_either(by),
            StakingError::Unauthorized,
        );
        refused.unless(node.is_open(), StakingError::NodeNotOpen);
        refused.done()?;
        self.node_mut(key).status = Status::Halted;
        self.note_drop(key);
        Ok(())
    }

    pub fn resume_node(&mut self, by: Who, key: NodeKey) -> Outcome {
        let node = self.node(key)?;
        let mut refused = Refused::default();
        refused.unless(
            self.staking.governance.is_authority(by),
            StakingError::Unauthorized,
        );
        refused.unless(node.status == Status::Halted, StakingError::NodeNotHalted);
        refused.unless(node.slash.is_none(), StakingError::SlashOpen);
        refused.done()?;
        self.node_mut(key).status = Status::Open;
        Ok(())
    }

    pub fn retire_node(&mut self, by: Who, key: NodeKey) -> Outcome {
        let node = self.node(key)?;
        let mut refused = Refused::default();
        refused.unless(by == key.0, StakingError::NotOperator);
        refused.unless(node.status != Status::Retired, StakingError::NodeRetired);
        refused.done()?;
        self.node_mut(key).status = Status::Retired;
        self.note_drop(key);
        Ok(())
    }

    pub fn propose_slash(&mut self, by: Who, key: NodeKey, bps: Raw) -> Outcome {
        let node = self.node(key)?;
        let mut refused = Refused::default();
        refused.unless(by == self.staking.slasher, StakingError::Unauthorized);
        let allowed = (1..=Raw::from(MAX_SLASH_BPS)).contains(&bps);
        refused.unless(allowed, StakingError::SlashOutOfBounds);
        refused.unless(!node.is_open(), StakingError::HaltFirst);
        refused.unless(node.slash.is_none(), StakingError::SlashOpen);
        refused.done()?;
        self.node_mut(key).slash = Some(Slash {
            bps,
            proposed_at: self.now,
            by,
        });
        Ok(())
    }

    pub fn cancel_slash(&mut self, by: Who, key: NodeKey) -> Outcome {
        let Some(slash) = self.node(key)?.slash else {
            return Err(Reason::Account.into());
        };
        let lapsed = self.now >= slash.proposed_at + SLASH_LAPSE;
        if !lapsed && !self.staking.governance.is_either(by) {
            return Err(StakingError::Unauthorized.into());
        }
        self.node_mut(key).slash = None;
        Ok(())
    }

    /// Burns a part of the stake at risk: the operator's first, active and cooling in proportion, then exposed
    /// delegators'.
    pub fn execute_slash(&mut self, key: NodeKey) -> Outcome {
        let mut node = self.node(key)?.clone();
        let Some(slash) = node.slash else {
            return Err(Reason::Account.into());
        };
        let mut refused = Refused::default();
        let ripe = self.now >= slash.proposed_at + SLASH_DELAY;
        refused.unless(ripe, StakingError::SlashNotRipe);
        let lapsed = self.now >= slash.proposed_at + SLASH_LAPSE;
        refused.unless(!lapsed, StakingError::SlashLapsed);
        refused.done()?;
        let most = node.most();
        let at_risk = [0, 2].map(|kind: usize| {
            let tranche = &node.tranches[kind];
            tranche.active.stake + tranche.cooling.stake
        });
        let all = part(at_risk.iter().sum(), slash.bps, Raw::from(BPS));
        let own = all.min(at_risk[0]);
        let mut burned = 0;
        for (kind, amount, total) in [(0, own, at_risk[0]), (2, all - own, at_risk[1])] {
            if amount == 0 {
                continue;
            }
            let tranche: &mut super::Tranche = &mut node.tranches[kind];
            let of_active = part(amount, tranche.active.stake, total);
            burned += take(&mut tranche.active, most, of_active);
            burned += take(&mut tranche.cooling, most, amount - of_active);
        }
        node.slash = None;
        self.staking.nodes.insert(key, node);
        if burned > 0 {
            self.burn(Account::Stake(key), burned)?;
        }
        Ok(())
    }
}
