//! `io admin venue`: instructions that the router may swap through.

use super::{
    change::Change,
    fees::{PROGRAM, config},
    named::{Discriminator, discriminator, limit},
    office::Office,
};
use crate::{
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::{Acting, Signing},
};
use clap::{Args, Subcommand};
use io_client::{Pubkey, payments, pda, shared::state::Venue as State, venues::padded};

/// Instructions of other programs that the router may swap through
#[derive(Subcommand)]
pub enum Venue {
    List(List),
    Cap(Cap),
    Enable(Enable),
    Disable(Disable),
}

impl Venue {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::List(command) => command.run(context).await,
            Self::Cap(command) => command.run(context).await,
            Self::Enable(command) => switch(context, &command.venue, &command.signing, true).await,
            Self::Disable(command) => {
                switch(context, &command.venue, &command.signing, false).await
            }
        }
    }
}

/// A venue, as it is named.
#[derive(Args)]
struct Named {
    /// The program that swaps
    program: Pubkey,
    /// First 1 to 8 bytes of its instruction, in hexadecimal
    #[arg(value_name = "HEX", value_parser = discriminator)]
    discriminator: Discriminator,
}

impl Named {
    fn address(&self) -> Pubkey {
        pda::venue(&self.program, &padded(&self.discriminator.0)).0
    }
}

struct Found {
    venue: State,
    now: i64,
    acting: Acting,
}

async fn find(
    context: &Context,
    named: &Named,
    signing: &Signing,
    guarding: impl FnOnce(&State, i64) -> bool,
) -> Result<Found> {
    let network = &context.network;
    let config = config(network).await?;
    let venue: Option<State> = network.find(&named.address()).await?;
    let venue = venue.ok_or_else(|| {
        Failure::refused(
            format!("this instruction of {} is not listed", named.program),
            "list it first: io admin venue list",
        )
    })?;
    let now = network.clock().await?.now;
    let office = Office::guarding(PROGRAM, &config.governance, guarding(&venue, now));
    let acting = office.acting(signing, context)?;
    Ok(Found { venue, now, acting })
}

fn shown_cap(cap: u64) -> Shown {
    match cap {
        u64::MAX => Shown::text("no limit"),
        raw => Shown::Io(raw),
    }
}

/// Let the router swap through an instruction, 48 hours from now (authority)
///
/// In the first 48 hours of a cluster it may at once.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    venue: Named,
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
        let address = self.venue.address();
        if network.find::<State>(&address).await?.is_some() {
            return Err(Failure::refused(
                "this instruction is listed already",
                "change it with `io admin venue cap` or `enable`",
            ));
        }
        let instruction = payments::list_venue(
            &acting.wallet,
            &self.venue.program,
            &self.venue.discriminator.0,
        );
        Change::new("list a venue", now, instruction)
            .with("Program", "program", Shown::Address(self.venue.program))
            .with("Venue", "venue", Shown::Address(address))
            .with("Cap for a day", "cap", shown_cap(u64::MAX))
            .carry_out(&acting)
            .await
    }
}

/// Set how much IO may be swapped through a venue in a rolling day: a higher cap after 48 hours, a lower one
/// at once (authority; guardian to lower it)
#[derive(Args)]
pub struct Cap {
    #[command(flatten)]
    venue: Named,
    /// In IO, or `none` for no limit
    #[arg(value_name = "IO", value_parser = limit)]
    cap: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Cap {
    async fn run(self, context: &Context) -> Result<Report> {
        let lowers = |venue: &State, now| self.cap <= venue.cap.at(now);
        let found = find(context, &self.venue, &self.signing, lowers).await?;
        let instruction = payments::set_venue_cap(
            &found.acting.wallet,
            &self.venue.program,
            &self.venue.discriminator.0,
            self.cap,
        );
        Change::new("set the cap of a venue", found.now, instruction)
            .with("Program", "program", Shown::Address(self.venue.program))
            .rule(&found.venue.cap, self.cap, shown_cap)
            .carry_out(&found.acting)
            .await
    }
}

/// Let the router swap through a venue again, at once (authority)
#[derive(Args)]
pub struct Enable {
    #[command(flatten)]
    venue: Named,
    #[command(flatten)]
    signing: Signing,
}

/// Let the router swap through a venue no more, at once (guardian or authority)
#[derive(Args)]
pub struct Disable {
    #[command(flatten)]
    venue: Named,
    #[command(flatten)]
    signing: Signing,
}

async fn switch(
    context: &Context,
    named: &Named,
    signing: &Signing,
    enabled: bool,
) -> Result<Report> {
    let found = find(context, named, signing, |_, _| !enabled).await?;
    let instruction = payments::set_venue_enabled(
        &found.acting.wallet,
        &named.program,
        &named.discriminator.0,
        enabled,
    );
    let verb = if enabled { "enable" } else { "disable" };
    Change::new(format!("{verb} a venue"), found.now, instruction)
        .with("Program", "program", Shown::Address(named.program))
        .with(
            "Enabled",
            "was_enabled",
            Shown::Flag(found.venue.enabled != 0),
        )
        .with("Will be", "enabled", Shown::Flag(enabled))
        .carry_out(&found.acting)
        .await
}
