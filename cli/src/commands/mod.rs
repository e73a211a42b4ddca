//! The commands, each in a file of its own.

mod address;
mod completions;
mod emissions;
pub mod events;
mod figures;
mod node;
mod pay;
mod quote;
mod receipt;
mod stake;
mod supplier;
mod supply;
mod token;

use crate::{admin::Admin, context::Context, failure::Result, output::Report};
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Command {
    Pay(pay::Pay),
    Quote(quote::Quote),
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    Refund(receipt::Refund),
    #[command(subcommand)]
    Supplier(supplier::Supplier),
    #[command(subcommand)]
    Node(node::Node),
    Stake(stake::Stake),
    Unstake(stake::Unstake),
    CancelUnstake(stake::CancelUnstake),
    Withdraw(stake::Withdraw),
    Claim(stake::Claim),
    Compound(stake::Compound),
    SetPayout(stake::SetPayout),
    ClosePosition(stake::ClosePosition),
    #[command(subcommand)]
    Emissions(emissions::Emissions),
    Supply(supply::Supply),
    Events(events::Events),
    Address(address::Address),
    #[command(subcommand)]
    Admin(Admin),
    Completions(completions::Completions),
}

impl Command {
    /// Carries the command out; `cli` is the whole command line's definition.
    pub async fn run(self, context: &Context, cli: clap::Command) -> Result<Report> {
        match self {
            Self::Pay(command) => command.run(context).await,
            Self::Quote(command) => command.run(context).await,
            Self::Receipt(command) => command.run(context).await,
            Self::Refund(command) => command.run(context).await,
            Self::Supplier(command) => command.run(context).await,
            Self::Node(command) => command.run(context).await,
            Self::Stake(command) => command.run(context).await,
            Self::Unstake(command) => command.run(context).await,
            Self::CancelUnstake(command) => command.run(context).await,
            Self::Withdraw(command) => command.run(context).await,
            Self::Claim(command) => command.run(context).await,
            Self::Compound(command) => command.run(context).await,
            Self::SetPayout(command) => command.run(context).await,
            Self::ClosePosition(command) => command.run(context).await,
            Self::Emissions(command) => command.run(context).await,
            Self::Supply(command) => command.run(context).await,
            Self::Events(command) => command.run(context).await,
            Self::Address(command) => command.run(context).await,
            Self::Admin(command) => command.run(context).await,
            Self::Completions(command) => Ok(command.run(cli)),
        }
    }
}
