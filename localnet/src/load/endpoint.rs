//! The endpoint in a process of its own, so that what it costs can be told from what its clients cost.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use solana_keypair::{Keypair, read_keypair_file};
use tokio::io::AsyncReadExt;

use crate::Localnet;

/// What the process says once it serves.
const READY: &str = "ready";
/// This program, even if another was built in its place since it was started.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// A local network in another process.
pub struct Endpoint {
    pub url: String,
    /// See [`Localnet::authority`].
    pub authority: Keypair,
    process: Child,
}

impl Endpoint {
    /// Starts this program again as an endpoint with an empty chain and its keys in `folder`: its command has to take
    /// `endpoint <folder> <port>` and call [`serve`].
    pub async fn start(folder: &Path) -> Result<Self> {
        let port = port()?;
        let mut process = Command::new(THIS_PROGRAM)
            .arg("endpoint")
            .arg(folder)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the endpoint's process could not be started")?;
        let output = process.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines();
        let said = tokio::task::spawn_blocking(move || lines.next()).await?;
        if said.transpose()?.as_deref() != Some(READY) {
            bail!("the endpoint did not start; it says why above");
        }
        let authority = read_keypair_file(folder.join("authority.json"))
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            authority,
            process,
        })
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Stops it.
    pub async fn stop(mut self) -> Result<()> {
        // It ends with its input.
        drop(self.process.stdin.take());
        let ended = tokio::task::spawn_blocking(move || self.process.wait()).await??;
        if !ended.success() {
            bail!("the endpoint failed: {ended}");
        }
        Ok(())
    }
}

/// Serves a local network with an empty chain in memory until standard input ends, and removes `folder`,
/// where its keys are.
pub async fn serve(folder: &Path, port: u16) -> Result<()> {
    let network = Localnet::start_in_memory(folder, port).await?;
    println!("{READY}");
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await?;
    network.stop().await?;
    fs::remove_dir_all(folder)?;
    Ok(fs::remove_file(folder.with_extension("lock"))?)
}

/// Two free ports in a row, below those that the system gives to connections: one of these could be taken before the
/// endpoint has it.
fn port() -> Result<u16> {
    let process = usize::try_from(std::process::id() % 5_000)?;
    let pairs = (20_000..30_000_u16).step_by(2).cycle().skip(process);
    let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
    pairs
        .take(5_000)
        .find(|port| free(*port) && port.checked_add(1).is_some_and(free))
        .context("there are no two free ports in a row")
}
