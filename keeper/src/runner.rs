//! Sends what is due: packed into transactions, simulated first, within the budget.

use crate::{
    Budget, Job, Keeper, Tally,
    batch::{chunks, culprit, delay, halves, length, still_due, useful},
    budget,
    metrics::Fate,
    work::{Found, Work},
};
use futures::{StreamExt, stream};
use io_client::{
    Instruction, Pubkey,
    events::Event,
    rpc::{Error, Prepared, Refusal, Result, Signature},
};
use solana_program::instruction::InstructionError;
use solana_transaction_error::TransactionError;
use std::{
    fmt::Display,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

/// Works that are put into one transaction at most. What is too long is halved; more than twelve harvests
/// are more calls among programs than a transaction may make.
const AT_ONCE: usize = 12;
/// How often, and after which pause, an endpoint is asked what a transaction did that it said has landed.
const ASKED: u32 = 5;
const ASKED_AFTER: Duration = Duration::from_millis(300);

/// A work that a dry run would do.
#[derive(Clone, Debug)]
pub struct Planned {
    pub job: Job,
    pub subject: Pubkey,
    pub what: String,
    /// Works with which it shares its transaction, itself included.
    pub shared_by: usize,
    /// Lamports that the whole transaction costs, rent included.
    pub lamports: u64,
    /// Whether the budget allows it.
    pub affordable: bool,
}

/// What became of some works.
#[derive(Default)]
pub(crate) struct Outcome {
    pub tally: Tally,
    /// Subjects of what was done; in a dry run, of what would be.
    pub done: Vec<Pubkey>,
    pub planned: Vec<Planned>,
    pub errors: Vec<Error>,
}

impl Outcome {
    pub fn join(mut self, other: Self) -> Self {
        self.tally.join(&other.tally);
        self.done.extend(other.done);
        self.planned.extend(other.planned);
        self.errors.extend(other.errors);
        self
    }
}

/// One job's run in one round.
pub(crate) struct Runner<'a> {
    keeper: &'a Keeper,
    budget: &'a Budget,
    /// The chain's time at the start of the round.
    now: i64,
    /// Plan only, send nothing.
    dry: bool,
    /// Set when nothing more is sent: the endpoint fails, or the wallet is empty.
    halted: AtomicBool,
}

impl<'a> Runner<'a> {
    pub fn new(keeper: &'a Keeper, budget: &'a Budget, now: i64, dry: bool) -> Self {
        Self {
            keeper,
            budget,
            now,
            dry,
            halted: AtomicBool::new(false),
        }
    }

