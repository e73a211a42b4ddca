//! A transaction for others to sign.

use crate::{
    failure::{Failure, Result},
    output::{Record, Report, Shown},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::rpc::{Network, Prepared};
use serde_json::{Value, json};
use solana_transaction::versioned::VersionedTransaction;

/// The unsigned transaction in base64, its message in base58, and who has to sign.
pub async fn report(
    network: &Network,
    what: &str,
    prepared: &Prepared,
    expected: Record,
) -> Result<Report> {
    let commitment = network.rpc().commitment();
    let (blockhash, last_valid) = network
        .rpc()
        .get_latest_blockhash_with_commitment(commitment)
        .await
        .map_err(io_client::rpc::Error::from)?;
    let message = prepared.message(blockhash)?;
    let count = usize::from(message.header().num_required_signatures);
    let signers: Vec<_> = message.static_account_keys().iter().take(count).collect();
    let message_base58 = bs58::encode(message.serialize()).into_string();
    let signers: Vec<String> = signers.iter().map(ToString::to_string).collect();
    let transaction = VersionedTransaction {
        signatures: vec![Default::default(); count],
        message,
    };
    let bytes = wincode::serialize(&transaction).map_err(|error| {
        Failure::usage(
            format!("the transaction cannot be written: {error}"),
            "do less at once",
        )
    })?;
    let transaction_base64 = BASE64_STANDARD.encode(bytes);
    let instructions: Vec<Value> = prepared
        .instructions
        .iter()
        .map(|instruction| {
            json!({
                "program": instruction.program_id.to_string(),
                "accounts": instruction.accounts.iter().map(|meta| json!({
                    "address": meta.pubkey.to_string(),
                    "signer": meta.is_signer,
                    "writable": meta.is_writable,
                })).collect::<Vec<_>>(),
                "data_base64": BASE64_STANDARD.encode(&instruction.data),
            })
        })
        .collect();
    Ok(Report::new()
        .title(format!("To be signed: {what}"))
        .record(expected)
        .record(Record::new().with("Network fee", "fee_lamports", Shown::Sol(prepared.lamports)))
        .record(Record::new().with("Signers", "signers", Shown::List(signers)))
        .data("instructions", instructions.into())
        .record(
            Record::new()
                .with("Blockhash", "blockhash", Shown::text(blockhash.to_string()))
                .with("Good until block", "last_valid_block_height", Shown::Number(last_valid)),
        )
        .note(
            "The blockhash is good for about a minute and a half: a multisig puts its own in its place \
             when it executes; for a signer elsewhere, replace it before signing.",
        )
        .note(format!("\nTransaction, unsigned, base64:\n{transaction_base64}"))
        .note(format!("\nMessage, base58, as multisigs import it:\n{message_base58}"))
        .data("transaction_base64", transaction_base64.into())
        .data("message_base58", message_base58.into()))
}
