//! Transactions for others to sign.

use super::Acting;
use crate::{
    decode::decode,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::{
    Instruction, Pubkey,
    rpc::{Error, Network, Prepared},
};
use io_migrations::Step;
use serde_json::{Value, json};
use solana_hash::Hash;
use solana_message::{VersionedMessage, v0};
use solana_transaction::versioned::VersionedTransaction;

const FOR_OTHERS: &str = "\
The message leaves out the limits that a transaction by itself has: whoever executes a multisig's sets them. \
The blockhash is good for about a minute and a half: a multisig puts its own in its place when it executes, \
and so does `io admin sign` for a key that is elsewhere. `io admin decode` shows those who sign what they sign.";

/// The unsigned transaction in base64, its message in base58, what it does in words, and who has to sign.
pub async fn report(
    network: &Network,
    what: &str,
    prepared: &Prepared,
    expected: Record,
) -> Result<Report> {
    let (blockhash, last_valid) = blockhash(network).await?;
    let message = prepared.message(blockhash)?;
    let unsigned = Unsigned::new(&prepared.payer, &prepared.instructions, message)?;
    Ok(Report::new()
        .title(format!("To be signed: {what}"))
        .record(expected)
        .record(
            super::cost(prepared)
                .with("Signers", "signers", Shown::List(unsigned.signers.clone()))
                .with("Blockhash", "blockhash", Shown::text(blockhash.to_string()))
                .with(
                    "Good until block",
                    "last_valid_block_height",
                    Shown::Number(last_valid),
                ),
        )
        .note(unsigned.lines())
        .note(FOR_OTHERS)
        .data("instructions", unsigned.instructions_json())
        .data("transaction_base64", unsigned.transaction_base64.into())
        .data("message_base58", unsigned.message_base58.into()))
}

/// All of `steps`, each as [`report`] has it, but not simulated. Where nobody is named to pay, whoever signs a
/// step pays for it.
pub async fn all(acting: &Acting, what: &str, expected: Record, steps: &[Step]) -> Result<Report> {
    let (blockhash, _) = blockhash(&acting.network).await?;
    let mut report = Report::new()
        .title(format!("To be signed: {what}"))
        .record(expected);
    let mut transactions = Vec::new();
    for (number, step) in (1_usize..).zip(steps) {
        let payer = payer(acting, step);
        let message = v0::Message::try_compile(&payer, &step.instructions, &[], blockhash)
            .map_err(|error| Error::Compile(error.to_string()))?;
        let message = VersionedMessage::V0(message);
        let unsigned = Unsigned::new(&payer, &step.instructions, message)?;
        report = report
            .title(format!(
                "\nTransaction {number} of {}: {}",
                steps.len(),
                step.what
            ))
            .note(format!("  Signers  {}", unsigned.signers.join(", ")))
            .note(unsigned.lines());
        transactions.push(json!({
            "what": step.what,
            "signers": unsigned.signers,
            "instructions": unsigned.instructions_json(),
            "transaction_base64": unsigned.transaction_base64,
            "message_base58": unsigned.message_base58,
        }));
    }
    Ok(report
        .note("Send them in this order, each when the one before it has landed.")
        .note(FOR_OTHERS)
        .data("transactions", transactions.into()))
}

/// Who pays for `step`.
fn payer(acting: &Acting, step: &Step) -> Pubkey {
    let signers = step.signers();
    let named = acting.payer != acting.wallet;
    match signers.first() {
        Some(first) if !named && !signers.contains(&acting.wallet) => *first,
        _ => acting.payer,
    }
}

async fn blockhash(network: &Network) -> Result<(Hash, u64)> {
    let commitment = network.rpc().commitment();
    let answer = network
        .rpc()
        .get_latest_blockhash_with_commitment(commitment)
        .await;
    Ok(answer.map_err(Error::from)?)
}

/// A message of `instructions` alone, without those that limit and pay for `message`: whoever executes a
/// multisig's transaction sets them. `message` itself if they do not fit version 0.
fn bare(
    payer: &Pubkey,
    instructions: &[Instruction],
    message: &VersionedMessage,
) -> VersionedMessage {
    let blockhash = *message.recent_blockhash();
    match (
        message,
        v0::Message::try_compile(payer, instructions, &[], blockhash),
    ) {
        (VersionedMessage::V0(_), Ok(bare)) => VersionedMessage::V0(bare),
        _ => message.clone(),
    }
}

/// A transaction that nobody has signed yet.
struct Unsigned {
    instructions: Vec<Instruction>,
    signers: Vec<String>,
    transaction_base64: String,
    message_base58: String,
}

impl Unsigned {
    fn new(
        payer: &Pubkey,
        instructions: &[Instruction],
        message: VersionedMessage,
    ) -> Result<Self> {
        let count = usize::from(message.header().num_required_signatures);
        let signers = message.static_account_keys().iter().take(count);
        let signers = signers.map(ToString::to_string).collect();
        let bare = bare(payer, instructions, &message);
        let message_base58 = bs58::encode(bare.serialize()).into_string();
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
        Ok(Self {
            instructions: instructions.to_vec(),
            signers,
            transaction_base64: BASE64_STANDARD.encode(bytes),
            message_base58,
        })
    }

    /// For people: what it does, and the two forms of it.
    fn lines(&self) -> String {
        let does: String = (1_usize..)
            .zip(&self.instructions)
            .map(|(number, instruction)| decode(instruction).lines(number))
            .collect();
        let Self {
            transaction_base64,
            message_base58,
            ..
        } = self;
        format!(
            "\n{does}\nTransaction, unsigned, base64:\n{transaction_base64}\n\n\
             Message, base58, as multisigs import it:\n{message_base58}\n"
        )
    }

    fn instructions_json(&self) -> Value {
        let words = self.instructions.iter().map(|instruction| {
            let mut words = decode(instruction).json();
            words["program_id"] = instruction.program_id.to_string().into();
            words["data_base64"] = BASE64_STANDARD.encode(&instruction.data).into();
            words
        });
        words.collect()
    }
}
