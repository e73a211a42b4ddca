//! `io admin asset`: tokens that renters pay in.

use super::{
    change::Change,
    fees::{PROGRAM, config},
    named::{Mint, hash, mint},
    office::Office,
};
use crate::{
    args::percent,
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown, span},
    signing::{Acting, Signing},
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey, amount, payments, pda,
    rpc::Network,
    shared::{
        constants::{IO_DECIMALS, USDC_DECIMALS},
        state::{Asset as State, Feed as PriceFeed},
    },
};
use std::time::Duration;

/// Decimals of a mint's account, counted from its start.
const DECIMALS: usize = 44;

/// Tokens that renters pay in: fee, smallest payment, price feed
#[derive(Subcommand)]
pub enum Asset {
    List(List),
    Fee(Fee),
    Minimum(Minimum),
    Feed(Feed),
    Enable(Enable),
    Disable(Disable),
}

impl Asset {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::List(command) => command.run(context).await,
            Self::Fee(command) => command.run(context).await,
            Self::Minimum(command) => command.run(context).await,
            Self::Feed(command) => command.run(context).await,
            Self::Enable(command) => switch(context, &command.asset, &command.signing, true).await,
            Self::Disable(command) => {
                switch(context, &command.asset, &command.signing, false).await
            }
        }
    }
}

/// A listed token, and who changes it.
struct Found {
    mint: Pubkey,
    named: Mint,
    asset: State,
    now: i64,
    acting: Acting,
}

async fn find(context: &Context, named: Mint, signing: &Signing, guarding: bool) -> Result<Found> {
    let network = &context.network;
    let config = config(network).await?;
    let mint = named.address(network).await?;
    let asset: Option<State> = network.find(&pda::asset(&mint).0).await?;
    let asset = asset.ok_or_else(|| {
        Failure::refused(
            format!("{mint} is not listed"),
            "list it first: io admin asset list",
        )
    })?;
    let now = network.clock().await?.now;
    let acting =
        Office::guarding(PROGRAM, &config.governance, guarding).acting(signing, context)?;
    Ok(Found {
        mint,
        named,
        asset,
        now,
        acting,
    })
}

/// Raw units of `text` tokens.
fn raw(text: &str, decimals: u8) -> Result<u64> {
    amount::parse(text, decimals)
        .map_err(|error| Failure::usage(format!("`{text}`: {error}"), "write it like 0.01"))
}

/// Owner and decimals of a mint.
async fn look(network: &Network, named: Mint, mint: &Pubkey) -> Result<(Pubkey, u8)> {
    let no_mint = || {
        Failure::refused(
            format!("{mint} is no mint on this cluster"),
            "check the address and that --url is the cluster you mean",
        )
    };
    let (owner, data) = network.raw_account(mint).await?.ok_or_else(no_mint)?;
    let decimals = match named {
        Mint::Io => IO_DECIMALS,
        Mint::Usdc => USDC_DECIMALS,
        Mint::Other(_) => *data.get(DECIMALS).ok_or_else(no_mint)?,
    };
    Ok((owner, decimals))
}

/// Let renters pay in a token, at once; IO and USDC are listed like any other (authority)
#[derive(Args)]
pub struct List {
    /// `io`, `usdc` or a mint's address
    #[arg(value_parser = mint)]
    mint: Mint,
    /// The renter's fee, at most 5; 0 for IO
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    fee: u64,
    /// Smallest payment, in tokens
    #[arg(long, value_name = "AMOUNT")]
    minimum: String,
    #[command(flatten)]
    signing: Signing,
}

impl List {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let mint = self.mint.address(network).await?;
        let (owner, decimals) = look(network, self.mint, &mint).await?;
        let minimum = raw(&self.minimum, decimals)?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        if network.find::<State>(&pda::asset(&mint).0).await?.is_some() {
            return Err(Failure::refused(
                format!("{mint} is listed already"),
                "change it with `io admin asset fee`, `minimum`, `feed` or `enable`",
            ));
        }
        let instruction = payments::list_asset(&acting.wallet, &mint, &owner, self.fee, minimum);
        Change::new("list a token", now, instruction)
            .with("Mint", "mint", Shown::Address(mint))
            .with("Token program", "token_program", Shown::Address(owner))
            .with("Renter's fee", "fee_bps", Shown::Bps(self.fee))
            .with(
                "Smallest payment",
                "minimum",
                Shown::Token(minimum, decimals, self.mint.ticker()),
            )
            .carry_out(&acting)
            .await
    }
}

