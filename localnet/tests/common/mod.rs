//! What the tests over RPC share.

#![allow(dead_code, reason = "no test uses all of it")]

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    sync::atomic::{AtomicU16, Ordering::Relaxed},
};

use anyhow::{Context, Result, ensure};
use io_client::Instruction;
use io_localnet::Localnet;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;
use surfpool_core::{
    solana_commitment_config::CommitmentConfig, solana_rpc_client::rpc_client::RpcClient,
};

/// A folder of one test's own, gone when it ends.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("io-{name}-{}", std::process::id())))
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
