//! Events that transactions recorded.

use super::{Error, Network, Result, Signature};
use crate::{Pubkey, events::Event};
use solana_message::VersionedMessage;
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_transaction_status_client_types::{
    UiInnerInstructions, UiInstruction, UiLoadedAddresses, UiParsedInstruction,
    UiTransactionEncoding, option_serializer::OptionSerializer,
};

/// Signatures that one request gives at most.
const SIGNATURES_AT_ONCE: usize = 1_000;

/// What a transaction recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub signature: Signature,
    pub slot: u64,
    /// Unix seconds, if the cluster knows.
    pub time: Option<i64>,
    /// Lamports it cost.
    pub fee: u64,
    /// Compute units it used, if the cluster knows.
    pub units: Option<u64>,
    /// Events in the order in which they were recorded.
    pub events: Vec<Event>,
}

/// Where a reader of the history stands: follows one address, oldest first.
#[derive(Clone, Debug)]
pub struct History {
    address: Pubkey,
    seen: Option<Signature>,
}

impl History {
    /// All that names `address`, after `seen` if given, else from the first transaction that the endpoint
    /// still has.
    pub const fn of(address: Pubkey, seen: Option<Signature>) -> Self {
        Self { address, seen }
    }

    /// What landed since the last call and succeeded, oldest first. A call that fails can be made again:
    /// nothing is skipped.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`], [`Error::Unusable`] if the endpoint leaves out what a transaction did.
    pub async fn next(&mut self, network: &Network) -> Result<Vec<Recorded>> {
        let mut new = Vec::new();
        let mut before = None;
        loop {
            let config = GetConfirmedSignaturesForAddress2Config {
                before,
                until: self.seen,
                limit: Some(SIGNATURES_AT_ONCE),
                commitment: Some(network.rpc().commitment()),
            };
            let page = network
                .rpc()
                .get_signatures_for_address_with_config(&self.address, config)
                .await?;
            let full = page.len() >= SIGNATURES_AT_ONCE;
            for entry in page {
                let signature: Signature = entry
                    .signature
                    .parse()
                    .map_err(|_| Error::Unusable("the endpoint names no signature".into()))?;
                before = Some(signature);
                new.push((signature, entry.err.is_none()));
            }
            if !full {
                break;
            }
        }
        let mut recorded = Vec::new();
        for (signature, succeeded) in new.iter().rev() {
            if *succeeded {
                recorded.push(network.events(signature).await?);
            }
        }
        if let Some((newest, _)) = new.first() {
            self.seen = Some(*newest);
        }
        Ok(recorded)
    }
}

impl Network {
    /// What the transaction recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] if the endpoint does not know it, [`Error::Unusable`] if it leaves out what it did.
    pub async fn events(&self, signature: &Signature) -> Result<Recorded> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.rpc().commitment()),
            max_supported_transaction_version: Some(1),
        };
        let found = self
            .rpc()
            .get_transaction_with_config(signature, config)
            .await?;
        let unusable = |what: &str| {
            Error::Unusable(format!(
                "the endpoint leaves out {what} of {signature}; use another"
            ))
        };
        let transaction = found.transaction.transaction.decode();
        let message = transaction.ok_or_else(|| unusable("the bytes"))?.message;
        let meta = found
            .transaction
            .meta
            .ok_or_else(|| unusable("the outcome"))?;
        let loaded = match &meta.loaded_addresses {
            OptionSerializer::Some(loaded) => Some(loaded),
            _ => None,
        };
        let inner = match &meta.inner_instructions {
            OptionSerializer::Some(inner) => inner.as_slice(),
            _ => &[],
        };
        let units = match meta.compute_units_consumed {
            OptionSerializer::Some(units) => Some(units),
            _ => None,
        };
        Ok(Recorded {
            signature: *signature,
            slot: found.slot,
            time: found.block_time,
            fee: meta.fee,
            units,
            events: recorded(&keys(&message, loaded), inner),
        })
    }
}

/// Every account that a message names, in the order in which instructions count them.
pub(super) fn keys(message: &VersionedMessage, loaded: Option<&UiLoadedAddresses>) -> Vec<Pubkey> {
    let mut keys = message.static_account_keys().to_vec();
    if let Some(loaded) = loaded {
        let loaded = loaded.writable.iter().chain(&loaded.readonly);
        // One that is no address keeps its place.
        keys.extend(loaded.map(|key| key.parse::<Pubkey>().unwrap_or_default()));
    }
    keys
}

/// The events among inner instructions: calls by which a program recorded one with itself.
pub(super) fn recorded(keys: &[Pubkey], inner: &[UiInnerInstructions]) -> Vec<Event> {
    inner
        .iter()
        .flat_map(|of| &of.instructions)
        .filter_map(|instruction| {
            // Transactions come compiled, simulations with programs named.
            let (program, data) = match instruction {
                UiInstruction::Compiled(call) => {
                    let program = keys.get(usize::from(call.program_id_index))?;
                    (*program, &call.data)
                }
                UiInstruction::Parsed(UiParsedInstruction::PartiallyDecoded(call)) => {
                    (call.program_id.parse().ok()?, &call.data)
                }
                UiInstruction::Parsed(UiParsedInstruction::Parsed(_)) => return None,
            };
            Event::decode(&program, &bs58::decode(data).into_vec().ok()?)
        })
        .collect()
}
