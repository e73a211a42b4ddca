//! What Prometheus is told.

use crate::{Job, Tally};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, prometheus_text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::{collections::BTreeMap, fmt, sync::atomic::AtomicU64};

/// A gauge of what is never negative.
type Level = Gauge<u64, AtomicU64>;

/// Not `job`, which is Prometheus' own label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTask {
    task: Job,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Skipped {
    task: Job,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

impl EncodeLabelValue for Job {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        self.name().encode(encoder)
    }
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Landed,
    /// It landed and failed: somebody was faster, by a moment.
    Failed,
    Expired,
    /// The endpoint fell silent before its fate was known.
    Unknown,
}

/// The metrics of a keeper.
pub struct Metrics {
    registry: Registry,
    due: Family<OfTask, Level>,
    held_back: Family<OfTask, Level>,
    waiting: Family<OfTask, Level>,
    skipped: Family<Skipped, Level>,
    done: Family<OfTask, Counter>,
    overtaken: Family<OfTask, Counter>,
    refused: Family<OfTask, Counter>,
    transactions: Family<OfOutcome, Counter>,
    spent: Family<OfTask, Counter>,
    bounties: Counter,
    rounds: Family<OfOutcome, Counter>,
    round_seconds: Histogram,
    look_seconds: Family<OfTask, Histogram>,
    pub(crate) budget_limit: Level,
    pub(crate) budget_left: Level,
    pub(crate) balance: Level,
    pub(crate) slot: Level,
    pub(crate) epochs_behind: Level,
    pub(crate) last_round: Gauge,
    pub(crate) nodes: Level,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// From a tenth of a second to seven minutes.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.1, 2.0, 13))
}

