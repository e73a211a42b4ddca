//! `io admin decode` and `io admin sign`: transactions that others made.

use crate::{
    context::Context,
    decode::{Decoded, decode},
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use clap::Args;
use io_client::{Instruction, Pubkey, rpc::Network};
use serde_json::Value;
use solana_address_lookup_table_interface::state::AddressLookupTable;
use solana_message::{
    AccountKeys, VersionedMessage,
    v0::{LoadedAddresses, MessageAddressTableLookup},
};
use solana_program::instruction::AccountMeta;
use solana_transaction::versioned::VersionedTransaction;

/// Say in words what an exported transaction does, before you sign or approve it
#[derive(Args)]
pub struct Decode {
    /// The transaction or its message, in base64 or base58; a file with it, or with what --export --json
    /// printed; `-` for standard input
    transaction: String,
}

impl Decode {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let message = read(&self.transaction)?;
        let instructions = instructions(&context.network, &message).await?;
        let decoded: Vec<Decoded> = instructions.iter().map(decode).collect();
        let header = message.header();
        let keys = message.static_account_keys();
        let signers = keys
            .iter()
            .take(usize::from(header.num_required_signatures));
        let signers = signers.map(ToString::to_string).collect();
        let known = decoded.iter().all(|one| one.name.is_some());
        let mut report = Report::new().title("The transaction").record(
            Record::new()
                .with(
                    "Fee payer",
                    "fee_payer",
                    Shown::maybe(keys.first().copied(), Shown::Address),
                )
                .with("Signers", "signers", Shown::List(signers))
                .with(
                    "Blockhash",
                    "blockhash",
                    Shown::text(message.recent_blockhash().to_string()),
                )
                .with("All known", "all_known", Shown::Flag(known)),
        );
        for (number, one) in (1..).zip(&decoded) {
            report = report.note(format!("\n{}", one.lines(number).trim_end()));
        }
        if !known {
            report = report.note(
                "\nNot everything in it is known to this program: find out what the rest does before you \
                 sign.",
            );
        }
        let decoded: Vec<_> = decoded.iter().map(Decoded::json).collect();
        Ok(report.data("instructions", decoded.into()))
    }
}

/// Sign and send an exported transaction, with a new blockhash: for a key that is on this machine
///
/// What it does is shown first, as by `io admin decode`. It has to need no signatures but the wallet's and the
/// fee payer's.
#[derive(Args)]
pub struct Sign {
    /// The transaction or its message, in base64 or base58; a file with it, or with what --export --json
    /// printed; `-` for standard input
    transaction: String,
    #[command(flatten)]
    signing: Signing,
}

impl Sign {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let message = read(&self.transaction)?;
        let all = instructions(&context.network, &message).await?;
        // Limits and fees are set anew.
        let budget = |one: &Instruction| one.program_id == solana_sdk_ids::compute_budget::ID;
        let instructions: Vec<_> = all.into_iter().filter(|one| !budget(one)).collect();
        let acting = self.signing.acting(context)?;
        let header = message.header();
        let keys = message.static_account_keys();
        let mut signers = keys
            .iter()
            .take(usize::from(header.num_required_signatures));
        if let Some(other) = signers.find(|key| ![acting.wallet, acting.payer].contains(key)) {
            return Err(Failure::refused(
                format!("the transaction also wants the signature of {other}"),
                "sign with that key (--keypair, --fee-payer); a multisig executes it in its own program",
            ));
        }
        for (number, one) in (1..).zip(&instructions) {
            eprint!("{}", decode(one).lines(number));
        }
        acting
            .carry_out("sign a transaction that others made", &instructions, |_| {
                Record::new()
            })
            .await
    }
}

/// The message of a transaction, or one by itself: as it is written, in a file, or from standard input.
fn read(given: &str) -> Result<VersionedMessage> {
    let wrong = || {
        Failure::usage(
            "this is neither a transaction nor a message",
            "give what --export printed, in base64 or base58, or a file with it",
        )
    };
    if let Some(message) = parse(given) {
        return Ok(message);
    }
    let written = match given {
        "-" => std::io::read_to_string(std::io::stdin()),
        path => std::fs::read_to_string(path),
    };
    let written = written.map_err(|_| wrong())?;
    let exported: Option<Value> = serde_json::from_str(&written).ok();
    let Some(exported) = exported else {
        return parse(&written).ok_or_else(wrong);
    };
    match exported["transactions"].as_array().map(Vec::as_slice) {
        None => exported["transaction_base64"].as_str(),
        Some([one]) => one["transaction_base64"].as_str(),
        Some(several) => {
            return Err(Failure::usage(
                format!("{} transactions are in it", several.len()),
                "give one of them, its `transaction_base64`",
            ));
        }
    }
    .and_then(parse)
    .ok_or_else(wrong)
}

fn parse(written: &str) -> Option<VersionedMessage> {
    let written = written.trim();
    let base64 = BASE64_STANDARD.decode(written).ok();
    let base58 = bs58::decode(written).into_vec().ok();
    let mut forms = base64.into_iter().chain(base58);
    forms.find_map(|bytes| message_of(&bytes))
}

fn message_of(bytes: &[u8]) -> Option<VersionedMessage> {
    let sane = |message: &VersionedMessage| message.sanitize().is_ok();
    let transaction = wincode::deserialize_exact::<VersionedTransaction>(bytes).ok();
    transaction
        .map(|transaction| transaction.message)
        .filter(sane)
        .or_else(|| wincode::deserialize_exact(bytes).ok().filter(sane))
}

/// What a message does, its addresses in lookup tables looked up.
async fn instructions(network: &Network, message: &VersionedMessage) -> Result<Vec<Instruction>> {
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
    use serde_json::json;
    use solana_hash::Hash;
    use solana_message::{AddressLookupTableAccount, v0};

    #[test]
    fn what_export_prints_is_read_back() {
        let authority = Pubkey::new_from_array([3; 32]);
        let instruction = payments::schedule_payout_fee(&authority, 150);
        let message = v0::Message::try_compile(&authority, &[instruction], &[], Hash::default());
        let message = VersionedMessage::V0(message.expect("compiles"));
        let transaction = VersionedTransaction {
            signatures: vec![Default::default()],
            message: message.clone(),
        };
        let transaction = wincode::serialize(&transaction).expect("serializes");
        for written in [
            BASE64_STANDARD.encode(&transaction),
            bs58::encode(&transaction).into_string(),
            BASE64_STANDARD.encode(message.serialize()),
            bs58::encode(message.serialize()).into_string(),
        ] {
            assert_eq!(read(&written).ok(), Some(message.clone()), "{written}");
        }
        for written in ["", "hello", "AAAA", &bs58::encode([0; 200]).into_string()] {
            assert!(read(written).is_err(), "{written}");
        }

        let text = BASE64_STANDARD.encode(&transaction);
        let path = std::env::temp_dir().join(format!("io-exported-{}", std::process::id()));
        let from_file = |content: String| {
            std::fs::write(&path, content).expect("writes");
            read(path.to_str().expect("UTF-8")).ok()
        };
        let one = json!({ "transaction_base64": text });
        for content in [
            format!("{text}\n"),
            one.to_string(),
            json!({ "transactions": [one] }).to_string(),
        ] {
            assert_eq!(from_file(content), Some(message.clone()));
        }
        let two = json!({ "transactions": [one, one] });
        assert_eq!(from_file(two.to_string()), None);
        std::fs::remove_file(&path).expect("is there");
    }

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
