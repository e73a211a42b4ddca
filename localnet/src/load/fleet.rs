//! Many nodes: registered, scored, synced and harvested.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use io_client::{
    Instruction, Pubkey, emissions, pda,
    rpc::{Error, Format, Network},
    shared::{
        constants::HOUR,
        ids::{io_emissions, io_mint},
        state::{DeviceClass, EmissionsConfig, Layout, Node, NodeEmission, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
    token,
};
use io_keeper::{Config, HarvestRules, Job, Keeper};
use serde_json::json;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;
use surfpool_core::solana_rpc_client::api::request::RpcRequest;

use super::{Cost, Endpoint, Progress, Stage, key, meter};

const IO_MINT: Pubkey = io_mint::MINT.address;
/// Device classes of the local network, which the nodes are of in turn.
const CLASSES: u16 = 9;
/// Most nodes in one transaction: registered, scored, given more stake.
const REGISTERED: usize = 12;
const SCORED: usize = 24;
const RAISED: usize = 24;
/// Kind of the keeper's key, and what it has for fees.
const KEEPER: u8 = 3;
const KEEPER_LAMPORTS: u64 = 1_000_000_000_000;

/// What nodes of one number cost.
#[derive(Debug)]
pub struct FleetRun {
    pub nodes: usize,
    pub stages: Vec<Stage>,
    pub scans: Vec<Scan>,
    /// The most memory that the endpoint held, in bytes.
    pub memory: u64,
}

/// Reading all accounts of one kind.
#[derive(Debug)]
pub struct Scan {
    pub name: &'static str,
    pub accounts: usize,
    /// Of the accounts, and of the answer that they come in.
    pub bytes: u64,
    pub answer: u64,
    pub time: Duration,
}

/// One node.
#[derive(Clone, Copy)]
struct Member {
    id: [u8; 32],
    node: Pubkey,
    class: u16,
    pool: u8,
    least: u64,
}

struct Fleet<'a> {
    network: Network,
    authority: &'a Keypair,
    /// Of a wallet without a past: a keeper reads what it spent in the last hour.
    keeper: Keypair,
    members: Vec<Member>,
    parallel: usize,
    progress: Progress<'a>,
}

/// Puts `count` nodes on an empty chain and brings each through an epoch.
pub async fn run(
    endpoint: &Endpoint,
    count: usize,
    parallel: usize,
    progress: Progress<'_>,
) -> Result<FleetRun> {
    let network = endpoint.network();
    let fleet = Fleet {
        members: members(&network, &endpoint.authority.pubkey(), count).await?,
        network,
        authority: &endpoint.authority,
        keeper: key(KEEPER, 0),
        parallel,
        progress,
    };
    let (from, to) = (endpoint.authority.pubkey(), fleet.keeper.pubkey());
    let fund = transfer(&from, &to, KEEPER_LAMPORTS);
    fleet
        .network
        .execute(&from, &[fund], &[&endpoint.authority])
        .await?;
    let mut stages = Vec::new();
    let mut stage = |name, cost| stages.push(Stage { name, cost });

    stage(
        "register, stake, enroll",
        meter::measured(endpoint, fleet.register()).await?,
    );
    fleet.next_epoch(endpoint).await?;
    stage(
        "score",
        meter::measured(endpoint, fleet.score(Format::V0)).await?,
    );
    fleet.next_epoch(endpoint).await?;
    stage(
        "score, version 1",
        meter::measured(endpoint, fleet.score(Format::V1)).await?,
    );
    stage(
        "stake more",
        meter::measured(endpoint, fleet.raise()).await?,
    );
    let sync = fleet.keep(endpoint, Job::Sync, Format::V0);
    stage("sync", meter::measured(endpoint, sync).await?);
    let advance = fleet.next_epoch(endpoint).await?;
    stage("advance an epoch", advance);
    let harvest = fleet.keep(endpoint, Job::Harvest, Format::V0);
    stage("harvest", meter::measured(endpoint, harvest).await?);
    fleet.next_epoch(endpoint).await?;
    let harvest = fleet.keep(endpoint, Job::Harvest, Format::V1);
    stage(
        "harvest, version 1",
        meter::measured(endpoint, harvest).await?,
    );

    let scans = vec![
        scan::<Node>(&fleet.network, "nodes").await?,
        scan::<NodeEmission>(&fleet.network, "what they earn").await?,
    ];
    ensure!(
        scans.iter().all(|scan| scan.accounts == count),
        "there are not {count} nodes: {scans:?}"
    );
    let books = crate::books::audit(&fleet.network).await?;
    ensure!(books.harvested > 0, "nothing was harvested");
    Ok(FleetRun {
        nodes: count,
        stages,
        scans,
        memory: meter::memory(endpoint.pid())?,
    })
}

