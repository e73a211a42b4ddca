//! `io pay`.

use super::{figures, token::Token};
use crate::{
    args::{OrderArgs, percent},
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use clap::Args;
use io_client::{
    Pubkey,
    actions::payments::{self, order_id, pay_fiat, pay_io, pay_token},
    events::Event,
    payments::Order,
    pda,
    shared::{
        constants::DAY,
        math::window,
        state::{Gateway, Receipt},
    },
};

/// Pay suppliers for an order
///
/// In IO without a fee, or in USDC or another listed token, which is swapped to IO in the same transaction.
/// An order is paid once: if a run fails, run it again with the --order and --expires-at that it named.
///
/// Micro-payments and those of fiat gateways are options of this command, as all else about them is the same:
/// suppliers, amounts, and what is shown before anything is signed.
#[derive(Args)]
pub struct Pay {
    /// The supplier's wallet
    supplier: Pubkey,
    /// How much to pay
    amount: String,
    /// Another supplier to pay in the same transaction, up to 15
    #[arg(long, value_name = "SUPPLIER=AMOUNT", value_parser = share)]
    also: Vec<(Pubkey, String)>,
    #[command(flatten)]
    token: Token,
    /// Take the fee out of the amount, instead of paying it on top
    #[arg(long)]
    fee_inside: bool,
    /// How much less IO than quoted is accepted, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "0.5")]
    slippage: u64,
    #[command(flatten)]
    order: OrderArgs,
    /// Pay IO without a receipt, for micro-payments: cheaper, and without rent. There is no order: whoever
    /// runs it twice pays twice, and nothing can be refunded
    #[arg(long, group = "way", conflicts_with_all = WITH_RECEIPT)]
    unreceipted: bool,
    /// Pay as a fiat gateway on a renter's behalf: the amount is in USDC, the wallet's own, at the gateway's
    /// fee and within its daily limit. The receipt keeps the processor's --reference
    #[arg(long, group = "way", conflicts_with = "token", requires = "reference")]
    fiat: bool,
    /// What to find it by: 64 hexadecimal digits, or any text, whose sha256 is recorded. The processor's with
    /// --fiat, the payer's own with --unreceipted
    #[arg(long, value_name = "REFERENCE", requires = "way")]
    reference: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

/// What a payment without a receipt cannot have.
const WITH_RECEIPT: [&str; 8] = [
    "usdc",
    "token",
    "also",
    "fee_inside",
    "slippage",
    "order",
    "expires_at",
    "expires_in",
];

impl Pay {
    pub async fn run(self, context: &Context) -> Result<Report> {
        if self.unreceipted {
            return self.without_receipt(context).await;
        }
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let token = if self.fiat {
            self.token.listed_or_usdc(context).await?
        } else {
            self.token.listed(context).await?
        };
        let mut amounts = vec![(self.supplier, token.parse(&self.amount)?)];
        for (supplier, amount) in &self.also {
            amounts.push((*supplier, token.parse(amount)?));
        }
        let now = network.clock().await?.now;
        let order = self.order.order(now);
        let receipt = pda::receipt(&acting.wallet, &order.id).0;
        if let Some(paid) = network.find::<Receipt>(&receipt).await? {
            return Err(already_paid(&order, &paid));
        }
        let rent = network.rent(figures::receipt_space(amounts.len())).await?;
        let of_order = Record::new()
            .with("Order", "order", Shown::Id(order.id))
            .with(
                "Good until",
                "expires_at",
                Shown::When {
                    at: order.expires_at,
                    now,
                },
            )
            .with("Receipt", "receipt", Shown::Address(receipt))
            .with("Its rent, until closed", "rent_lamports", Shown::Sol(rent))
            .with("To run again", "again", Shown::text(again(&order)));
        let suppliers = amounts.iter().map(|(supplier, _)| supplier.to_string());
        let of_order = Record::new()
            .with("To", "suppliers", Shown::List(suppliers.collect()))
            .and(of_order);
        if token.is_io {
            let instructions = pay_io(network, &acting.actor(), &amounts, &order).await?;
            let describe = |events: &[Event]| {
                figures::paid(events, |raw| token.shown(raw)).and(of_order.clone())
            };
            return acting.carry_out("pay in IO", &instructions, describe).await;
        }
        let (fee_on_top, slippage) = (!self.fee_inside, self.slippage);
        let (quote, instructions, of_gateway) = if self.fiat {
            let gateway = payments::gateway_of(network, &acting.wallet).await?;
            let reference = self.reference();
            let (quote, instructions) = pay_fiat(
                network,
                &acting.actor(),
                &amounts,
                &order,
                &reference,
                fee_on_top,
                slippage,
            )
            .await?;
            let left = left_of(&gateway, now).saturating_sub(quote.cost.gross);
            let record = Record::new()
                .with("Processor's reference", "reference", Shown::Id(reference))
                .with(
                    "Then left of its daily limit",
                    "limit_left",
                    Shown::Usdc(left),
                );
            (quote, instructions, record)
        } else {
            let (quote, instructions) = pay_token(
                network,
                &acting.actor(),
                &token.mint,
                &amounts,
                &order,
                fee_on_top,
                slippage,
            )
            .await?;
            (quote, instructions, Record::new())
        };
        let describe = |events: &[Event]| {
            figures::paid(events, |raw| token.shown(raw))
                .with("At least", "min_delivered", Shown::Io(quote.swap.min_out))
                .with(
                    "Price impact",
                    "impact_bps",
                    Shown::Bps(quote.swap.impact_bps),
                )
                .with("Pool", "pool", Shown::Address(quote.swap.pool.swap.swap))
                .and(of_gateway.clone())
                .and(of_order.clone())
        };
        let what = match self.fiat {
            true => "pay as a fiat gateway".to_owned(),
            false => format!("pay in {}", token.name),
        };
        acting.carry_out(&what, &instructions, describe).await
    }

    async fn without_receipt(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let token = self.token.listed(context).await?;
        let amount = token.parse(&self.amount)?;
        let reference = self.reference();
        let instructions = payments::pay_io_unreceipted(
            &context.network,
            &acting.actor(),
            &self.supplier,
            amount,
            &reference,
        )
        .await?;
        let named = self.reference.is_some().then_some(reference);
        let describe = |events: &[Event]| {
            figures::micro_paid(events)
                .with(
                    "To",
                    "suppliers",
                    Shown::List(vec![self.supplier.to_string()]),
                )
                .with("Reference", "reference", Shown::maybe(named, Shown::Id))
        };
        acting
            .carry_out("pay in IO without a receipt", &instructions, describe)
            .await
    }

    /// The reference that was named; zeros for none.
    fn reference(&self) -> [u8; 32] {
        self.reference.as_deref().map(order_id).unwrap_or_default()
    }
}

/// Raw USDC that a gateway may still pay, fees included.
fn left_of(gateway: &Gateway, now: i64) -> u64 {
    window::available(
        gateway.daily_limit.at(now),
        gateway.used,
        DAY.unsigned_abs(),
        gateway.used_at,
        now,
    )
}

/// What a run that failed is to be run again with, so that nothing is paid twice.
fn again(order: &Order) -> String {
    let id = Shown::Id(order.id).human();
    format!("--order {id} --expires-at {}", order.expires_at)
}

/// Says what was paid for the order already.
fn already_paid(order: &Order, paid: &Receipt) -> Failure {
    let id = Shown::Id(order.id).human();
    Failure::refused(
        format!(
            "this wallet paid order {id} already: {} were delivered on {}",
            Shown::Io(paid.delivered).human(),
            Shown::Time(paid.paid_at).human()
        ),
        format!("see it with `io receipt show {id}`; pay a new order under another id"),
    )
}

/// `SUPPLIER=AMOUNT`.
fn share(text: &str) -> core::result::Result<(Pubkey, String), String> {
    let (supplier, amount) = text
        .split_once('=')
        .ok_or_else(|| "write SUPPLIER=AMOUNT".to_owned())?;
    let supplier = supplier
        .parse()
        .map_err(|_| format!("`{supplier}` is no address"))?;
    Ok((supplier, amount.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_supplier_and_an_amount() {
        let supplier = Pubkey::new_from_array([7; 32]);
        let text = format!("{supplier}=12.5");
        assert_eq!(share(&text), Ok((supplier, "12.5".to_owned())));
        assert!(share("12.5").is_err());
        assert!(share("me=12.5").is_err());
    }
}
