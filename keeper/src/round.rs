//! One round: job after job, each looked for, done and counted.

use crate::{
    Job, Keeper, Planned, Tally,
    jobs::{advance, harvest, pay_out, receipts, slashes, sync, tickets},
    nodes::Nodes,
    runner::{Outcome, Runner},
    work::Found,
};
use io_client::{
    Pubkey,
    rpc::{Error, Result},
    shared::{ids::io_emissions, state::EmissionsConfig},
};
use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, Instant},
};

/// The longest pause of a keeper that finds another at its work.
const BACK_OFF: Duration = Duration::from_secs(5);

/// What one round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// By job, for those that are on.
    pub jobs: BTreeMap<Job, Tally>,
    /// What a dry run would do.
    pub planned: Vec<Planned>,
    /// What kept a job from being finished.
    pub errors: Vec<(Job, Error)>,
}

impl Round {
    /// All jobs together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.jobs.values() {
            total.join(tally);
        }
        total
    }

    pub(crate) fn log(&self, took: Duration) {
        for (job, error) in &self.errors {
            tracing::error!(%job, %error, "not finished");
        }
        for (job, tally) in &self.jobs {
            if tally.held_back > 0 {
                let held_back = tally.held_back;
                tracing::warn!(%job, held_back, "the budget of this hour is spent");
            }
        }
        let total = self.total();
        tracing::info!(
            due = total.due,
            done = total.done,
            overtaken = total.overtaken,
            refused = total.refused,
            undone = total.undone,
            held_back = total.held_back,
            waiting = total.waiting,
            skipped = total.skipped,
            transactions = total.transactions,
            lamports = total.lamports,
            seconds = took.as_secs_f64(),
            "round"
        );
    }
}

/// What a round knows of the chain.
struct Seen {
    now: i64,
    emissions: EmissionsConfig,
    /// Once a job needed them.
    nodes: Option<Nodes>,
    /// Nodes that were harvested after that look.
    harvested: HashSet<Pubkey>,
}

impl Keeper {
    pub(crate) async fn go_round(&self, dry: bool) -> Result<Round> {
        let (clock, emissions) = self.unless_stopped(self.now()).await?;
        let budget = self.budget(clock.now).await?;
        // A plan spends nothing.
        let scratch = dry.then(|| budget.clone());
        let budget = scratch.as_ref().unwrap_or(budget);
        let address = self.address();
        let balance = async { Ok(self.network().rpc().get_balance(&address).await?) };
        self.metrics()
            .balance
            .set(self.unless_stopped(balance).await?);
        self.metrics().slot.set(clock.slot);
        self.pulse.saw(clock.slot);
        let behind = emissions
            .epoch(clock.now)
            .saturating_sub(emissions.epochs_done);
        self.metrics().epochs_behind.set(behind);
        self.metrics().forget_skipped();

        let mut round = Round::default();
        let mut seen = Seen {
            now: clock.now,
            emissions,
            nodes: None,
            harvested: HashSet::new(),
        };
        for job in Job::ALL {
            if !self.config().jobs.contains(&job) || self.is_stopping() {
                continue;
            }
            let runner = Runner::new(self, budget, clock.now, dry);
            match self.job(job, &mut seen, &runner).await {
                Ok(outcome) => {
                    self.metrics().tallied(job, &outcome.tally);
                    round.jobs.insert(job, outcome.tally);
                    round.planned.extend(outcome.planned);
                    let errors = outcome.errors.into_iter();
                    round.errors.extend(errors.map(|error| (job, error)));
                }
                Err(error) => round.errors.push((job, error)),
            }
            self.metrics().budget_left.set(budget.left(clock.now));
            if round.jobs.get(&job).is_some_and(Tally::was_for_nothing) && !dry {
                self.back_off().await;
            }
        }
        Ok(round)
    }

    /// Leaves another keeper, which does the same at the same time, a start.
    async fn back_off(&self) {
        let pause = BACK_OFF.mul_f64(fastrand::f64());
        let pause = async {
            tokio::time::sleep(pause).await;
            Ok(())
        };
        // It is over if the keeper is told to stop.
        let _ = self.unless_stopped(pause).await;
    }

