//! `io admin mint`: who may mint, how much, and what wallets call it.

use super::{change::Change, office::Office};
use crate::{
    args::{io, moment},
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand, ValueEnum};
use io_client::{
    Pubkey, mint, pda,
    rpc::Network,
    shared::{
        ids::io_mint,
        state::{MintConfig, MintPolicy, Minter, MinterTerms},
    },
    token,
};
use std::time::Duration;

const PROGRAM: &str = "io_mint";

/// Minters and metadata of the IO mint
#[derive(Subcommand)]
pub enum Mint {
    AddMinter(AddMinter),
    Raise(Raise),
    CancelRaise(CancelRaise),
    Revoke(Revoke),
    Issue(Issue),
    Metadata(Metadata),
}

impl Mint {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::AddMinter(command) => command.run(context).await,
            Self::Raise(command) => command.run(context).await,
            Self::CancelRaise(command) => command.run(context).await,
            Self::Revoke(command) => command.run(context).await,
            Self::Issue(command) => command.run(context).await,
            Self::Metadata(command) => command.run(context).await,
        }
    }
}

async fn config(network: &Network) -> Result<MintConfig> {
    Ok(network.account(&io_mint::CONFIG.address).await?)
}

async fn minter(network: &Network, authority: &Pubkey) -> Result<Minter> {
    Ok(network.account(&pda::minter(authority).0).await?)
}

/// How much IO a schedule emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Schedule {
    /// 175,319 hours
    Hourly,
    /// 240 months
    Monthly,
}

impl Schedule {
    const fn id(self) -> u8 {
        match self {
            Self::Hourly => 0,
            Self::Monthly => 1,
        }
    }
}

/// Let a wallet or a program mint, 48 hours from now (authority)
///
/// Before the first IO is minted there is nobody to give notice to, and it takes effect at once.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("policy").required(true).args(["allowance", "schedule"]))]
pub struct AddMinter {
    /// Who signs each mint; often an address of another program
    minter: Pubkey,
    /// It may mint so much in all
    #[arg(long, value_name = "IO", value_parser = io)]
    allowance: Option<u64>,
    /// It may mint what this curve has emitted
    #[arg(long, value_enum, requires = "start_at")]
    schedule: Option<Schedule>,
    /// When the curve's first epoch opens: Unix seconds or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "schedule")]
    start_at: Option<i64>,
    /// At most so much in a rolling window
    #[arg(long, value_name = "IO", value_parser = io, conflicts_with = "schedule")]
    window_limit: Option<u64>,
    /// Length of the window
    #[arg(long, value_name = "SPAN", value_parser = humantime::parse_duration, default_value = "1d")]
    window: Duration,
    #[command(flatten)]
    signing: Signing,
}

impl AddMinter {
    fn terms(&self) -> Result<MinterTerms> {
        let policy = match (self.allowance, self.schedule, self.start_at) {
            (Some(amount), None, _) => MintPolicy::Allowance { amount },
            (None, Some(schedule), Some(start_at)) => MintPolicy::Schedule {
                curve: schedule.id(),
                start_at,
            },
            _ => {
                return Err(Failure::usage(
                    "a minter has either an allowance or a schedule",
                    "name --allowance, or --schedule with --start-at",
                ));
            }
        };
        let (window_limit, window_seconds) = match self.window_limit {
            Some(limit) => (limit, self.window.as_secs()),
            None => (u64::MAX, 0),
        };
        Ok(MinterTerms {
            policy,
            window_limit,
            window_seconds,
        })
    }

    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let terms = self.terms()?;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let there: Option<Minter> = network.find(&pda::minter(&self.minter).0).await?;
        if there.is_some() {
            return Err(Failure::refused(
                format!("{} is a minter already", self.minter),
                "change its allowance with `io admin mint raise`, or revoke it first",
            ));
        }
        let (what, amount) = match terms.policy {
            MintPolicy::Allowance { amount } => ("add a minter with an allowance", Some(amount)),
            MintPolicy::Schedule { .. } => ("add a minter with a schedule", None),
        };
        let instruction = mint::add_minter(&acting.wallet, &self.minter, &terms);
        Change::new(what, now, instruction)
            .with("Minter", "minter", Shown::Address(self.minter))
            .with("May mint", "total", Shown::maybe(amount, Shown::Io))
            .with(
                "Curve begins",
                "start_at",
                Shown::maybe(self.start_at, Shown::Time),
            )
            .with(
                "In a window",
                "window_limit",
                Shown::maybe(self.window_limit, Shown::Io),
            )
            .with(
                "Left to promise",
                "unpromised",
                Shown::Io(config.unpromised()),
            )
            .carry_out(&acting)
            .await
    }
}

