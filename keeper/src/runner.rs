//! Sends what is due: packed into transactions, simulated first, within the budget.

use crate::{
    Budget, Job, Keeper, Tally,
    metrics::Fate,
    work::{Found, Work},
};
use futures::{StreamExt, stream};
use io_client::{
    Instruction, Pubkey,
    events::Event,
    rpc::{Error, Landed, Prepared, Refusal, Result, Signature},
};
use solana_program::instruction::InstructionError;
use solana_transaction_error::TransactionError;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
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
        outcome.tally.due = count(&found.work);
        let (ready, waiting): (Vec<_>, Vec<_>) =
            found.work.into_iter().partition(|work| self.is_turn(work));
        outcome.tally.waiting = count(&waiting);
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
        let delay = delay(self.keeper, work.job, work.since);
        work.since.saturating_add_unsigned(delay) <= self.now
    }

    /// Does the works of a batch in as few transactions as it takes.
    pub async fn batch(&self, batch: Vec<Work>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut rest = vec![batch];
        while let Some(batch) = rest.pop() {
            if batch.is_empty() {
                continue;
            }
            let size = count(&batch);
            if self.halted.load(Relaxed) || self.keeper.is_stopping() {
                outcome.tally.undone = outcome.tally.undone.saturating_add(size);
                continue;
            }
            if let Err(error) = self.transaction(batch, &mut rest, &mut outcome).await {
                outcome.tally.undone = outcome.tally.undone.saturating_add(size);
                self.fail(error, &mut outcome);
            }
        }
        outcome
    }

    /// Sends one transaction, or puts what it learned to be possible back into `rest`. An error is one
    /// before anything was sent.
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
            Err(Error::Refused(refusal)) => {
                return self.refused(batch, *refusal, rest, outcome).await;
            }
            Err(error) => return Err(error),
        };
        let batch = match proven(batch, &prepared.events) {
            Ok(batch) => batch,
            Err((useful, idle)) => {
                add(&mut outcome.tally.overtaken, count(&idle));
                rest.push(useful);
                return Ok(());
            }
        };
        let rent = batch.iter().map(|work| work.rent);
        let cost = rent.fold(prepared.lamports, u64::saturating_add);
        if self.dry {
            let affordable = self.budget.reserve(self.now, cost).is_some();
            outcome.done.extend(batch.iter().map(|work| work.subject));
            outcome.planned.extend(planned(batch, cost, affordable));
            return Ok(());
        }
        let Some(reserved) = self.budget.reserve(self.now, cost) else {
            add(&mut outcome.tally.held_back, count(&batch));
            return Ok(());
        };
        if self.keeper.is_stopping() {
            self.budget.settle(&reserved, 0);
            add(&mut outcome.tally.undone, count(&batch));
            return Ok(());
        }
        let sent = network.send(&prepared, &[self.keeper.key()]).await;
        let metrics = self.keeper.metrics();
        match sent {
            Ok(landed) => {
                metrics.sent(Fate::Landed);
                self.landed(batch, &prepared, landed, cost, outcome).await;
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
                add(&mut outcome.tally.undone, count(&batch));
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
        let (due, overtaken): (Vec<_>, Vec<_>) =
            batch
                .into_iter()
                .zip(accounts)
                .partition(|(work, account)| {
                    let data = account.as_ref().map(|(_, data)| data.as_slice());
                    data.is_some_and(|data| (work.still_due)(data))
                });
        add(&mut outcome.tally.overtaken, length(&overtaken));
        Ok(due.into_iter().map(|(work, _)| work).collect())
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
        let (job, subject) = (culprit.job, culprit.subject);
        let still = self.drop_overtaken(vec![culprit], outcome).await?;
        if !still.is_empty() {
            add(&mut outcome.tally.refused, 1);
            tracing::warn!(%job, %subject, %refusal, "refused");
        }
        Ok(())
    }

    /// Counts what a transaction did that landed.
    async fn landed(
        &self,
        batch: Vec<Work>,
        prepared: &Prepared,
        landed: Landed,
        cost: u64,
        outcome: &mut Outcome,
    ) {
        // What the simulation recorded, if the endpoint cannot say what it did in fact.
        let events = match self.events(&landed.signature).await {
            Some(events) => events,
            None => prepared.events.clone(),
        };
        add(&mut outcome.tally.transactions, 1);
        add(&mut outcome.tally.lamports, cost);
        for event in &events {
            if let Event::EpochAdvanced(advanced) = event {
                self.keeper.metrics().earned(advanced.bounty);
            }
        }
        for work in &batch {
            let (job, subject, what) = (work.job, work.subject, &work.what);
            let signature = landed.signature;
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

    fn fail(&self, error: Error, outcome: &mut Outcome) {
        self.halted.store(true, Relaxed);
        outcome.errors.push(error);
    }
}

/// Seconds that a keeper leaves to others before it does what is due since a moment.
pub(crate) fn delay(keeper: &Keeper, job: Job, since: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (keeper.address(), job, since).hash(&mut hasher);
    let most = keeper.config().jitter.saturating_add(1);
    hasher.finish().checked_rem(most).unwrap_or(0)
}

/// The works that the events prove; without events there is nothing to tell by. `Err` are those that
/// would do something and those that would not.
fn proven(
    batch: Vec<Work>,
    events: &[Event],
) -> core::result::Result<Vec<Work>, (Vec<Work>, Vec<Work>)> {
    if events.is_empty() {
        return Ok(batch);
    }
    let (useful, idle): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .partition(|work| work.is_proven_by(events));
    if idle.is_empty() {
        Ok(useful)
    } else {
        Err((useful, idle))
    }
}

/// Which work instruction number `index` of the transaction is of.
fn culprit(batch: &[Work], index: usize) -> usize {
    let mut end = 0_usize;
    let found = batch.iter().position(|work| {
        end = end.saturating_add(work.instructions.len());
        index < end
    });
    found.unwrap_or(batch.len().saturating_sub(1))
}

fn halves(mut batch: Vec<Work>) -> [Vec<Work>; 2] {
    let second = batch.split_off(batch.len().div_ceil(2));
    [batch, second]
}

fn chunks(works: Vec<Work>, size: usize) -> Vec<Vec<Work>> {
    let mut chunks = Vec::new();
    let mut works = works.into_iter();
    loop {
        let chunk: Vec<_> = works.by_ref().take(size).collect();
        if chunk.is_empty() {
            return chunks;
        }
        chunks.push(chunk);
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

fn count(works: &[Work]) -> u64 {
    length(works)
}

fn length<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

fn add(to: &mut u64, count: u64) {
    *to = to.saturating_add(count);
}
