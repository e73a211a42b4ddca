//! Brings the cluster to what its file says, over RPC as anyone would.

use std::{cell::RefCell, fs, path::Path};

use anyhow::{Context, Result, anyhow, ensure};
use io_client::{
    Instruction, Pubkey,
    shared::{
        constants::{IO, USDC, USDC_DECIMALS},
        ids::{TOKEN_PROGRAM, io_mint},
    },
    token,
    venues::TokenSwapPool,
};
use io_migrations::{Cluster, Operator, plan};
use io_tests::amm::{Deposit, FEES, NewPool, create_account};
use solana_keypair::{Keypair, read_keypair_file, write_keypair_file};
use solana_signer::Signer;
use solana_transaction::Transaction;
use spl_token_interface::instruction as spl;
use surfpool_core::{
    solana_commitment_config::CommitmentConfig, solana_rpc_client::rpc_client::RpcClient,
};

/// What all local networks have in common.
const CLUSTER: &str = include_str!("../../migrations/clusters/localnet.toml");
/// IO and USDC in the pool: 0.20 USDC for an IO.
const POOL_IO: u64 = 10_000_000 * IO;
const POOL_USDC: u64 = 2_000_000 * USDC;
/// Lamports that the authority gets when it has less than half of it.
const FAUCET_LAMPORTS: u64 = 100_000_000_000_000;
/// USDC that the authority has to give away.
const FAUCET_USDC: u64 = 100_000_000 * USDC;
/// Seconds.
const MINUTE: i64 = 60;
/// Length of a mint's account.
const MINT_LEN: usize = 82;

/// Reads the key pair in `path`, which is made if it is not there.
pub fn key(path: &Path) -> Result<Keypair> {
    if !path.exists() {
        let key = Keypair::new();
        write_keypair_file(&key, path)
            .map_err(|error| anyhow!("{error}"))
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    read_keypair_file(path)
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| format!("{} is not a key pair", path.display()))
}

/// The cluster over RPC, and who sets it up.
pub struct Setup<'a> {
    rpc: RpcClient,
    authority: &'a Keypair,
    usdc: &'a Keypair,
}

impl<'a> Setup<'a> {
    pub fn new(url: String, authority: &'a Keypair, usdc: &'a Keypair) -> Self {
        Self {
            rpc: RpcClient::new_with_commitment(url, CommitmentConfig::processed()),
            authority,
            usdc,
        }
    }

    /// Brings the cluster to what the file at `cluster` says, which is written if it is not there, and
    /// tells `said` of each step. Safe to run again, whatever became of an earlier run.
    pub fn run(&self, cluster: &Path, said: impl Fn(&str)) -> Result<TokenSwapPool> {
        if !cluster.exists() {
            self.write_file(cluster)
                .with_context(|| format!("{} could not be written", cluster.display()))?;
        }
        let cluster = Cluster::load(cluster)?;
        let authority = self.authority.pubkey();
        if self.rpc.get_balance(&authority)? < FAUCET_LAMPORTS / 2 {
            said("give the authority SOL");
            let signature = self.rpc.request_airdrop(&authority, FAUCET_LAMPORTS)?;
            ensure!(
                self.rpc.poll_for_signature(&signature).is_ok(),
                "the airdrop did not arrive"
            );
        }
        if !self.exists(&self.usdc.pubkey())? {
            said("create the USDC mint");
            self.create_usdc()?;
        }
        let operator = Operator::of(&cluster, authority)?;
        for step in plan(&cluster, &operator, &self.rpc)? {
            said(&step.what);
            self.send(&step.instructions, &[])
                .with_context(|| step.what.clone())?;
        }
        ensure!(
            plan(&cluster, &operator, &self.rpc)?.is_empty(),
            "the cluster is set up and yet something is missing; start with --reset"
        );
        let pool = self.new_pool()?;
        if !self.exists(&pool.pool.swap)? {
            said("create and fund the IO/USDC pool");
            for (instructions, signers) in &pool.transactions {
                let signers: Vec<&Keypair> = signers.iter().collect();
                self.send(instructions, &signers)?;
            }
        }
        Ok(pool.pool)
    }

