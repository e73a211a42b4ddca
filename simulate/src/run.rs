//! The whole of it: each pool on a thread of its own.
//!
//! Pools share nothing but the clock and the crank, which is done ahead; so each is run to the end by
//! itself, the same however many processors there are.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};

use crate::{
    books::{self, Audit, Holdings},
    fleet::Fleet,
    ledger::{Tally, count},
    mint::{self, Crank},
    plan::Plan,
};

/// How often progress is reported.
const TICK: Duration = Duration::from_millis(100);

/// One pool after an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolRow {
    pub holdings: Holdings,
    /// Raw IO in the nodes' stake vaults.
    pub staked: u64,
    pub settlements: u64,
    /// By class, in the order of the cluster's file.
    pub classes: Vec<Tally>,
}

/// The network after an epoch.
#[derive(Clone, Debug)]
pub struct Row {
    pub epoch: u64,
    /// Unix seconds.
    pub time: i64,
    pub crank: Crank,
    pub pools: Vec<PoolRow>,
}

/// What a simulation found. Everything added up, or there would be none.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub rows: Vec<Row>,
    /// Raw IO emitted in the end.
    pub emitted: u64,
    /// Raw IO paid to crankers in the end.
    pub bounties: u64,
    /// Raw IO in all pools that no epoch follows for.
    pub carry: u64,
    /// Raw IO that rounding keeps in the pools.
    pub dust: u64,
    /// Raw IO harvested.
    pub harvested: u64,
    /// Settlements of nodes, which every instruction on a node begins with.
    pub settlements: u64,
    /// Most nodes registered and not retired at one time, as far as rows show.
    pub peak_nodes: u64,
    /// Nodes that existed when the books were audited, over all audits.
    pub audited: u64,
}

/// One pool's whole time.
struct PoolRun {
    holdings: Vec<Holdings>,
    rows: Vec<PoolRow>,
    dust: u64,
    audited: u64,
}

/// Simulates `plan`; `progress` is told how many epochs are done.
pub fn run(plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Outcome> {
    let cranks = mint::crank_all(plan)?;
    let done: Vec<AtomicU64> = (0..plan.pool_count()).map(|_| AtomicU64::new(0)).collect();
    let stop = AtomicBool::new(false);
    let pools = thread::scope(|scope| {
        let threads: Vec<_> = done
            .iter()
            .enumerate()
            .map(|(pool, done)| {
                let (cranks, stop) = (&cranks, &stop);
                scope.spawn(move || {
                    let run = run_pool(plan, pool, cranks, done, stop);
                    if run.is_err() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    run
                })
            })
            .collect();
        while threads.iter().any(|thread| !thread.is_finished()) {
            let epochs = done.iter().map(|done| done.load(Ordering::Relaxed)).min();
            progress(epochs.unwrap_or(0));
            thread::sleep(TICK);
        }
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow!("a pool's thread panicked"))?
            })
            .collect::<Vec<Result<Option<PoolRun>>>>()
    });
    // The error of the pool that failed, not of those that stopped for it.
    let mut runs = Vec::new();
    for run in pools {
        runs.push(run?);
    }
    let runs: Vec<PoolRun> = runs.into_iter().flatten().collect();
    ensure!(runs.len() == plan.pool_count(), "a pool stopped early");
    summarize(plan, &cranks, runs)
}

/// Runs one pool to the end; `None` if another failed meanwhile.
fn run_pool(
    plan: &Plan,
    pool: usize,
    cranks: &[Crank],
    done: &AtomicU64,
    stop: &AtomicBool,
) -> Result<Option<PoolRun>> {
    let mut fleet = Fleet::new(plan, pool)?;
    let mut run = PoolRun {
        holdings: Vec::with_capacity(cranks.len()),
        rows: Vec::new(),
        dust: 0,
        audited: 0,
    };
    for (epoch, crank) in (0..).zip(cranks) {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let part = crank.parts.get(pool).copied().unwrap_or(0);
        fleet
            .live_through(epoch, part)
            .with_context(|| format!("pool {pool}, epoch {epoch}"))?;
        if epoch == plan.epochs {
            fleet.finish().context("the last harvest")?;
        }
        if plan.is_audited(epoch) {
            let Audit { dust, nodes } = books::audit(&fleet)?;
            run.dust = dust;
            count(&mut run.audited, nodes);
        }
        let holdings = Holdings::of(&fleet.ledger);
        run.holdings.push(holdings);
        if plan.is_sampled(epoch) {
            run.rows.push(PoolRow {
                holdings,
                staked: fleet.ledger.staked,
                settlements: fleet.ledger.settlements,
                classes: fleet.ledger.classes.clone(),
            });
        }
        done.store(epoch, Ordering::Relaxed);
    }
    Ok(Some(run))
}

