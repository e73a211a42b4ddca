//! What is to be simulated.

use anyhow::{Result, bail, ensure};
use io_migrations::{Cluster, cluster::Class};
use io_shared::{
    Address,
    constants::MAX_SCORE_AGE_EPOCHS,
    math::curve::Curve,
    state::{EmissionsConfig, EmissionsTerms, PoolShares, RewardPool},
};

/// Seconds in a year of 365.25 days: 20 of them cover both curves.
const YEAR_SECONDS: u64 = 31_557_600;

/// Longest simulation; both curves have ended by then.
const MAX_YEARS: u64 = 20;

/// Most nodes: about 14 GB of memory.
const MAX_NODES: u32 = 10_000_000;

/// What a person may choose.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub curve: &'static Curve,
    pub years: u64,
    /// Most nodes at one time.
    pub nodes: u32,
    pub seed: u64,
    /// Epochs between two scores of a node to which nothing happens.
    pub touch_every: u64,
    /// Epochs between two rows of the table.
    pub sample_every: u64,
}

impl Settings {
    /// The whole of a curve; nodes are scored once a week, which is as rarely as the rules allow, and a
    /// row is written as often.
    pub const fn whole(curve: &'static Curve) -> Self {
        let week = if curve.epoch_seconds > 7 * 86_400 {
            1
        } else {
            MAX_SCORE_AGE_EPOCHS
        };
        Self {
            curve,
            years: MAX_YEARS,
            nodes: 100_000,
            seed: 1,
            touch_every: week,
            sample_every: week,
        }
    }
}

/// Settings that make sense, on the terms of a cluster.
#[derive(Clone, Debug)]
pub struct Plan {
    pub settings: Settings,
    pub cluster: Cluster,
    /// Epochs to simulate: the years', at most the curve's.
    pub epochs: u64,
    /// Where to break the books on purpose, so that tests see them found out.
    #[cfg(test)]
    pub fault: Option<Fault>,
}

/// A break in the books of pool 0.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// In this epoch,
    pub epoch: u64,
    /// done to the pool, or to its nodes.
    pub done: fn(&mut crate::Fleet),
}

impl Plan {
    /// Refuses settings out of bounds, with what to do instead.
    pub fn new(cluster: Cluster, settings: Settings) -> Result<Self> {
        let Settings {
            curve,
            years,
            nodes,
            touch_every,
            sample_every,
            ..
        } = settings;
        ensure!(
            (1..=MAX_YEARS).contains(&years),
            "--years {years}: give 1 to {MAX_YEARS}; the curves end after 20 years"
        );
        ensure!(
            (1..=MAX_NODES).contains(&nodes),
            "--nodes {nodes}: give 1 to {MAX_NODES}; each takes 1.4 kB of memory"
        );
        ensure!(
            (1..=MAX_SCORE_AGE_EPOCHS).contains(&touch_every),
            "--touch-every {touch_every}: give 1 to {MAX_SCORE_AGE_EPOCHS} epochs, the longest that a score may count"
        );
        ensure!(
            sample_every >= 1,
            "--sample-every 0: give 1 for a row each epoch, or more for fewer rows"
        );
        if cluster.classes.is_empty() || cluster.classes.len() > usize::from(u8::MAX) {
            bail!(
                "the cluster's file lists {} device classes; list 1 to 255",
                cluster.classes.len()
            );
        }
        let epochs = years
            .saturating_mul(YEAR_SECONDS)
            .div_ceil(curve.epoch_seconds)
            .min(curve.epochs);
        let plan = Self {
            settings,
            cluster,
            epochs,
            #[cfg(test)]
            fault: None,
        };
        plan.emissions()?;
        for pool in 0..plan.pool_count() {
            ensure!(
                plan.classes(pool).next().is_some(),
                "no class of the cluster's file earns from pool {pool}; give it one or drop the pool"
            );
        }
        Ok(plan)
    }

    /// The distributor before its first epoch, on the cluster's terms. A score counts for as long as the
    /// simulation leaves nodes alone.
    pub fn emissions(&self) -> Result<EmissionsConfig> {
        let terms = &self.cluster.emissions;
        let mut pool_shares = PoolShares::default();
        ensure!(
            terms.pools.len() <= pool_shares.len(),
            "the cluster's file has {} pools; the distributor has room for {}",
            terms.pools.len(),
            pool_shares.len()
        );
        for (slot, share) in pool_shares.iter_mut().zip(&terms.pools) {
            *slot = *share;
        }
        let terms = EmissionsTerms {
            guardian: Address::default(),
            scorer: Address::default(),
            curve: self.settings.curve.id,
            start_at: terms.start_at,
            bounty_bps: terms.bounty_bps,
            bounty_cap: terms.bounty_cap,
            max_boost_bps: terms.max_boost_bps,
            max_score_age: terms.max_score_age.max(self.settings.touch_every),
            max_score_step_bps: terms.max_score_step_bps,
            pool_shares,
        };
        EmissionsConfig::new(Address::default(), Address::default(), 255, &terms)
            .map_err(|error| anyhow::anyhow!("the cluster's emission terms: {}", error.message()))
    }

