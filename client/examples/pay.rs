//! Pays a supplier in USDC for an order, as a renter's backend would: what is shown is what is signed, and
//! running it again with the same order and time never pays twice.
//!
//! ```sh
//! cargo run --example pay -- http://127.0.0.1:8899 renter.json SUPPLIER 12.50 invoice-17 1790000000
//! ```

use anyhow::{Context, Result, bail};
use io_client::{
    Pubkey,
    actions::{Actor, payments},
    amount,
    events::Event,
    payments::Order,
    rpc::{Error, Network},
    shared::errors::PaymentsError,
};
use solana_keypair::{Signer, read_keypair_file};

/// Half a per cent.
const SLIPPAGE_BPS: u64 = 50;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, keypair, supplier, usdc, order, expires_at] = arguments.as_slice() else {
        bail!("usage: pay URL KEYPAIR SUPPLIER USDC ORDER EXPIRES_AT");
    };
    let renter = read_keypair_file(keypair).map_err(|error| anyhow::anyhow!("{error}"))?;
    let supplier: Pubkey = supplier.parse().context("SUPPLIER is an address")?;
    let usdc = amount::parse_usdc(usdc)?;
    // The same for every attempt to pay this order.
    let order = Order {
        id: payments::order_id(order),
        expires_at: expires_at
            .parse()
            .context("EXPIRES_AT is in Unix seconds")?,
    };

    let network = Network::new(url);
    let actor = Actor::alone(renter.pubkey());
    let mint = network.usdc_mint().await?;
    let parts = [(supplier, usdc)];
    let (quote, instructions) =
        payments::pay_token(&network, &actor, &mint, &parts, &order, true, SLIPPAGE_BPS).await?;
    println!(
        "costs {} USDC of which {} is the fee, brings about {} IO and at least {}",
        amount::format_usdc(quote.cost.gross),
        amount::format_usdc(quote.cost.fee),
        amount::format_io(quote.swap.amount_out),
        amount::format_io(quote.swap.min_out),
    );

    let signature = match network
        .execute(&actor.payer, &instructions, &[&renter])
        .await
    {
        Ok(landed) => landed.signature,
        Err(Error::Refused(refusal))
            if refusal.code() == Some(PaymentsError::AlreadyPaid.code()) =>
        {
            println!("paid by an earlier attempt");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    for event in network.events(&signature).await?.events {
        if let Event::Paid(paid, _) = event {
            println!(
                "paid {} IO in {signature}",
                amount::format_io(paid.delivered)
            );
        }
    }
    Ok(())
}
