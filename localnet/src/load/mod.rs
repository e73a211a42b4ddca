//! What the network costs under load: nodes by the thousand, payments by many at once.

mod chart;
mod endpoint;
mod fleet;
mod meter;
mod payments;
mod report;

use std::path::PathBuf;

use anyhow::{Context, Result};
use io_client::rpc::{Network, Priority};
use solana_keypair::Keypair;

pub use chart::draw;
pub use endpoint::{Endpoint, serve};
pub use fleet::{FleetRun, Scan};
pub use meter::{Cost, Stage};
pub use payments::{PaymentRun, RequestTime};
pub use report::page;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sizes of the network, one after the other, each on an empty chain.
    pub nodes: Vec<usize>,
    /// Payments that each wallet makes.
    pub payments: usize,
    /// How many wallets pay at the same time, one number after the other.
    pub wallets: Vec<usize>,
    /// Transactions under way at the same time, but for payments.
    pub parallel: usize,
    /// Where keys are kept meanwhile.
    pub folder: PathBuf,
}

/// What was measured.
#[derive(Debug)]
pub struct Report {
    pub settings: Settings,
    pub fleets: Vec<FleetRun>,
    pub requests: Vec<RequestTime>,
    pub payments: Vec<PaymentRun>,
}

/// Who is told how far it is: what is done, how much of it there is, and how much is done.
pub type Progress<'a> = &'a dyn Fn(&str, usize, usize);

/// Measures everything.
pub async fn measure(settings: Settings, progress: Progress<'_>) -> Result<Report> {
    let mut fleets = Vec::new();
    for nodes in &settings.nodes {
        let endpoint = Endpoint::start(&settings.folder.join(format!("{nodes}-nodes"))).await?;
        let run = fleet::run(&endpoint, *nodes, settings.parallel, progress)
            .await
            .with_context(|| format!("with {nodes} nodes"))?;
        endpoint.stop().await?;
        fleets.push(run);
    }
    let endpoint = Endpoint::start(&settings.folder.join("payments")).await?;
    let most = settings.wallets.iter().copied().max().unwrap_or(0);
    let market = payments::Market::open(&endpoint, most, settings.parallel, progress).await?;
    let requests = market.requests().await?;
    let mut runs = Vec::new();
    for wallets in &settings.wallets {
        let payments = wallets.saturating_mul(settings.payments);
        let run = market.run(*wallets, payments, progress).await;
        runs.push(run.with_context(|| format!("with {wallets} wallets"))?);
    }
    crate::books::audit(&endpoint.network()).await?;
    endpoint.stop().await?;
    Ok(Report {
        settings,
        fleets,
        requests,
        payments: runs,
    })
}

impl Endpoint {
    /// The network behind the endpoint. Nobody else is there to outbid.
    pub fn network(&self) -> Network {
        Network::new(&self.url).priority(Priority::None)
    }
}

/// A key that a run always makes alike.
fn key(kind: u8, number: usize) -> Keypair {
    let mut seed = [kind; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    Keypair::new_from_array(seed)
}
