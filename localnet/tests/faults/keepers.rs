//! Keepers behind endpoints that fail, killed while they work, and several at once: what is due is done,
//! and once.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    env,
    future::pending,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use futures::future::{join_all, try_join_all};
use io_client::{
    Pubkey,
    events::Event,
    pda,
    rpc::{History, Network, Recorded},
    shared::{
        constants::{DAY, IO},
        ids::{io_emissions, io_payments},
        state::NodeEmission,
    },
    staking::Stake,
    token,
};
use io_keeper::{Config, Keeper};
use io_localnet::{
    books,
    faults::{Proxy, Rates},
};
use solana_keypair::{Keypair, read_keypair_file, write_keypair_file};
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;

use crate::{
    counts, seed,
    stage::{IO_MINT, Stage},
};

const NODES: u8 = 16;
const DELEGATORS: usize = 6;
const SUPPLIERS: u8 = 4;
const STAKED: u64 = 500 * IO;
const PAID: u64 = 200 * IO;
/// How often the keeper is killed, and when, in milliseconds after its start.
const KILLS: u32 = 24;
const LIFE: (u64, u64) = (300, 3_000);
/// Faults in 1,000 requests, of each kind.
const COMMON: u32 = 8;
const PARTICULAR: u32 = 40;
/// How long the last keepers may take for what is left.
const PATIENCE: Duration = Duration::from_secs(90);

/// A keeper as a process: the tests below start this one again by itself, with a keeper's endpoint and
/// keypair in its environment.
const PROCESS: &str = "keepers::a_process";
const URL: &str = "IO_FAULTS_KEEPER_URL";
const KEYPAIR: &str = "IO_FAULTS_KEEPER_KEYPAIR";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "other tests run it as a process"]
async fn a_process() -> Result<()> {
    let key = read_keypair_file(env::var(KEYPAIR)?).map_err(|error| anyhow::anyhow!("{error}"))?;
    Keeper::new(config(&env::var(URL)?), key)
        .run_until(pending())
        .await;
    Ok(())
}

fn start(url: &str, keypair: &Path) -> Result<Child> {
    Command::new("/proc/self/exe")
        .args(["--exact", PROCESS, "--ignored"])
        .env(URL, url)
        .env(KEYPAIR, keypair)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("the keeper's process could not be started")
}

fn config(url: &str) -> Config {
    Config {
        url: url.to_owned(),
        interval: 1,
        jitter: 0,
        ..Config::default()
    }
}

/// What there is to do, and what had happened before.
struct Scene {
    stage: Stage,
    stakes: Vec<Stake>,
    suppliers: Vec<Pubkey>,
    /// Epochs done, and what each node had harvested, before the keepers began.
    epochs: u64,
    harvested: HashMap<Pubkey, u64>,
    /// Behind what was done before.
    emissions: History,
    payments: History,
}

impl Scene {
    /// Nodes that earn from the next epoch on, tickets that have cooled down, suppliers who wait for USDC.
    async fn open(name: &str) -> Result<Self> {
        let stage = Stage::open(name, NODES).await?;
        let nodes = stage.nodes.iter().cycle().take(DELEGATORS);
        let stakes = try_join_all(nodes.map(|node| async {
            let (key, stake) = stage.delegator(*node, STAKED).await?;
            stage.unstake(&key, &stake).await?;
            anyhow::Ok(stake)
        }))
        .await?;
        let payer = stage.wallet(u64::from(SUPPLIERS) * PAID).await?;
        let suppliers = try_join_all((0..SUPPLIERS).map(|number| {
            let (stage, payer) = (&stage, &payer);
            async move {
                let supplier = stage.supplier(1).await?;
                stage.pay(payer, &supplier, number, PAID).await?;
                anyhow::Ok(supplier)
            }
        }))
        .await?;
        stage.travel(14 * DAY).await?;
        // The scores are too old by now.
        let crank = stage
            .keeper(|config| config.jobs = vec![io_keeper::Job::Advance])
            .await?;
        crank.round().await?;
        stage.score().await?;

        let mut scene = Self {
            epochs: stage.emissions().await?.epochs_done,
            harvested: harvested(&stage).await?,
            stage,
            stakes,
            suppliers,
            emissions: History::of(io_emissions::CONFIG.address, None),
            payments: History::of(io_payments::CONFIG.address, None),
        };
        scene.emissions.next(&scene.stage.chain).await?;
        scene.payments.next(&scene.stage.chain).await?;
        Ok(scene)
    }

