//! `io admin emissions scores`.

use super::{PROGRAM, config};
use crate::{
    admin::office::Office,
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use clap::Args;
use io_client::{
    Pubkey, emissions, pda,
    rpc::Network,
    shared::{
        errors::EmissionsError,
        state::{EmissionsConfig, NodeEmission, RewardPool},
    },
};
use io_migrations::{Step, Then};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

/// Nodes that one transaction of version 0 takes without a lookup table, with a fee payer of its own.
const AT_ONCE: usize = 11;
/// Scores that are named when they are refused.
const NAMED: usize = 5;

/// Post scores of nodes from a file, once in an epoch (scorer)
///
/// The file is CSV with the columns node and score_bps, or JSON: a list of objects with these. A score is in
/// basis points, 0 for a node that is down. Nodes that have their score in this epoch already are left out, so
/// that a run that broke off can be run again.
#[derive(Args)]
pub struct Scores {
    /// The scores: a .csv or .json file
    file: PathBuf,
    #[command(flatten)]
    signing: Signing,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
struct Score {
    node: String,
    score_bps: u16,
}

/// A node with its score.
type Scored = (Pubkey, u16);

impl Scores {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let scores = read(&self.file)?;
        let network = &context.network;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::new(PROGRAM, "scorer", config.scorer).acting(&self.signing, context)?;
        let pools = super::pools(network, &config).await?;
        let sorted = sort(network, &config, &pools, &scores, now).await?;
        let steps = steps(&acting.wallet, &sorted.by_pool);
        if steps.is_empty() {
            return Err(Failure::refused(
                "every node has its score in this epoch already",
                "wait for the next epoch",
            ));
        }
        let count = |number: usize| Shown::Number(u64::try_from(number).unwrap_or(u64::MAX));
        let left = scores.len().saturating_sub(sorted.done);
        let expected = Record::new()
            .with("Nodes to score", "nodes", count(left))
            .with("Scored already", "already_scored", count(sorted.done))
            .with("Epoch", "epoch", Shown::Number(config.epochs_done));
        acting.carry_out_all("post scores", expected, &steps).await
    }
}

fn unreadable(path: &Path, error: impl core::fmt::Display) -> Failure {
    Failure::usage(
        format!("{} cannot be read: {error}", path.display()),
        "write CSV with the columns node and score_bps, or a JSON list of objects with these",
    )
}

fn read(path: &Path) -> Result<Vec<Scored>> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let scores: Vec<Score> = if json {
        serde_json::from_str(&text).map_err(|error| unreadable(path, error))?
    } else {
        let mut rows = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let rows: core::result::Result<_, _> = rows.deserialize().collect();
        rows.map_err(|error| unreadable(path, error))?
    };
    let mut seen = HashSet::new();
    let mut read = Vec::new();
    for Score { node, score_bps } in scores {
        let node: Pubkey = node
            .parse()
            .map_err(|_| unreadable(path, format!("`{node}` is no address")))?;
        if !seen.insert(node) {
            return Err(unreadable(path, format!("{node} is there twice")));
        }
        read.push((node, score_bps));
    }
    Ok(read)
}

/// Scores that are to be posted.
struct Sorted {
    by_pool: BTreeMap<u8, Vec<Scored>>,
    /// Nodes that have theirs.
    done: usize,
}

