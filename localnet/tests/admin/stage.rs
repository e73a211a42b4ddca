//! A network, and `io` run against it as people run it.

use anyhow::{Context, Result, bail, ensure};
use io_client::{
    Instruction, Pubkey,
    rpc::Network,
    shared::{constants::IO, ids::io_mint, state::Layout},
    token,
};
use io_localnet::Localnet;
use serde_json::{Value, json};
use solana_keypair::{Keypair, write_keypair_file};
use solana_signer::Signer;
use spl_token_interface::instruction as spl;
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use surfpool_core::solana_rpc_client::api::request::RpcRequest;

use crate::common::{Folder, built, port};

pub const IO_MINT: Pubkey = io_mint::MINT.address;

/// A local network whose authority's keypair is at hand.
pub struct Stage {
    pub local: Localnet,
    pub chain: Network,
    pub folder: Folder,
    program: PathBuf,
}

/// What a run of `io` answered.
pub struct Answer {
    pub code: i32,
    pub json: Value,
}

impl Stage {
    pub async fn open(name: &str) -> Result<Self> {
        let folder = Folder::new(name);
        let local = Localnet::start(&folder.0, port(), true, |_| ()).await?;
        Ok(Self {
            chain: Network::new(&local.url),
            program: built("io")?,
            folder,
            local,
        })
    }

    pub fn authority(&self) -> Pubkey {
        self.local.authority.pubkey()
    }

    /// Where the network keeps the authority's keypair.
    pub fn authority_file(&self) -> PathBuf {
        self.folder.0.join("authority.json")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    /// A new wallet with SOL, and its keypair's file.
    pub async fn wallet(&self, name: &str) -> Result<(Pubkey, PathBuf)> {
        let key = Keypair::new();
        let path = self.path(&format!("{name}.json"));
        write_keypair_file(&key, &path).map_err(|error| anyhow::anyhow!("{error}"))?;
        let rpc = self.chain.rpc();
        let airdrop = rpc.request_airdrop(&key.pubkey(), 10_000_000_000).await?;
        rpc.poll_for_signature_confirmation(&airdrop, 1).await?;
        Ok((key.pubkey(), path))
    }

    /// `io` with these arguments, signing with `key`.
    pub fn command(&self, key: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env("HOME", &self.folder.0)
            .env("NO_COLOR", "1")
            .args(["--json", "--url", &self.local.url, "--keypair"])
            .arg(key)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs `io` and reads its answer.
    pub fn run(&self, key: &Path, arguments: &[&str]) -> Result<Answer> {
        let output = tokio::task::block_in_place(|| self.command(key, arguments).output())?;
        let said = String::from_utf8_lossy(&output.stdout);
        let json = serde_json::from_str(&said).with_context(|| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("{arguments:?} answered {said:?} and said {errors}")
        })?;
        Ok(Answer {
            code: output.status.code().context("it was killed")?,
            json,
        })
    }

    /// Starts `io` and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Result<Child> {
        let mut command = self.command(&self.authority_file(), arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command.spawn()?)
    }

    /// `io admin …` by the keypair in `key`, which has to succeed.
    pub fn by(&self, key: &Path, arguments: &[&str]) -> Result<Value> {
        let all = [&["admin"], arguments, &["--yes"]].concat();
        let Answer { code, json } = self.run(key, &all)?;
        ensure!(code == 0, "{arguments:?}: {json:#}");
        Ok(json)
    }

    /// The same by the authority.
    pub fn admin(&self, arguments: &[&str]) -> Result<Value> {
        self.by(&self.authority_file(), arguments)
    }

    /// `io admin …` that has to be refused; what it says.
    pub fn refused(&self, key: &Path, arguments: &[&str]) -> Result<Value> {
        let all = [&["admin"], arguments, &["--yes"]].concat();
        let Answer { code, json } = self.run(key, &all)?;
        ensure!(code != 0, "{arguments:?} was carried out: {json:#}");
        ensure!(json["error"]["code"] == code, "{json:#}");
        Ok(json["error"].clone())
    }

    pub async fn state<T: Layout>(&self, address: &Pubkey) -> Result<T> {
        Ok(self.chain.account(address).await?)
    }

    pub async fn now(&self) -> Result<i64> {
        Ok(self.chain.clock().await?.now)
    }

    /// Signs with the authority and `others`, and sends.
    pub async fn execute(&self, instructions: &[Instruction], others: &[&Keypair]) -> Result<()> {
        let mut signers: Vec<&dyn Signer> = vec![&self.local.authority];
        signers.extend(others.iter().map(|key| *key as &dyn Signer));
        self.chain
            .execute(&self.authority(), instructions, &signers)
            .await?;
        Ok(())
    }

    /// Gives `to` raw units of the authority's tokens, on its associated account.
    pub async fn give(&self, mint: &Pubkey, to: &Pubkey, amount: u64) -> Result<()> {
        let authority = self.authority();
        let [from, account] = [&authority, to].map(|owner| token::associated(owner, mint));
        let program = &spl_token_interface::ID;
        self.execute(
            &[
                token::create_associated(&authority, to, mint),
                spl::transfer(program, &from, &account, &authority, &[], amount)?,
            ],
            &[],
        )
        .await
    }

    /// Lets `seconds` pass.
    pub async fn travel(&self, seconds: i64) -> Result<()> {
        let to = self.now().await? + seconds;
        let travel = json!([{ "absoluteTimestamp": to * 1_000 }]);
        self.cheat("surfnet_timeTravel", travel).await?;
        for _ in 0..100 {
            if self.now().await? >= to {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the clock did not move")
    }

    /// Asks the network for what no real one does.
    pub async fn cheat(&self, method: &'static str, parameters: Value) -> Result<()> {
        let request = RpcRequest::Custom { method };
        self.chain.rpc().send::<Value>(request, parameters).await?;
        Ok(())
    }
}

/// Raw IO of as many IO.
pub const fn io(amount: u64) -> u64 {
    amount * IO
}