    async fn keypair(&self) -> Result<(Keypair, PathBuf)> {
        let key = Keypair::new();
        let fund = transfer(
            &self.stage.local.authority.pubkey(),
            &key.pubkey(),
            2_000_000_000,
        );
        self.stage.execute(&[fund], &[]).await?;
        let path = env::temp_dir().join(format!("io-faults-{}.json", key.pubkey()));
        write_keypair_file(&key, &path).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok((key, path))
    }

    /// Waits until nothing is left to do.
    async fn until_done(&self) -> Result<()> {
        let looker = self.stage.keeper(|_| ()).await?;
        let started = Instant::now();
        loop {
            let round = looker.plan().await?;
            if round.total().due == 0 && round.errors.is_empty() {
                return Ok(());
            }
            ensure!(started.elapsed() < PATIENCE, "still due: {:?}", round.jobs);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Everything that was due was done once, and the books add up.
    async fn check(mut self, keepers: &[Pubkey]) -> Result<()> {
        let chain = self.stage.chain.clone();
        let emissions = self.emissions.next(&chain).await?;
        let payments = self.payments.next(&chain).await?;
        self.check_emissions(&emissions).await?;
        self.check_tickets(&chain).await?;
        self.check_suppliers(&payments, &chain).await?;
        let (mut all, mut idle) = (0, 0);
        for keeper in keepers {
            // One of them funded it.
            let signatures = chain.rpc().get_signatures_for_address(keeper).await?.len();
            let signed = self.stage.signed_by(keeper).await?;
            let useful = signed.iter().filter(|one| !one.events.is_empty()).count();
            all += signatures - 1;
            idle += signatures - 1 - useful;
        }
        // A race is lost now and then between the simulation and the chain; that costs a fee.
        println!("{all} transactions, {idle} of them for nothing");
        ensure!(idle * 4 <= all, "{idle} of {all} transactions did nothing");
        books::audit(&chain).await?;
        self.stage.local.stop().await
    }

    /// Each epoch was advanced once, and no node harvested twice in one.
    async fn check_emissions(&self, history: &[Recorded]) -> Result<()> {
        let mut epochs = self.epochs;
        let mut times = HashSet::new();
        let mut moved: HashMap<Pubkey, u64> = HashMap::new();
        for event in history.iter().flat_map(|recorded| &recorded.events) {
            match event {
                Event::EpochAdvanced(event) => {
                    epochs += event.epochs;
                    ensure!(
                        event.epoch == epochs,
                        "epoch {} follows {epochs}",
                        event.epoch
                    );
                }
                Event::Harvested(event) if event.amount > 0 => {
                    let first = times.insert((event.node, event.epoch));
                    ensure!(first, "{} was harvested twice", event.node);
                    *moved.entry(event.node).or_default() += event.amount;
                }
                _ => {}
            }
        }
        ensure!(
            self.stage.emissions().await?.epochs_done == epochs,
            "epochs are missing"
        );
        for (node, after) in harvested(&self.stage).await? {
            let before = self.harvested.get(&node).copied().unwrap_or(0);
            let moved = moved.get(&node).copied().unwrap_or(0);
            ensure!(after == before + moved, "{node} harvested {after}");
            ensure!(moved > 0, "{node} was never harvested");
        }
        Ok(())
    }

    /// Each ticket was paid once, to its owner.
    async fn check_tickets(&self, chain: &Network) -> Result<()> {
        for stake in &self.stakes {
            let position = stake.position();
            let history = History::of(position, None).next(chain).await?;
            let paid = history
                .iter()
                .flat_map(|recorded| &recorded.events)
                .filter(|event| matches!(event, Event::Withdrawn(one) if one.position == position))
                .count();
            ensure!(paid == 1, "a ticket was paid {paid} times");
            let account = token::associated(&stake.owner, &IO_MINT);
            let held = chain.token_balance(&account).await?;
            ensure!(held == Some(STAKED), "{held:?} of {STAKED} withdrawn");
        }
        Ok(())
    }

    /// Each supplier got what one swap of its earnings brought.
    async fn check_suppliers(&self, history: &[Recorded], chain: &Network) -> Result<()> {
        let mut paid: BTreeMap<Pubkey, Vec<(u64, u64)>> = BTreeMap::new();
        for event in history.iter().flat_map(|recorded| &recorded.events) {
            if let Event::PaidOut(event) = event {
                let swaps = paid.entry(event.supplier).or_default();
                swaps.push((event.sold, event.delivered));
            }
        }
        for owner in &self.suppliers {
            let supplier = pda::supplier(owner).0;
            let Some([(sold, delivered)]) = paid.get(&supplier).map(Vec::as_slice) else {
                anyhow::bail!("{owner} was paid {:?}", paid.get(&supplier));
            };
            let held = self.stage.balance(owner, &self.stage.local.usdc).await?;
            ensure!(held == *delivered, "{held} held of {delivered}");
            // A pool takes no more than it can pay whole units for.
            let left = chain.token_balance(&pda::earnings(&supplier).0).await?;
            ensure!(left == Some(PAID - sold), "{left:?} left, {sold} sold");
        }
        Ok(())
    }
}

async fn harvested(stage: &Stage) -> Result<HashMap<Pubkey, u64>> {
    let all = stage.chain.scan::<NodeEmission>(&[]).await?;
    Ok(all
        .into_iter()
        .map(|(_, one)| (one.node, one.harvested))
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_is_killed_again_and_again_does_all_of_it_once() -> Result<()> {
    let seed = seed();
    let mut random = Rng::with_seed(seed);
    let scene = Scene::open("faults-killed").await?;
    let (key, path) = scene.keypair().await?;
    let rates = Rates::of_all(COMMON, PARTICULAR);
    let proxy = Proxy::start(&scene.stage.local.url, seed, rates).await?;
    for kill in 0..KILLS {
        if kill % 3 == 0 {
            scene.stage.next_epoch().await?;
        }
        let mut keeper = start(&proxy.url, &path)?;
        tokio::time::sleep(Duration::from_millis(random.u64(LIFE.0..LIFE.1))).await;
        ensure!(keeper.try_wait()?.is_none(), "the keeper ended by itself");
        keeper.kill()?;
        keeper.wait()?;
    }
    let mut last = start(&proxy.url, &path)?;
    let done = scene.until_done().await;
    last.kill()?;
    last.wait()?;
    std::fs::remove_file(path)?;
    done?;
    let faults: u64 = counts(&[proxy]).values().sum();
    ensure!(faults >= 30, "few faults: {faults}");
    scene.check(&[key.pubkey()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn keepers_that_race_do_all_of_it_once() -> Result<()> {
    const KEEPERS: u64 = 3;
    const EPOCHS: u32 = 4;
    let seed = seed();
    let scene = Scene::open("faults-race").await?;
    let (mut proxies, mut keepers) = (Vec::new(), Vec::new());
    for number in 0..KEEPERS {
        let seed = seed.wrapping_add(number);
        let rates = Rates::of_all(COMMON, PARTICULAR);
        let proxy = Proxy::start(&scene.stage.local.url, seed, rates).await?;
        keepers.push(Keeper::new(config(&proxy.url), scene.keypair().await?.0));
        proxies.push(proxy);
    }
    for _ in 0..EPOCHS {
        scene.stage.next_epoch().await?;
        // A round may fail where its endpoint does.
        join_all(keepers.iter().map(Keeper::round)).await;
    }
    let rounds = async {
        loop {
            join_all(keepers.iter().map(Keeper::round)).await;
        }
    };
    tokio::select! {
        done = scene.until_done() => done?,
        () = rounds => {}
    }
    let faults: u64 = counts(&proxies).values().sum();
    ensure!(faults >= 30, "few faults: {faults}");
    let addresses: Vec<_> = keepers.iter().map(Keeper::address).collect();
    scene.check(&addresses).await
}
