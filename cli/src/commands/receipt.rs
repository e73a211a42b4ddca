//! `io receipt`, `io refund`.

use super::{figures, token::Listed};
use crate::{
    args::io,
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown, Table},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey,
    actions::payments::{self, Paid, order_id},
    events::Event,
    shared::{events::Refunded, state::Supplier},
};

/// Look at receipts of payments, and close them
#[derive(Subcommand)]
pub enum Receipt {
    Show(Show),
    List(List),
    Close(Close),
}

impl Receipt {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Show(command) => command.run(context).await,
            Self::List(command) => command.run(context).await,
            Self::Close(command) => command.run(context).await,
        }
    }
}

/// Show the receipt of an order
#[derive(Args)]
pub struct Show {
    /// The order: its id, or the text that it was paid under
    order: String,
    /// Who paid [default: the wallet]
    #[arg(long, value_name = "WALLET")]
    payer: Option<Pubkey>,
}

impl Show {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let payer = context.wallet_or(self.payer)?;
        let paid = payments::receipt(network, &payer, &order_id(&self.order)).await?;
        let token = Listed::of(network, &paid.receipt.mint).await?;
        let now = network.clock().await?.now;
        let rent = network.rent(paid.space()).await?;
        let Paid { receipt, .. } = &paid;
        let fiat = (receipt.reference != [0; 32]).then_some(receipt.reference);
        let record = Record::new()
            .with("Receipt", "receipt", Shown::Address(paid.address))
            .with("Order", "order", Shown::Id(receipt.order_id))
            .with("Payer", "payer", Shown::Address(receipt.payer))
            .with("Paid on", "paid_at", Shown::Time(receipt.paid_at))
            .with("Paid", "gross", token.shown(receipt.gross))
            .with("Fee in it", "fee", token.shown(receipt.fee))
            .with("Delivered", "delivered", Shown::Io(receipt.delivered))
            .with("Given back", "refunded", Shown::Io(paid.refunded()))
            .with(
                "Oracle bounded",
                "oracle_bounded",
                Shown::Flag(receipt.oracle_bounded != 0),
            )
            .with(
                "Processor's reference",
                "reference",
                Shown::maybe(fiat, Shown::Id),
            )
            .with("Rent", "rent_lamports", Shown::Sol(rent))
            .with(
                "Rent paid by",
                "rent_payer",
                Shown::Address(receipt.rent_payer),
            )
            .with(
                "Can be closed",
                "expires_at",
                Shown::When {
                    at: receipt.expires_at,
                    now,
                },
            );
        let mut parts = Table::new(
            "parts",
            "no parts",
            [
                ("Supplier", "supplier"),
                ("Delivered", "delivered"),
                ("Given back", "refunded"),
            ],
        );
        for entry in &paid.entries {
            let supplier: Option<Supplier> = network.find(&entry.supplier).await?;
            let owner = supplier.map_or(entry.supplier, |supplier| supplier.owner);
            parts.row([
                Shown::Address(owner),
                Shown::Io(entry.delivered),
                Shown::Io(entry.refunded),
            ]);
        }
        Ok(Report::new()
            .title("Receipt")
            .record(record)
            .title("Suppliers")
            .table(parts))
    }
}

/// List a payer's receipts, the latest first
#[derive(Args)]
pub struct List {
    /// Who paid [default: the wallet]
    payer: Option<Pubkey>,
}

impl List {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let payer = context.wallet_or(self.payer)?;
        let now = network.clock().await?.now;
        let mut table = Table::new(
            "receipts",
            "no receipts",
            [
                ("Order", "order"),
                ("Paid on", "paid_at"),
                ("Paid", "gross"),
                ("Delivered", "delivered"),
                ("Given back", "refunded"),
                ("Can be closed", "closable"),
            ],
        );
        let mut tokens: Vec<Listed> = Vec::new();
        for paid in payments::receipts_of(network, &payer).await? {
            let mint = paid.receipt.mint;
            let token = match tokens.iter().find(|token| token.mint == mint) {
                Some(token) => token.clone(),
                None => {
                    let token = Listed::of(network, &mint).await?;
                    tokens.push(token.clone());
                    token
                }
            };
            table.row([
                Shown::Id(paid.receipt.order_id),
                Shown::Time(paid.receipt.paid_at),
                token.shown(paid.receipt.gross),
                Shown::Io(paid.receipt.delivered),
                Shown::Io(paid.refunded()),
                Shown::Flag(paid.receipt.expires_at <= now),
            ]);
        }
        Ok(Report::new()
            .title(format!("Receipts of {payer}"))
            .table(table))
    }
}

/// Close the receipt of an expired payment: its rent comes back, refunds end
#[derive(Args)]
pub struct Close {
    /// The order: its id, or the text that it was paid under
    order: String,
    /// Who paid [default: the wallet]
    #[arg(long, value_name = "WALLET")]
    payer: Option<Pubkey>,
    #[command(flatten)]
    signing: Signing,
}

impl Close {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let payer = self.payer.unwrap_or(acting.wallet);
        let order = order_id(&self.order);
        let paid = payments::receipt(network, &payer, &order).await?;
        let (at, now) = (paid.receipt.expires_at, network.clock().await?.now);
        if at > now {
            return Err(Failure::refused(
                "the receipt protects its order from being paid again",
                format!("close it from {} on", Shown::When { at, now }.human()),
            ));
        }
        let instructions =
            payments::close_receipt(network, &acting.actor(), &payer, &order).await?;
        let rent = network.rent(paid.space()).await?;
        let describe = |_: &[Event]| {
            Record::new()
                .with("Receipt", "receipt", Shown::Address(paid.address))
                .with("Order", "order", Shown::Id(order))
                .with("Rent comes back", "rent_lamports", Shown::Sol(rent))
        };
        acting
            .carry_out("close a receipt", &instructions, describe)
            .await
    }
}

/// Give back IO that this supplier was paid for an order, all or part
#[derive(Args)]
pub struct Refund {
    /// Who paid
    payer: Pubkey,
    /// The order: its id, or the text that it was paid under
    order: String,
    /// IO to give back [default: all that was not given back yet]
    #[arg(long, value_name = "IO", value_parser = io)]
    amount: Option<u64>,
    #[command(flatten)]
    signing: Signing,
}

impl Refund {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let order = order_id(&self.order);
        let network = &context.network;
        let instructions =
            payments::refund(network, &acting.actor(), &self.payer, &order, self.amount).await?;
        let describe = |events: &[Event]| {
            let of = |amount: fn(&Refunded) -> u64| {
                figures::sum(events, |event| match event {
                    Event::Refunded(refunded) => Some(amount(refunded)),
                    _ => None,
                })
            };
            Record::new()
                .with("To", "payer", Shown::Address(self.payer))
                .with("Order", "order", Shown::Id(order))
                .with("Gives back", "amount", Shown::Io(of(|event| event.amount)))
                .with(
                    "Then given back in all",
                    "refunded",
                    Shown::Io(of(|event| event.refunded)),
                )
        };
        acting.carry_out("refund", &instructions, describe).await
    }
}