    /// Looks for one job and does what is due.
    async fn job(&self, job: Job, seen: &mut Seen, runner: &Runner<'_>) -> Result<Outcome> {
        if job == Job::PayOut {
            return self.pay_out(seen, runner).await;
        }
        let started = Instant::now();
        let found = self.unless_stopped(self.find(job, seen)).await?;
        self.looked(job, started, &found);
        let outcome = runner.run(found).await;
        if job == Job::Harvest {
            seen.harvested.extend(&outcome.done);
        }
        Ok(outcome)
    }

    async fn find(&self, job: Job, seen: &mut Seen) -> Result<Found> {
        let (network, config, keeper) = (self.network(), self.config(), self.address());
        let (mint, now) = (seen.emissions.mint, seen.now);
        Ok(match job {
            Job::Advance => {
                let purse = advance::Purse::look(network, &keeper, &mint).await?;
                advance::find(&seen.emissions, &purse, &config.advance, now)
            }
            Job::Slashes => slashes::find(&slashes::look(network).await?, &mint, now),
            Job::Tickets => {
                let tickets = tickets::Tickets::look(network, &mint, now).await?;
                tickets::find(&tickets, &keeper, &mint, &config.tickets, now)
            }
            Job::Harvest => harvest::find(self.nodes(seen).await?, &config.harvest, now),
            Job::Sync => {
                let harvested = core::mem::take(&mut seen.harvested);
                sync::find(self.nodes(seen).await?, &harvested, now)
            }
            Job::Receipts => {
                let receipts = receipts::look(network, &keeper).await?;
                receipts::find(&receipts, &config.receipts, now)
            }
            // Priced and done one by one: see `pay_out`.
            Job::PayOut => Found::default(),
        })
    }

    /// The nodes, looked at once in a round, after the epochs were advanced by whomever.
    async fn nodes<'a>(&self, seen: &'a mut Seen) -> Result<&'a Nodes> {
        let nodes = match seen.nodes.take() {
            Some(nodes) => nodes,
            None => {
                let emissions = self
                    .network()
                    .account(&io_emissions::CONFIG.address)
                    .await?;
                let nodes = Nodes::look(self.network(), emissions).await?;
                let count = u64::try_from(nodes.nodes.len()).unwrap_or(u64::MAX);
                self.metrics().nodes.set(count);
                nodes
            }
        };
        Ok(seen.nodes.insert(nodes))
    }

    /// Pays suppliers out one after the other: each swap moves the price that the next is quoted at.
    async fn pay_out(&self, seen: &Seen, runner: &Runner<'_>) -> Result<Outcome> {
        let started = Instant::now();
        let (network, rules) = (self.network(), &self.config().pay_out);
        let look = async {
            let terms = pay_out::Terms::look(network, &seen.emissions.mint, seen.now).await?;
            let earners = pay_out::look(network, &terms).await?;
            // Without anybody to pay there is nothing to quote.
            let best = if earners.is_empty() {
                None
            } else {
                pay_out::best(network, &terms, rules).await?
            };
            Ok((pay_out::find(earners, rules, best), terms))
        };
        let ((mut earners, mut found), terms) = self.unless_stopped(look).await?;
        // In another order than other keepers.
        fastrand::shuffle(&mut earners);
        let mut outcome = Outcome::default();
        for earner in earners {
            let keeper = self.address();
            let work = pay_out::work(network, &keeper, &earner, &terms, rules, seen.now);
            match self.unless_stopped(work).await? {
                Ok(work) => {
                    outcome.tally.due = outcome.tally.due.saturating_add(1);
                    outcome = outcome.join(runner.batch(vec![work]).await);
                }
                Err(reason) => found.skip(reason),
            }
        }
        self.looked(Job::PayOut, started, &found);
        outcome.tally.skipped = found.skipped.values().copied().fold(0, u64::saturating_add);
        Ok(outcome)
    }

    fn looked(&self, job: Job, started: Instant, found: &Found) {
        self.pulse.progressed();
        let seconds = started.elapsed().as_secs_f64();
        self.metrics().looked(job, seconds, &found.skipped);
    }
}
