//! Lists of transactions that pass from hand to hand: signed by one after the other, broken off and gone on
//! with, refused.

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::{
    Instruction, Pubkey, mint, payments,
    shared::{
        ids::{io_mint, io_payments},
        state::{MintConfig, PaymentsConfig, Scheduled},
    },
};
use io_localnet::faults::{Proxy, Rates};
use serde_json::{Value, json};
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction as system;
use solana_transaction::{Transaction, versioned::VersionedTransaction};
use std::{fs, process::Stdio, time::Duration};
use surfpool_core::solana_rpc_client::api::config::RpcSendTransactionConfig;
use tokio::{process::Command, time::sleep};

use crate::town::{Person, Town, answer_of, text};

/// A town whose payments are governed by `vault`, and a member of it.
struct Stage {
    town: Town,
    vault: Person,
    member: Person,
}

impl Stage {
    async fn open(name: &str) -> Result<Self> {
        let town = Town::open(name).await?;
        let vault = town.person("vault", 0, 0).await?;
        let member = town.person("member", 0, 0).await?;
        town.admin(&["nominate", &vault.name(), "--program", "payments"])?;
        town.by(&vault, &["accept", "--program", "payments"])?;
        Ok(Self {
            town,
            vault,
            member,
        })
    }

    fn write(&self, name: &str, list: &Value) -> Result<String> {
        let path = self.town.path(name);
        fs::write(&path, list.to_string())?;
        Ok(path.to_str().context("UTF-8")?.to_owned())
    }

    /// What the vault would change, with `payer` paying, as somebody exports it.
    fn exported(&self, name: &str, payer: &Person) -> Result<String> {
        let payer = payer.name();
        let export = [
            "fees",
            "payout-fee",
            "1.5",
            "--export",
            "--fee-payer",
            &payer,
        ];
        let export = [&["admin"], &export[..]].concat();
        self.write(name, &self.town.told(&self.town.authority(), &export)?)
    }

    async fn payout_fee(&self) -> Result<Scheduled> {
        let config: PaymentsConfig = self.town.state(&io_payments::CONFIG.address).await?;
        Ok(config.payout_fee_bps)
    }

    /// Why `person` cannot sign what is at `path`, by its name.
    fn fault(&self, person: &Person, path: &str, code: i32) -> Result<String> {
        let error = self
            .town
            .failed(person, &["admin", "sign", path], code, "")?;
        Ok(text(&error, "name")?.to_owned())
    }

