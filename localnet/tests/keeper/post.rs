//! The command `io-keeper`, with a wallet of its own.

use anyhow::{Result, ensure};
use solana_keypair::{Keypair, write_keypair_file};
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;
use std::{fs, path::PathBuf, process::Stdio};
use tokio::process::Command;

use crate::{common::built, stage::Stage};

const LAMPORTS: u64 = 2_000_000_000;

/// A keeper's wallet and what it is told, in files.
pub struct Post {
    pub key: Keypair,
    config: PathBuf,
}

impl Post {
    /// One that works through the endpoint at `url` by `rules`, TOML.
    pub async fn new(stage: &Stage, url: &str, rules: &str) -> Result<Self> {
        let (key, authority) = (Keypair::new(), stage.local.authority.pubkey());
        let fund = transfer(&authority, &key.pubkey(), LAMPORTS);
        stage.execute(&[fund], &[]).await?;
        let file = |kind: &str| {
            stage
                .folder()
                .join(format!("keeper-{}.{kind}", key.pubkey()))
        };
        let (keypair, config) = (file("json"), file("toml"));
        write_keypair_file(&key, &keypair).map_err(|error| anyhow::anyhow!("{error}"))?;
        fs::write(
            &config,
            format!("url = {url:?}\nkeypair = {keypair:?}\n{rules}"),
        )?;
        Ok(Self { key, config })
    }

    /// The command as it is installed; it does not outlive the test.
    pub fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(built("io-keeper")?);
        command
            .arg("--config")
            .arg(&self.config)
            .args(arguments)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Runs it to its end, which has to be a good one; what it printed and logged.
    pub async fn run(&self, arguments: &[&str]) -> Result<(String, String)> {
        let output = self.command(arguments)?.output().await?;
        let (out, log) = (
            String::from_utf8(output.stdout)?,
            String::from_utf8(output.stderr)?,
        );
        ensure!(output.status.success(), "{out}{log}");
        Ok((out, log))
    }
}