/// The nodes to be, of each class in turn, pool by pool.
async fn members(network: &Network, operator: &Pubkey, count: usize) -> Result<Vec<Member>> {
    let now = network.clock().await?.now;
    let mut classes = HashMap::new();
    for class in 1..=CLASSES {
        let terms: DeviceClass = network.account(&pda::device_class(class).0).await?;
        classes.insert(class, (terms.pool, terms.stake_bounds(1, now)?.0));
    }
    let mut members: Vec<_> = (1..=CLASSES)
        .cycle()
        .zip(0..count)
        .map(|(class, number)| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_le_bytes());
            let (pool, least) = classes.get(&class).copied().unwrap_or_default();
            Member {
                id,
                node: pda::node(operator, &id).0,
                class,
                pool,
                least,
            }
        })
        .collect();
    members.sort_by_key(|member| member.pool);
    Ok(members)
}

impl Fleet<'_> {
    fn stake(&self, member: &Member) -> Stake {
        Stake {
            node: member.node,
            owner: self.authority.pubkey(),
            tranche: TrancheKind::Operator,
        }
    }

    fn deposit(&self, member: &Member, amount: u64) -> Instruction {
        let source = token::associated(&self.authority.pubkey(), &IO_MINT);
        staking::deposit(&self.stake(member), &source, member.pool, amount, amount)
    }

    async fn register(&self) -> Result<Cost> {
        let operator = self.authority.pubkey();
        let one = |member: &Member| {
            let terms = NodeTerms {
                node_id: member.id,
                class: member.class,
                processors: 1,
                commission_bps: 1_000,
                delegation_open: true,
            };
            [
                staking::register_node(&operator, &operator, &IO_MINT, &terms),
                staking::open_position(&operator, &self.stake(member)),
                self.deposit(member, member.least),
                emissions::enroll_node(&operator, &member.node, member.pool),
            ]
        };
        let some = |members: &[Member]| members.iter().flat_map(one).collect();
        self.send("register", Format::V0, REGISTERED, some).await
    }

    async fn score(&self, format: Format) -> Result<Cost> {
        let scorer = self.authority.pubkey();
        let some = |members: &[Member]| {
            let pool = members.first().map_or(0, |member| member.pool);
            let scores: Vec<_> = members.iter().map(|member| (member.node, 10_000)).collect();
            vec![emissions::set_scores(&scorer, pool, &scores)]
        };
        self.send("score", format, SCORED, some).await
    }

    /// Doubles each node's stake, so that it weighs more.
    async fn raise(&self) -> Result<Cost> {
        let one = |member: &Member| self.deposit(member, member.least);
        let some = |members: &[Member]| {
            let harvests = members
                .iter()
                .map(|member| emissions::harvest(&member.node, member.pool));
            let deposits = members.iter().map(one);
            harvests
                .zip(deposits)
                .flat_map(|(harvest, deposit)| [harvest, deposit])
                .collect()
        };
        self.send("stake", Format::V0, RAISED, some).await
    }

    /// Sends what `some` gives for all members, in as few transactions as it takes with at most `most` in
    /// each.
    async fn send(
        &self,
        what: &str,
        format: Format,
        most: usize,
        some: impl Fn(&[Member]) -> Vec<Instruction>,
    ) -> Result<Cost> {
        let network = self.network.clone().format(format);
        let size = self.fitting(&network, most, &some).await?;
        let pools = self.members.chunk_by(|one, other| one.pool == other.pool);
        let batches: Vec<_> = pools.flat_map(|pool| pool.chunks(size)).collect();
        let (total, done) = (batches.len(), AtomicUsize::new(0));
        (self.progress)(what, total, 0);
        let payer = self.authority.pubkey();
        stream::iter(batches)
            .map(|batch| {
                let (network, done, instructions) = (&network, &done, some(batch));
                async move {
                    let prepared = network.prepare(&payer, &instructions).await?;
                    network.send(&prepared, &[self.authority]).await?;
                    let so_far = done.fetch_add(1, Relaxed).saturating_add(1);
                    (self.progress)(what, total, so_far);
                    Ok(Cost {
                        transactions: 1,
                        units: prepared.units.into(),
                        lamports: prepared.lamports,
                        ..Cost::default()
                    })
                }
            })
            .buffer_unordered(self.parallel)
            .try_fold(Cost::default(), |sum, one| async move {
                Ok(Cost {
                    transactions: sum.transactions.saturating_add(1),
                    units: sum.units.saturating_add(one.units),
                    lamports: sum.lamports.saturating_add(one.lamports),
                    ..sum
                })
            })
            .await
    }

    /// How many members one transaction takes, at most `most`.
    async fn fitting(
        &self,
        network: &Network,
        most: usize,
        some: &impl Fn(&[Member]) -> Vec<Instruction>,
    ) -> Result<usize> {
        let payer = self.authority.pubkey();
        for size in (1..=most.min(self.members.len())).rev() {
            let members = self.members.get(..size).context("no such size")?;
            match network.prepare(&payer, &some(members)).await {
                Ok(_) => return Ok(size),
                Err(Error::TooLarge { .. } | Error::Compile(_)) => {}
                // More calls or units than a transaction may use.
                Err(Error::Refused(refusal)) if size > 1 && refusal.code().is_none() => {}
                Err(error) => return Err(error.into()),
            }
        }
        bail!("there are no nodes");
    }

    /// Lets the open epoch end, and a keeper advance it.
    async fn next_epoch(&self, endpoint: &Endpoint) -> Result<Cost> {
        let config: EmissionsConfig = self.network.account(&io_emissions::CONFIG.address).await?;
        let now = self.network.clock().await?.now;
        let into = now.saturating_sub(config.start_at).rem_euclid(HOUR);
        let to = now
            .saturating_add(HOUR)
            .saturating_sub(into)
            .saturating_add(60);
        travel(&self.network, to).await?;
        let advance = self.keep(endpoint, Job::Advance, Format::V0);
        meter::measured(endpoint, advance).await
    }

    /// Lets a keeper do all of one job that is due.
    async fn keep(&self, endpoint: &Endpoint, job: Job, format: Format) -> Result<Cost> {
        (self.progress)(job.name(), 0, 0);
        let config = Config {
            url: endpoint.url.clone(),
            jobs: vec![job],
            jitter: 0,
            budget: u64::MAX,
            priority: 0,
            format,
            parallel: self.parallel,
            harvest: HarvestRules { min: 1, every: 0 },
            ..Config::default()
        };
        let keeper = Keeper::new(config, self.keeper.insecure_clone());
        let round = keeper.round().await?;
        ensure!(round.errors.is_empty(), "{job}: {:?}", round.errors);
        let tally = round.total();
        ensure!(tally.due == tally.done, "{job}: {tally:?}");
        let expected = match job {
            Job::Advance => 1,
            _ => u64::try_from(self.members.len())?,
        };
        ensure!(tally.done == expected, "{job}: {tally:?}");
        Ok(Cost {
            transactions: tally.transactions,
            lamports: tally.lamports,
            ..Cost::default()
        })
    }
}