/// Change the renter's fee on payments in a token after 48 hours (authority)
#[derive(Args)]
pub struct Fee {
    /// `io`, `usdc` or a mint's address
    #[arg(value_parser = mint)]
    mint: Mint,
    /// At most 5; 0 for IO
    #[arg(value_name = "PERCENT", value_parser = percent)]
    fee: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Fee {
    async fn run(self, context: &Context) -> Result<Report> {
        let found = find(context, self.mint, &self.signing, false).await?;
        let instruction = payments::schedule_asset_fee(&found.acting.wallet, &found.mint, self.fee);
        let what = format!("change the renter's fee on {}", found.named.ticker());
        Change::new(what, found.now, instruction)
            .with("Mint", "mint", Shown::Address(found.mint))
            .rule(&found.asset.fee_bps, self.fee, Shown::Bps)
            .carry_out(&found.acting)
            .await
    }
}

/// Set the smallest payment in a token, at once (authority)
#[derive(Args)]
pub struct Minimum {
    /// `io`, `usdc` or a mint's address
    #[arg(value_parser = mint)]
    mint: Mint,
    /// In tokens
    amount: String,
    #[command(flatten)]
    signing: Signing,
}

impl Minimum {
    async fn run(self, context: &Context) -> Result<Report> {
        let found = find(context, self.mint, &self.signing, false).await?;
        let decimals = found.asset.decimals;
        let minimum = raw(&self.amount, decimals)?;
        let instruction = payments::set_asset_minimum(&found.acting.wallet, &found.mint, minimum);
        let show = |raw| Shown::Token(raw, decimals, found.named.ticker());
        let what = format!("set the smallest payment in {}", found.named.ticker());
        Change::new(what, found.now, instruction)
            .with("Mint", "mint", Shown::Address(found.mint))
            .becomes(show(found.asset.minimum), show(minimum))
            .carry_out(&found.acting)
            .await
    }
}

/// Change the price feed that bounds swaps of a token after 48 hours; --none for none (authority)
///
/// A swap is bounded if both its tokens have a feed.
#[derive(Args)]
pub struct Feed {
    /// `io`, `usdc` or a mint's address
    #[arg(value_parser = mint)]
    mint: Mint,
    /// No feed
    #[arg(long, conflicts_with_all = ["owner", "id"])]
    none: bool,
    /// Program that owns the price accounts
    #[arg(long, value_name = "PROGRAM", required_unless_present = "none")]
    owner: Option<Pubkey>,
    /// The feed's id, in hexadecimal
    #[arg(long, value_name = "HEX", value_parser = hash, required_unless_present = "none")]
    id: Option<[u8; 32]>,
    /// Oldest price that counts, at most 1h
    #[arg(long, value_name = "SPAN", value_parser = humantime::parse_duration, default_value = "60s")]
    max_age: Duration,
    /// Widest confidence interval, at most 10
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "1")]
    max_confidence: u64,
    /// How far below the price a swap may bring, at most 20
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "5")]
    max_deviation: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Feed {
    fn feed(&self) -> PriceFeed {
        match (self.owner, self.id) {
            (Some(owner), Some(id)) => PriceFeed {
                owner,
                id,
                max_age: self.max_age.as_secs(),
                max_confidence_bps: self.max_confidence,
                max_deviation_bps: self.max_deviation,
            },
            _ => PriceFeed::NONE,
        }
    }

    async fn run(self, context: &Context) -> Result<Report> {
        let found = find(context, self.mint, &self.signing, false).await?;
        let feed = self.feed();
        let is = &found.asset.feed;
        let waits = is
            .pending(found.now)
            .map(|(feed, at)| (shown_feed(feed), at));
        let instruction = payments::schedule_feed(&found.acting.wallet, &found.mint, &feed);
        let what = format!("change the price feed of {}", found.named.ticker());
        Change::new(what, found.now, instruction)
            .with("Mint", "mint", Shown::Address(found.mint))
            .with("In force", "in_force", shown_feed(is.at(found.now)))
            .dropped(waits)
            .with("Will be", "will_be", shown_feed(&feed))
            .carry_out(&found.acting)
            .await
    }
}

fn shown_feed(feed: &PriceFeed) -> Shown {
    if !feed.is_listed() {
        return Shown::text("none");
    }
    Shown::text(format!(
        "{} of {}, at most {} old, ± {}, {} below",
        Shown::Id(feed.id).human(),
        feed.owner,
        span(feed.max_age),
        Shown::Bps(feed.max_confidence_bps).human(),
        Shown::Bps(feed.max_deviation_bps).human(),
    ))
}

/// Accept payments in a token again, at once (authority)
#[derive(Args)]
pub struct Enable {
    /// `io`, `usdc` or a mint's address
    #[arg(value_parser = mint)]
    asset: Mint,
    #[command(flatten)]
    signing: Signing,
}

/// Accept no payments in a token, at once (guardian or authority)
#[derive(Args)]
pub struct Disable {
    /// `io`, `usdc` or a mint's address
    #[arg(value_parser = mint)]
    asset: Mint,
    #[command(flatten)]
    signing: Signing,
}

async fn switch(
    context: &Context,
    named: &Mint,
    signing: &Signing,
    enabled: bool,
) -> Result<Report> {
    let found = find(context, *named, signing, !enabled).await?;
    let instruction = payments::set_asset_enabled(&found.acting.wallet, &found.mint, enabled);
    let verb = if enabled { "enable" } else { "disable" };
    let what = format!("{verb} payments in {}", found.named.ticker());
    Change::new(what, found.now, instruction)
        .with("Mint", "mint", Shown::Address(found.mint))
        .with(
            "Enabled",
            "was_enabled",
            Shown::Flag(found.asset.enabled != 0),
        )
        .with("Will be", "enabled", Shown::Flag(enabled))
        .carry_out(&found.acting)
        .await
}
