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
use solana_keypair::read_keypair_file;
use solana_transaction::versioned::VersionedTransaction;

use crate::stage::Stage;

async fn payout_fee(stage: &Stage) -> Result<Scheduled> {
    let config: PaymentsConfig = stage.state(&io_payments::CONFIG.address).await?;
    Ok(config.payout_fee_bps)
}

fn text<'a>(answer: &'a Value, key: &str) -> Result<&'a str> {
    answer[key]
        .as_str()
        .with_context(|| format!("{key} in {answer:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_transaction_is_read_and_signed_elsewhere() -> Result<()> {
    let stage = Stage::open("admin-export").await?;
    let (vault, vault_key) = stage.wallet("vault").await?;
    stage.admin(&["nominate", &vault.to_string(), "--program", "payments"])?;
    stage.by(&vault_key, &["accept", "--program", "payments"])?;
    let operator = stage.authority_file();
    let admin = |arguments: &[&str]| {
        let all = [&["admin"], arguments].concat();
        stage.run(&operator, &all)
    };

    // The operator prepares it without the vault's key.
    let refused = stage.refused(&operator, &["fees", "payout-fee", "1.5"])?;
    assert!(
        refused["message"].to_string().contains(&vault.to_string()),
        "{refused:#}"
    );
    let exported = admin(&["fees", "payout-fee", "1.5", "--export"])?;
    assert_eq!(exported.code, 0, "{:#}", exported.json);
    let exported = exported.json;
    assert_eq!(exported["signers"], Value::from(vec![vault.to_string()]));
    assert_eq!(exported["in_force"], 200);
    assert_eq!(exported["instructions"][0]["name"], "schedule_payout_fee");
    let before = payout_fee(&stage).await?;
    assert_eq!(before.pending(0), None, "nothing was sent");

    // Whoever signs reads in words what it does, in either form.
    let transaction = text(&exported, "transaction_base64")?;
    for written in [transaction, text(&exported, "message_base58")?] {
        let decoded = admin(&["decode", written])?.json;
        assert_eq!(decoded["all_known"], true, "{decoded:#}");
        assert_eq!(decoded["fee_payer"], vault.to_string());
        let all = decoded["instructions"].as_array().context("a list")?;
        let last = all.last().context("an instruction")?;
        assert_eq!(last["program"], "io_payments");
        assert_eq!(last["name"], "schedule_payout_fee");
        assert_eq!(last["arguments"]["fee_bps"], 150);
        assert_eq!(last["accounts"][0]["name"], "authority");
    }

    // Signed by the vault's key in a process of its own, and only by that.
    let other = stage.refused(&operator, &["sign", transaction])?;
    assert!(
        other["message"].to_string().contains(&vault.to_string()),
        "{other:#}"
    );
    stage.by(&vault_key, &["sign", transaction])?;
    let now = stage.now().await?;
    let waiting = payout_fee(&stage).await?.pending(now);
    assert_eq!(waiting.map(|(next, _)| next), Some(150));

    // Signed by other software, which puts its own blockhash in its place.
    let exported = admin(&["fees", "payout-fee", "0.75", "--export"])?.json;
    let bytes = BASE64_STANDARD.decode(text(&exported, "transaction_base64")?)?;
    let mut unsigned: VersionedTransaction = wincode::deserialize(&bytes)?;
    let rpc = stage.chain.rpc();
    unsigned
        .message
        .set_recent_blockhash(rpc.get_latest_blockhash().await?);
    let key = read_keypair_file(&vault_key).map_err(|error| anyhow::anyhow!("{error}"))?;
    let signed = VersionedTransaction::try_new(unsigned.message, &[&key])?;
    rpc.send_and_confirm_transaction(&signed).await?;
    let waiting = payout_fee(&stage).await?.pending(now);
    assert_eq!(waiting.map(|(next, _)| next), Some(75));

    // A transaction that does something else says so.
    let instructions = exported["instructions"].as_array().context("a list")?;
    let data = instructions.first().map(|one| text(one, "data_base64"));
    let data = BASE64_STANDARD.decode(data.context("an instruction")??)?;
    let mut tampered = bytes;
    let at = tampered
        .windows(data.len())
        .position(|window| window == data);
    tampered[at.context("its data")?] ^= 1;
    let written = BASE64_STANDARD.encode(tampered);
    let decoded = admin(&["decode", &written])?.json;
    assert_eq!(decoded["all_known"], false, "{decoded:#}");
    let nonsense = admin(&["decode", "hello"])?;
    assert_eq!(
        (nonsense.code, &nonsense.json["error"]["kind"]),
        (2, &"usage".into())
    );
    stage.local.stop().await
}

/// A multisig's vault is an address of its program: nobody has a key for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_vault_without_a_key_gets_its_transactions() -> Result<()> {
    let stage = Stage::open("admin-vault").await?;
    let multisig = Pubkey::new_unique();
    let (vault, _) = Pubkey::find_program_address(&[b"vault", &[0]], &multisig);
    // As if the vault had accepted, which only its program can make it do.
    let config = &io_payments::CONFIG.address;
    let account = stage.chain.raw_account(config).await?;
    let (_, mut data) = account.context("a config")?;
    let authority = stage.authority();
    let at = data
        .windows(32)
        .position(|window| window == authority.as_ref());
    let at = at.context("an authority")?;
    data[at..at + 32].copy_from_slice(vault.as_ref());
    let data: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
    let put = json!([config.to_string(), { "data": data }]);
    stage.cheat("surfnet_setAccount", put).await?;

    let export = ["admin", "asset", "fee", "usdc", "1.5", "--export"];
    let poor = stage.run(&stage.authority_file(), &export)?;
    assert_eq!(poor.code, 1, "{:#}", poor.json);
    assert!(
        poor.json["error"]["message"]
            .to_string()
            .contains("lamports"),
        "{:#}",
        poor.json
    );
    let airdrop = stage
        .chain
        .rpc()
        .request_airdrop(&vault, 1_000_000_000)
        .await?;
    stage
        .chain
        .rpc()
        .poll_for_signature_confirmation(&airdrop, 1)
        .await?;
    let exported = stage.run(&stage.authority_file(), &export)?;
    assert_eq!(exported.code, 0, "{:#}", exported.json);
    assert_eq!(
        exported.json["signers"],
        Value::from(vec![vault.to_string()])
    );

    // What is imported does the one thing, and leaves the limits to who executes it.
    let message = text(&exported.json, "message_base58")?;
    let decoded = stage
        .run(&stage.authority_file(), &["admin", "decode", message])?
        .json;
    let instructions = decoded["instructions"].as_array().context("a list")?;
    assert_eq!(instructions.len(), 1, "{decoded:#}");
    assert_eq!(instructions[0]["name"], "schedule_asset_fee");
    assert_eq!(instructions[0]["accounts"][0]["address"], vault.to_string());
    stage.local.stop().await
}
