//! What a keeper may spend in an hour, and what it spent in the last.

use futures::{StreamExt, TryStreamExt, stream};
use io_client::{
    Pubkey,
    rpc::{Error, Network, Result, Signature},
    shared::{
        constants::HOUR,
        ids::{io_emissions, io_mint, io_payments, io_staking},
    },
};
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_transaction_status_client_types::UiTransactionEncoding;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Transactions that are looked up at the same time.
const AT_ONCE: usize = 8;

/// Lamports spent in the rolling hour, held against a limit.
pub struct Budget {
    limit: u64,
    spent: Mutex<Spent>,
}

impl Clone for Budget {
    fn clone(&self) -> Self {
        Self {
            limit: self.limit,
            spent: Mutex::new(self.lock().clone()),
        }
    }
}

#[derive(Clone, Default)]
struct Spent {
    /// By number: when, by the chain's clock, and how much.
    entries: BTreeMap<u64, (i64, u64)>,
    next: u64,
}

/// A part of the budget that is set aside for one transaction. It counts as spent until it is given back.
#[derive(Debug, PartialEq, Eq)]
pub struct Reserved(u64);

impl Budget {
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            spent: Mutex::default(),
        }
    }

    /// The budget of a keeper that may have run before: with what its transactions of the last hour cost.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`], [`Error::Unusable`] if the endpoint leaves out what a transaction did.
    pub async fn recover(limit: u64, network: &Network, keeper: &Pubkey, now: i64) -> Result<Self> {
        let budget = Self::new(limit);
        for (time, lamports) in costs_since(network, keeper, now.saturating_sub(HOUR)).await? {
            budget.lock().add(time, lamports);
        }
        Ok(budget)
    }

    /// Sets `lamports` aside, if that leaves the hour before `now` within the limit.
    pub fn reserve(&self, now: i64, lamports: u64) -> Option<Reserved> {
        let mut spent = self.lock();
        let left = self.limit.saturating_sub(spent.since(now));
        (lamports <= left).then(|| Reserved(spent.add(now, lamports)))
    }

    /// Corrects what was set aside to what was spent.
    pub fn settle(&self, reserved: &Reserved, lamports: u64) {
        if let Some(entry) = self.lock().entries.get_mut(&reserved.0) {
            entry.1 = lamports;
        }
    }

    /// Lamports left at `now`.
    pub fn left(&self, now: i64) -> u64 {
        self.limit.saturating_sub(self.lock().since(now))
    }

    fn lock(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spent {
    fn add(&mut self, time: i64, lamports: u64) -> u64 {
        let number = self.next;
        self.entries.insert(number, (time, lamports));
        self.next = self.next.saturating_add(1);
        number
    }

    /// Lamports spent in the hour before `now`. Forgets what is older.
    fn since(&mut self, now: i64) -> u64 {
        let start = now.saturating_sub(HOUR);
        self.entries.retain(|_, (time, _)| *time > start);
        let lamports = self.entries.values().map(|(_, lamports)| *lamports);
        lamports.fold(0, u64::saturating_add)
    }
}

/// When and what the transactions cost that `keeper` paid for after `start`.
async fn costs_since(network: &Network, keeper: &Pubkey, start: i64) -> Result<Vec<(i64, u64)>> {
    let signatures = signatures_since(network, keeper, start).await?;
    let costs: Vec<_> = stream::iter(signatures)
        .map(|(signature, time)| async move {
            let cost = cost(network, keeper, &signature).await?;
            Ok::<_, Error>(cost.map(|lamports| (time, lamports)))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(costs.into_iter().flatten().collect())
}

/// Transactions that name `address`, after `start`.
async fn signatures_since(
    network: &Network,
    address: &Pubkey,
    start: i64,
) -> Result<Vec<(Signature, i64)>> {
    const AT_ONCE: usize = 1_000;
    let mut signatures = Vec::new();
    let mut before = None;
    loop {
        let config = GetConfirmedSignaturesForAddress2Config {
            before,
            until: None,
            limit: Some(AT_ONCE),
            commitment: Some(network.rpc().commitment()),
        };
        let page = network
            .rpc()
            .get_signatures_for_address_with_config(address, config)
            .await?;
        let full = page.len() >= AT_ONCE;
        for entry in page {
            // Without a time it is of the newest blocks.
            let time = entry.block_time.unwrap_or(i64::MAX);
            if time <= start {
                return Ok(signatures);
            }
            let signature = entry
                .signature
                .parse()
                .map_err(|_| Error::Unusable("the endpoint names no signature".to_owned()))?;
            before = Some(signature);
            signatures.push((signature, time));
        }
        if !full {
            return Ok(signatures);
        }
    }
}

/// Lamports that a transaction took from the keeper, fee and rents; `None` if somebody else paid for it or
/// it has nothing to do with the four programs, as when the keeper's owner takes lamports out.
pub async fn cost(
    network: &Network,
    keeper: &Pubkey,
    signature: &Signature,
) -> Result<Option<u64>> {
    let config = RpcTransactionConfig {
        encoding: Some(UiTransactionEncoding::Base64),
        commitment: Some(network.rpc().commitment()),
        max_supported_transaction_version: Some(1),
    };
    let found = network
        .rpc()
        .get_transaction_with_config(signature, config)
        .await?
        .transaction;
    let unusable = || {
        Error::Unusable(format!(
            "the endpoint leaves out what {signature} did; use another"
        ))
    };
    let message = found.transaction.decode().ok_or_else(unusable)?.message;
    let meta = found.meta.ok_or_else(unusable)?;
    let keys = message.static_account_keys();
    let ours = [
        io_mint::ID,
        io_staking::ID,
        io_emissions::ID,
        io_payments::ID,
    ];
    if keys.first() != Some(keeper) || !keys.iter().any(|key| ours.contains(key)) {
        return Ok(None);
    }
    let balance = |balances: &[u64]| balances.first().copied().ok_or_else(unusable);
    let (before, after) = (balance(&meta.pre_balances)?, balance(&meta.post_balances)?);
    Ok(Some(before.saturating_sub(after).max(meta.fee)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hour_costs_more_than_the_limit() {
        let budget = Budget::new(100);
        assert!(budget.reserve(0, 60).is_some());
        assert_eq!(budget.reserve(10, 41), None);
        assert!(budget.reserve(10, 40).is_some());
        assert_eq!(budget.left(HOUR - 1), 0);
        // The first is an hour old.
        assert_eq!(budget.left(HOUR), 60);
        assert_eq!(budget.left(HOUR + 10), 100);
    }

    #[test]
    fn what_was_not_spent_is_free_again() {
        let budget = Budget::new(100);
        let reserved = budget.reserve(0, 90).expect("within");
        budget.settle(&reserved, 20);
        assert_eq!(budget.left(0), 80);
        assert!(budget.reserve(0, 81).is_none());
    }
}
