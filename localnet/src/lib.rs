//! A local network: a real JSON-RPC and WebSocket endpoint in this process, with the four programs, an
//! AMM with a funded IO/USDC pool, fresh price accounts, and a cluster set up as
//! `migrations/clusters/localnet.toml` says.

pub mod books;
pub mod faults;
pub mod load;
mod machine;
mod prices;
mod setup;

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use io_client::{
    Pubkey,
    shared::ids::{io_emissions, io_mint, io_payments, io_staking},
    venues::TokenSwapPool,
};
use io_tests::amm::AMM_PROGRAM;
use machine::Machine;
use setup::Setup;
use solana_keypair::Keypair;
use solana_signer::Signer;
use tokio::task::JoinHandle;

pub use prices::{Feed, IO_USD, RECEIVER, USDC_USD};

/// Name of the file, in a network's folder, that says what its cluster is.
pub const CLUSTER: &str = "cluster.toml";

/// A running local network.
pub struct Localnet {
    /// Where JSON-RPC is served.
    pub url: String,
    /// Where WebSocket subscriptions are served.
    pub websocket: String,
    /// Upgrade authority of the programs, every role of the cluster, mint authority of USDC; rich.
    pub authority: Keypair,
    /// The USDC mint.
    pub usdc: Pubkey,
    /// The IO/USDC pool.
    pub pool: TokenSwapPool,
    prices: JoinHandle<()>,
    machine: Machine,
    _lock: fs::File,
}

impl Localnet {
    /// Starts the network whose state and keys are in `folder`, which is made if it is not there, or made
    /// anew with `reset`. Serves JSON-RPC on `port`, WebSocket on the next. Tells `said` of each step.
    pub async fn start(
        folder: &Path,
        port: u16,
        reset: bool,
        said: impl Fn(&str) + Send + 'static,
    ) -> Result<Self> {
        let state = folder.join("state.sqlite");
        Self::start_with(None, Some(&state), folder, port, reset, said).await
    }

    /// Starts a network with an empty chain that is kept in memory, and its keys in `folder`. A write to the
    /// file grows dearer with the accounts that a program has.
    pub async fn start_in_memory(folder: &Path, port: u16) -> Result<Self> {
        Self::start_with(None, None, folder, port, true, |_| ()).await
    }

    /// The same with the four programs in the folder `binaries`, instead of those built now.
    pub async fn start_on(binaries: &Path, folder: &Path, port: u16) -> Result<Self> {
        Self::start_with(Some(binaries), None, folder, port, true, |_| ()).await
    }

    async fn start_with(
        binaries: Option<&Path>,
        state: Option<&Path>,
        folder: &Path,
        port: u16,
        reset: bool,
        said: impl Fn(&str) + Send + 'static,
    ) -> Result<Self> {
        let lock = lock(folder)?;
        if reset && folder.exists() {
            fs::remove_dir_all(folder)
                .with_context(|| format!("{} could not be removed", folder.display()))?;
        }
        fs::create_dir_all(folder)
            .with_context(|| format!("{} could not be made", folder.display()))?;
        let authority = setup::key(&folder.join("authority.json"))?;
        let usdc = setup::key(&folder.join("usdc-mint.json"))?;

        let machine = Machine::start(binaries, state, port, authority.pubkey()).await?;
        let url = format!("http://127.0.0.1:{port}");
        let made = {
            let (authority, usdc) = (authority.insecure_clone(), usdc.insecure_clone());
            let url = url.clone();
            let cluster = folder.join(CLUSTER);
            tokio::task::spawn_blocking(move || {
                Setup::new(url, &authority, &usdc).run(&cluster, said)
            })
            .await?
        };
        let pool = made.and_then(|pool| {
            let prices = prices::keep_fresh(machine.locker.clone(), pool)?;
            Ok((pool, prices))
        });
        match pool {
            Ok((pool, prices)) => Ok(Self {
                url,
                websocket: format!("ws://127.0.0.1:{}", port.saturating_add(1)),
                authority,
                usdc: usdc.pubkey(),
                pool,
                prices,
                machine,
                _lock: lock,
            }),
            Err(error) => {
                machine.stop().await?;
                Err(error.context("the cluster could not be set up; run again, or with --reset"))
            }
        }
    }

    /// Names and addresses of everything that one needs to use the network.
    pub fn addresses(&self) -> Vec<(&'static str, String)> {
        vec![
            ("rpc", self.url.clone()),
            ("websocket", self.websocket.clone()),
            ("authority", self.authority.pubkey().to_string()),
            ("io_mint", io_mint::ID.to_string()),
            ("io_staking", io_staking::ID.to_string()),
            ("io_emissions", io_emissions::ID.to_string()),
            ("io_payments", io_payments::ID.to_string()),
            ("io", io_mint::MINT.address.to_string()),
            ("usdc", self.usdc.to_string()),
            ("amm", AMM_PROGRAM.to_string()),
            ("pool", self.pool.swap.to_string()),
            ("price_io_usd", IO_USD.account.to_string()),
            ("price_usdc_usd", USDC_USD.account.to_string()),
        ]
    }

    /// Whether it has stopped by itself.
    pub fn has_stopped(&self) -> bool {
        self.machine.has_stopped()
    }

    /// Writes the state down and stops; another network may use the folder then.
    pub async fn stop(self) -> Result<()> {
        self.prices.abort();
        // An error says that it was aborted.
        let _ = self.prices.await;
        self.machine.stop().await
    }
}

/// Keeps a second network from using the same state.
fn lock(folder: &Path) -> Result<fs::File> {
    let path = folder.with_extension("lock");
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)
            .with_context(|| format!("{} could not be made", parent.display()))?;
    }
    let file =
        fs::File::create(&path).with_context(|| format!("{} could not be made", path.display()))?;
    if file.try_lock().is_err() {
        bail!(
            "another local network runs on {}; stop it first",
            folder.display()
        );
    }
    Ok(file)
}
