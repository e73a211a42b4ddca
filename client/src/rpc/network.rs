//! Reading a cluster.

use super::{Error, Format, Priority, Result, Stage, patience::Patient};
use crate::{Pubkey, shared::state::Layout};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::{nonblocking::rpc_client::RpcClient, rpc_client::RpcClientConfig};
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
};
use std::sync::Arc;

/// Accounts that one request may ask for.
const ACCOUNTS_AT_ONCE: usize = 100;

/// A cluster, reached through one RPC endpoint.
#[derive(Clone)]
pub struct Network {
    rpc: Arc<RpcClient>,
    pub(super) priority: Priority,
    pub(super) format: Format,
    pub(super) tables: Vec<Pubkey>,
    pub(super) attempts: u32,
    pub(super) observer: Arc<dyn Fn(&Stage) + Send + Sync>,
}

/// Bytes that an account of a layout has at a place: a filter of [`Network::scan`].
#[derive(Clone, Debug)]
pub struct At {
    offset: usize,
    bytes: Vec<u8>,
}

impl At {
    /// `bytes` at `offset`, counted from the start of the layout, as `core::mem::offset_of!` gives it.
    pub fn field(offset: usize, bytes: impl AsRef<[u8]>) -> Self {
        Self {
            offset,
            bytes: bytes.as_ref().to_vec(),
        }
    }
}

/// The chain's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub slot: u64,
    /// Unix seconds, as programs see them.
    pub now: i64,
}

impl Network {
    /// The cluster behind `url`; believes what is confirmed.
    pub fn new(url: &str) -> Self {
        Self::with_commitment(url, CommitmentConfig::confirmed())
    }

    /// The cluster behind `url`; believes what is at least as sure as `commitment`.
    pub fn with_commitment(url: &str, commitment: CommitmentConfig) -> Self {
        let config = RpcClientConfig::with_commitment(commitment);
        Self {
            rpc: Arc::new(RpcClient::new_sender(Patient::new(url), config)),
            priority: Priority::default(),
            format: Format::default(),
            tables: Vec::new(),
            attempts: 3,
            observer: Arc::new(|_| ()),
        }
    }

    /// How much is offered for being included soon.
    #[must_use]
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// The form that transactions are sent in.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Address lookup tables that make transactions of version 0 shorter.
    #[must_use]
    pub fn lookup_tables(mut self, tables: Vec<Pubkey>) -> Self {
        self.tables = tables;
        self
    }

