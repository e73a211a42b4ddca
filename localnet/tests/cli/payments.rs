//! Renters and suppliers.

use crate::town::{IO_MINT, Person, Town, number, text};
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::{
    actions::payments::{order_id, receipt, receipts_of},
    pda,
    shared::{
        constants::{HOUR, IO, USDC},
        state::{Receipt, Supplier},
    },
};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

/// A renter with 1,000 IO and 1,000 USDC, a supplier paid in IO and one paid in USDC.
struct Market {
    town: Town,
    renter: Person,
    in_io: Person,
    in_usdc: Person,
}

impl Market {
    async fn open(name: &str) -> Result<Self> {
        let town = Town::open(name).await?;
        let market = Self {
            renter: town.person("renter", 1_000, 1_000).await?,
            in_io: town.person("in-io", 0, 0).await?,
            in_usdc: town.person("in-usdc", 0, 0).await?,
            town,
        };
        let Self {
            town,
            in_io,
            in_usdc,
            ..
        } = &market;
        town.done(in_io, &["supplier", "register"])?;
        town.done(in_usdc, &["supplier", "register", "--paid-in", "usdc"])?;
        Ok(market)
    }

    fn pay(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let Self { town, renter, .. } = self;
        town.done(renter, &[&["pay"], arguments].concat())
    }

    async fn receipt(&self, order: &str) -> Result<Receipt> {
        let payer = self.renter.address();
        let paid = receipt(&self.town.chain, &payer, &order_id(order)).await?;
        Ok(paid.receipt)
    }

