//! Payments by many wallets at once.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, future::join_all, stream};
use io_client::{
    Instruction, Pubkey,
    payments::{self, Order},
    rpc::{Error, Network},
    shared::{
        constants::{HOUR, IO},
        ids::{TOKEN_PROGRAM, io_mint},
        state::PayoutPreference,
    },
    token,
};
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer as send_sol;
use solana_transaction::versioned::VersionedTransaction;
use spl_token_interface::instruction::transfer;
use surfpool_core::solana_rpc_client::api::config::{
    RpcSendTransactionConfig, RpcSimulateTransactionConfig,
};

use super::{Cost, Endpoint, Progress, key, meter};

const IO_MINT: Pubkey = io_mint::MINT.address;
/// Raw IO of a payment.
const AMOUNT: u64 = IO;
const SUPPLIERS: usize = 4;
/// Kinds of keys.
const WALLET: u8 = 1;
const SUPPLIER: u8 = 2;
/// How often each request is timed.
const ASKED: u32 = 20;

/// What a number of wallets achieved.
#[derive(Debug)]
pub struct PaymentRun {
    pub wallets: usize,
    pub payments: usize,
    /// How long each that landed took, from the first request to the last, shortest first.
    pub latencies: Vec<Duration>,
    /// By what went wrong.
    pub failures: BTreeMap<&'static str, usize>,
    pub cost: Cost,
}

/// How long a request takes while nobody else asks.
#[derive(Debug)]
pub struct RequestTime {
    pub name: &'static str,
    pub median: Duration,
    /// Processor time that the endpoint spends on one.
    pub endpoint: Duration,
}

/// Wallets with IO, and suppliers who take it.
pub struct Market<'a> {
    endpoint: &'a Endpoint,
    network: Network,
    wallets: Vec<Keypair>,
    suppliers: Vec<Pubkey>,
}

impl<'a> Market<'a> {
    /// Makes `wallets` wallets.
    pub async fn open(
        endpoint: &'a Endpoint,
        wallets: usize,
        parallel: usize,
        progress: Progress<'_>,
    ) -> Result<Self> {
        let network = endpoint.network();
        let done = AtomicUsize::new(0);
        let wallets: Vec<_> = stream::iter(0..wallets)
            .map(|number| {
                let (network, done) = (&network, &done);
                async move {
                    let key = wallet(endpoint, network, number).await?;
                    progress(
                        "wallets",
                        wallets,
                        done.fetch_add(1, Relaxed).saturating_add(1),
                    );
                    anyhow::Ok(key)
                }
            })
            .buffer_unordered(parallel)
            .try_collect()
            .await?;
        let suppliers = (0..SUPPLIERS).map(|number| supplier(endpoint, &network, number));
        let suppliers: Result<Vec<_>> = join_all(suppliers).await.into_iter().collect();
        Ok(Self {
            endpoint,
            network,
            wallets,
            suppliers: suppliers?,
        })
    }

    /// A payment of an order that was never paid.
    fn pay(&self, payer: &Keypair, number: usize, now: i64) -> Option<Instruction> {
        let owner = self
            .suppliers
            .get(number.checked_rem(self.suppliers.len())?)?;
        let mut order = Order {
            id: [0; 32],
            expires_at: now.checked_add(HOUR)?,
        };
        fastrand::fill(&mut order.id);
        let [source, destination] =
            [&payer.pubkey(), owner].map(|owner| token::associated(owner, &IO_MINT));
        Some(payments::pay_io(
            &payer.pubkey(),
            &source,
            owner,
            &destination,
            &order,
            AMOUNT,
        ))
    }

    /// Lets `wallets` wallets make `payments` payments with receipts, each wallet one after the other.
    pub async fn run(
        &self,
        wallets: usize,
        payments: usize,
        progress: Progress<'_>,
    ) -> Result<PaymentRun> {
        let now = self.network.clock().await?.now;
        let before = self.held_by_suppliers().await?;
        let (done, mut latencies, mut failures) =
            (AtomicUsize::new(0), Vec::new(), BTreeMap::new());
        let work = async {
            let payers = self.wallets.iter().take(wallets).enumerate();
            let results = join_all(payers.map(|(place, payer)| {
                let numbers = (place..payments).step_by(wallets);
                self.pay_all(payer, numbers, now, &done, payments, progress)
            }))
            .await;
            let mut cost = Cost::default();
            for result in results.into_iter().flatten() {
                match result {
                    Ok((time, lamports)) => {
                        latencies.push(time);
                        cost.transactions = cost.transactions.saturating_add(1);
                        cost.lamports = cost.lamports.saturating_add(lamports);
                    }
                    Err(error) => {
                        let count: &mut usize = failures.entry(kind(&error)).or_default();
                        *count = count.saturating_add(1);
                    }
                }
            }
            Ok(cost)
        };
        let cost = meter::measured(self.endpoint, work).await?;
        latencies.sort_unstable();
        let paid = self.held_by_suppliers().await?.checked_sub(before);
        let landed = u64::try_from(latencies.len())?.checked_mul(AMOUNT);
        ensure!(
            paid == landed || failures.contains_key("unknown"),
            "the suppliers got {paid:?} of {landed:?}"
        );
        Ok(PaymentRun {
            wallets,
            payments,
            latencies,
            failures,
            cost,
        })
    }

    async fn pay_all(
        &self,
        payer: &Keypair,
        numbers: impl Iterator<Item = usize>,
        now: i64,
        done: &AtomicUsize,
        total: usize,
        progress: Progress<'_>,
    ) -> Vec<Result<(Duration, u64), Error>> {
        let mut results = Vec::new();
        for number in numbers {
            let started = Instant::now();
            let paid = async {
                let pay: Vec<_> = self.pay(payer, number, now).into_iter().collect();
                let prepared = self.network.prepare(&payer.pubkey(), &pay).await?;
                self.network.send(&prepared, &[payer]).await?;
                Ok((started.elapsed(), prepared.lamports))
            };
            results.push(paid.await);
            progress(
                "payments",
                total,
                done.fetch_add(1, Relaxed).saturating_add(1),
            );
        }
        results
    }

