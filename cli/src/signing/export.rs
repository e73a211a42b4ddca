//! Transactions for others to sign.

use super::Acting;
use crate::{
    exported::{Exported, List, names},
    failure::Result,
    output::{Record, Report},
};
use io_client::{
    Pubkey,
    rpc::{Error, Network, Prepared},
};
use io_migrations::Step;
use solana_hash::Hash;
use solana_message::{VersionedMessage, v0};

const FOR_OTHERS: &str = "\
The message leaves out the limits that a transaction by itself has: whoever executes a multisig's sets them. \
The blockhash is good for about a minute and a half: a multisig puts its own in its place when it executes, \
and so does `io admin sign` for keys that are elsewhere, which takes what --json prints of this. \
`io admin decode` shows those who sign what they sign.";

/// The unsigned transaction in base64, its message in base58, what it does in words, and who has to sign.
pub async fn report(
    network: &Network,
    what: &str,
    prepared: &Prepared,
    expected: Record,
) -> Result<Report> {
    let (blockhash, last_valid) = blockhash(network).await?;
    let message = prepared.message(blockhash)?;
    let one = exported(network, what, message, last_valid).await?;
    Ok(Report::new()
        .title(format!("To be signed: {what}"))
        .record(expected)
        .record(super::cost(prepared))
        .note(lines(&one))
        .note(FOR_OTHERS)
        .data("transactions", List::new(vec![one]).json()))
}

/// All of `steps`, each as [`report`] has it, but not simulated. Where nobody is named to pay, whoever signs a
/// step pays for it.
pub async fn all(acting: &Acting, what: &str, expected: Record, steps: &[Step]) -> Result<Report> {
    let (blockhash, last_valid) = blockhash(&acting.network).await?;
    let mut report = Report::new()
        .title(format!("To be signed: {what}"))
        .record(expected);
    let mut transactions = Vec::new();
    for (number, step) in (1_usize..).zip(steps) {
        let payer = payer(acting, step);
        let message = v0::Message::try_compile(&payer, &step.instructions, &[], blockhash)
            .map_err(|error| Error::Compile(error.to_string()))?;
        let message = VersionedMessage::V0(message);
        let one = exported(&acting.network, &step.what, message, last_valid).await?;
        let title = format!("\nTransaction {number} of {}: {}", steps.len(), step.what);
        report = report.title(title).note(lines(&one));
        transactions.push(one);
    }
    Ok(report
        .note("Send them in this order, each when the one before it has landed.")
        .note(FOR_OTHERS)
        .data("transactions", List::new(transactions).json()))
}

/// Who pays for `step`.
fn payer(acting: &Acting, step: &Step) -> Pubkey {
    let signers = step.signers();
    match signers.first() {
        Some(first) if !acting.payer_named && !signers.contains(&acting.wallet) => *first,
        _ => acting.payer,
    }
}

/// The newest blockhash, and the last block height at which it is good.
pub async fn blockhash(network: &Network) -> Result<(Hash, u64)> {
    let commitment = network.rpc().commitment();
    let answer = network
        .rpc()
        .get_latest_blockhash_with_commitment(commitment)
        .await;
    Ok(answer.map_err(Error::from)?)
}

async fn exported(
    network: &Network,
    what: &str,
    message: VersionedMessage,
    last_valid: u64,
) -> Result<Exported> {
    Ok(Exported {
        what: Some(what.to_owned()),
        last_valid: Some(last_valid),
        ..Exported::unsigned(network, message).await?
    })
}

/// For people: who signs, what it does, and the two forms of it.
fn lines(one: &Exported) -> String {
    let last_valid = one
        .last_valid
        .map(|last| format!(", good until block {last}"));
    format!(
        "  Signers    {}\n  Blockhash  {}{}\n\n{}\nTransaction, unsigned, base64:\n{}\n\n\
         Message, base58, as multisigs import it:\n{}\n",
        names(one.signers()).join(", "),
        one.message().recent_blockhash(),
        last_valid.unwrap_or_default(),
        one.lines(),
        one.transaction_base64(),
        one.message_base58()
    )
}
