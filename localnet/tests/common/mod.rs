//! What the tests over RPC share.

#![allow(dead_code, reason = "no test uses all of it")]

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    sync::atomic::{AtomicU16, Ordering::Relaxed},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use io_client::{
    Instruction,
    rpc::Network,
    shared::{ids::io_payments, state::PaymentsConfig},
};
use io_localnet::Localnet;
use serde_json::{Value, json};
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;
use surfpool_core::{
    solana_commitment_config::CommitmentConfig,
    solana_rpc_client::{api::request::RpcRequest, rpc_client::RpcClient},
};

/// A folder of one test's own, gone when it ends.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("io-{name}-{}", std::process::id()));
        // An earlier process may have had the same number and been killed.
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(self.0.with_extension("lock"));
    }
}

/// Two free ports in a row, given to no other test of this process, and below those that the system gives to
/// connections. A process begins twenty pairs behind the one that was started before it.
pub fn port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 500).expect("fits");
    loop {
        let next = GIVEN.fetch_add(2, Relaxed);
        let port = 10_000 + (40 * process + next) % 20_000;
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if free(port) && free(port + 1) {
            return port;
        }
    }
}

pub fn rpc(network: &Localnet) -> RpcClient {
    RpcClient::new_with_commitment(network.url.clone(), CommitmentConfig::processed())
}

/// Signed by all, paid for by the first.
pub fn signed(
    rpc: &RpcClient,
    instructions: &[Instruction],
    signers: &[&Keypair],
) -> Result<Transaction> {
    let blockhash = rpc.get_latest_blockhash()?;
    let payer = signers.first().context("nobody pays")?.pubkey();
    Ok(Transaction::new_signed_with_payer(
        instructions,
        Some(&payer),
        signers,
        blockhash,
    ))
}

pub fn send(rpc: &RpcClient, instructions: &[Instruction], signers: &[&Keypair]) -> Result<()> {
    rpc.send_and_confirm_transaction(&signed(rpc, instructions, signers)?)?;
    Ok(())
}

/// Lets `seconds` pass.
pub async fn travel(chain: &Network, seconds: i64) -> Result<()> {
    let to = chain.clock().await?.now + seconds;
    let request = RpcRequest::Custom {
        method: "surfnet_timeTravel",
    };
    let millis = json!([{ "absoluteTimestamp": to * 1_000 }]);
    chain.rpc().send::<Value>(request, millis).await?;
    for _ in 0..1_000 {
        if chain.clock().await?.now >= to {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the clock did not move")
}

/// Waits until both feeds have a price of now: a jump in time leaves behind those that were written.
pub async fn fresh_prices(chain: &Network) -> Result<()> {
    let config: PaymentsConfig = chain.account(&io_payments::CONFIG.address).await?;
    let now = chain.clock().await?.now;
    for feed in [config.io_feed.at(now), config.usdc_feed.at(now)] {
        ensure!(feed.is_listed(), "the feed is in force");
        let mut tries = 0;
        while let Err(error) = chain.price(feed, now).await {
            tries += 1;
            ensure!(tries < 500, "no fresh price: {error}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}

/// A command of this workspace, which `cargo test --workspace` builds beside the tests.
pub fn built(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test
        .ancestors()
        .nth(2)
        .context("a test lies in target/debug/deps")?;
    let path = folder.join(name);
    ensure!(
        path.exists(),
        "{} is missing; run `cargo build --bin {name}` in host/",
        path.display()
    );
    Ok(path)
}
