//! `io admin gateway`: fiat processors.

use super::{
    change::Change,
    fees::{PROGRAM, config},
    office::Office,
};
use crate::{
    args::{percent, usdc},
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::{Acting, Signing},
};
use clap::{Args, Subcommand};
use io_client::{Pubkey, payments, pda, shared::state::Gateway as State};

/// Fiat processors, who pay with USDC of their own
#[derive(Subcommand)]
pub enum Gateway {
    List(List),
    Fee(Fee),
    Limit(Limit),
    Enable(Enable),
    Disable(Disable),
}

impl Gateway {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::List(command) => command.run(context).await,
            Self::Fee(command) => command.run(context).await,
            Self::Limit(command) => command.run(context).await,
            Self::Enable(command) => switch(context, command.wallet, &command.signing, true).await,
            Self::Disable(command) => {
                switch(context, command.wallet, &command.signing, false).await
            }
        }
    }
}

struct Found {
    gateway: State,
    now: i64,
    acting: Acting,
}

async fn find(
    context: &Context,
    wallet: &Pubkey,
    signing: &Signing,
    guarding: impl FnOnce(&State, i64) -> bool,
) -> Result<Found> {
    let network = &context.network;
    let config = config(network).await?;
    let gateway: Option<State> = network.find(&pda::gateway(wallet).0).await?;
    let gateway = gateway.ok_or_else(|| {
        Failure::refused(
            format!("{wallet} is no gateway"),
            "list it first: io admin gateway list",
        )
    })?;
    let now = network.clock().await?.now;
    let office = Office::guarding(PROGRAM, &config.governance, guarding(&gateway, now));
    let acting = office.acting(signing, context)?;
    Ok(Found {
        gateway,
        now,
        acting,
    })
}

/// Let a processor pay on renters' behalf, at once (authority)
#[derive(Args)]
pub struct List {
    /// The processor's wallet, which owns the USDC
    wallet: Pubkey,
    /// The renter's fee on its payments, at most 5
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    fee: u64,
    /// Most that it may pay in a day, fees included
    #[arg(long, value_name = "USDC", value_parser = usdc)]
    daily_limit: u64,
    #[command(flatten)]
    signing: Signing,
}

impl List {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let there: Option<State> = network.find(&pda::gateway(&self.wallet).0).await?;
        if there.is_some() {
            return Err(Failure::refused(
                format!("{} is a gateway already", self.wallet),
                "change it with `io admin gateway fee`, `limit` or `enable`",
            ));
        }
        let instruction =
            payments::list_gateway(&acting.wallet, &self.wallet, self.fee, self.daily_limit);
        Change::new("list a gateway", now, instruction)
            .with("Wallet", "wallet", Shown::Address(self.wallet))
            .with("Renter's fee", "fee_bps", Shown::Bps(self.fee))
            .with("Daily limit", "daily_limit", Shown::Usdc(self.daily_limit))
            .carry_out(&acting)
            .await
    }
}

/// Change the renter's fee on a gateway's payments after 48 hours (authority)
#[derive(Args)]
pub struct Fee {
    /// The processor's wallet
    wallet: Pubkey,
    /// At most 5
    #[arg(value_name = "PERCENT", value_parser = percent)]
    fee: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Fee {
    async fn run(self, context: &Context) -> Result<Report> {
        let found = find(context, &self.wallet, &self.signing, |_, _| false).await?;
        let instruction =
            payments::schedule_gateway_fee(&found.acting.wallet, &self.wallet, self.fee);
        Change::new(
            "change the renter's fee of a gateway",
            found.now,
            instruction,
        )
        .with("Wallet", "wallet", Shown::Address(self.wallet))
        .rule(&found.gateway.fee_bps, self.fee, Shown::Bps)
        .carry_out(&found.acting)
        .await
    }
}

/// Set how much a gateway may pay in a day: a higher limit after 48 hours, a lower one at once (authority;
/// guardian to lower it)
#[derive(Args)]
pub struct Limit {
    /// The processor's wallet
    wallet: Pubkey,
    /// Fees included
    #[arg(value_name = "USDC", value_parser = usdc)]
    limit: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Limit {
    async fn run(self, context: &Context) -> Result<Report> {
        let lowers = |gateway: &State, now| self.limit < gateway.daily_limit.at(now);
        let found = find(context, &self.wallet, &self.signing, lowers).await?;
        let wallet = &found.acting.wallet;
        let instruction = if lowers(&found.gateway, found.now) {
            payments::lower_gateway_limit(wallet, &self.wallet, self.limit)
        } else {
            payments::schedule_gateway_limit(wallet, &self.wallet, self.limit)
        };
        Change::new("set the daily limit of a gateway", found.now, instruction)
            .with("Wallet", "wallet", Shown::Address(self.wallet))
            .rule(&found.gateway.daily_limit, self.limit, Shown::Usdc)
            .carry_out(&found.acting)
            .await
    }
}

/// Let a gateway pay again, at once (authority)
#[derive(Args)]
pub struct Enable {
    /// The processor's wallet
    wallet: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

/// Let a gateway pay no more, at once (guardian or authority)
#[derive(Args)]
pub struct Disable {
    /// The processor's wallet
    wallet: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

async fn switch(
    context: &Context,
    wallet: Pubkey,
    signing: &Signing,
    enabled: bool,
) -> Result<Report> {
    let found = find(context, &wallet, signing, |_, _| !enabled).await?;
    let instruction = payments::set_gateway_enabled(&found.acting.wallet, &wallet, enabled);
    let verb = if enabled { "enable" } else { "disable" };
    Change::new(format!("{verb} a gateway"), found.now, instruction)
        .with("Wallet", "wallet", Shown::Address(wallet))
        .with(
            "Enabled",
            "was_enabled",
            Shown::Flag(found.gateway.enabled != 0),
        )
        .with("Will be", "enabled", Shown::Flag(enabled))
        .carry_out(&found.acting)
        .await
}
