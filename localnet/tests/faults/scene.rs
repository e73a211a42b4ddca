//! Work for keepers of every kind, and whether it was done once.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
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
use io_localnet::books;

use crate::{
    cost::Cost,
    stage::{IO_MINT, Stage},
};

const NODES: u8 = 16;
const DELEGATORS: usize = 6;
const SUPPLIERS: u8 = 4;
const STAKED: u64 = 500 * IO;
const PAID: u64 = 200 * IO;
/// How long anything may take that keepers have to do.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// What there is to do, and what had happened before.
pub struct Scene {
    pub stage: Stage,
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
    pub async fn open(name: &str) -> Result<Self> {
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

    /// Waits until nothing is left to do.
    pub async fn until_done(&self) -> Result<()> {
        let looker = self.stage.keeper(|config| config.harvest.min = 1).await?;
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
    pub async fn check(mut self, keepers: &[Pubkey]) -> Result<Cost> {
        let chain = self.stage.chain.clone();
        let emissions = self.emissions.next(&chain).await?;
        let payments = self.payments.next(&chain).await?;
        self.check_emissions(&emissions).await?;
        self.check_tickets(&chain).await?;
        self.check_suppliers(&payments, &chain).await?;
        let cost = Cost::of(&self.stage, keepers).await?;
        books::audit(&chain).await?;
        self.stage.local.stop().await?;
        Ok(cost)
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
