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
    actions::payments::{pay_io, pay_token},
    events::Event,
    payments::Order,
    pda,
    shared::state::Receipt,
};

/// Pay suppliers for an order
///
/// In IO without a fee, or in USDC or another listed token, which is swapped to IO in the same transaction.
/// An order is paid once: if a run fails, run it again with the --order and --expires-at that it named.
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
    #[command(flatten)]
    signing: Signing,
}

impl Pay {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let token = self.token.listed(context).await?;
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
        let (quote, instructions) = pay_token(
            network,
            &acting.actor(),
            &token.mint,
            &amounts,
            &order,
            !self.fee_inside,
            self.slippage,
        )
        .await?;
        let describe = |events: &[Event]| {
            figures::paid(events, |raw| token.shown(raw))
                .with("At least", "min_delivered", Shown::Io(quote.swap.min_out))
                .with(
                    "Price impact",
                    "impact_bps",
                    Shown::Bps(quote.swap.impact_bps),
                )
                .with("Pool", "pool", Shown::Address(quote.swap.pool.swap.swap))
                .and(of_order.clone())
        };
        let what = format!("pay in {}", token.name);
        acting.carry_out(&what, &instructions, describe).await
    }
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
