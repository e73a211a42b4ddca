//! The distributor.

use super::{
    Survey,
    compare::{Found, Place, Show, in_io, plain},
};
use crate::{
    Program,
    chain::{self, Chain},
    step::Step,
};
use anyhow::{Context, Result};
use io_client::{
    emissions, pda,
    shared::{
        constants::MAX_POOLS,
        state::{EmissionsRule, EmissionsTerms, PoolShares, RewardPool, Scheduled},
    },
};

const CANNOT_CHANGE: &str = "nothing can change it; correct the file";

impl<C: Chain> Survey<'_, C> {
    pub(super) fn emissions(&mut self) -> Result<()> {
        let rules = &self.cluster.emissions;
        let mut pool_shares = PoolShares::default();
        for (slot, share) in pool_shares.iter_mut().zip(&rules.pools) {
            *slot = *share;
        }
        let Some(config) = self.emissions else {
            return self.create_distributor(pool_shares);
        };
        let show_curve: Show<u8> = |id| if *id == 0 { "hourly" } else { "monthly" }.into();
        let curves = (rules.curve, config.curve);
        self.fixed("emissions.curve", curves, show_curve, CANNOT_CHANGE);
        let starts = (rules.start_at, config.start_at);
        self.fixed("emissions.start_at", starts, plain, CANNOT_CHANGE);

        let authority = self.authority(Program::IoEmissions);
        let place = Place::new("emissions", true);
        let scheduled: [(&str, EmissionsRule, u64, Scheduled, Show<u64>); 5] = [
            (
                "bounty_bps",
                EmissionsRule::BountyBps,
                rules.bounty_bps,
                config.bounty_bps,
                plain,
            ),
            (
                "bounty_cap",
                EmissionsRule::BountyCap,
                rules.bounty_cap,
                config.bounty_cap,
                in_io,
            ),
            (
                "max_boost_bps",
                EmissionsRule::MaxBoostBps,
                rules.max_boost_bps,
                config.max_boost_bps,
                plain,
            ),
            (
                "max_score_age",
                EmissionsRule::MaxScoreAge,
                rules.max_score_age,
                config.max_score_age,
                plain,
            ),
            (
                "max_score_step_bps",
                EmissionsRule::MaxScoreStepBps,
                rules.max_score_step_bps,
                config.max_score_step_bps,
                plain,
            ),
        ];
        for (key, rule, wanted, found, show) in scheduled {
            let change = emissions::schedule_rule(&authority, rule, wanted);
            let values = (wanted, Found::rule(&found, self.now));
            self.value(&place, key, values, show, change);
        }
        self.shares(pool_shares)?;
        let roles = &self.cluster.roles;
        let guardian = self.cluster.wallet(roles.guardian, self.operator);
        let change = emissions::set_guardian(&authority, &guardian);
        let key = "guardian of io_emissions";
        self.role(key, guardian, config.governance.guardian, change);
        let scorer = self.cluster.wallet(roles.scorer, self.operator);
        let change = emissions::set_scorer(&authority, &scorer);
        self.role("scorer", scorer, config.scorer, change);
        Ok(())
    }

    fn create_distributor(&mut self, pool_shares: PoolShares) -> Result<()> {
        let (roles, rules) = (&self.cluster.roles, &self.cluster.emissions);
        let terms = EmissionsTerms {
            guardian: self.cluster.wallet(roles.guardian, self.operator),
            scorer: self.cluster.wallet(roles.scorer, self.operator),
            curve: rules.curve,
            start_at: rules.start_at,
            bounty_bps: rules.bounty_bps,
            bounty_cap: rules.bounty_cap,
            max_boost_bps: rules.max_boost_bps,
            max_score_age: rules.max_score_age,
            max_score_step_bps: rules.max_score_step_bps,
            pool_shares,
        };
        let create = emissions::initialize(&self.operator.authority, &self.io()?, &terms);
        let pools = rules.pools.len();
        let step = Step::new(
            format!("create the distributor with {pools} pools"),
            vec![create],
        );
        self.missing("emissions", format!("{pools} pools"), step);
        Ok(())
    }

    /// The pools' parts, which change together.
    fn shares(&mut self, wanted: PoolShares) -> Result<()> {
        let count = self.emissions.map_or(0, |config| config.pool_count);
        let mut now = PoolShares::default();
        let mut next = PoolShares::default();
        let mut waits_until = None;
        for (id, (now, next)) in (0..MAX_POOLS.min(count)).zip(now.iter_mut().zip(&mut next)) {
            let pool: RewardPool = chain::read(self.chain, &pda::reward_pool(id).0)?
                .with_context(|| format!("reward pool {id} does not exist; was it created?"))?;
            *now = pool.share_bps.at(self.now);
            *next = *now;
            if let Some((share, at)) = pool.share_bps.pending(self.now) {
                *next = share;
                waits_until = Some(at);
            }
        }
        let pools = self.cluster.emissions.pools.len();
        if usize::from(count) != pools {
            let advice = "the number of pools cannot change; correct the file";
            let counts = (pools.to_string(), count.to_string());
            self.fixed("emissions.pools", counts, plain, advice);
            return Ok(());
        }
        let found = Found {
            value: now,
            next: waits_until.map(|at| (next, at)),
        };
        let change = emissions::schedule_shares(&self.authority(Program::IoEmissions), &wanted);
        let show: Show<PoolShares> = |shares| {
            let parts = shares.iter().filter(|share| **share > 0);
            let parts: Vec<String> = parts.map(u64::to_string).collect();
            format!("[{}]", parts.join(", "))
        };
        let place = Place::new("emissions", true);
        self.value(&place, "pools", (wanted, found), show, change);
        Ok(())
    }
}