    async fn earnings(&self) -> Result<u64> {
        let vault = pda::earnings(&pda::supplier(&self.in_usdc.address()).0).0;
        let held = self.town.chain.token_balance(&vault).await?;
        held.context("no earnings vault")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn renters_pay_and_suppliers_are_paid() -> Result<()> {
    let market = Market::open("cli-payments").await?;
    in_io(&market).await?;
    in_usdc(&market).await?;
    refunds(&market).await?;
    earnings(&market).await?;
    receipts(&market).await?;
    market.town.local.stop().await
}

async fn in_io(market: &Market) -> Result<()> {
    let Market { town, renter, .. } = market;
    let (one, two) = (market.in_io.name(), market.in_usdc.name());
    let answer = market.pay(&[&one, "12.5", "--order", "job-1"])?;
    assert_eq!(number(&answer, "delivered")?, 1_250_000_000);
    assert_eq!(town.io_of(&market.in_io).await?, 1_250_000_000);
    assert_eq!(town.io_of(renter).await?, 1_000 * IO - 1_250_000_000);
    assert_eq!(market.receipt("job-1").await?.delivered, 1_250_000_000);
    let paid = &answer["events"][0];
    assert_eq!(paid["event"], "Paid", "{answer:#}");
    assert_eq!(paid["fields"]["gross"], 1_250_000_000);

    // Two at once; the one paid in USDC gets its part into its vault.
    let also = format!("{two}=30");
    let answer = market.pay(&[&one, "20", "--also", &also])?;
    assert_eq!(number(&answer, "delivered")?, 50 * IO);
    assert_eq!(town.io_of(&market.in_io).await?, 1_250_000_000 + 20 * IO);
    assert_eq!(market.earnings().await?, 30 * IO);
    // An order that nobody named can still be looked up and named again.
    let order = text(&answer, "order")?;
    assert_eq!(market.receipt(order).await?.gross, 50 * IO);
    let again = format!(
        "--order {order} --expires-at {}",
        number(&answer, "expires_at")?
    );
    assert_eq!(text(&answer, "again")?, again);
    Ok(())
}

async fn in_usdc(market: &Market) -> Result<()> {
    let Market { town, renter, .. } = market;
    let one = market.in_io.name();
    let quote = town.told(renter, &["quote", "100", "--usdc"])?;
    assert_eq!(number(&quote, "gross")?, 102 * USDC);
    assert_eq!(number(&quote, "fee")?, 2 * USDC);
    let expected = number(&quote, "expected")?;
    let minimum = number(&quote, "minimum")?;
    ensure!(
        minimum < expected && minimum >= expected - expected / 200 - 1,
        "{quote:#}"
    );

    let (io, usdc) = (
        town.io_of(&market.in_io).await?,
        town.usdc_of(renter).await?,
    );
    let answer = market.pay(&[&one, "100", "--usdc", "--order", "job-2"])?;
    // Nobody traded in between.
    assert_eq!(number(&answer, "delivered")?, expected);
    assert_eq!(town.io_of(&market.in_io).await?, io + expected);
    assert_eq!(town.usdc_of(renter).await?, usdc - 102 * USDC);
    let receipt = market.receipt("job-2").await?;
    assert_eq!((receipt.gross, receipt.fee), (102 * USDC, 2 * USDC));

    let inside = market.pay(&[&one, "100", "--usdc", "--fee-inside", "--order", "job-3"])?;
    assert_eq!(number(&inside, "gross")?, 100 * USDC);
    let receipt = market.receipt("job-3").await?;
    assert_eq!((receipt.gross, receipt.fee), (100 * USDC, 2 * USDC));
    assert_eq!(receipt.delivered, number(&inside, "delivered")?);

    let mint = town.local.usdc.to_string();
    let answer = market.pay(&[&one, "1", "--token", &mint])?;
    assert_eq!(number(&answer, "gross")?, 1_020_000);
    Ok(())
}

async fn refunds(market: &Market) -> Result<()> {
    let Market {
        town,
        renter,
        in_io,
        in_usdc,
        ..
    } = market;
    let payer = renter.name();
    let io = town.io_of(renter).await?;
    town.done(in_io, &["refund", &payer, "job-1", "--amount", "2.5"])?;
    assert_eq!(town.io_of(renter).await?, io + 250_000_000);
    town.failed(
        in_io,
        &["refund", &payer, "job-1", "--amount", "10.00000001"],
        1,
        "gives back at most",
    )?;
    let answer = town.done(in_io, &["refund", &payer, "job-1"])?;
    assert_eq!(number(&answer, "amount")?, 10 * IO);
    assert_eq!(number(&answer, "refunded")?, 1_250_000_000);
    assert_eq!(town.io_of(renter).await?, io + 1_250_000_000);
    town.failed(
        in_usdc,
        &["refund", &payer, "job-1"],
        1,
        "no payment to this supplier",
    )?;
    let shown = town.told(renter, &["receipt", "show", "job-1"])?;
    assert_eq!(number(&shown, "refunded")?, 1_250_000_000);
    assert_eq!(shown["parts"][0]["supplier"], in_io.name());
    Ok(())
}

async fn earnings(market: &Market) -> Result<()> {
    let Market {
        town,
        in_usdc,
        in_io,
        ..
    } = market;
    let held = market.earnings().await?;
    assert_eq!(held, 30 * IO);
    let quote = town.told(in_usdc, &["quote", "10", "--payout"])?;
    let answer = town.done(in_usdc, &["supplier", "payout", "10"])?;
    let delivered = number(&answer, "delivered")?;
    assert_eq!(delivered, number(&quote, "expected")?);
    assert_eq!(town.usdc_of(in_usdc).await?, delivered);
    assert_eq!(market.earnings().await?, held - number(&answer, "sold")?);
    town.done(in_usdc, &["supplier", "take", "5"])?;
    assert_eq!(town.io_of(in_usdc).await?, 5 * IO);
    town.failed(
        in_usdc,
        &["supplier", "payout", "100"],
        1,
        "the earnings vault holds",
    )?;
    town.failed(
        in_io,
        &["supplier", "payout"],
        1,
        "the earnings vault holds 0 IO",
    )?;

    town.done(
        in_usdc,
        &[
            "supplier",
            "set",
            "--keeper-price",
            "0.15",
            "--payout",
            &in_io.name(),
        ],
    )?;
    let supplier: Supplier = town
        .chain
        .account(&pda::supplier(&in_usdc.address()).0)
        .await?;
    assert!(supplier.takes_usdc(), "what is not named stays");
    assert_eq!(
        (supplier.keeper_min_price, supplier.payout),
        (150_000, in_io.address())
    );
    let shown = town.told(in_io, &["supplier", "show", &in_usdc.name()])?;
    assert_eq!(number(&shown, "earnings")?, market.earnings().await?);
    assert_eq!(text(&shown, "payout")?, in_io.name());
    town.failed(
        in_usdc,
        &["supplier", "register"],
        1,
        "is a supplier already",
    )?;
    Ok(())
}

async fn receipts(market: &Market) -> Result<()> {
    let Market { town, renter, .. } = market;
    let payer = renter.address();
    let listed = town.told(renter, &["receipt", "list"])?;
    let listed = listed["receipts"].as_array().context("no list")?;
    let on_chain = receipts_of(&town.chain, &payer).await?;
    assert_eq!((listed.len(), on_chain.len()), (5, 5));
    let close = ["receipt", "close", "job-1"];
    town.failed(renter, &close, 1, "protects its order")?;
    town.travel(HOUR).await?;
    let lamports = town.chain.rpc().get_balance(&payer).await?;
    let answer = town.done(renter, &close)?;
    let (rent, fee) = (
        number(&answer, "rent_lamports")?,
        number(&answer, "fee_lamports")?,
    );
    assert_eq!(
        town.chain.rpc().get_balance(&payer).await?,
        lamports + rent - fee
    );
    assert_eq!(receipts_of(&town.chain, &payer).await?.len(), 4);
    town.failed(renter, &close, 1, "there is no receipt")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_paid_is_refused_and_says_why() -> Result<()> {
    let market = Market::open("cli-refused").await?;
    let Market {
        town,
        renter,
        in_io,
        ..
    } = &market;
    let one = in_io.name();
    let pay = |arguments: &[&'static str]| -> Vec<String> {
        let words = ["pay", &one].into_iter().chain(arguments.iter().copied());
        words.map(str::to_owned).collect()
    };
    let failed = |person, arguments: &[&'static str], code, says| {
        let words = pay(arguments);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        town.failed(person, &words, code, says)
    };
    failed(renter, &["1.123456789"], 2, "8 decimals")?;
    failed(renter, &["1.1234567", "--usdc"], 2, "6 decimals")?;
    failed(renter, &["1000.00000001"], 1, "holds 1,000 IO")?;
    let expired = failed(renter, &["1", "--expires-at", "1000"], 1, "has expired")?;
    assert_eq!(text(&expired, "name")?, "Expired");
    assert_eq!(text(&expired, "program")?, "io_payments");
    failed(renter, &["1", "--expires-in", "31days"], 1, "too long")?;
    failed(renter, &["0.001", "--usdc"], 1, "too small")?;
    market.pay(&[&one, "1", "--order", "once"])?;
    let twice = failed(renter, &["2", "--order", "once"], 1, "paid order")?;
    assert!(text(&twice, "advice")?.contains("io receipt show"));
    assert_eq!(market.receipt("once").await?.gross, IO, "paid once");
    town.failed(renter, &["pay", &renter.name(), "1"], 1, "is no supplier")?;

    // Someone with IO and no SOL, and someone with nothing.
    let poor = town.stranger("poor")?;
    town.give(&IO_MINT, &poor.address(), 10 * IO).await?;
    failed(&poor, &["1"], 1, "too few lamports")?;
    failed(&town.stranger("nobody")?, &["1"], 1, "holds 0 IO")?;

    asked(&market).await?;
    exported(&market).await?;
    market.town.local.stop().await
}

/// On a terminal `io` asks; without one nobody can say yes. While it waits the price moves past the slippage.
async fn asked(market: &Market) -> Result<()> {
    let Market {
        town,
        renter,
        in_io,
        ..
    } = market;
    let one = in_io.name();
    let (code, document) = town.answer(renter, &["pay", &one, "1", "--order", "unasked"])?;
    assert_eq!(
        (code, &document["error"]["kind"]),
        (5, &"not_confirmed".into())
    );
    let ask = |more: &str| town.line(renter, &format!("io pay {one} {more}"), &[]);
    let no = ask("1 --order no")?;
    let (code, said) = no.answer("n")?;
    assert_eq!(code, 5, "{said}");
    for figure in [
        "About to pay in IO",
        "1 IO",
        &one,
        "0.000005 SOL",
        "Sign and send?",
    ] {
        assert!(said.contains(figure), "{figure}: {said}");
    }
    assert!(market.receipt("no").await.is_err(), "nothing was paid");

    let mut waiting = ask("10 --usdc --slippage 0.01 --order moved")?;
    // It has its quote once it asks.
    waiting.asks()?;
    let authority = town.authority();
    town.done(
        &authority,
        &["pay", &one, "20000", "--usdc", "--slippage", "5"],
    )?;
    let (code, said) = waiting.answer("y")?;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("ReceivedTooLittle"), "{said}");
    assert!(said.contains("--slippage"), "{said}");
    assert!(market.receipt("moved").await.is_err(), "nothing was paid");

    let yes = ask("1 --order yes")?;
    let (code, said) = yes.answer("y")?;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Done: pay in IO"), "{said}");
    assert_eq!(market.receipt("yes").await?.gross, IO);
    Ok(())
}

/// A transaction for a wallet whose key is not here, signed there.
async fn exported(market: &Market) -> Result<()> {
    let Market {
        town,
        renter,
        in_io,
        in_usdc,
        ..
    } = market;
    let (one, authority) = (in_io.name(), renter.name());
    let export = [
        "pay",
        &one,
        "2",
        "--order",
        "exported",
        "--export",
        "--authority",
        &authority,
    ];
    // Whose keypair is here does not matter.
    let answer = town.told(in_usdc, &export)?;
    assert_eq!(number(&answer, "delivered")?, 2 * IO);
    let one = &answer["transactions"][0];
    assert_eq!(one["signers"], serde_json::json!([authority]));
    let rent = town.chain.rent(Receipt::space(1)).await?;
    assert_eq!(number(&answer, "rents_lamports")?, rent);
    assert!(
        market.receipt("exported").await.is_err(),
        "nothing was sent"
    );
    let bytes = BASE64_STANDARD.decode(text(one, "transaction_base64")?)?;
    let unsigned: VersionedTransaction = wincode::deserialize(&bytes)?;
    assert_eq!(unsigned.signatures, vec![Default::default()]);
    let mut message = unsigned.message;
    message.set_recent_blockhash(town.chain.rpc().get_latest_blockhash().await?);
    let signers: [&dyn Signer; 1] = [&renter.key];
    let signed = VersionedTransaction::try_new(message, &signers)?;
    town.chain
        .rpc()
        .send_and_confirm_transaction(&signed)
        .await?;
    assert_eq!(market.receipt("exported").await?.delivered, 2 * IO);
    Ok(())
}
