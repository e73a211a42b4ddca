//! Payments that prices bound.

use crate::{
    common::fresh_prices,
    town::{Town, number, text},
};
use anyhow::{Result, ensure};
use io_client::{
    actions::payments::{order_id, receipt},
    shared::constants::RULE_CHANGE_DELAY,
};
use io_localnet::{Feed, IO_USD, RECEIVER, USDC_USD};

/// Both tokens get their feed, two days later.
async fn listed(town: &Town) -> Result<()> {
    let authority = town.authority();
    let owner = RECEIVER.to_string();
    for (asset, Feed { id, .. }) in [("io", IO_USD), ("usdc", USDC_USD)] {
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let feed = [
            "admin", "asset", "feed", asset, "--owner", &owner, "--id", &id,
        ];
        town.done(
            &authority,
            &[&feed[..], &["--max-age", "2min", "--max-deviation", "3"]].concat(),
        )?;
    }
    town.travel(RULE_CHANGE_DELAY).await?;
    fresh_prices(&town.chain).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_names_what_the_prices_ask_for_and_a_payment_is_held_to_it() -> Result<()> {
    let town = Town::open("cli-oracle").await?;
    let supplier = town.person("supplier", 0, 0).await?;
    let renter = town.person("renter", 0, 1_000).await?;
    town.done(&supplier, &["supplier", "register"])?;
    let free = town.told(&renter, &["quote", "100"])?;
    assert!(
        free["oracle_floor"].is_null(),
        "no price bounds it: {free:#}"
    );

    listed(&town).await?;
    let quote = town.told(&renter, &["quote", "100"])?;
    let (floor, expected) = (number(&quote, "oracle_floor")?, number(&quote, "expected")?);
    // 3 % are allowed, the pool takes 0.3 %.
    ensure!(
        floor < expected && expected < floor + floor / 25,
        "{quote:#}"
    );
    let paid = town.done(
        &renter,
        &["pay", &supplier.name(), "100", "--usdc", "--order", "bound"],
    )?;
    assert_eq!(paid["oracle_bounded"], true);
    let on_chain = receipt(&town.chain, &renter.address(), &order_id("bound")).await?;
    assert_eq!(on_chain.receipt.oracle_bounded, 1);

    // So much that the pool's price falls by more than the 3 %.
    let (code, refused) = town.answer(&renter, &["quote", "200000"])?;
    assert_eq!(code, 1, "{refused:#}");
    let message = text(&refused["error"], "message")?;
    assert!(message.contains("oracle's price"), "{message}");
    town.local.stop().await
}