/// Lets time pass until `to`, Unix seconds.
async fn travel(network: &Network, to: i64) -> Result<()> {
    let request = RpcRequest::Custom {
        method: "surfnet_timeTravel",
    };
    let milliseconds = to.checked_mul(1_000).context("no such time")?;
    let parameters = json!([{ "absoluteTimestamp": milliseconds }]);
    network
        .rpc()
        .send::<serde_json::Value>(request, parameters)
        .await?;
    for _ in 0..1_000 {
        if network.clock().await?.now >= to {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the clock did not move to {to}");
}

/// Reads every account of a layout.
async fn scan<T: Layout>(network: &Network, name: &'static str) -> Result<Scan> {
    let started = Instant::now();
    let found = network.scan_raw(&T::OWNER, &T::DISCRIMINATOR, &[]).await?;
    let time = started.elapsed();
    let bytes = found.iter().map(|(_, data)| data.len()).sum::<usize>();
    // The same answer as it comes over the wire.
    let filter = json!({ "memcmp": { "offset": 0, "bytes": encoded(&T::DISCRIMINATOR), "encoding": "base64" } });
    let parameters = json!([T::OWNER.to_string(), { "encoding": "base64", "filters": [filter] }]);
    let request = RpcRequest::GetProgramAccounts;
    let answer: serde_json::Value = network.rpc().send(request, parameters).await?;
    Ok(Scan {
        name,
        accounts: found.len(),
        bytes: u64::try_from(bytes)?,
        answer: u64::try_from(answer.to_string().len())?,
        time,
    })
}

fn encoded(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