    /// How many blockhashes a transaction is tried with, one after the other.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Who is told of each stage of a transaction.
    #[must_use]
    pub fn observed_by(mut self, observer: impl Fn(&Stage) + Send + Sync + 'static) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// The client underneath, for what this library does not do.
    pub fn rpc(&self) -> &RpcClient {
        &self.rpc
    }

    /// The account at `address`, which has to be one of `T`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none, [`Error::WrongAccount`] if it is another program's or layout.
    pub async fn account<T: Layout>(&self, address: &Pubkey) -> Result<T> {
        let what = name_of::<T>();
        let missing = Error::Missing {
            what,
            address: *address,
        };
        self.find(address).await?.ok_or(missing)
    }

    /// The account at `address` if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::WrongAccount`] if it is another program's or layout.
    pub async fn find<T: Layout>(&self, address: &Pubkey) -> Result<Option<T>> {
        let found = self.find_all(&[*address]).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// The accounts at `addresses`, in their order, `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::WrongAccount`] if one is another program's or layout.
    pub async fn find_all<T: Layout>(&self, addresses: &[Pubkey]) -> Result<Vec<Option<T>>> {
        let accounts = self.raw_accounts(addresses).await?;
        addresses
            .iter()
            .zip(accounts)
            .map(|(address, account)| {
                // One that somebody only sent lamports to is not there yet.
                let Some((owner, data)) = account.filter(|(_, data)| !data.is_empty()) else {
                    return Ok(None);
                };
                T::read_copy(&data)
                    .filter(|_| owner == T::OWNER)
                    .map(Some)
                    .ok_or(Error::WrongAccount {
                        what: name_of::<T>(),
                        address: *address,
                    })
            })
            .collect()
    }

    /// Owner and bytes of the accounts at `addresses`, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone.
    pub async fn raw_accounts(
        &self,
        addresses: &[Pubkey],
    ) -> Result<Vec<Option<(Pubkey, Vec<u8>)>>> {
        let mut accounts = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(ACCOUNTS_AT_ONCE) {
            let answer = self.rpc.get_multiple_accounts(some).await?;
            accounts.extend(
                answer
                    .into_iter()
                    .map(|account| account.map(|account| (account.owner, account.data))),
            );
        }
        Ok(accounts)
    }

    /// Bytes of the account at `address` if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone.
    pub async fn raw_account(&self, address: &Pubkey) -> Result<Option<(Pubkey, Vec<u8>)>> {
        let found = self.raw_accounts(&[*address]).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// Every account of `T` that has all of `fields`, sorted by address.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone: endpoints may refuse to scan a program.
    pub async fn scan<T: Layout>(&self, fields: &[At]) -> Result<Vec<(Pubkey, T)>> {
        let found = self.scan_raw(&T::OWNER, &T::DISCRIMINATOR, fields).await?;
        let mut typed: Vec<_> = found
            .into_iter()
            .filter_map(|(address, data)| Some((address, T::read_copy(&data)?)))
            .collect();
        typed.sort_unstable_by_key(|(address, _)| *address);
        Ok(typed)
    }

    /// Addresses and bytes of the accounts of `program` that begin with `discriminator` and have all of
    /// `fields`, which are counted from behind it.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone.
    pub async fn scan_raw(
        &self,
        program: &Pubkey,
        discriminator: &[u8],
        fields: &[At],
    ) -> Result<Vec<(Pubkey, Vec<u8>)>> {
        let first = Memcmp::new_base58_encoded(0, discriminator);
        let others = fields.iter().map(|field| {
            let offset = field.offset.saturating_add(discriminator.len());
            Memcmp::new_base58_encoded(offset, &field.bytes)
        });
        let filters = core::iter::once(first).chain(others);
        let filters = filters.map(RpcFilterType::Memcmp).collect();
        let config = RpcProgramAccountsConfig {
            filters: Some(filters),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        };
        let found = self
            .rpc
            .get_program_ui_accounts_with_config(program, config)
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|(address, account)| Some((address, account.data.decode()?)))
            .collect())
    }

    /// The chain's clock.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`], or [`Error::WrongAccount`] if the clock has another layout.
    pub async fn clock(&self) -> Result<Clock> {
        const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
        let wrong = Error::WrongAccount {
            what: "clock",
            address: CLOCK,
        };
        let data = self.rpc.get_account_data(&CLOCK).await?;
        let slot = data.first_chunk::<8>();
        let now = data.get(32..40).and_then(|bytes| bytes.try_into().ok());
        match (slot, now) {
            (Some(slot), Some(now)) => Ok(Clock {
                slot: u64::from_le_bytes(*slot),
                now: i64::from_le_bytes(now),
            }),
            _ => Err(wrong),
        }
    }

    /// Raw units in a token account; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`], or [`Error::WrongAccount`] if it is no token account.
    pub async fn token_balance(&self, account: &Pubkey) -> Result<Option<u64>> {
        const AMOUNT: core::ops::Range<usize> = 64..72;
        let wrong = Error::WrongAccount {
            what: "token account",
            address: *account,
        };
        let Some((_, data)) = self.raw_account(account).await? else {
            return Ok(None);
        };
        let amount = data.get(AMOUNT).and_then(|bytes| bytes.try_into().ok());
        amount.map(u64::from_le_bytes).map(Some).ok_or(wrong)
    }

    /// Lamports that an account of `space` bytes has to hold.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone.
    pub async fn rent(&self, space: usize) -> Result<u64> {
        Ok(self
            .rpc
            .get_minimum_balance_for_rent_exemption(space)
            .await?)
    }
}

/// The layout's name, without its path.
fn name_of<T>() -> &'static str {
    let path = core::any::type_name::<T>();
    path.rsplit("::").next().unwrap_or(path)
}