/// Set the total of an allowance: a higher one after 48 hours, any other at once (authority)
#[derive(Args)]
pub struct Raise {
    /// The minter's authority
    minter: Pubkey,
    /// What it may mint in all, what it minted included
    #[arg(value_name = "IO", value_parser = io)]
    total: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Raise {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let minter = minter(network, &self.minter).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let total = minter.total_at(now);
        if self.total < minter.minted {
            return Err(Failure::refused(
                format!("it has minted {} already", Shown::Io(minter.minted).human()),
                "name at least that",
            ));
        }
        let instruction = mint::raise_minter(&acting.wallet, &self.minter, self.total);
        Change::new("set the total of an allowance", now, instruction)
            .with("Minter", "minter", Shown::Address(self.minter))
            .with("Minted", "minted", Shown::Io(minter.minted))
            .with("In force", "in_force", Shown::Io(total))
            .dropped(waiting(&minter, now))
            .with("Will be", "will_be", Shown::Io(self.total))
            .carry_out(&acting)
            .await
    }
}

/// The raise of an allowance that waits.
fn waiting(minter: &Minter, now: i64) -> Option<(Shown, i64)> {
    (minter.next_total_at > now).then_some((Shown::Io(minter.next_total), minter.next_total_at))
}

/// Drop a raise of an allowance that waits, at once (guardian or authority)
#[derive(Args)]
pub struct CancelRaise {
    /// The minter's authority
    minter: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl CancelRaise {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let minter = minter(network, &self.minter).await?;
        let now = network.clock().await?.now;
        let office = Office::guarding(PROGRAM, &config.governance, true);
        let acting = office.acting(&self.signing, context)?;
        let Some(waiting) = waiting(&minter, now) else {
            return Err(Failure::refused("no raise waits", "nothing is to be done"));
        };
        let instruction = mint::cancel_raise(&acting.wallet, &self.minter);
        Change::new("drop a raise of an allowance", now, instruction)
            .with("Minter", "minter", Shown::Address(self.minter))
            .with("Stays", "will_be", Shown::Io(minter.total_at(now)))
            .dropped(Some(waiting))
            .carry_out(&acting)
            .await
    }
}

/// Take the right to mint away, at once (authority; guardian while the minter is not active yet)
#[derive(Args)]
pub struct Revoke {
    /// The minter's authority
    minter: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Revoke {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let minter = minter(network, &self.minter).await?;
        let now = network.clock().await?.now;
        let office = Office::guarding(PROGRAM, &config.governance, now < minter.active_at);
        let acting = office.acting(&self.signing, context)?;
        let instruction = mint::revoke_minter(&acting.wallet, &self.minter, &minter.rent_payer);
        Change::new("revoke a minter, for good", now, instruction)
            .with("Minter", "minter", Shown::Address(self.minter))
            .with("Minted", "minted", Shown::Io(minter.minted))
            .with(
                "Rent goes to",
                "rent_payer",
                Shown::Address(minter.rent_payer),
            )
            .carry_out(&acting)
            .await
    }
}

/// Mint IO to a wallet (a minter with an allowance)
#[derive(Args)]
pub struct Issue {
    #[arg(value_name = "IO", value_parser = io)]
    amount: u64,
    /// Wallet that gets it, on its associated token account, which is made if it is missing
    #[arg(long, value_name = "WALLET")]
    to: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Issue {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let acting = self.signing.acting(context)?;
        let minter = minter(network, &acting.wallet).await?;
        let destination = token::associated(&self.to, &config.mint);
        let mut instructions = Vec::new();
        if network.token_balance(&destination).await?.is_none() {
            instructions.push(token::create_associated(
                &acting.payer,
                &self.to,
                &config.mint,
            ));
        }
        instructions.push(mint::mint_to(
            &acting.wallet,
            &config.mint,
            &destination,
            self.amount,
        ));
        let left = minter.total_at(now).saturating_sub(minter.minted);
        Change::of("mint IO", now, instructions)
            .with("Amount", "amount", Shown::Io(self.amount))
            .with("To", "to", Shown::Address(self.to))
            .with("Left of the allowance", "left", Shown::Io(left))
            .carry_out(&acting)
            .await
    }
}

/// Set what wallets call the IO mint, at once (authority)
#[derive(Args)]
pub struct Metadata {
    /// At most 32 bytes
    #[arg(long)]
    name: String,
    /// At most 10 bytes
    #[arg(long)]
    symbol: String,
    /// At most 200 bytes
    #[arg(long)]
    uri: String,
    #[command(flatten)]
    signing: Signing,
}

impl Metadata {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let (name, symbol, uri) = (&self.name, &self.symbol, &self.uri);
        let instruction = mint::set_metadata(&acting.wallet, &config.mint, name, symbol, uri);
        Change::new("set the metadata of the IO mint", now, instruction)
            .with("Mint", "mint", Shown::Address(config.mint))
            .with("Name", "name", Shown::text(name))
            .with("Symbol", "symbol", Shown::text(symbol))
            .with("URI", "uri", Shown::text(uri))
            .carry_out(&acting)
            .await
    }
}
