//! What a migration sees of a cluster.

use anyhow::{Context, Result};
use io_client::{Pubkey, shared::state::Layout};
use solana_account::Account;
use solana_clock::Clock;
use solana_rent::Rent;
use solana_sdk_ids::sysvar;

/// A cluster, as far as a migration reads it.
pub trait Chain {
    /// An account, if it exists.
    fn account(&self, address: &Pubkey) -> Result<Option<Account>>;

    /// Every account that `program` owns and whose data begins with `prefix`, in any order.
    fn accounts_of(&self, program: &Pubkey, prefix: &[u8]) -> Result<Vec<(Pubkey, Account)>>;
}

/// An account of one of the four programs, if it was made. Lamports alone do not make one: anyone can
/// send them to its address.
pub(crate) fn read<L: Layout>(chain: &impl Chain, address: &Pubkey) -> Result<Option<L>> {
    let account = chain.account(address)?;
    account
        .filter(|account| account.owner == L::OWNER)
        .map(|account| {
            L::read_copy(&account.data).with_context(|| {
                format!("{address} has another layout; is this the right version?")
            })
        })
        .transpose()
}

/// Every account of the layout `L`, by address.
pub(crate) fn read_all<L: Layout>(chain: &impl Chain) -> Result<Vec<(Pubkey, L)>> {
    let mut found: Vec<_> = chain
        .accounts_of(&L::OWNER, &L::DISCRIMINATOR)?
        .into_iter()
        .filter_map(|(address, account)| Some((address, L::read_copy(&account.data)?)))
        .collect();
    found.sort_unstable_by_key(|(address, _)| *address);
    Ok(found)
}

/// The time on the cluster, Unix seconds.
pub(crate) fn now(chain: &impl Chain) -> Result<i64> {
    let clock: Clock = sysvar(chain, &sysvar::clock::ID)?;
    Ok(clock.unix_timestamp)
}

/// What the cluster asks for an account's rent.
pub(crate) fn rent(chain: &impl Chain) -> Result<Rent> {
    sysvar(chain, &sysvar::rent::ID)
}

fn sysvar<T: serde::de::DeserializeOwned>(chain: &impl Chain, address: &Pubkey) -> Result<T> {
    let account = chain
        .account(address)?
        .with_context(|| format!("the cluster has no sysvar {address}"))?;
    bincode::deserialize(&account.data)
        .with_context(|| format!("the sysvar {address} has another layout"))
}
