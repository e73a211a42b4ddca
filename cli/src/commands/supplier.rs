//! `io supplier`.

use super::{figures, quote::of_swap};
use crate::{
    args::{io, percent, usdc},
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand, ValueEnum};
use io_client::{
    Pubkey,
    actions::payments,
    events::Event,
    pda,
    shared::state::{PayoutPreference, Supplier as Account},
};

/// Be paid: register, and take earnings out
#[derive(Subcommand)]
pub enum Supplier {
    Register(Register),
    Show(Show),
    Set(Set),
    Payout(Payout),
    Take(Take),
}

impl Supplier {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Register(command) => command.run(context).await,
            Self::Show(command) => command.run(context).await,
            Self::Set(command) => command.run(context).await,
            Self::Payout(command) => command.run(context).await,
            Self::Take(command) => command.run(context).await,
        }
    }
}

/// What a supplier is paid in.
#[derive(Clone, Copy, ValueEnum)]
enum Preference {
    /// At once, straight to the payout wallet
    Io,
    /// Kept in the earnings vault until it is swapped and paid out, for 2 %
    Usdc,
}

impl From<Preference> for PayoutPreference {
    fn from(preference: Preference) -> Self {
        match preference {
            Preference::Io => Self::Io,
            Preference::Usdc => Self::Usdc,
        }
    }
}

/// Register the wallet as a supplier
#[derive(Args)]
pub struct Register {
    /// What to be paid in
    #[arg(long, value_enum, default_value = "io")]
    paid_in: Preference,
    /// Wallet that is paid [default: the supplier's own]
    #[arg(long, value_name = "WALLET")]
    payout: Option<Pubkey>,
    #[command(flatten)]
    signing: Signing,
}

impl Register {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let payout = self.payout.unwrap_or(acting.wallet);
        let preference = self.paid_in.into();
        let network = &context.network;
        let instructions =
            payments::register_supplier(network, &acting.actor(), preference, &payout).await?;
        let describe = |_: &[Event]| {
            Record::new()
                .with("Supplier", "owner", Shown::Address(acting.wallet))
                .with(
                    "Its account",
                    "supplier",
                    Shown::Address(pda::supplier(&acting.wallet).0),
                )
                .with("Paid in", "paid_in", paid_in(preference as u8))
                .with("Paid to", "payout", Shown::Address(payout))
        };
        acting
            .carry_out("register a supplier", &instructions, describe)
            .await
    }
}

/// Show how a supplier is paid, and what it has not taken out yet
#[derive(Args)]
pub struct Show {
    /// The supplier's wallet [default: the wallet]
    owner: Option<Pubkey>,
}

impl Show {
    async fn run(self, context: &Context) -> Result<Report> {
        let owner = context.wallet_or(self.owner)?;
        let network = &context.network;
        let address = pda::supplier(&owner).0;
        let supplier: Option<Account> = network.find(&address).await?;
        let supplier = supplier.ok_or_else(|| {
            Failure::refused(
                format!("{owner} is no supplier"),
                "register it with `io supplier register`",
            )
        })?;
        let earnings = network.token_balance(&supplier.earnings).await?;
        let price = (supplier.keeper_min_price > 0).then_some(supplier.keeper_min_price);
        let record = Record::new()
            .with("Supplier", "owner", Shown::Address(owner))
            .with("Its account", "supplier", Shown::Address(address))
            .with("Paid in", "paid_in", paid_in(supplier.preference))
            .with("Paid to", "payout", Shown::Address(supplier.payout))
            .with(
                "Earnings vault",
                "earnings_vault",
                Shown::Address(supplier.earnings),
            )
            .with(
                "Earnings in it",
                "earnings",
                Shown::Io(earnings.unwrap_or(0)),
            )
            .with(
                "Keepers pay out from",
                "keeper_min_price",
                Shown::maybe(price, |price| {
                    Shown::Token(price, 6, "USDC for 1 IO".into())
                }),
            );
        Ok(Report::new().title("Supplier").record(record))
    }
}