    /// Does what was found and whose turn it is.
    pub async fn run(&self, found: Found) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.tally.skipped = found.skipped.values().copied().fold(0, u64::saturating_add);
        outcome.tally.due = length(&found.work);
        let (ready, waiting): (Vec<_>, Vec<_>) =
            found.work.into_iter().partition(|work| self.is_turn(work));
        outcome.tally.waiting = length(&waiting);
        // The same batches as other keepers', so that what one did drops out as a whole, in an order of
        // its own.
        let mut batches = chunks(ready, AT_ONCE);
        fastrand::shuffle(&mut batches);
        stream::iter(batches)
            .map(|batch| self.batch(batch))
            .buffer_unordered(self.keeper.config().parallel)
            .fold(outcome, |all, one| async { all.join(one) })
            .await
    }

    /// Whether this keeper waited long enough to leave others the start.
    fn is_turn(&self, work: &Work) -> bool {
        let (keeper, jitter) = (self.keeper.address(), self.keeper.config().jitter);
        let delay = delay(&keeper, jitter, work.job, work.since);
        work.since.saturating_add_unsigned(delay) <= self.now
    }

    /// Does the works of a batch in as few transactions as it takes.
    pub async fn batch(&self, batch: Vec<Work>) -> Outcome {
        let mut outcome = Outcome::default();
        let size = length(&batch);
        let mut rest = vec![batch];
        while let Some(batch) = rest.pop() {
            if self.halted.load(Relaxed) || self.keeper.is_stopping() {
                break;
            }
            if let Err(error) = self.transaction(batch, &mut rest, &mut outcome).await {
                self.halted.store(true, Relaxed);
                outcome.errors.push(error);
            }
        }
        let planned = length(&outcome.planned);
        outcome.tally.undone = size.saturating_sub(outcome.tally.settled().saturating_add(planned));
        outcome
    }

    /// Sends one transaction, or puts what it learned to be possible back into `rest`. An error is one that
    /// nothing more should be sent after.
    async fn transaction(
        &self,
        batch: Vec<Work>,
        rest: &mut Vec<Vec<Work>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let network = self.keeper.network();
        let batch = self.drop_overtaken(batch, outcome).await?;
        if batch.is_empty() {
            return Ok(());
        }
        let instructions: Vec<Instruction> = batch
            .iter()
            .flat_map(|work| work.instructions.iter().cloned())
            .collect();
        let prepared = match network.prepare(&self.keeper.address(), &instructions).await {
            Ok(prepared) => prepared,
            Err(Error::TooLarge { .. } | Error::Compile(_)) if batch.len() > 1 => {
                rest.extend(halves(batch));
                return Ok(());
            }
            Err(error @ (Error::TooLarge { .. } | Error::Compile(_))) => {
                refuse(&batch, &error, outcome);
                return Ok(());
            }
            Err(Error::Refused(refusal)) => {
                return self.refused(batch, *refusal, rest, outcome).await;
            }
            Err(error) => return Err(error),
        };
        let (batch, idle) = useful(batch, &prepared.events);
        if !idle.is_empty() {
            add(&mut outcome.tally.overtaken, length(&idle));
            rest.push(batch);
            return Ok(());
        }
        let rent = batch.iter().map(|work| work.rent);
        let cost = rent.fold(prepared.lamports, u64::saturating_add);
        if self.dry {
            let affordable = self.budget.reserve(self.now, cost).is_some();
            outcome.done.extend(batch.iter().map(|work| work.subject));
            outcome.planned.extend(planned(batch, cost, affordable));
            return Ok(());
        }
        let Some(reserved) = self.budget.reserve(self.now, cost) else {
            add(&mut outcome.tally.held_back, length(&batch));
            return Ok(());
        };
        if self.keeper.is_stopping() {
            self.budget.settle(&reserved, 0);
            return Ok(());
        }
        let sent = network.send(&prepared, &[self.keeper.key()]).await;
        let metrics = self.keeper.metrics();
        match sent {
            Ok(landed) => {
                metrics.sent(Fate::Landed);
                let cost = self.cost(&landed.signature, &prepared, cost).await;
                self.budget.settle(&reserved, cost);
                add(&mut outcome.tally.lamports, cost);
                self.landed(batch, &prepared, &landed.signature, outcome)
                    .await;
                Ok(())
            }
            Err(Error::Failed { signature, refusal }) => {
                metrics.sent(Fate::Failed);
                // The fee is gone, and no rent.
                self.budget.settle(&reserved, prepared.lamports);
                add(&mut outcome.tally.transactions, 1);
                add(&mut outcome.tally.lamports, prepared.lamports);
                tracing::debug!(%signature, %refusal, "a transaction failed on chain");
                self.refused(batch, *refusal, rest, outcome).await
            }
            Err(Error::Expired { .. }) => {
                metrics.sent(Fate::Expired);
                self.budget.settle(&reserved, 0);
                Ok(())
            }
            Err(error @ Error::Unknown { .. }) => {
                metrics.sent(Fate::Unknown);
                // It may have cost what was set aside.
                Err(error)
            }
            Err(error) => {
                self.budget.settle(&reserved, 0);
                Err(error)
            }
        }
    }

    /// Keeps the works that are due by the chain as it is now.
    async fn drop_overtaken(&self, batch: Vec<Work>, outcome: &mut Outcome) -> Result<Vec<Work>> {
        let watched: Vec<_> = batch.iter().map(|work| work.watch).collect();
        let accounts = self.keeper.network().raw_accounts(&watched).await?;
        let (due, overtaken) = still_due(batch, &accounts);
        add(&mut outcome.tally.overtaken, length(&overtaken));
        Ok(due)
    }

    /// Finds the work that a transaction was refused for, and puts the others back into `rest`.
    async fn refused(
        &self,
        mut batch: Vec<Work>,
        refusal: Refusal,
        rest: &mut Vec<Vec<Work>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let TransactionError::InstructionError(index, error) = &refusal.error else {
            // Not for what it would do: the wallet is empty, say.
            return Err(Error::Refused(Box::new(refusal)));
        };
        let too_much = matches!(
            error,
            InstructionError::MaxInstructionTraceLengthExceeded
                | InstructionError::ComputationalBudgetExceeded
        );
        if too_much && batch.len() > 1 {
            rest.extend(halves(batch));
            return Ok(());
        }
        let culprit = batch.remove(culprit(&batch, usize::from(*index)));
        rest.push(batch);
        let still = self.drop_overtaken(vec![culprit], outcome).await?;
        refuse(&still, &refusal, outcome);
        Ok(())
    }

    /// Counts what a transaction did that landed.
    async fn landed(
        &self,
        batch: Vec<Work>,
        prepared: &Prepared,
        signature: &Signature,
        outcome: &mut Outcome,
    ) {
        // What the simulation recorded, if the endpoint cannot say what it did in fact.
        let events = match self.events(signature).await {
            Some(events) => events,
            None => prepared.events.clone(),
        };
        add(&mut outcome.tally.transactions, 1);
        for event in &events {
            if let Event::EpochAdvanced(advanced) = event {
                self.keeper.metrics().earned(advanced.bounty);
            }
        }
        for work in &batch {
            let (job, subject, what) = (work.job, work.subject, &work.what);
            if work.is_proven_by(&events) {
                add(&mut outcome.tally.done, 1);
                outcome.done.push(subject);
                tracing::info!(%job, %subject, what, %signature, "done");
            } else {
                add(&mut outcome.tally.overtaken, 1);
                tracing::info!(%job, %subject, what, %signature, "somebody else was faster");
            }
        }
        self.keeper.pulse.progressed();
    }

    /// What a transaction recorded. An endpoint may need a moment to know.
    async fn events(&self, signature: &Signature) -> Option<Vec<Event>> {
        for _ in 0..ASKED {
            match self.keeper.network().events(signature).await {
                Ok(recorded) => return Some(recorded.events),
                Err(error) => tracing::debug!(%signature, %error, "not known yet"),
            }
            tokio::time::sleep(ASKED_AFTER).await;
        }
        None
    }

    /// Lamports that a transaction took that was expected to take `most`. Less if an account was made
    /// by somebody else in the meantime.
    async fn cost(&self, signature: &Signature, prepared: &Prepared, most: u64) -> u64 {
        if most == prepared.lamports {
            return most;
        }
        let keeper = self.keeper.address();
        let cost = budget::cost(self.keeper.network(), &keeper, signature);
        cost.await.ok().flatten().unwrap_or(most)
    }
}

/// Counts works that cannot be done, and says why.
fn refuse(works: &[Work], why: &dyn Display, outcome: &mut Outcome) {
    for Work { job, subject, .. } in works {
        add(&mut outcome.tally.refused, 1);
        tracing::warn!(%job, %subject, %why, "refused");
    }
}

fn planned(batch: Vec<Work>, lamports: u64, affordable: bool) -> impl Iterator<Item = Planned> {
    let shared_by = batch.len();
    batch.into_iter().map(move |work| Planned {
        job: work.job,
        subject: work.subject,
        what: work.what,
        shared_by,
        lamports,
        affordable,
    })
}

fn add(to: &mut u64, count: u64) {
    *to = to.saturating_add(count);
}
