//! What a message does, read back from what it was compiled to.

use crate::failure::{Failure, Result};
use io_client::{Instruction, Pubkey, rpc::Network};
use solana_address_lookup_table_interface::state::AddressLookupTable;
use solana_message::{
    AccountKeys, VersionedMessage,
    v0::{LoadedAddresses, MessageAddressTableLookup},
};
use solana_program::instruction::AccountMeta;

/// What a message does, its addresses in lookup tables looked up.
pub async fn instructions(
    network: &Network,
    message: &VersionedMessage,
) -> Result<Vec<Instruction>> {
    let lookups = message.address_table_lookups().unwrap_or_default();
    let loaded = loaded(network, lookups).await?;
    decompile(message, &loaded).ok_or_else(|| {
        Failure::usage(
            "the transaction names accounts that are not there",
            "ask for it again",
        )
    })
}

/// The instructions that a message was compiled from; `None` if it names an account that it does not have.
fn decompile(message: &VersionedMessage, loaded: &LoadedAddresses) -> Option<Vec<Instruction>> {
    let own = message.static_account_keys();
    let keys = AccountKeys::new(own, Some(loaded));
    let signers = usize::from(message.header().num_required_signatures);
    let meta = |index: &u8| {
        let index = usize::from(*index);
        let is_writable = match index.checked_sub(own.len()) {
            Some(index) => index < loaded.writable.len(),
            None => is_writable(message, index),
        };
        Some(AccountMeta {
            pubkey: *keys.get(index)?,
            is_signer: index < signers,
            is_writable,
        })
    };
    let compiled = message.instructions().iter();
    compiled
        .map(|one| {
            Some(Instruction {
                program_id: *keys.get(usize::from(one.program_id_index))?,
                accounts: one.accounts.iter().map(meta).collect::<Option<_>>()?,
                data: one.data.clone(),
            })
        })
        .collect()
}

/// Whether the message marks its own key number `index` as writable.
fn is_writable(message: &VersionedMessage, index: usize) -> bool {
    let header = message.header();
    let signers = usize::from(header.num_required_signatures);
    let signed = signers.saturating_sub(usize::from(header.num_readonly_signed_accounts));
    let count = message.static_account_keys().len();
    let unsigned = count.saturating_sub(usize::from(header.num_readonly_unsigned_accounts));
    index < signed || (signers..unsigned).contains(&index)
}

async fn loaded(
    network: &Network,
    lookups: &[MessageAddressTableLookup],
) -> Result<LoadedAddresses> {
    let tables: Vec<Pubkey> = lookups.iter().map(|lookup| lookup.account_key).collect();
    let accounts = network.raw_accounts(&tables).await?;
    let mut loaded = LoadedAddresses::default();
    for (lookup, account) in lookups.iter().zip(accounts) {
        let unusable = || {
            Failure::refused(
                format!(
                    "{} is no lookup table with these addresses",
                    lookup.account_key
                ),
                "check that --url is the cluster that the transaction is for",
            )
        };
        let (_, data) = account.ok_or_else(unusable)?;
        let table = AddressLookupTable::deserialize(&data).map_err(|_| unusable())?;
        let find = |indexes: &[u8]| -> Result<Vec<Pubkey>> {
            let addresses = indexes
                .iter()
                .map(|index| table.addresses.get(usize::from(*index)));
            addresses
                .map(|address| address.copied().ok_or_else(unusable))
                .collect()
        };
        loaded.writable.extend(find(&lookup.writable_indexes)?);
        loaded.readonly.extend(find(&lookup.readonly_indexes)?);
    }
    Ok(loaded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::payments;
    use solana_hash::Hash;
    use solana_message::{AddressLookupTableAccount, v0};

    #[test]
    fn instructions_are_what_a_message_was_compiled_from() {
        let authority = Pubkey::new_from_array([3; 32]);
        let instruction = payments::list_venue(&authority, &Pubkey::new_from_array([4; 32]), &[1]);
        let one = core::slice::from_ref(&instruction);
        let compiled = |tables: &[AddressLookupTableAccount]| {
            let message = v0::Message::try_compile(&authority, one, tables, Hash::default());
            message.expect("compiles")
        };
        let message = VersionedMessage::V0(compiled(&[]));
        let found = decompile(&message, &LoadedAddresses::default());
        assert_eq!(found.as_deref(), Some(one));

        // With all that can be in a lookup table.
        let addresses: Vec<_> = instruction
            .accounts
            .iter()
            .map(|meta| meta.pubkey)
            .collect();
        let message = compiled(&[AddressLookupTableAccount {
            key: Pubkey::new_from_array([9; 32]),
            addresses: addresses.clone(),
        }]);
        let [lookup] = &message.address_table_lookups[..] else {
            panic!("nothing is looked up");
        };
        let at = |indexes: &[u8]| {
            indexes
                .iter()
                .map(|index| addresses[usize::from(*index)])
                .collect()
        };
        let loaded = LoadedAddresses {
            writable: at(&lookup.writable_indexes),
            readonly: at(&lookup.readonly_indexes),
        };
        assert!(!loaded.writable.is_empty() && !loaded.readonly.is_empty());
        let message = VersionedMessage::V0(message);
        assert_eq!(decompile(&message, &loaded).as_deref(), Some(one));
        assert_eq!(decompile(&message, &LoadedAddresses::default()), None);
    }
}
