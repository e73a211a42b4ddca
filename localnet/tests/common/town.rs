//! A local network, people with wallets on it, and `io` run as they run it.

#![allow(dead_code, reason = "no test uses all of it")]

use crate::common::{self, Folder, built, port};
use anyhow::{Context, Result, anyhow, ensure};
use io_client::{
    Instruction, Pubkey,
    rpc::Network,
    shared::{
        constants::{IO, USDC},
        ids::io_mint,
        state::Layout,
    },
    token,
};
use io_localnet::Localnet;
use serde_json::Value;
use solana_keypair::{Keypair, write_keypair_file};
use solana_signer::Signer;
use spl_token_interface::instruction::transfer;
use std::{
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use surfpool_core::solana_rpc_client::api::request::RpcRequest;

pub const IO_MINT: Pubkey = io_mint::MINT.address;

/// A local network with `io`.
pub struct Town {
    pub local: Localnet,
    pub chain: Network,
    pub folder: Folder,
    pub program: PathBuf,
}

/// A wallet with SOL, and the file that its keypair is in.
pub struct Person {
    pub key: Keypair,
    pub file: PathBuf,
}

impl Person {
    pub fn address(&self) -> Pubkey {
        self.key.pubkey()
    }

    pub fn name(&self) -> String {
        self.address().to_string()
    }
}

impl Town {
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

    /// A file in the network's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    /// Someone new, with `io` IO and `usdc` USDC.
    pub async fn person(&self, name: &str, io: u64, usdc: u64) -> Result<Person> {
        let person = self.stranger(name)?;
        self.airdrop(&person.address()).await?;
        for (mint, amount) in [(IO_MINT, io * IO), (self.local.usdc, usdc * USDC)] {
            if amount > 0 {
                self.give(&mint, &person.address(), amount).await?;
            }
        }
        Ok(person)
    }

    /// Someone new, with nothing at all.
    pub fn stranger(&self, name: &str) -> Result<Person> {
        let key = Keypair::new();
        let file = self.path(&format!("{name}.json"));
        write_keypair_file(&key, &file).map_err(|error| anyhow!("{error}"))?;
        Ok(Person { key, file })
    }

    /// The authority, who holds every office and nearly all tokens.
    pub fn authority(&self) -> Person {
        Person {
            key: self.local.authority.insecure_clone(),
            file: self.path("authority.json"),
        }
    }

    /// Gives 10 SOL.
    pub async fn airdrop(&self, to: &Pubkey) -> Result<()> {
        let rpc = self.chain.rpc();
        let airdrop = rpc.request_airdrop(to, 10_000_000_000).await?;
        rpc.poll_for_signature_confirmation(&airdrop, 1).await?;
        Ok(())
    }

    /// Gives raw units of the authority's tokens, on the wallet's associated account.
    pub async fn give(&self, mint: &Pubkey, to: &Pubkey, amount: u64) -> Result<()> {
        let rich = self.local.authority.pubkey();
        let [from, account] = [&rich, to].map(|owner| token::associated(owner, mint));
        let program = &spl_token_interface::ID;
        let instructions = [
            token::create_associated(&rich, to, mint),
            transfer(program, &from, &account, &rich, &[], amount)?,
        ];
        self.execute(&instructions, &[]).await
    }

    /// Signs with the authority and `others`, and sends.
    pub async fn execute(&self, instructions: &[Instruction], others: &[&Keypair]) -> Result<()> {
        let rich = &self.local.authority;
        let mut signers: Vec<&dyn Signer> = vec![rich];
        signers.extend(others.iter().map(|key| *key as &dyn Signer));
        self.chain
            .execute(&rich.pubkey(), instructions, &signers)
            .await?;
        Ok(())
    }

    pub async fn state<T: Layout>(&self, address: &Pubkey) -> Result<T> {
        Ok(self.chain.account(address).await?)
    }

    pub async fn balance(&self, mint: &Pubkey, wallet: &Pubkey) -> Result<u64> {
        let account = token::associated(wallet, mint);
        Ok(self.chain.token_balance(&account).await?.unwrap_or(0))
    }

    pub async fn io_of(&self, person: &Person) -> Result<u64> {
        self.balance(&IO_MINT, &person.address()).await
    }

    pub async fn usdc_of(&self, person: &Person) -> Result<u64> {
        self.balance(&self.local.usdc, &person.address()).await
    }

    /// `io` as `person` runs it, who has no config file.
    pub fn command(&self, person: &Person, arguments: &[&str]) -> Command {
        self.command_at(&self.local.url, person, arguments)
    }

    /// The same with another endpoint.
    pub fn command_at(&self, url: &str, person: &Person, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env("HOME", self.path("home"))
            .env("NO_COLOR", "1")
            .args(["--json", "--url", url, "--keypair"])
            .arg(&person.file)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// What `io` answers, and its exit code.
    pub fn answer(&self, person: &Person, arguments: &[&str]) -> Result<(i32, Value)> {
        let mut command = self.command(person, arguments);
        answer_of(&tokio::task::block_in_place(|| command.output())?)
            .with_context(|| format!("{arguments:?}"))
    }

    /// What `io` answers, which has to succeed; signs without asking.
    pub fn done(&self, person: &Person, arguments: &[&str]) -> Result<Value> {
        self.told(person, &[arguments, &["--yes"]].concat())
    }

    /// What `io` answers to a question, which it has to know.
    pub fn told(&self, person: &Person, arguments: &[&str]) -> Result<Value> {
        let (code, document) = self.answer(person, arguments)?;
        ensure!(code == 0, "{arguments:?}: {document:#}");
        Ok(document)
    }

    /// Why `io` fails, which it has to with `code`; the message has to contain `says`.
    pub fn failed(
        &self,
        person: &Person,
        arguments: &[&str],
        code: i32,
        says: &str,
    ) -> Result<Value> {
        let (found, document) = self.answer(person, &[arguments, &["--yes"]].concat())?;
        let error = &document["error"];
        ensure!(
            found == code && error["code"] == code,
            "{arguments:?} exits with {found}: {document:#}"
        );
        let message = text(error, "message")?;
        ensure!(message.contains(says), "{arguments:?}: {document:#}");
        ensure!(error["advice"].is_string(), "no advice: {document:#}");
        Ok(error.clone())
    }

    pub async fn now(&self) -> Result<i64> {
        Ok(self.chain.clock().await?.now)
    }

    /// Lets `seconds` pass.
    pub async fn travel(&self, seconds: i64) -> Result<()> {
        common::travel(&self.chain, seconds).await
    }

    /// Asks the network for what no real one does.
    pub async fn cheat(&self, method: &'static str, parameters: Value) -> Result<()> {
        let request = RpcRequest::Custom { method };
        self.chain.rpc().send::<Value>(request, parameters).await?;
        Ok(())
    }
}

/// The exit code and the document of a run that has ended.
pub fn answer_of(output: &Output) -> Result<(i32, Value)> {
    let code = output.status.code().context("it was killed")?;
    let document = serde_json::from_slice(&output.stdout).with_context(|| said(output))?;
    Ok((code, document))
}

/// All that a run wrote.
pub fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

/// A number of an answer, which may be a string.
pub fn number(document: &Value, key: &str) -> Result<u64> {
    let value = &document[key];
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    number.with_context(|| format!("{key} is no number: {document:#}"))
}

pub fn text<'a>(document: &'a Value, key: &str) -> Result<&'a str> {
    document[key]
        .as_str()
        .with_context(|| format!("{key} is no text: {document:#}"))
}