/// Checks the pools against the mint, and puts their rows together.
fn summarize(plan: &Plan, cranks: &[Crank], runs: Vec<PoolRun>) -> Result<Outcome> {
    let (mut dust, mut audited) = (0, 0);
    let mut holdings = Vec::new();
    let mut columns = Vec::new();
    for run in runs {
        count(&mut dust, run.dust);
        count(&mut audited, run.audited);
        holdings.push(run.holdings);
        columns.push(run.rows.into_iter());
    }
    books::check_network(plan, cranks, &holdings)?;
    let rows: Vec<Row> = (0..)
        .zip(cranks)
        .filter(|(epoch, _)| plan.is_sampled(*epoch))
        .map(|(epoch, crank)| Row {
            epoch,
            time: plan.time(epoch),
            crank: *crank,
            pools: columns.iter_mut().filter_map(Iterator::next).collect(),
        })
        .collect();
    let last = rows.last().context("no epoch was simulated")?;
    Ok(Outcome {
        emitted: last.crank.emitted,
        bounties: last.crank.bounties,
        carry: last.sum(|pool| pool.holdings.carry),
        dust,
        harvested: last.sum(|pool| pool.holdings.harvested),
        settlements: last.sum(|pool| pool.settlements),
        peak_nodes: rows.iter().map(Row::nodes).max().unwrap_or(0),
        audited,
        rows,
    })
}

impl Row {
    /// A figure summed over the pools.
    pub fn sum(&self, figure: impl Fn(&PoolRow) -> u64) -> u64 {
        self.pools.iter().map(figure).sum()
    }

    /// Nodes registered and not retired.
    pub fn nodes(&self) -> u64 {
        self.tally(|class| class.nodes)
    }

    /// A figure summed over the classes of all pools.
    pub fn tally(&self, figure: impl Fn(&Tally) -> u64) -> u64 {
        self.sum(|pool| pool.classes.iter().map(&figure).sum())
    }