    async fn held_by_suppliers(&self) -> Result<u64> {
        let mut held = 0_u64;
        for owner in &self.suppliers {
            let account = token::associated(owner, &IO_MINT);
            let balance = self.network.token_balance(&account).await?;
            held = held.saturating_add(balance.context("a supplier has no account")?);
        }
        Ok(held)
    }

    /// Times each request that a payment needs.
    pub async fn requests(&self) -> Result<Vec<RequestTime>> {
        let (rpc, payer) = (
            self.network.rpc(),
            self.wallets.first().context("no wallet")?,
        );
        let now = self.network.clock().await?.now;
        let pay = self.pay(payer, 0, now).context("no supplier")?;
        let prepared = self.network.prepare(&payer.pubkey(), &[pay]).await?;
        let signed = async || {
            let pay = self.pay(payer, 0, now).context("no supplier")?;
            let prepared = self.network.prepare(&payer.pubkey(), &[pay]).await?;
            let message = prepared.message(rpc.get_latest_blockhash().await?)?;
            anyhow::Ok(VersionedTransaction::try_new(message, &[payer])?)
        };
        let any = signed().await?;
        let signature = any.signatures.first().copied().unwrap_or_default();
        let mut to_send = Vec::new();
        for _ in 0..ASKED {
            to_send.push(signed().await?);
        }
        let simulation = RpcSimulateTransactionConfig {
            inner_instructions: true,
            ..RpcSimulateTransactionConfig::default()
        };
        let sending = RpcSendTransactionConfig {
            skip_preflight: true,
            ..RpcSendTransactionConfig::default()
        };
        let written = prepared.instructions.iter().flat_map(|one| &one.accounts);
        let written: Vec<_> = written
            .filter(|meta| meta.is_writable)
            .map(|meta| meta.pubkey)
            .collect();
        let mut times = Vec::new();
        times.push(
            self.time("simulateTransaction", async |_| {
                rpc.simulate_transaction_with_config(&any, simulation.clone())
                    .await?;
                Ok(())
            })
            .await?,
        );
        times.push(
            self.time("getLatestBlockhash", async |_| {
                rpc.get_latest_blockhash().await?;
                Ok(())
            })
            .await?,
        );
        times.push(
            self.time("getRecentPrioritizationFees", async |_| {
                rpc.get_recent_prioritization_fees(&written).await?;
                Ok(())
            })
            .await?,
        );
        times.push(
            self.time("sendTransaction", async |number| {
                let transaction = to_send.get(number).context("too few")?;
                rpc.send_transaction_with_config(transaction, sending)
                    .await?;
                Ok(())
            })
            .await?,
        );
        times.push(
            self.time("getSignatureStatuses", async |_| {
                rpc.get_signature_statuses(&[signature]).await?;
                Ok(())
            })
            .await?,
        );
        Ok(times)
    }

    async fn time(
        &self,
        name: &'static str,
        ask: impl AsyncFn(usize) -> Result<()>,
    ) -> Result<RequestTime> {
        let mut times = Vec::new();
        let asking = async {
            for number in 0..usize::try_from(ASKED)? {
                let started = Instant::now();
                ask(number).await?;
                times.push(started.elapsed());
            }
            Ok(Cost::default())
        };
        let cost = meter::measured(self.endpoint, asking).await.context(name)?;
        times.sort_unstable();
        Ok(RequestTime {
            name,
            median: times.get(times.len() / 2).copied().unwrap_or_default(),
            endpoint: cost.endpoint / ASKED,
        })
    }
}

/// A wallet with lamports and IO.
async fn wallet(endpoint: &Endpoint, network: &Network, number: usize) -> Result<Keypair> {
    const LAMPORTS: u64 = 100_000_000_000;
    const HELD: u64 = 1_000_000 * IO;
    let key = key(WALLET, number);
    let (authority, owner) = (endpoint.authority.pubkey(), key.pubkey());
    let [from, to] = [authority, owner].map(|owner| token::associated(&owner, &IO_MINT));
    let instructions = [
        send_sol(&authority, &owner, LAMPORTS),
        token::create_associated(&authority, &owner, &IO_MINT),
        transfer(&TOKEN_PROGRAM, &from, &to, &authority, &[], HELD)?,
    ];
    network
        .execute(&authority, &instructions, &[&endpoint.authority])
        .await
        .context("a wallet")?;
    Ok(key)
}

/// A supplier who takes IO.
async fn supplier(endpoint: &Endpoint, network: &Network, number: usize) -> Result<Pubkey> {
    let key = key(SUPPLIER, number);
    let (payer, owner) = (endpoint.authority.pubkey(), key.pubkey());
    let preference = PayoutPreference::Io;
    let instructions = [
        token::create_associated(&payer, &owner, &IO_MINT),
        payments::register_supplier(&payer, &owner, preference, &owner, &IO_MINT),
    ];
    network
        .execute(&payer, &instructions, &[&endpoint.authority, &key])
        .await
        .context("a supplier")?;
    Ok(owner)
}

/// What went wrong, in a word.
const fn kind(error: &Error) -> &'static str {
    match error {
        Error::Refused(_) => "refused",
        Error::Failed { .. } => "failed",
        Error::Expired { .. } => "expired",
        Error::Unknown { .. } => "unknown",
        Error::Rpc(_) => "endpoint failed",
        _ => "other",
    }
}
