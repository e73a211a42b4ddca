//! `io quote`.

use super::token::Token;
use crate::{
    args::{io, percent},
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
};
use clap::Args;
use io_client::{
    rpc::SwapQuote,
    shared::{ids::io_payments, math::fee::fee_of, state::PaymentsConfig},
};

/// Say what a payment, or a pay-out of earnings, would bring now
#[derive(Args)]
pub struct Quote {
    /// How much to pay; with --payout, IO of earnings
    amount: String,
    #[command(flatten)]
    token: Token,
    /// Take the fee out of the amount, instead of paying it on top
    #[arg(long, conflicts_with = "payout")]
    fee_inside: bool,
    /// Quote a supplier's pay-out: IO to USDC
    #[arg(long, conflicts_with_all = ["usdc", "token"])]
    payout: bool,
    /// How much less than quoted is accepted, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "0.5")]
    slippage: u64,
}

impl Quote {
    pub async fn run(self, context: &Context) -> Result<Report> {
        if self.payout {
            return self.payout(context).await;
        }
        let token = self.token.listed_or_usdc(context).await?;
        if token.is_io {
            return Err(Failure::usage(
                "a payment in IO is neither swapped nor charged",
                "quote another token, or a pay-out with --payout",
            ));
        }
        let amount = token.parse(&self.amount)?;
        let quote = context
            .network
            .payment_quote(&token.mint, amount, !self.fee_inside, self.slippage)
            .await?;
        let record = Record::new()
            .with("Leaves the wallet", "gross", token.shown(quote.cost.gross))
            .with("Fee", "fee_bps", Shown::Bps(quote.fee_bps))
            .with("Fee in it", "fee", token.shown(quote.cost.fee))
            .with("Swapped", "net", token.shown(quote.cost.net))
            .with(
                "Suppliers get",
                "expected",
                Shown::Io(quote.swap.amount_out),
            )
            .with("At least", "minimum", Shown::Io(quote.swap.min_out));
        let record = record.and(of_swap(&quote.swap, Shown::Io));
        Ok(Report::new()
            .title(format!("Payment in {}", token.name))
            .record(record))
    }

    async fn payout(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let amount = io(&self.amount).map_err(|error| {
            Failure::usage(
                format!("`{}`: {error}", self.amount),
                "write it like 1234.56",
            )
        })?;
        let config: PaymentsConfig = network.account(&io_payments::CONFIG.address).await?;
        let fee_bps = config.payout_fee_bps.at(network.clock().await?.now);
        let swap = network
            .unbounded_swap_quote(&config.io_mint, &config.usdc_mint, amount, self.slippage)
            .await?;
        let fee = fee_of(swap.amount_out, fee_bps).unwrap_or(0);
        let least_fee = fee_of(swap.min_out, fee_bps).unwrap_or(0);
        let record = Record::new()
            .with("Swapped", "net", Shown::Io(amount))
            .with("Brings", "proceeds", Shown::Usdc(swap.amount_out))
            .with("Fee", "fee_bps", Shown::Bps(fee_bps))
            .with("Fee in it", "fee", Shown::Usdc(fee))
            .with(
                "Supplier gets",
                "expected",
                Shown::Usdc(swap.amount_out.saturating_sub(fee)),
            )
            .with(
                "At least",
                "minimum",
                Shown::Usdc(swap.min_out.saturating_sub(least_fee)),
            );
        let record = record.and(of_swap(&swap, Shown::Usdc));
        Ok(Report::new().title("Pay-out in USDC").record(record))
    }
}

/// Where a swap goes and what it is held to.
pub fn of_swap(swap: &SwapQuote, out: impl Fn(u64) -> Shown) -> Record {
    let floor = swap.prices.map(|_| out(swap.oracle_floor));
    Record::new()
        .with("Price impact", "impact_bps", Shown::Bps(swap.impact_bps))
        .with(
            "Oracle asks for",
            "oracle_floor",
            floor.unwrap_or(Shown::None),
        )
        .with("Pool", "pool", Shown::Address(swap.pool.swap.swap))
        .with("Venue", "venue", Shown::Address(swap.pool.swap.program))
}
