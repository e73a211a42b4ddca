//! Transactions for others to sign: a multisig's vault, or a key that is on another machine.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::{
    Pubkey,
    shared::{
        ids::io_payments,
        state::{PaymentsConfig, Scheduled},
    },
};
use serde_json::{Value, json};
use solana_transaction::versioned::VersionedTransaction;

use crate::town::{Town, text};

async fn payout_fee(town: &Town) -> Result<Scheduled> {
    let config: PaymentsConfig = town.state(&io_payments::CONFIG.address).await?;
    Ok(config.payout_fee_bps)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_transaction_is_read_and_signed_elsewhere() -> Result<()> {
    let town = Town::open("admin-export").await?;
    let vault = town.person("vault", 0, 0).await?;
    town.admin(&["nominate", &vault.name(), "--program", "payments"])?;
    town.by(&vault, &["accept", "--program", "payments"])?;
    let operator = town.authority();
    let admin = |arguments: &[&str]| town.told(&operator, &[&["admin"], arguments].concat());

    // The operator prepares it without the vault's key.
    let refused = town.refused(&operator, &["fees", "payout-fee", "1.5"])?;
    assert!(
        refused["message"].to_string().contains(&vault.name()),
        "{refused:#}"
    );
    let exported = admin(&["fees", "payout-fee", "1.5", "--export"])?;
    let one = &exported["transactions"][0];
    assert_eq!(one["signers"], Value::from(vec![vault.name()]));
    assert_eq!(exported["in_force"], 200);
    let before = payout_fee(&town).await?;
    assert_eq!(before.pending(0), None, "nothing was sent");

    // Whoever signs reads in words what it does, in either form.
    let transaction = text(one, "transaction_base64")?;
    for written in [transaction, text(one, "message_base58")?] {
        let decoded = admin(&["decode", written])?;
        assert_eq!(decoded["all_known"], true, "{decoded:#}");
        let decoded = &decoded["transactions"][0];
        assert_eq!(decoded["fee_payer"], vault.name());
        assert_eq!(decoded["signed"], json!([]));
        let all = decoded["instructions"].as_array().context("a list")?;
        let last = all.last().context("an instruction")?;
        assert_eq!(last["program"], "io_payments");
        assert_eq!(last["name"], "schedule_payout_fee");
        assert_eq!(last["arguments"]["fee_bps"], 150);
        assert_eq!(last["accounts"][0]["name"], "authority");
    }

    // Signed by the vault's key in a process of its own, and only by that.
    let other = town.refused(&operator, &["sign", transaction])?;
    assert!(
        other["message"].to_string().contains(&vault.name()),
        "{other:#}"
    );
    town.by(&vault, &["sign", transaction])?;
    let now = town.now().await?;
    let waiting = payout_fee(&town).await?.pending(now);
    assert_eq!(waiting.map(|(next, _)| next), Some(150));

    // Signed by other software, which puts its own blockhash in its place.
    let exported = admin(&["fees", "payout-fee", "0.75", "--export"])?;
    let one = &exported["transactions"][0];
    let bytes = BASE64_STANDARD.decode(text(one, "transaction_base64")?)?;
    let mut unsigned: VersionedTransaction = wincode::deserialize(&bytes)?;
    let rpc = town.chain.rpc();
    unsigned
        .message
        .set_recent_blockhash(rpc.get_latest_blockhash().await?);
    let signed = VersionedTransaction::try_new(unsigned.message, &[&vault.key])?;
    rpc.send_and_confirm_transaction(&signed).await?;
    let waiting = payout_fee(&town).await?.pending(now);
    assert_eq!(waiting.map(|(next, _)| next), Some(75));

    // A transaction that does something else says so.
    let instructions = one["instructions"].as_array().context("a list")?;
    let data = instructions.last().map(|one| text(one, "data_base64"));
    let data = BASE64_STANDARD.decode(data.context("an instruction")??)?;
    let mut tampered = bytes;
    let at = tampered
        .windows(data.len())
        .position(|window| window == data);
    tampered[at.context("its data")?] ^= 1;
    let written = BASE64_STANDARD.encode(tampered);
    let decoded = admin(&["decode", &written])?;
    assert_eq!(decoded["all_known"], false, "{decoded:#}");
    let (code, nonsense) = town.answer(&operator, &["admin", "decode", "hello"])?;
    assert_eq!((code, &nonsense["error"]["kind"]), (2, &"usage".into()));
    town.local.stop().await
}

/// A multisig's vault is an address of its program: nobody has a key for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_vault_without_a_key_gets_its_transactions() -> Result<()> {
    let town = Town::open("admin-vault").await?;
    let multisig = Pubkey::new_unique();
    let (vault, _) = Pubkey::find_program_address(&[b"vault", &[0]], &multisig);
    // As if the vault had accepted, which only its program can make it do.
    let config = &io_payments::CONFIG.address;
    let account = town.chain.raw_account(config).await?;
    let (_, mut data) = account.context("a config")?;
    let authority = town.authority().address();
    let at = data
        .windows(32)
        .position(|window| window == authority.as_ref());
    let at = at.context("an authority")?;
    data[at..at + 32].copy_from_slice(vault.as_ref());
    let data: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
    let put = json!([config.to_string(), { "data": data }]);
    town.cheat("surfnet_setAccount", put).await?;

    let export = ["admin", "asset", "fee", "usdc", "1.5", "--export"];
    town.failed(&town.authority(), &export, 1, "lamports")?;
    town.airdrop(&vault).await?;
    let exported = town.told(&town.authority(), &export)?;
    let one = &exported["transactions"][0];
    assert_eq!(one["signers"], Value::from(vec![vault.to_string()]));

    // What is imported does the one thing, and leaves the limits to who executes it.
    let message = text(one, "message_base58")?;
    let decoded = town.told(&town.authority(), &["admin", "decode", message])?;
    let instructions = decoded["transactions"][0]["instructions"]
        .as_array()
        .context("a list")?;
    assert_eq!(instructions.len(), 1, "{decoded:#}");
    assert_eq!(instructions[0]["name"], "schedule_asset_fee");
    assert_eq!(instructions[0]["accounts"][0]["address"], vault.to_string());
    town.local.stop().await
}