    /// Writes the file of this network: that of all local ones, with its own USDC, and an emission that
    /// begins with the minute in which it is first set up: however late in the hour that is, the first epoch lies
    /// ahead.
    fn write_file(&self, path: &Path) -> Result<()> {
        let mut file: toml::Table = CLUSTER.parse()?;
        let now = self.now()?;
        let start_at = now.checked_sub(now % MINUTE).context("no such time")?;
        let usdc = self.usdc.pubkey().to_string();
        for (table, key, value) in [
            ("emissions", "start_at", toml::Value::from(start_at)),
            ("payments", "usdc", usdc.into()),
        ] {
            let table = file.get_mut(table).and_then(toml::Value::as_table_mut);
            table
                .with_context(|| format!("the file has no table for {key}"))?
                .insert(key.into(), value);
        }
        // In one go, so that no half of it is ever read.
        let unfinished = path.with_extension("unfinished");
        fs::write(&unfinished, toml::to_string(&file)?)?;
        Ok(fs::rename(unfinished, path)?)
    }

    fn exists(&self, address: &Pubkey) -> Result<bool> {
        let answer = self
            .rpc
            .get_account_with_commitment(address, CommitmentConfig::processed())?;
        Ok(answer.value.is_some())
    }

    /// The chain's clock, Unix seconds.
    fn now(&self) -> Result<i64> {
        let clock = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
        let data = self.rpc.get_account_data(&clock)?;
        let time = data.get(32..40).context("the clock has another layout")?;
        Ok(i64::from_le_bytes(time.try_into()?))
    }

    fn rent(&self, space: usize) -> Result<u64> {
        Ok(self.rpc.get_minimum_balance_for_rent_exemption(space)?)
    }

    /// The mint, with the authority's account and what it gives away.
    fn create_usdc(&self) -> Result<()> {
        let (authority, mint) = (self.authority.pubkey(), self.usdc.pubkey());
        let holding = token::associated(&authority, &mint);
        self.send(
            &[
                create_account(
                    &authority,
                    &mint,
                    self.rent(MINT_LEN)?,
                    MINT_LEN,
                    &TOKEN_PROGRAM,
                ),
                spl::initialize_mint2(&TOKEN_PROGRAM, &mint, &authority, None, USDC_DECIMALS)?,
                token::create_associated(&authority, &authority, &mint),
                spl::mint_to(
                    &TOKEN_PROGRAM,
                    &mint,
                    &holding,
                    &authority,
                    &[],
                    FAUCET_USDC,
                )?,
            ],
            &[self.usdc],
        )
    }

    fn new_pool(&self) -> Result<NewPool> {
        let authority = self.authority.pubkey();
        let io = io_mint::MINT.address;
        let usdc = self.usdc.pubkey();
        let failed = RefCell::new(None);
        let pool = NewPool::plan(
            &authority,
            1,
            [
                Deposit {
                    mint: io,
                    source: token::associated(&authority, &io),
                    amount: POOL_IO,
                },
                Deposit {
                    mint: usdc,
                    source: token::associated(&authority, &usdc),
                    amount: POOL_USDC,
                },
            ],
            FEES,
            |space| {
                self.rent(space).unwrap_or_else(|error| {
                    *failed.borrow_mut() = Some(error);
                    0
                })
            },
        );
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok(pool),
        }
    }

    fn send(&self, instructions: &[Instruction], others: &[&Keypair]) -> Result<()> {
        let mut signers = vec![self.authority];
        signers.extend(others);
        let blockhash = self.rpc.get_latest_blockhash()?;
        let transaction = Transaction::new_signed_with_payer(
            instructions,
            Some(&self.authority.pubkey()),
            &signers,
            blockhash,
        );
        self.rpc.send_and_confirm_transaction(&transaction)?;
        Ok(())
    }
}