/// Change how the wallet, a supplier, is paid from now on; what is not named stays
#[derive(Args)]
#[group(required = true, multiple = true)]
pub struct Changes {
    /// What to be paid in
    #[arg(long, value_enum)]
    paid_in: Option<Preference>,
    /// Wallet that is paid
    #[arg(long, value_name = "WALLET")]
    payout: Option<Pubkey>,
    /// Let keepers pay out where 1 IO brings at least so much USDC, 0 for never. A standing offer: anyone can
    /// take all earnings at that price, so keep it close to the market's
    #[arg(long, value_name = "USDC", value_parser = usdc)]
    keeper_price: Option<u64>,
}

/// Change how the wallet, a supplier, is paid from now on; what is not named stays
#[derive(Args)]
pub struct Set {
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    signing: Signing,
}

impl Set {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let preference = self.changes.paid_in.map(Into::into);
        let instructions = payments::set_supplier(
            &context.network,
            &acting.actor(),
            preference,
            self.changes.payout,
            self.changes.keeper_price,
        )
        .await?;
        let describe = |events: &[Event]| {
            let changed = events.iter().find_map(|event| match event {
                Event::SupplierChanged(changed) => Some(changed),
                _ => None,
            });
            let record = Record::new().with("Supplier", "owner", Shown::Address(acting.wallet));
            let Some(changed) = changed else {
                return record;
            };
            record
                .with(
                    "Paid in",
                    "paid_in",
                    paid_in(u8::try_from(changed.preference).unwrap_or(u8::MAX)),
                )
                .with("Paid to", "payout", Shown::Address(changed.payout))
                .with(
                    "Keepers pay out from",
                    "keeper_min_price",
                    Shown::Usdc(changed.keeper_min_price),
                )
        };
        acting
            .carry_out("change a supplier", &instructions, describe)
            .await
    }
}

/// Swap earnings to USDC and pay them out, for 2 %
#[derive(Args)]
pub struct Payout {
    /// IO to swap [default: all earnings]
    #[arg(value_name = "IO", value_parser = io)]
    amount: Option<u64>,
    /// How much less USDC than quoted is accepted, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "0.5")]
    slippage: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Payout {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let (quote, instructions) = payments::pay_out(
            &context.network,
            &acting.actor(),
            self.amount,
            self.slippage,
        )
        .await?;
        let describe = |events: &[Event]| {
            let paid = events.iter().find_map(|event| match event {
                Event::PaidOut(paid) => Some(paid),
                _ => None,
            });
            let Some(paid) = paid else {
                return Record::new();
            };
            Record::new()
                .with("Sells", "sold", Shown::Io(paid.sold))
                .with("For", "proceeds", Shown::Usdc(paid.proceeds))
                .with("Fee in it", "fee", Shown::Usdc(paid.fee))
                .with("Supplier gets", "delivered", Shown::Usdc(paid.delivered))
                .with("On", "destination", Shown::Address(paid.destination))
                .and(of_swap(&quote, Shown::Usdc))
        };
        acting
            .carry_out("pay earnings out in USDC", &instructions, describe)
            .await
    }
}

/// Take earnings out as IO, without a fee
#[derive(Args)]
pub struct Take {
    /// IO to take [default: all earnings]
    #[arg(value_name = "IO", value_parser = io)]
    amount: Option<u64>,
    #[command(flatten)]
    signing: Signing,
}

impl Take {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions =
            payments::take_earnings(&context.network, &acting.actor(), self.amount).await?;
        let describe = |events: &[Event]| {
            let taken = figures::sum(events, |event| match event {
                Event::EarningsTaken(taken) => Some(taken.amount),
                _ => None,
            });
            Record::new()
                .with("Supplier", "owner", Shown::Address(acting.wallet))
                .with("Takes out", "amount", Shown::Io(taken))
        };
        acting
            .carry_out("take earnings", &instructions, describe)
            .await
    }
}

fn paid_in(preference: u8) -> Shown {
    Shown::text(match PayoutPreference::from_u8(preference) {
        Ok(PayoutPreference::Io) => "IO",
        Ok(PayoutPreference::Usdc) => "USDC",
        Err(_) => "unknown",
    })
}
