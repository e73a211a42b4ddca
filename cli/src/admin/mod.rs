//! `io admin`: what authorities, guardians, the slasher and the scorer do.

mod change;
mod class;
mod emissions;
mod fees;
mod governance;
mod listing;
mod mint;
mod node;
mod office;
mod slash;
mod staking;

use crate::{context::Context, failure::Result, output::Report};
use clap::Subcommand;

/// Govern: what authorities, guardians, the slasher and the scorer do
///
/// Each command says what is in force, what will be and from when on, and who may do it. With --export it
/// prints the transaction for the authority that the chain names, a multisig's vault for example, and
/// `io admin decode` says in words what such a transaction does.
#[derive(Subcommand)]
pub enum Admin {
    #[command(subcommand)]
    Mint(mint::Mint),
    #[command(subcommand)]
    Staking(staking::Staking),
    #[command(subcommand)]
    Class(class::Class),
    #[command(subcommand)]
    Node(node::Node),
    #[command(subcommand)]
    Slash(slash::Slash),
    #[command(subcommand)]
    Emissions(emissions::Emissions),
    #[command(subcommand)]
    Asset(listing::Asset),
    #[command(subcommand)]
    Venue(listing::Venue),
    #[command(subcommand)]
    Gateway(listing::Gateway),
    #[command(subcommand)]
    Fees(fees::Fees),
    Pause(governance::Pause),
    Resume(governance::Resume),
    Guardian(governance::Guardian),
    Nominate(governance::Nominate),
    Accept(governance::Accept),
}

impl Admin {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Mint(command) => command.run(context).await,
            Self::Staking(command) => command.run(context).await,
            Self::Class(command) => command.run(context).await,
            Self::Node(command) => command.run(context).await,
            Self::Slash(command) => command.run(context).await,
            Self::Emissions(command) => command.run(context).await,
            Self::Asset(command) => command.run(context).await,
            Self::Venue(command) => command.run(context).await,
            Self::Gateway(command) => command.run(context).await,
            Self::Fees(command) => command.run(context).await,
            Self::Pause(command) => command.run(context).await,
            Self::Resume(command) => command.run(context).await,
            Self::Guardian(command) => command.run(context).await,
            Self::Nominate(command) => command.run(context).await,
            Self::Accept(command) => command.run(context).await,
        }
    }
}
