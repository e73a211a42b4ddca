//! All accounts of the four programs and of the token program, byte for byte.

use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    rpc::Network,
    shared::{
        ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_payments, io_staking},
        state::{Layout, Receipt, discriminator},
    },
};
use serde_json::Value;
use std::collections::BTreeMap;

const PROGRAMS: [Pubkey; 4] = [
    io_mint::ID,
    io_staking::ID,
    io_emissions::ID,
    io_payments::ID,
];

/// The accounts at one moment.
pub struct Ledger {
    /// Owner and bytes by address.
    accounts: BTreeMap<Pubkey, (Pubkey, Vec<u8>)>,
}

/// An account layout by its name, with what its accounts begin with.
type Kind = (String, [u8; 8]);

/// Every layout that the programs' IDLs name.
pub fn every_kind() -> Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    for idl in [
        include_str!("../../../idls/io_mint.json"),
        include_str!("../../../idls/io_staking.json"),
        include_str!("../../../idls/io_emissions.json"),
        include_str!("../../../idls/io_payments.json"),
    ] {
        let idl: Value = serde_json::from_str(idl)?;
        for account in idl["accounts"].as_array().context("accounts")? {
            let name = account["name"].as_str().context("a name")?;
            kinds.push((name.to_owned(), discriminator(&format!("account:{name}"))));
        }
    }
    Ok(kinds)
}

impl Ledger {
    pub async fn take(chain: &Network) -> Result<Self> {
        let mut accounts = BTreeMap::new();
        for program in PROGRAMS.into_iter().chain([TOKEN_PROGRAM]) {
            for (address, data) in chain.scan_raw(&program, &[], &[]).await? {
                accounts.insert(address, (program, data));
            }
        }
        Ok(Self { accounts })
    }

    /// There is an account of each of `kinds`, and of no other.
    pub fn ensure_kinds(&self, kinds: &[Kind]) -> Result<()> {
        for (name, begins) in kinds {
            let mut accounts = self.accounts.values();
            ensure!(
                accounts.any(|(_, data)| data.starts_with(begins)),
                "no {name} is alive"
            );
        }
        for (address, (owner, data)) in &self.accounts {
            ensure!(
                *owner == TOKEN_PROGRAM || kinds.iter().any(|(_, begins)| data.starts_with(begins)),
                "{address} is of no kind that the IDLs name"
            );
        }
        Ok(())
    }

    /// Every account is the same in `after` but for those that somebody `touched`; what is new there are
    /// receipts.
    pub fn ensure_same(&self, after: &Self, touched: &[Pubkey], when: &str) -> Result<()> {
        for (address, account) in &self.accounts {
            ensure!(
                touched.contains(address) || after.accounts.get(address) == Some(account),
                "{when}: {address} was {account:?} and is {:?}",
                after.accounts.get(address)
            );
        }
        for (address, (owner, data)) in &after.accounts {
            let receipt = *owner == io_payments::ID && data.starts_with(&Receipt::DISCRIMINATOR);
            ensure!(
                self.accounts.contains_key(address) || receipt,
                "{when}: {address} came out of nowhere"
            );
        }
        Ok(())
    }
}