    /// The reward pools before the first epoch.
    pub fn pools(&self) -> Vec<RewardPool> {
        (0..)
            .zip(&self.cluster.emissions.pools)
            .map(|(id, share)| RewardPool::new(id, *share, 255))
            .collect()
    }

    pub fn pool_count(&self) -> usize {
        self.cluster.emissions.pools.len()
    }

    /// The classes that earn from a pool, in the order of the file.
    pub fn classes(&self, pool: usize) -> impl Iterator<Item = &Class> {
        self.cluster
            .classes
            .iter()
            .filter(move |class| usize::from(class.pool) == pool)
    }

    /// Places for nodes in a pool: an equal part of all, the first ones one more if need be.
    pub fn places(&self, pool: usize) -> u64 {
        let pools = u64::try_from(self.pool_count()).unwrap_or(1).max(1);
        let pool = u64::try_from(pool).unwrap_or(0);
        let nodes = u64::from(self.settings.nodes);
        let rest = nodes.checked_rem(pools).unwrap_or(0);
        nodes
            .checked_div(pools)
            .unwrap_or(0)
            .saturating_add(u64::from(pool < rest))
    }

    /// When an epoch opens, Unix seconds.
    pub fn time(&self, epoch: u64) -> i64 {
        self.settings
            .curve
            .epoch_start(self.cluster.emissions.start_at, epoch)
            .unwrap_or(i64::MAX)
    }

    /// Whole epochs that so many seconds take, at least one.
    pub fn epochs_in(&self, seconds: u64) -> u64 {
        seconds.div_ceil(self.settings.curve.epoch_seconds).max(1)
    }

    /// Epochs in a year, rounded down.
    pub const fn epochs_in_a_year(&self) -> u64 {
        match YEAR_SECONDS.checked_div(self.settings.curve.epoch_seconds) {
            Some(epochs) => epochs,
            None => 1,
        }
    }

    /// Whether a row is written after this epoch.
    pub fn is_sampled(&self, epoch: u64) -> bool {
        epoch.is_multiple_of(self.settings.sample_every) || epoch == self.epochs
    }

    /// Whether every account is checked after this epoch: once a year and in the end.
    pub fn is_audited(&self, epoch: u64) -> bool {
        epoch.is_multiple_of(self.epochs_in_a_year()) || epoch == self.epochs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::localnet;

    #[test]
    fn twenty_years_are_the_whole_of_either_curve() {
        for curve in [&Curve::HOURLY, &Curve::MONTHLY] {
            let plan = Plan::new(localnet(), Settings::whole(curve)).expect("good");
            assert_eq!(plan.epochs, curve.epochs);
        }
    }

    #[test]
    fn settings_out_of_bounds_say_what_to_do() {
        let good = Settings::whole(&Curve::HOURLY);
        for (settings, hint) in [
            (Settings { years: 0, ..good }, "1 to 20"),
            (Settings { years: 21, ..good }, "1 to 20"),
            (Settings { nodes: 0, ..good }, "1 to 10000000"),
            (
                Settings {
                    nodes: MAX_NODES + 1,
                    ..good
                },
                "1 to 10000000",
            ),
            (
                Settings {
                    touch_every: 0,
                    ..good
                },
                "1 to 168 epochs",
            ),
            (
                Settings {
                    touch_every: 169,
                    ..good
                },
                "1 to 168 epochs",
            ),
            (
                Settings {
                    sample_every: 0,
                    ..good
                },
                "a row each epoch",
            ),
        ] {
            let error = Plan::new(localnet(), settings).expect_err(hint);
            assert!(error.to_string().contains(hint), "{error}");
        }
    }

    #[test]
    fn a_cluster_that_cannot_be_simulated_says_why() {
        let settings = Settings::whole(&Curve::HOURLY);
        let mut none = localnet();
        none.classes.clear();
        let mut idle = localnet();
        idle.classes.retain(|class| class.pool == 0);
        let mut greedy = localnet();
        greedy.emissions.bounty_bps = 101;
        for (cluster, hint) in [
            (none, "0 device classes"),
            (idle, "pool 1"),
            (greedy, "emission terms"),
        ] {
            let error = Plan::new(cluster, settings).expect_err(hint);
            assert!(error.to_string().contains(hint), "{error}");
        }
    }

    #[test]
    fn places_add_up() {
        let settings = Settings {
            nodes: 7,
            ..Settings::whole(&Curve::HOURLY)
        };
        let plan = Plan::new(localnet(), settings).expect("good");
        assert_eq!((plan.places(0), plan.places(1)), (4, 3));
    }
}