/// Sorts `scores` by pool, and refuses those that the program would refuse: one of them would take its whole
/// transaction with it.
async fn sort(
    network: &Network,
    config: &EmissionsConfig,
    pools: &[RewardPool],
    scores: &[Scored],
    now: i64,
) -> Result<Sorted> {
    let addresses: Vec<_> = scores
        .iter()
        .map(|(node, _)| pda::node_emission(node).0)
        .collect();
    let accounts = network.find_all::<NodeEmission>(&addresses).await?;
    let rules = config.weight_rules(now);
    let mut sorted = Sorted {
        by_pool: BTreeMap::new(),
        done: 0,
    };
    let mut refused = Vec::new();
    for ((node, score), account) in scores.iter().zip(accounts) {
        let Some(mut emission) = account else {
            refused.push(format!("{node} is not enrolled"));
            continue;
        };
        let Some(pool) = pools.get(usize::from(emission.pool)) else {
            refused.push(format!(
                "{node} is of pool {}, which is not there",
                emission.pool
            ));
            continue;
        };
        if config.epoch(now) > pool.epochs_done {
            return Err(Failure::refused(
                "an epoch is over and not shared out yet",
                "advance it first: io emissions advance",
            ));
        }
        let had = emission.score_bps;
        match emission.score((*score).into(), pool, &rules) {
            Ok(()) => sorted
                .by_pool
                .entry(emission.pool)
                .or_default()
                .push((*node, *score)),
            Err(EmissionsError::AlreadyScored) if had == u64::from(*score) => {
                sorted.done = sorted.done.saturating_add(1);
            }
            Err(error) => refused.push(format!("{node}: {error}")),
        }
    }
    if refused.is_empty() {
        return Ok(sorted);
    }
    let count = refused.len();
    refused.truncate(NAMED);
    Err(Failure::refused(
        format!("{count} scores would be refused: {}", refused.join("; ")),
        "correct the file; nothing was sent",
    ))
}

/// As many nodes of one pool in a transaction as fit.
fn steps(scorer: &Pubkey, by_pool: &BTreeMap<u8, Vec<Scored>>) -> Vec<Step> {
    let batches = by_pool.iter().flat_map(|(pool, scores)| {
        let batches = scores.chunks(AT_ONCE);
        batches.map(|batch| (*pool, batch))
    });
    batches
        .map(|(pool, batch)| Step {
            what: format!("score {} nodes of pool {pool}", batch.len()),
            instructions: vec![emissions::set_scores(scorer, pool, batch)],
            then: Then::AnyOrder,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::Instruction;
    use solana_hash::Hash;
    use solana_message::{VersionedMessage, v0};

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    fn written(name: &str, text: &str) -> Result<Vec<Scored>> {
        let path = std::env::temp_dir().join(format!("io-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("writes");
        let scores = read(&path);
        std::fs::remove_file(path).expect("is there");
        scores
    }

    #[test]
    fn scores_come_as_csv_or_json() {
        let (a, b) = (key(1), key(2));
        let csv = format!("node, score_bps\n{a}, 9500\n{b},0\n");
        assert_eq!(written("a.csv", &csv).ok(), Some(vec![(a, 9_500), (b, 0)]));
        let json = format!(r#"[{{"node": "{a}", "score_bps": 1}}]"#);
        assert_eq!(written("a.json", &json).ok(), Some(vec![(a, 1)]));
        for (name, text) in [
            ("twice.csv", format!("node,score_bps\n{a},1\n{a},2\n")),
            ("word.csv", format!("node,score_bps\n{a},good\n")),
            ("short.csv", "node,score_bps\nabc,1\n".into()),
            ("other.csv", format!("node,score\n{a},1\n")),
        ] {
            assert!(written(name, &text).is_err(), "{name}");
        }
    }

    #[test]
    fn a_batch_is_of_one_pool_and_fits() {
        let by_pool = BTreeMap::from([
            (0, (1..=12).map(|n| (key(n), 1)).collect()),
            (1, vec![(key(13), 2)]),
        ]);
        let steps = steps(&key(99), &by_pool);
        let whats: Vec<_> = steps.iter().map(|step| step.what.as_str()).collect();
        let expected = [
            "score 11 nodes of pool 0",
            "score 1 nodes of pool 0",
            "score 1 nodes of pool 1",
        ];
        assert_eq!(whats, expected);

        let budget = |length| Instruction {
            program_id: solana_sdk_ids::compute_budget::ID,
            accounts: Vec::new(),
            data: vec![0; length],
        };
        let all = [&[budget(5), budget(9)], &steps[0].instructions[..]].concat();
        let message = v0::Message::try_compile(&key(98), &all, &[], Hash::default());
        let message = VersionedMessage::V0(message.expect("compiles"));
        let size = 1 + 2 * 64 + message.serialize().len();
        assert!(size <= 1_232, "{size} bytes");
    }
}
