//! Exit codes: each of them once, as the end of a run against a network.

use crate::town::{Person, Town, answer_of, said, text};
use anyhow::{Context, Result, bail, ensure};
use io_client::{
    actions::payments::{order_id, receipts_of},
    events::Event,
    rpc::Signature,
    shared::constants::IO,
};
use io_localnet::{
    CLUSTER,
    faults::{Fault, Proxy, Rates},
};
use serde_json::Value;
use std::{
    process::{Child, Output, Stdio},
    time::Duration,
};

const README: &str = include_str!("../../../cli/README.md");
/// Milliseconds that an endpoint is dead, more than a run waits to hear of its transaction.
const SILENT: u64 = 600_000;
/// More than a blockhash lasts, in seconds.
const BLOCKHASH: i64 = 120;

/// A renter with 100 IO, and a supplier.
struct Shop {
    town: Town,
    renter: Person,
    supplier: String,
}

impl Shop {
    /// A payment of 1 IO through another endpoint, under way.
    fn pays(&self, url: &str, order: &str) -> Result<Child> {
        let pay = ["pay", &self.supplier, "1", "--order", order, "--yes"];
        let mut command = self.town.command_at(url, &self.renter, &pay);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command.spawn()?)
    }

    /// The orders that the renter has paid.
    async fn paid(&self) -> Result<Vec<[u8; 32]>> {
        let receipts = receipts_of(&self.town.chain, &self.renter.address()).await?;
        Ok(receipts.iter().map(|paid| paid.receipt.order_id).collect())
    }
}

fn ended(child: Child) -> Result<Output> {
    Ok(tokio::task::block_in_place(|| child.wait_with_output())?)
}

/// The error of a run, which has to have ended with `code` and be of a kind that the README has at it.
fn error_of(output: &Output, code: i32) -> Result<Value> {
    let (found, document) = answer_of(output)?;
    ensure!(found == code, "ended with {found}: {}", said(output));
    let error = document["error"].clone();
    assert_eq!(error["code"], code);
    let kind = text(&error, "kind")?;
    let row = format!("| {code} | `{kind}` |");
    ensure!(README.contains(&row), "the README has no {row}");
    ensure!(
        error["advice"].is_string(),
        "it says what to do: {document}"
    );
    Ok(error)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_with_each_exit_code() -> Result<()> {
    let town = Town::open("cli-codes").await?;
    let supplier = town.person("supplier", 0, 0).await?;
    town.done(&supplier, &["supplier", "register"])?;
    let shop = Shop {
        renter: town.person("renter", 100, 0).await?,
        supplier: supplier.name(),
        town,
    };
    // This one waits a minute and a half before it gives up.
    let rates = Rates::only(Fault::Dead, 1_000).dead_for(SILENT, SILENT);
    let dead = Proxy::start(&shop.town.local.url, 1, rates).await?;
    let mut silenced = shop.pays(&dead.url, "silenced")?;
    while shop.paid().await?.is_empty() {
        if silenced.try_wait()?.is_some() {
            bail!("it did not pay: {}", said(&ended(silenced)?));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    at_once(&shop).await?;
    not_landed(&shop).await?;
    unknown_fate(&shop, silenced).await?;
    shop.town.local.stop().await
}

/// Those that need nobody to wait: 0, 1, 2, 3, 5 and 7.
async fn at_once(shop: &Shop) -> Result<()> {
    let Shop {
        town,
        renter,
        supplier,
    } = shop;
    let run = |url: &str, arguments: &[&str]| -> Result<Output> {
        let mut command = town.command_at(url, renter, arguments);
        Ok(tokio::task::block_in_place(|| command.output())?)
    };
    let url = &town.local.url;
    town.done(renter, &["pay", supplier, "1", "--order", "done"])?;
    error_of(
        &run(url, &["pay", supplier, "1", "--order", "done", "--yes"])?,
        1,
    )?;
    error_of(&run(url, &["pay", supplier, "1.123456789", "--yes"])?, 2)?;
    error_of(&run(url, &["pay", supplier, "1"])?, 5)?;

    let rates = Rates::only(Fault::Unavailable, 1_000);
    let away = Proxy::start(url, 2, rates).await?;
    error_of(&run(&away.url, &["pay", supplier, "1", "--yes"])?, 3)?;
    assert_eq!(shop.paid().await?.len(), 2, "none of them paid");

    let file = town.path(CLUSTER);
    let verify = ["admin", "verify", file.to_str().context("UTF-8")?];
    let authority = town.authority();
    let (code, found) = town.answer(&authority, &verify)?;
    assert_eq!(code, 0, "it is as the file says: {found:#}");
    let minimum = ["admin", "asset", "minimum", "usdc", "0.07"];
    town.done(&authority, &minimum)?;
    let (code, found) = town.answer(&authority, &verify)?;
    let findings = found["findings"].as_array().map(Vec::len);
    assert_eq!((code, findings), (7, Some(1)), "{found:#}");
    ensure!(README.contains("| 7 | `differs` |"));
    Ok(())
}

/// The endpoint takes every transaction and forgets it, until the blockhash that it is signed for is old.
async fn not_landed(shop: &Shop) -> Result<()> {
    let Shop { town, renter, .. } = shop;
    let rates = Rates::only(Fault::Swallowed, 1_000);
    let swallowing = Proxy::start(&town.local.url, 3, rates).await?;
    let before = town.io_of(renter).await?;
    let mut child = shop.pays(&swallowing.url, "swallowed")?;
    while child.try_wait()?.is_none() {
        town.travel(BLOCKHASH).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let output = ended(child)?;
    let error = error_of(&output, 6)?;
    ensure!(error["signature"].is_null(), "it is nowhere: {error}");
    let signed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(signed.matches("signature ").count(), 3, "{signed}");
    assert_eq!(town.io_of(renter).await?, before);

    // "Run again."
    let pay = ["pay", &shop.supplier, "1", "--order", "swallowed"];
    town.done(renter, &pay)?;
    assert_eq!(town.io_of(renter).await?, before - IO);
    Ok(())
}

/// The endpoint passes the transaction on and is never heard of again.
async fn unknown_fate(shop: &Shop, silenced: Child) -> Result<()> {
    let error = error_of(&ended(silenced)?, 4)?;
    // "Look the signature up."
    let signature: Signature = text(&error, "signature")?.parse()?;
    let recorded = shop.town.chain.events(&signature).await?;
    let Some(Event::Paid(paid, _)) = recorded.events.first() else {
        anyhow::bail!("it did land: {:?}", recorded.events);
    };
    assert_eq!((paid.order_id, paid.delivered), (order_id("silenced"), IO));
    // And whoever runs it again all the same does not pay twice.
    let again = ["pay", &shop.supplier, "1", "--order", "silenced"];
    shop.town.failed(&shop.renter, &again, 1, "paid order")?;
    Ok(())
}