    /// More IO is staked than exists: a test of the programs' limits rather than a forecast.
    pub fn is_impossible(&self) -> bool {
        self.sum(|pool| pool.staked) > self.crank.supply
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
pub(crate) mod tests {
    use super::*;
    use crate::{Settings, csv, plan::Fault};
    use io_migrations::Cluster;
    use io_shared::{constants::IO, math::curve::Curve};

    pub(crate) fn localnet() -> Cluster {
        Cluster::parse(include_str!("../../migrations/clusters/localnet.toml"))
            .expect("the committed file is sound")
    }

    fn small(curve: &'static Curve) -> Settings {
        Settings {
            years: 2,
            nodes: 60,
            ..Settings::whole(curve)
        }
    }

    fn plan(settings: Settings) -> Plan {
        Plan::new(localnet(), settings).expect("good settings")
    }

    fn simulate(settings: Settings) -> Outcome {
        run(&plan(settings), |_| {}).unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// All that was emitted is found again, and there was someone to earn it.
    fn check(outcome: &Outcome) {
        let last = outcome.rows.last().expect("rows");
        assert_eq!(
            outcome.emitted,
            outcome.bounties
                + outcome.harvested
                + outcome.carry
                + last.sum(|pool| pool.holdings.owed)
        );
        assert!(outcome.audited > 0 && outcome.harvested > 0);
        assert!(last.nodes() > 0 && outcome.peak_nodes >= last.nodes());
    }

    #[test]
    fn conserved_through_the_first_years() {
        let outcome = simulate(small(&Curve::HOURLY));
        check(&outcome);
        let last = outcome.rows.last().expect("rows");
        assert!(last.tally(|class| class.forfeited) > 0, "nobody forfeited");
    }

    #[test]
    fn conserved_with_every_node_scored_in_every_epoch() {
        check(&simulate(Settings {
            years: 1,
            nodes: 20,
            touch_every: 1,
            ..small(&Curve::HOURLY)
        }));
    }

    #[test]
    fn the_whole_curve_ends_on_its_cap_to_the_raw_unit() {
        for curve in [&Curve::HOURLY, &Curve::MONTHLY] {
            let outcome = simulate(Settings {
                years: 20,
                nodes: 12,
                ..small(curve)
            });
            check(&outcome);
            assert_eq!(outcome.emitted, 300_000_000 * IO);
            let last = outcome.rows.last().expect("rows");
            assert_eq!(last.epoch, curve.epochs);
            assert_eq!(last.crank.supply, 800_000_000 * IO);
            // After the last harvest nothing is owed but what rounding kept.
            assert_eq!(last.sum(|pool| pool.holdings.owed), outcome.dust);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_table_and_another_does_not() {
        let table = |seed| {
            let plan = plan(Settings {
                years: 1,
                seed,
                ..small(&Curve::HOURLY)
            });
            csv::table(&plan, &run(&plan, |_| {}).expect("adds up").rows)
        };
        assert_eq!(table(1), table(1));
        assert_ne!(table(1), table(2));
    }

    #[test]
    fn a_single_node_and_a_pool_without_any() {
        let outcome = simulate(Settings {
            nodes: 1,
            ..small(&Curve::MONTHLY)
        });
        let last = outcome.rows.last().expect("rows");
        // The second pool has no place, and keeps its part.
        assert_eq!(last.pools[1].holdings.harvested, 0);
        assert!(last.pools[1].holdings.carry > 0);
    }

    #[test]
    fn books_that_are_broken_on_purpose_are_found_out() {
        const YEAR: u64 = 8_766;
        /// In this epoch, done to pool 0, the error that names it.
        type Leak = (u64, fn(&mut Fleet), &'static str);
        let leaks: [Leak; 9] = [
            (
                100,
                |fleet| fleet.ledger.pool.owed += 1,
                "epoch 100: conservation",
            ),
            (
                100,
                |fleet| fleet.ledger.harvested += 1,
                "epoch 100: conservation",
            ),
            (
                YEAR,
                |fleet| fleet.ledger.pool.total_weight += 1,
                "audit: pool 0 weighs",
            ),
            // Within the pool's sum, so that only its nodes' sums can tell.
            (
                YEAR,
                |fleet| {
                    fleet.ledger.pool.owed -= IO;
                    fleet.ledger.pool.carry += IO;
                },
                "audit: pool 0 owes",
            ),
            (
                YEAR,
                |fleet| fleet.any_member().emission.owed += IO,
                "audit: pool 0 owes",
            ),
            (
                YEAR,
                |fleet| fleet.any_member().stake_vault -= 1,
                "audit: a stake vault",
            ),
            (
                YEAR,
                |fleet| fleet.any_member().node.rewards_owed += IO,
                "can be claimed from a node that owes",
            ),
            (
                YEAR,
                |fleet| fleet.any_member().reward_vault += 1,
                "were harvested",
            ),
            (YEAR, |fleet| fleet.ledger.staked -= 1, "were paid in"),
        ];
        for (epoch, done, expected) in leaks {
            let mut plan = plan(small(&Curve::HOURLY));
            plan.fault = Some(Fault { epoch, done });
            let error = run(&plan, |_| {}).expect_err(expected);
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        }
    }

    #[test]
    fn a_network_whose_pools_do_not_hold_what_was_minted_is_found_out() {
        let plan = plan(small(&Curve::MONTHLY));
        let cranks = mint::crank_all(&plan).expect("adds up");
        let held = |lost: u64| -> Vec<Vec<Holdings>> {
            let mut pools = vec![Vec::new(); 2];
            let mut received = [0; 2];
            for crank in &cranks {
                for (index, pool) in pools.iter_mut().enumerate() {
                    received[index] += crank.parts[index];
                    pool.push(Holdings {
                        owed: received[index] - lost.min(received[index]),
                        ..Holdings::default()
                    });
                }
            }
            pools
        };
        assert!(books::check_network(&plan, &cranks, &held(0)).is_ok());
        let error = books::check_network(&plan, &cranks, &held(1)).expect_err("lost");
        assert!(error.to_string().contains("in epoch 1 "), "{error}");
        let mut late = held(0);
        late[1].pop();
        assert!(books::check_network(&plan, &cranks, &late).is_err());
    }
}
