//! `io admin`: what authorities, guardians, the slasher and the scorer do.

mod asset;
mod change;
mod class;
mod cluster;
mod emissions;
mod fees;
mod gateway;
mod governance;
mod migrate;
mod mint;
mod named;
mod node;
mod office;
mod slash;
mod staking;
mod transaction;
mod venue;
mod verify;

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
    Asset(asset::Asset),
    #[command(subcommand)]
    Venue(venue::Venue),
    #[command(subcommand)]
    Gateway(gateway::Gateway),
    #[command(subcommand)]
    Fees(fees::Fees),
    Pause(governance::Pause),
    Resume(governance::Resume),
    Guardian(governance::Guardian),
    Nominate(governance::Nominate),
    Accept(governance::Accept),
    Decode(transaction::Decode),
    Sign(transaction::Sign),
    Verify(verify::Verify),
    Migrate(migrate::Migrate),
    Deploy(migrate::Deploy),
    Handover(migrate::Handover),
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
            Self::Decode(command) => command.run(context).await,
            Self::Sign(command) => command.run(context).await,
            Self::Verify(command) => command.run(context).await,
            Self::Migrate(command) => command.run(context).await,
            Self::Deploy(command) => command.run(context).await,
            Self::Handover(command) => command.run(context).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::decode::idl::instructions;

    /// What renters, suppliers, holders and keepers do, and nobody needs an office for.
    const EVERYBODY: [&str; 31] = [
        "burn",
        "register_node",
        "set_delegation",
        "set_commission",
        "sync_class",
        "open_position",
        "deposit",
        "compound",
        "request_unstake",
        "cancel_unstake",
        "withdraw",
        "claim",
        "distribute",
        "set_payout",
        "retire_node",
        "unstake_retired",
        "close_position",
        "close_node",
        "enroll_node",
        "close_node_emission",
        "advance_epoch",
        "sync_node",
        "harvest",
        "register_supplier",
        "set_supplier",
        "pay_io",
        "pay_io_unreceipted",
        "pay_io_split",
        "pay_token",
        "refund",
        "close_receipt",
    ];
    /// Suppliers and gateways, with the same names nowhere else.
    const OTHERS: [&str; 3] = ["pay_out", "take_earnings", "pay_fiat"];
    /// What `io admin migrate` does by the plan.
    const MIGRATED: [&str; 2] = ["initialize", "adopt"];

    const SOURCES: [&str; 13] = [
        include_str!("asset.rs"),
        include_str!("class.rs"),
        include_str!("emissions/mod.rs"),
        include_str!("emissions/scores.rs"),
        include_str!("fees.rs"),
        include_str!("gateway.rs"),
        include_str!("governance.rs"),
        include_str!("mint.rs"),
        include_str!("node.rs"),
        include_str!("office.rs"),
        include_str!("slash.rs"),
        include_str!("staking.rs"),
        include_str!("venue.rs"),
    ];

    #[test]
    fn every_instruction_of_an_office_has_a_command() {
        let source = SOURCES.concat();
        let all = instructions();
        assert!(all.len() > 90, "the IDLs are read");
        for (program, name) in &all {
            let module = program.trim_start_matches("io_");
            let built = source.contains(&format!("{module}::{name}("));
            let others = [&EVERYBODY[..], &OTHERS, &MIGRATED].concat();
            let needs_none = others.contains(&name.as_str());
            assert!(built != needs_none, "{program}: {name} is built: {built}");
        }
    }
}
