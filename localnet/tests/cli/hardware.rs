//! Keys on a hardware wallet: what `io` says to it and to whom it belongs, and that what it signs lands.

use crate::{
    town::{IO_MINT, Person, Town, answer_of, said, text},
    trezor::{self, Trezor},
};
use anyhow::{Context, Result, ensure};
use io_client::{
    pda,
    shared::{
        constants::IO,
        state::{PayoutPreference, Supplier},
    },
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use solana_derivation_path::DerivationPath;
use solana_signer::Signer;
use std::{fs, process::Command};

/// What wallets show as the first address of the seed phrase.
const FIRST: &str = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk";

/// Who has the key at `path` of the device.
fn holder(path: &str) -> Result<Person> {
    Ok(Person {
        key: trezor::key(&DerivationPath::from_key_str(path)?)?,
        file: format!("usb://trezor?key={path}").into(),
    })
}

/// The document that a run that succeeds answers with, alone on stdout, and what it said on stderr.
fn done(town: &Town, person: &Person, arguments: &[&str]) -> Result<(Value, String)> {
    let mut command = town.command(person, arguments);
    let output = tokio::task::block_in_place(|| command.output())?;
    let (code, document) = answer_of(&output)?;
    ensure!(code == 0, "{arguments:?}: {}", said(&output));
    let said = String::from_utf8(output.stderr)?;
    Ok((document, said))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hardware_wallet_signs_pays_and_refuses() -> Result<()> {
    let town = Town::open("cli-hardware").await?;
    let owner = holder("0/0")?;
    town.failed(
        &owner,
        &["supplier", "register"],
        2,
        "no hardware wallet found",
    )?;
    let device = Trezor::plug_in()?;
    town.airdrop(&owner.address()).await?;
    shown(&town, &owner, &device)?;
    refused(&town, &owner, &device).await?;
    signed(&town, &owner, &device).await?;
    paid(&town, &owner, &device).await?;
    large(&town, &owner, &device).await?;
    device.unplug()?;
    town.local.stop().await
}

/// Its addresses are those that other wallets derive; its holder confirms one.
fn shown(town: &Town, owner: &Person, device: &Trezor) -> Result<()> {
    let (answer, _) = done(town, owner, &["address"])?;
    assert_eq!(answer["wallet"], FIRST);
    let (answer, said) = done(town, owner, &["address", "--confirm-key"])?;
    assert_eq!(answer["wallet"], FIRST);
    assert!(said.contains("compare the address"), "{said}");
    device.refuses(true);
    let (code, answer) = town.answer(owner, &["address", "--confirm-key"])?;
    assert_eq!(code, 5, "{answer:#}");
    device.refuses(false);

    let config = town.path("config.yml");
    fs::write(&config, "keypair_path: usb://trezor?key=0/0\n")?;
    let mut command = Command::new(&town.program);
    command
        .args(["--json", "--url", &town.local.url, "address", "--config"])
        .arg(&config);
    let (_, answer) = answer_of(&tokio::task::block_in_place(|| command.output())?)?;
    assert_eq!(answer["wallet"], FIRST);

    let other = Person {
        key: owner.key.insecure_clone(),
        file: format!("usb://trezor/{FIRST}").into(),
    };
    let (code, answer) = town.answer(&other, &["address"])?;
    assert_eq!(code, 2, "{answer:#}");
    let root = trezor::key(&DerivationPath::default())?;
    let known = format!("usb://trezor/{}", root.pubkey());
    let advice = text(&answer["error"], "advice")?;
    assert!(advice.contains(&known), "{advice}");
    Ok(())
}

/// What its holder refuses is not sent.
async fn refused(town: &Town, owner: &Person, device: &Trezor) -> Result<()> {
    device.refuses(true);
    let refused = town.failed(owner, &["supplier", "register"], 5, "was refused on the")?;
    assert!(refused["signature"].is_null(), "nothing was signed");
    device.refuses(false);
    assert!(device.signed().is_empty());
    let supplier = pda::supplier(&owner.address()).0;
    assert!(town.chain.find::<Supplier>(&supplier).await?.is_none());
    Ok(())
}

/// What its holder approves lands, after the hash was shown of what was signed.
async fn signed(town: &Town, owner: &Person, device: &Trezor) -> Result<()> {
    let (_, said) = done(town, owner, &["supplier", "register", "--yes"])?;
    let [message] = <[_; 1]>::try_from(device.signed()).expect("one signature was asked for");
    let hash = bs58::encode(Sha256::digest(&message)).into_string();
    for told in ["sign on the device", &hash] {
        assert!(said.contains(told), "{said}");
    }
    let supplier = pda::supplier(&owner.address()).0;
    town.state::<Supplier>(&supplier).await?;
    Ok(())
}

/// It pays for others, and two keys of one device sign one transaction.
async fn paid(town: &Town, owner: &Person, device: &Trezor) -> Result<()> {
    let stranger = town.stranger("stranger")?;
    let payer = owner.file.to_str().context("not UTF-8")?;
    town.done(&stranger, &["supplier", "register", "--fee-payer", payer])?;
    assert_eq!(device.signed().len(), 1);
    town.state::<Supplier>(&pda::supplier(&stranger.address()).0)
        .await?;

    let second = holder("1")?;
    let set = [
        "supplier",
        "set",
        "--paid-in",
        "usdc",
        "--fee-payer",
        "usb://trezor?key=1",
    ];
    town.airdrop(&second.address()).await?;
    town.done(owner, &set)?;
    let signed = device.signed();
    assert_eq!(signed.len(), 2);
    assert_eq!(signed.first(), signed.last(), "one message, two signatures");
    let supplier: Supplier = town.state(&pda::supplier(&owner.address()).0).await?;
    assert_eq!(supplier.preference, PayoutPreference::Usdc as u8);

    // One key in both roles is asked once.
    let itself = ["supplier", "set", "--paid-in", "io", "--fee-payer", payer];
    town.done(owner, &itself)?;
    assert_eq!(device.signed().len(), 1);
    Ok(())
}

/// What only a transaction of version 1 can hold, which no device knows, is refused before it is asked.
async fn large(town: &Town, owner: &Person, device: &Trezor) -> Result<()> {
    let renter = town.person("renter", 100, 0).await?;
    town.give(&IO_MINT, &owner.address(), 100 * IO).await?;
    let payer = renter.file.to_str().context("not UTF-8")?;
    let mut suppliers = Vec::new();
    for number in 0..9 {
        let supplier = town.stranger(&format!("supplier-{number}"))?;
        town.done(&supplier, &["supplier", "register", "--fee-payer", payer])?;
        suppliers.push(supplier.name());
    }
    let shares = suppliers.iter().skip(1).map(|name| format!("{name}=1"));
    let shares: Vec<_> = shares
        .flat_map(|share| ["--also".to_owned(), share])
        .collect();
    let mut pay = vec!["pay", &suppliers[0], "1"];
    pay.extend(shares.iter().map(String::as_str));
    town.failed(owner, &pay, 2, "know transactions of version 0")?;
    assert!(device.signed().is_empty());
    town.done(&renter, &pay)?;
    Ok(())
}