    /// Waits until another blockhash is the newest: what is signed anew differs from then on.
    async fn blockhash_passes(&self) -> Result<()> {
        let rpc = self.town.chain.rpc();
        let before = rpc.get_latest_blockhash().await?;
        while rpc.get_latest_blockhash().await? == before {
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// How many transactions of the vault there are.
    async fn count(&self) -> Result<usize> {
        let rpc = self.town.chain.rpc();
        let all = rpc
            .get_signatures_for_address(&self.vault.address())
            .await?;
        Ok(all.len())
    }
}

fn read(path: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

fn base64(transaction: &VersionedTransaction) -> Result<String> {
    Ok(BASE64_STANDARD.encode(wincode::serialize(transaction)?))
}

/// A list of what each of them pays for, which nobody has signed.
fn listed(transactions: &[(Pubkey, &[Instruction])]) -> Result<Value> {
    let entries = transactions.iter().map(|(payer, instructions)| {
        let unsigned = Transaction::new_with_payer(instructions, Some(payer)).into();
        Ok(json!({ "transaction_base64": base64(&unsigned)? }))
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    Ok(json!({ "transactions": entries }))
}

/// The first transaction of a file.
fn first(path: &str) -> Result<VersionedTransaction> {
    let list = read(path)?;
    let written = text(&list["transactions"][0], "transaction_base64")?;
    Ok(wincode::deserialize(&BASE64_STANDARD.decode(written)?)?)
}

fn counts(answer: &Value) -> (Option<u64>, Option<u64>) {
    let [signed, sent] = ["signed_count", "sent_count"].map(|key| answer[key].as_u64());
    (signed, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_passes_from_signer_to_signer() -> Result<()> {
    let stage = Stage::open("admin-handed").await?;
    let Stage {
        town,
        vault,
        member,
    } = &stage;
    let path = stage.exported("proposal.json", member)?;
    let sign = ["admin", "sign", &path];
    let decoded = town.told(vault, &["admin", "decode", &path])?;
    let one = &decoded["transactions"][0];
    assert_eq!(one["signers"], json!([member.name(), vault.name()]));
    assert_eq!(one["signed"], json!([]));
    assert_eq!(stage.fault(&town.authority(), &path, 1)?, "NotASigner");

    // Nobody says yes, so that nothing is signed.
    let before = fs::read(&path)?;
    let (code, unasked) = town.answer(member, &sign)?;
    assert_eq!(
        (code, &unasked["error"]["kind"]),
        (5, &"not_confirmed".into())
    );
    assert_eq!(fs::read(&path)?, before);

    // The first signature is added, and nothing is sent.
    let answer = town.done(member, &sign)?;
    assert_eq!(counts(&answer), (Some(1), Some(0)), "{answer:#}");
    assert_eq!(answer["transactions"], read(&path)?["transactions"]);
    assert_eq!(answer["transactions"][0]["signed"], json!([member.name()]));
    assert_eq!(stage.payout_fee().await?.pending(0), None);
    let signed = fs::read(&path)?;
    let again = town.done(member, &sign)?;
    assert_eq!(counts(&again), (Some(0), Some(0)), "{again:#}");
    assert_eq!(fs::read(&path)?, signed, "signed already");

    // The last one sends; from standard input too, of which the file learns nothing.
    let last = Command::from(town.command(vault, &["admin", "sign", "-", "--yes"]))
        .stdin(Stdio::from(fs::File::open(&path)?))
        .output()
        .await?;
    let (code, sent) = answer_of(&last)?;
    ensure!(code == 0, "{sent:#}");
    assert_eq!(counts(&sent), (Some(1), Some(1)), "{sent:#}");
    let waiting = stage.payout_fee().await?.pending(town.now().await?);
    assert_eq!(waiting.map(|(next, _)| next), Some(150));
    let count = stage.count().await?;
    assert_eq!(fs::read(&path)?, signed);
    let sent = &sent["transactions"][0];
    for signs in [1, 0] {
        // With all signatures it is the same transaction, and is only found.
        let again = town.done(vault, &sign)?;
        assert_eq!(counts(&again), (Some(signs), Some(signs)), "{again:#}");
        let again = &again["transactions"][0];
        assert_eq!(again["signature"], sent["signature"]);
        assert_eq!(again["slot"], sent["slot"]);
    }
    assert_eq!(stage.count().await?, count);
    stage.town.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_goes_on_and_sends_nothing_twice() -> Result<()> {
    let stage = Stage::open("admin-resumed").await?;
    let Stage { town, vault, .. } = &stage;
    let address = vault.address();
    let list = listed(&[
        (address, &[payments::schedule_payout_fee(&address, 150)]),
        (address, &[mint::accept_authority(&address)]),
        (address, &[payments::schedule_payout_fee(&address, 75)]),
    ])?;
    let path = stage.write("three.json", &list)?;
    let sign = ["admin", "sign", &path];
    let before = stage.count().await?;

    // Killed before the endpoint hears of the first, which is signed already.
    kill(&stage, &sign, false).await?;
    let kept = read(&path)?;
    assert_eq!(kept["transactions"][0]["signed"], json!([vault.name()]));
    assert_eq!(kept["transactions"][0]["slot"], Value::Null);
    assert_eq!(stage.count().await?, before);

    // The second cannot land yet.
    stage.blockhash_passes().await?;
    let refused = town.failed(vault, &sign, 1, "1 of 3 transactions landed")?;
    assert_eq!(refused["program"], "io_mint", "{refused:#}");
    assert_eq!(stage.count().await?, before + 1);
    let landed = read(&path)?["transactions"][0].clone();
    assert_eq!(landed["signature"], kept["transactions"][0]["signature"]);
    town.failed(vault, &sign, 1, "nominated")?;
    assert_eq!(stage.count().await?, before + 1);

    // Killed when the endpoint has the second.
    town.admin(&["nominate", &vault.name(), "--program", "mint"])?;
    let before = stage.count().await?;
    kill(&stage, &sign, true).await?;
    while stage.count().await? == before {
        sleep(Duration::from_millis(50)).await;
    }
    stage.blockhash_passes().await?;
    assert_eq!(read(&path)?["transactions"][1]["slot"], Value::Null);
    let rest = town.done(vault, &sign)?;
    assert_eq!(counts(&rest), (Some(1), Some(1)), "{rest:#}");
    assert_eq!(stage.count().await?, before + 2);
    let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    assert_eq!(config.governance.authority, vault.address());
    let waiting = stage.payout_fee().await?.pending(town.now().await?);
    assert_eq!(waiting.map(|(next, _)| next), Some(75), "in their order");

    let again = town.done(vault, &sign)?;
    assert_eq!(counts(&again), (Some(0), Some(0)), "{again:#}");
    assert_eq!(stage.count().await?, before + 2);
    stage.town.local.stop().await
}

/// Runs `io` until it sends the first transaction, and kills it before the endpoint hears of it, or before it
/// hears of the endpoint.
async fn kill(stage: &Stage, arguments: &[&str], sent: bool) -> Result<()> {
    let Stage { town, vault, .. } = stage;
    let proxy = Proxy::start(&town.local.url, 0, Rates::none()).await?;
    let sends = |request: &Value| request["method"] == "sendTransaction";
    match sent {
        false => proxy.hold(sends),
        true => proxy.hold_answers(sends),
    }
    let all = [arguments, &["--yes"]].concat();
    let mut child = Command::from(town.command_at(&proxy.url, vault, &all))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    tokio::select! {
        () = proxy.holds() => {
            let error = town.failed(vault, arguments, 1, "in use")?;
            assert_eq!(error["name"], "InUse");
            child.kill().await?;
        }
        ended = child.wait() => bail!("it sent nothing: {}", ended?),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_signed_is_refused_by_name() -> Result<()> {
    let stage = Stage::open("admin-faults").await?;
    let Stage {
        town,
        vault,
        member,
    } = &stage;

    // What is no list, or damaged.
    for (name, content) in [("NotAnExport", "{}"), ("NotAnExport", "To be signed: it")] {
        let path = town.path("none.json");
        fs::write(&path, content)?;
        let path = path.to_str().context("UTF-8")?;
        assert_eq!(stage.fault(vault, path, 2)?, name, "{content}");
        let (code, decoded) = town.answer(vault, &["admin", "decode", path])?;
        assert_eq!((code, &decoded["error"]["name"]), (2, &name.into()));
    }
    assert_eq!(stage.fault(vault, "nowhere.json", 2)?, "NotAnExport");
    let damaged = json!({ "transactions": [{ "transaction_base64": "AAAA" }] });
    let damaged = stage.write("damaged.json", &damaged)?;
    assert_eq!(stage.fault(vault, &damaged, 2)?, "Undecodable");

    // Changed after it was signed.
    let path = stage.exported("changed.json", member)?;
    let unsigned = first(&path)?;
    town.done(member, &["admin", "sign", &path])?;
    let mut changed = first(&path)?;
    let another = Pubkey::new_unique().to_bytes().into();
    changed.message.set_recent_blockhash(another);
    let put = |name: &str, transaction: &VersionedTransaction| {
        let entry = json!({ "transaction_base64": base64(transaction)? });
        stage.write(name, &json!({ "transactions": [entry] }))
    };
    let path = put("changed.json", &changed)?;
    assert_eq!(stage.fault(vault, &path, 1)?, "BadSignature");

    // Signed for a blockhash that never was, or is no longer.
    let mut late = unsigned.clone();
    late.message
        .set_recent_blockhash(Pubkey::new_unique().to_bytes().into());
    let add = |transaction: &mut VersionedTransaction, place: usize, key: &Keypair| {
        transaction.signatures[place] = key.sign_message(&transaction.message.serialize());
    };
    add(&mut late, 0, &member.key);
    let path = put("late.json", &late)?;
    assert_eq!(stage.fault(member, &path, 1)?, "BlockhashExpired");
    let before = fs::read(&path)?;
    assert_eq!(stage.fault(vault, &path, 1)?, "BlockhashExpired");
    assert_eq!(fs::read(&path)?, before, "nothing was signed");
    let error = town.failed(vault, &["admin", "sign", &path], 1, &member.name())?;
    assert!(text(&error, "advice")?.contains("export it again"));

    // With a nonce, which another blockhash would take out.
    let (nonce, address) = (Pubkey::new_unique(), vault.address());
    let advance = system::advance_nonce_account(&nonce, &address);
    let change = payments::schedule_payout_fee(&address, 150);
    let list = listed(&[(address, &[advance, change.clone()])])?;
    let path = stage.write("nonce.json", &list)?;
    let decoded = town.told(vault, &["admin", "decode", &path])?;
    assert_eq!(decoded["all_known"], true, "{decoded:#}");
    assert_eq!(stage.fault(vault, &path, 1)?, "DurableNonce");

    // One that has to land first wants somebody else.
    let pay = system::transfer(&member.address(), &vault.address(), 1_000_000);
    let list = listed(&[(member.address(), &[pay]), (address, &[change])])?;
    let path = stage.write("order.json", &list)?;
    let error = town.failed(vault, &["admin", "sign", &path], 1, &member.name())?;
    assert_eq!(error["name"], "OutOfOrder");
    let answer = town.done(member, &["admin", "sign", &path])?;
    assert_eq!(counts(&answer), (Some(1), Some(1)), "{answer:#}");
    let answer = town.done(vault, &["admin", "sign", &path])?;
    assert_eq!(counts(&answer), (Some(1), Some(1)), "{answer:#}");

    // It landed and failed: above the highest fee.
    let rpc = town.chain.rpc();
    let blockhash = rpc.get_latest_blockhash().await?;
    let too_high = [payments::schedule_payout_fee(&address, 10_000)];
    let payer = member.address();
    let keys = [&member.key, &vault.key];
    let failing =
        Transaction::new_signed_with_payer(&too_high, Some(&payer), &keys, blockhash).into();
    let config = RpcSendTransactionConfig {
        skip_preflight: true,
        ..RpcSendTransactionConfig::default()
    };
    let signature = rpc.send_transaction_with_config(&failing, config).await?;
    loop {
        let statuses = rpc.get_signature_statuses(&[signature]).await?.value;
        match statuses.first() {
            Some(Some(status)) => {
                ensure!(status.err.is_some(), "it succeeded");
                break;
            }
            _ => sleep(Duration::from_millis(50)).await,
        }
    }
    let path = put("failed.json", &failing)?;
    assert_eq!(stage.fault(vault, &path, 1)?, "LandedAndFailed");
    stage.town.local.stop().await
}
