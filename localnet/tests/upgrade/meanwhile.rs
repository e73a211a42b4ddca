//! Payments that somebody makes while the programs are upgraded.

use anyhow::{Context, Result, anyhow, bail, ensure};
use io_client::{
    Pubkey,
    payments::{self, Order},
    pda,
    rpc::{Error, Network},
    shared::{
        constants::{HOUR, IO},
        state::Receipt,
    },
    token,
};
use solana_keypair::Keypair;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};
use tokio::runtime::Handle;

use crate::town::{IO_MINT, Person, Town};

/// IO that the payer has.
const PURSE: u64 = 1_000;

/// Someone who is about to pay order after order.
pub struct Hurried {
    payer: Person,
    supplier: Pubkey,
}

/// The same, paying.
pub struct Meanwhile {
    stop: Arc<AtomicBool>,
    payer: JoinHandle<Paid>,
}

/// What became of it.
pub struct Paid {
    payer: Pubkey,
    supplier: Pubkey,
    attempts: Vec<Attempt>,
}

struct Attempt {
    order: [u8; 32],
    amount: u64,
    outcome: Result<(), Error>,
}

impl Hurried {
    pub async fn new(town: &Town) -> Result<Self> {
        let supplier = town.person("paid-meanwhile", 1, 0).await?;
        town.done(&supplier, &["supplier", "register"])?;
        Ok(Self {
            payer: town.person("hurried", PURSE, 0).await?,
            supplier: supplier.address(),
        })
    }

    /// Begins to pay; returns once the first order is paid.
    pub async fn begin(self, town: &Town) -> Result<Meanwhile> {
        let mut paid = Paid {
            payer: self.payer.address(),
            supplier: self.supplier,
            attempts: Vec::new(),
        };
        let expires_at = town.now().await? + HOUR;
        let (chain, key) = (town.chain.clone(), self.payer.key);
        paid.attempt(&chain, &key, expires_at).await;
        ensure!(paid.attempts[0].outcome.is_ok(), "nobody could pay before");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        // On a thread of its own: signers cannot be moved between threads.
        let runtime = Handle::current();
        let payer = thread::spawn(move || {
            runtime.block_on(async move {
                while !stopped.load(Relaxed) {
                    paid.attempt(&chain, &key, expires_at).await;
                }
                paid.attempt(&chain, &key, expires_at).await;
                paid
            })
        });
        Ok(Meanwhile { stop, payer })
    }
}

impl Meanwhile {
    /// Stops paying, after one more order.
    pub fn end(self) -> Result<Paid> {
        self.stop.store(true, Relaxed);
        let paid = tokio::task::block_in_place(|| self.payer.join());
        paid.map_err(|_| anyhow!("whoever paid panicked"))
    }
}

impl Paid {
    async fn attempt(&mut self, chain: &Network, key: &Keypair, expires_at: i64) {
        let number = self.attempts.len() as u64 + 1;
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_le_bytes());
        let [source, destination] =
            [self.payer, self.supplier].map(|owner| token::associated(&owner, &IO_MINT));
        // Amounts tell the orders apart.
        let amount = IO + number;
        let pay = payments::pay_io(
            &self.payer,
            &source,
            &self.supplier,
            &destination,
            &Order { id, expires_at },
            amount,
        );
        let outcome = chain.execute(&self.payer, &[pay], &[key]).await;
        self.attempts.push(Attempt {
            order: id,
            amount,
            outcome: outcome.map(|_| ()),
        });
    }

    /// The accounts that the payments write.
    pub fn touched(&self) -> [Pubkey; 2] {
        [self.payer, self.supplier].map(|owner| token::associated(&owner, &IO_MINT))
    }

    /// Each order is paid once or not at all, as the payer was told, and the last one is paid.
    pub async fn ensure_once_or_not_at_all(&self, chain: &Network) -> Result<()> {
        let mut paid = 0;
        for attempt in &self.attempts {
            let receipt = pda::receipt(&self.payer, &attempt.order).0;
            let receipt = chain.find::<Receipt>(&receipt).await?;
            match (&attempt.outcome, receipt) {
                (Ok(()), None) => bail!("an order of {} is lost", attempt.amount),
                (Err(_), None) => (),
                (Ok(()) | Err(Error::Unknown { .. }), Some(receipt)) => {
                    ensure!(receipt.delivered == attempt.amount, "another amount");
                    paid += receipt.delivered;
                }
                (Err(error), Some(_)) => bail!("paid though it failed: {error}"),
            }
        }
        let last = self.attempts.last().context("attempts")?;
        if let Err(error) = &last.outcome {
            bail!("nobody could pay afterwards: {error}");
        }
        let [spent, got] = self.touched();
        let balance = async |account| anyhow::Ok(chain.token_balance(account).await?);
        ensure!(balance(&spent).await? == Some(PURSE * IO - paid), "spent");
        ensure!(balance(&got).await? == Some(IO + paid), "received");
        Ok(())
    }
}