impl Metrics {
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("io_keeper"),
            due: Family::default(),
            held_back: Family::default(),
            waiting: Family::default(),
            skipped: Family::default(),
            done: Family::default(),
            overtaken: Family::default(),
            refused: Family::default(),
            transactions: Family::default(),
            spent: Family::default(),
            bounties: Counter::default(),
            rounds: Family::default(),
            round_seconds: seconds(),
            look_seconds: Family::new_with_constructor(seconds),
            budget_limit: Level::default(),
            budget_left: Level::default(),
            balance: Level::default(),
            slot: Level::default(),
            epochs_behind: Level::default(),
            last_round: Gauge::default(),
            nodes: Level::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let to = &mut self.registry;
        to.register(
            "due",
            "Things found to be due in the last round",
            self.due.clone(),
        );
        to.register(
            "held_back",
            "Things that were due in the last round and not done because the budget is spent",
            self.held_back.clone(),
        );
        to.register(
            "waiting",
            "Things that were due in the last round and left until this keeper's turn",
            self.waiting.clone(),
        );
        to.register(
            "skipped",
            "Things that were due in the last round and cannot or should not be done",
            self.skipped.clone(),
        );
        to.register("done", "Things done", self.done.clone());
        to.register(
            "overtaken",
            "Things that somebody else did first",
            self.overtaken.clone(),
        );
        to.register(
            "refused",
            "Things that a program refused though nobody else had done them",
            self.refused.clone(),
        );
        to.register(
            "transactions",
            "Transactions sent",
            self.transactions.clone(),
        );
        to.register(
            "spent_lamports",
            "Lamports spent on fees and rent",
            self.spent.clone(),
        );
        to.register(
            "bounties_raw",
            "Bounties earned, raw IO",
            self.bounties.clone(),
        );
        to.register("rounds", "Rounds", self.rounds.clone());
        to.register(
            "round_seconds",
            "Length of a round",
            self.round_seconds.clone(),
        );
        to.register(
            "look_seconds",
            "Time to read from the chain what a job decides by",
            self.look_seconds.clone(),
        );
        to.register(
            "budget_lamports",
            "Most lamports spent in an hour",
            self.budget_limit.clone(),
        );
        to.register(
            "budget_left_lamports",
            "Lamports of the budget that are left in this hour",
            self.budget_left.clone(),
        );
        to.register(
            "balance_lamports",
            "Lamports in the keeper's wallet",
            self.balance.clone(),
        );
        to.register("slot", "Newest slot seen", self.slot.clone());
        to.register(
            "epochs_behind",
            "Epochs that were over and not advanced at the start of the last round",
            self.epochs_behind.clone(),
        );
        to.register(
            "last_round_timestamp_seconds",
            "When the last good round ended",
            self.last_round.clone(),
        );
        to.register(
            "nodes",
            "Nodes looked at in the last round",
            self.nodes.clone(),
        );
    }

    /// The metrics in Prometheus' text format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into memory cannot fail");
        text
    }

    /// What a job found in this round.
    pub(crate) fn looked(&self, job: Job, seconds: f64, skipped: &BTreeMap<&'static str, u64>) {
        self.look_seconds
            .get_or_create(&OfTask { task: job })
            .observe(seconds);
        for (reason, count) in skipped {
            let reason = *reason;
            self.skipped
                .get_or_create(&Skipped { task: job, reason })
                .set(*count);
        }
    }

    /// Forgets what the last round could not do, for each job that is looked at anew.
    pub(crate) fn forget_skipped(&self) {
        self.skipped.clear();
    }

    /// What became of it.
    pub(crate) fn tallied(&self, job: Job, tally: &Tally) {
        let of = OfTask { task: job };
        self.due.get_or_create(&of).set(tally.due);
        self.held_back.get_or_create(&of).set(tally.held_back);
        self.waiting.get_or_create(&of).set(tally.waiting);
        self.done.get_or_create(&of).inc_by(tally.done);
        self.overtaken.get_or_create(&of).inc_by(tally.overtaken);
        self.refused.get_or_create(&of).inc_by(tally.refused);
        self.spent.get_or_create(&of).inc_by(tally.lamports);
    }

    pub(crate) fn sent(&self, fate: Fate) {
        let outcome = match fate {
            Fate::Landed => "landed",
            Fate::Failed => "failed",
            Fate::Expired => "expired",
            Fate::Unknown => "unknown",
        };
        self.transactions
            .get_or_create(&OfOutcome { outcome })
            .inc();
    }

    pub(crate) fn earned(&self, bounty: u64) {
        self.bounties.inc_by(bounty);
    }

    pub(crate) fn went_round(&self, good: bool, seconds: f64) {
        let outcome = if good { "good" } else { "failed" };
        self.rounds.get_or_create(&OfOutcome { outcome }).inc();
        self.round_seconds.observe(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// One that has a value in every family.
    fn used() -> Metrics {
        let metrics = Metrics::new();
        metrics.looked(Job::Harvest, 0.5, &BTreeMap::from([("a reason", 1)]));
        metrics.tallied(Job::Harvest, &Tally::default());
        metrics.sent(Fate::Landed);
        metrics.went_round(true, 0.5);
        metrics
    }

    /// Type and help by name.
    fn described(text: &str) -> BTreeMap<&str, (&str, &str)> {
        let mut helps = text.lines().filter_map(|line| line.strip_prefix("# HELP "));
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        types
            .map(|line| {
                let (name, kind) = line.split_once(' ').expect("a name and a type");
                let help = helps.next().and_then(|line| line.strip_prefix(name));
                let help = help.expect("help in front of each type").trim();
                // The encoder ends each with a full stop, an empty one too.
                (name, (kind, help.trim_end_matches('.')))
            })
            .collect()
    }

    #[test]
    fn every_sample_is_of_a_metric_with_a_type_and_help() {
        let text = used().encode();
        let described = described(&text);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let mut met = BTreeSet::new();
        for sample in samples {
            let name = sample.split(['{', ' ']).next().expect("a name");
            let of_histogram = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .filter(|name| {
                    described
                        .get(name)
                        .is_some_and(|(kind, _)| *kind == "histogram")
                });
            let name = of_histogram.unwrap_or(name);
            let (kind, help) = described.get(name).expect(name);
            assert!(!help.is_empty(), "{name} is not explained");
            assert_eq!(*kind == "counter", name.ends_with("_total"), "{name}");
            met.insert(name);
        }
        assert!(met.iter().eq(described.keys()), "{met:?}");
    }

    #[test]
    fn the_readme_names_every_metric() {
        let readme = include_str!("../../ops/README.md");
        let named: BTreeSet<_> = readme
            .lines()
            .filter_map(|line| line.strip_prefix("| `io_keeper_")?.split(['{', '`']).next())
            .map(|name| format!("io_keeper_{name}"))
            .collect();
        let text = used().encode();
        assert!(named.iter().eq(described(&text).keys()), "{named:?}");
    }
}
