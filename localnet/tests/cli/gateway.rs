//! Payments without a receipt, and those of fiat gateways.

use crate::town::{Person, Town, number, text};
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::{
    actions::payments::{Paid, order_id, receipt, receipts_of},
    pda,
    shared::{
        constants::{DAY, IO, USDC},
        state::{Gateway, Supplier},
    },
};
use io_localnet::books;
use serde_json::{Value, json};
use solana_transaction::versioned::VersionedTransaction;

/// A reference of zeros, which is none.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two suppliers: the first is paid in IO, the second in USDC.
async fn suppliers(town: &Town) -> Result<[Person; 2]> {
    let suppliers = [
        town.person("in-io", 0, 0).await?,
        town.person("in-usdc", 0, 0).await?,
    ];
    for (supplier, paid_in) in suppliers.iter().zip(["io", "usdc"]) {
        town.done(supplier, &["supplier", "register", "--paid-in", paid_in])?;
    }
    Ok(suppliers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_micro_payment_leaves_no_receipt() -> Result<()> {
    let town = Town::open("cli-micro").await?;
    let [in_io, in_usdc] = suppliers(&town).await?;
    let renter = town.person("renter", 10, 10).await?;
    let pay = |supplier: &Person, amount: &str, more: &[&str]| {
        let supplier = supplier.name();
        let pay = ["pay", &supplier, amount, "--unreceipted"];
        town.done(&renter, &[&pay, more].concat())
    };
    let answer = pay(&in_io, "0.0025", &["--reference", "call-9"])?;
    assert_eq!(number(&answer, "gross")?, 250_000);
    assert_eq!(number(&answer, "delivered")?, 250_000);
    assert_eq!(answer["suppliers"], json!([in_io.name()]));
    assert_eq!(text(&answer, "reference")?, hex(&order_id("call-9")));
    let event = &answer["events"][0];
    assert_eq!(event["event"], "MicroPaid", "{answer:#}");
    assert_eq!(event["fields"]["reference"], answer["reference"]);
    assert_eq!(event["fields"]["amount"], 250_000);

    // Once the supplier has its account it costs the fee and no rent; the same again is paid again.
    let lamports = async || anyhow::Ok(town.chain.rpc().get_balance(&renter.address()).await?);
    let before = lamports().await?;
    let answer = pay(&in_io, "0.0025", &["--reference", "call-9"])?;
    assert_eq!(lamports().await?, before - number(&answer, "fee_lamports")?);
    let answer = pay(&in_usdc, "1", &[])?;
    assert!(answer["reference"].is_null(), "{answer:#}");
    assert_eq!(answer["events"][0]["fields"]["reference"], ZEROS);

    assert_eq!(town.io_of(&in_io).await?, 500_000);
    assert_eq!(town.io_of(&renter).await?, 9 * IO - 500_000);
    let supplier: Supplier = town.state(&pda::supplier(&in_usdc.address()).0).await?;
    let earned = town.chain.token_balance(&supplier.earnings).await?;
    assert_eq!(earned, Some(IO));
    let receipts = receipts_of(&town.chain, &renter.address()).await?;
    ensure!(receipts.is_empty(), "{receipts:?}");
    books::audit(&town.chain).await?;
    micro_refused(&town, &renter, &in_io).await?;
    town.local.stop().await
}

async fn micro_refused(town: &Town, renter: &Person, supplier: &Person) -> Result<()> {
    let name = supplier.name();
    let failed = |amount: &str, code, says: &str| {
        let pay = ["pay", &name, amount, "--unreceipted"];
        town.failed(renter, &pay, code, says)
    };
    let before = town.io_of(renter).await?;
    failed("1.123456789", 2, "8 decimals")?;
    failed("100", 1, "are needed")?;
    let zero = failed("0", 1, "zero")?;
    assert_eq!(text(&zero, "name")?, "ZeroAmount");
    let nobody = ["pay", &renter.name(), "1", "--unreceipted"];
    town.failed(renter, &nobody, 1, "is no supplier")?;
    // Nobody is there to say yes.
    let (code, _) = town.answer(renter, &["pay", &name, "1", "--unreceipted"])?;
    assert_eq!(code, 5);
    let pause = ["admin", "pause", "--program", "payments"];
    town.done(&town.authority(), &pause)?;
    let paused = failed("1", 1, "paused")?;
    assert_eq!(text(&paused, "name")?, "Paused");
    assert_eq!(town.io_of(renter).await?, before);
    Ok(())
}

/// A processor with 1,000 USDC that may pay 500 in a day, at 1.5 %.
struct Desk {
    town: Town,
    processor: Person,
    in_io: Person,
    in_usdc: Person,
}

impl Desk {
    async fn open(name: &str) -> Result<Self> {
        let town = Town::open(name).await?;
        let [in_io, in_usdc] = suppliers(&town).await?;
        let processor = town.person("processor", 0, 1_000).await?;
        let list = [
            "admin",
            "gateway",
            "list",
            &processor.name(),
            "--fee",
            "1.5",
        ];
        let list = [&list[..], &["--daily-limit", "500"]].concat();
        town.done(&town.authority(), &list)?;
        Ok(Self {
            town,
            processor,
            in_io,
            in_usdc,
        })
    }

    /// Arguments of a payment to the supplier who is paid in IO.
    fn pay(&self, amount: &str, reference: &str, more: &[&str]) -> Vec<String> {
        let supplier = self.in_io.name();
        let pay = ["pay", &supplier, amount, "--fiat", "--reference", reference];
        pay.iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    }

    fn pays(&self, amount: &str, reference: &str, more: &[&str]) -> Result<Value> {
        let words = self.pay(amount, reference, more);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.town.done(&self.processor, &words)
    }

    fn fails(
        &self,
        who: &Person,
        (amount, reference): (&str, &str),
        code: i32,
        says: &str,
    ) -> Result<Value> {
        let words = self.pay(amount, reference, &[]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.town.failed(who, &words, code, says)
    }

    async fn receipt(&self, order: &str) -> Result<Paid> {
        let payer = self.processor.address();
        Ok(receipt(&self.town.chain, &payer, &order_id(order)).await?)
    }

    async fn gateway(&self) -> Result<Gateway> {
        let address = pda::gateway(&self.processor.address()).0;
        self.town.state(&address).await
    }

    /// Raw USDC of fees.
    async fn fees(&self) -> Result<u64> {
        let vault = pda::fees(&self.town.local.usdc).0;
        let held = self.town.chain.token_balance(&vault).await?;
        held.context("no fee vault")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_pays_out_of_its_own_usdc() -> Result<()> {
    let desk = Desk::open("cli-fiat").await?;
    let Desk {
        town, processor, ..
    } = &desk;
    let answer = desk.pays("100", "ch_3Qx7", &["--order", "invoice-17"])?;
    let reference = order_id("ch_3Qx7");
    assert_eq!(number(&answer, "gross")?, 101_500_000);
    assert_eq!(
        number(&answer, "fee")?,
        1_500_000,
        "its own, not the asset's"
    );
    assert_eq!(number(&answer, "limit_left")?, 398_500_000);
    assert_eq!(text(&answer, "reference")?, hex(&reference));
    let delivered = number(&answer, "delivered")?;
    ensure!(delivered >= number(&answer, "min_delivered")?, "{answer:#}");
    let paid = desk.receipt("invoice-17").await?.receipt;
    assert_eq!(
        (paid.payer, paid.reference),
        (processor.address(), reference)
    );
    assert_eq!((paid.gross, paid.fee), (101_500_000, 1_500_000));
    assert_eq!(town.io_of(&desk.in_io).await?, delivered);
    assert_eq!(town.usdc_of(processor).await?, 1_000 * USDC - 101_500_000);
    assert_eq!(desk.fees().await?, 1_500_000);
    assert_eq!(desk.gateway().await?.used, 101_500_000);
    let shown = town.told(processor, &["receipt", "show", "invoice-17"])?;
    assert_eq!(text(&shown, "reference")?, hex(&reference));

    // The fee inside, and over two suppliers.
    let also = format!("{}=60", desk.in_usdc.name());
    let inside = ["--fee-inside", "--also", &also, "--order", "invoice-18"];
    let answer = desk.pays("40", "ch_3Qx8", &inside)?;
    assert_eq!(number(&answer, "gross")?, 100 * USDC);
    assert_eq!(desk.receipt("invoice-18").await?.entries.len(), 2);
    assert_eq!(desk.fees().await?, 3_000_000);
    // What the day counted so far fades with it, if only by some seconds.
    ensure!(number(&answer, "limit_left")? >= 298_500_000, "{answer:#}");

    // Refunds are the gateway's, in IO.
    let payer = processor.name();
    town.done(
        &desk.in_io,
        &["refund", &payer, "invoice-17", "--amount", "2"],
    )?;
    assert_eq!(town.io_of(processor).await?, 2 * IO);
    exported(&desk).await?;
    fiat_refused(&desk).await?;
    books::audit(&town.chain).await?;
    desk.town.local.stop().await
}

/// A gateway whose key is not here.
async fn exported(desk: &Desk) -> Result<()> {
    let Desk {
        town, processor, ..
    } = desk;
    let authority = processor.name();
    let export = ["--order", "exported", "--export", "--authority", &authority];
    let words = desk.pay("10", "ch_3Qx9", &export);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let answer = town.told(&desk.in_io, &words)?;
    let one = &answer["transactions"][0];
    assert_eq!(one["signers"], json!([authority]));
    let last = one["instructions"].as_array().and_then(|all| all.last());
    assert_eq!(last.context("an instruction")?["name"], "pay_fiat");
    ensure!(desk.receipt("exported").await.is_err(), "nothing was sent");
    let bytes = BASE64_STANDARD.decode(text(one, "transaction_base64")?)?;
    let mut message = wincode::deserialize::<VersionedTransaction>(&bytes)?.message;
    let rpc = town.chain.rpc();
    message.set_recent_blockhash(rpc.get_latest_blockhash().await?);
    let signed = VersionedTransaction::try_new(message, &[&processor.key])?;
    rpc.send_and_confirm_transaction(&signed).await?;
    assert_eq!(desk.receipt("exported").await?.receipt.gross, 10_150_000);
    Ok(())
}

async fn fiat_refused(desk: &Desk) -> Result<()> {
    let Desk {
        town, processor, ..
    } = desk;
    let renter = town.person("renter", 0, 100).await?;
    let held = town.usdc_of(processor).await?;
    let named = |error: Value, name: &str| {
        assert_eq!(error["program"], "io_payments", "{error:#}");
        assert_eq!(error["name"], name, "{error:#}");
    };
    desk.fails(&renter, ("1", "ch_1"), 1, "is no fiat gateway")?;
    desk.fails(processor, ("1.1234567", "ch_1"), 2, "6 decimals")?;
    desk.fails(processor, ("5000", "ch_1"), 1, "are needed")?;
    named(
        desk.fails(processor, ("1", ZEROS), 1, "reference")?,
        "NoReference",
    );
    let again = ["--order", "invoice-17"];
    let words = desk.pay("100", "ch_3Qx7", &again);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    town.failed(processor, &words, 1, "paid order")?;

    // 500 in a day, fees included, of which some 212 are used up.
    let limit = desk.fails(processor, ("290", "ch_1"), 1, "day's limit")?;
    named(limit, "AboveDailyLimit");
    let gateway = |word: &str| {
        let switch = ["admin", "gateway", word, &processor.name()];
        town.done(&town.authority(), &switch)
    };
    gateway("disable")?;
    named(
        desk.fails(processor, ("1", "ch_1"), 1, "disabled")?,
        "GatewayDisabled",
    );
    assert_eq!(town.usdc_of(processor).await?, held, "none of them paid");

    gateway("enable")?;
    town.travel(DAY).await?;
    desk.pays("290", "ch_1", &[])?;
    assert_eq!(town.usdc_of(processor).await?, held - 294_350_000);
    Ok(())
}
