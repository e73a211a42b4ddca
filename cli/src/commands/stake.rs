//! `io stake`, `unstake`, `cancel-unstake`, `withdraw`, `claim`, `compound`.

use super::figures;
use crate::{
    args::io,
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use clap::Args;
use io_client::{Pubkey, actions::staking, events::Event};

/// Stake IO on a node
///
/// What the node earned so far is shared out to its stakers first, in the same transaction. The operator
/// stakes as operator, anyone else as delegator. Unstaking takes 14 days.
#[derive(Args)]
pub struct Stake {
    /// The node's address
    node: Pubkey,
    /// IO to stake
    #[arg(value_name = "IO", value_parser = io)]
    amount: u64,
    /// If the node has less room, stake what fits, down to this
    #[arg(long, value_name = "IO", value_parser = io)]
    at_least: Option<u64>,
    #[command(flatten)]
    signing: Signing,
}

impl Stake {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let least = self.at_least.unwrap_or(self.amount);
        let instructions = staking::stake(
            &context.network,
            &acting.actor(),
            &self.node,
            self.amount,
            least,
        )
        .await?;
        let describe = |events: &[Event]| on(&self.node).and(figures::deposited(events));
        acting.carry_out("stake IO", &instructions, describe).await
    }
}

/// Start to take stake off a node: it stops earning now and can be withdrawn after 14 days
#[derive(Args)]
pub struct Unstake {
    /// The node's address
    node: Pubkey,
    /// IO to unstake
    #[arg(value_name = "IO", value_parser = io, required_unless_present = "all")]
    amount: Option<u64>,
    /// Unstake all of it
    #[arg(long, conflicts_with = "amount")]
    all: bool,
    /// Leave without sharing out what the node earned first, which goes to those who stay: if sharing out
    /// should fail
    #[arg(long)]
    no_harvest: bool,
    #[command(flatten)]
    signing: Signing,
}

impl Unstake {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let harvest = !self.no_harvest;
        let instructions =
            staking::unstake(network, &acting.actor(), &self.node, self.amount, harvest).await?;
        let now = network.clock().await?.now;
        let describe = |events: &[Event]| on(&self.node).and(figures::unstaked(events, now));
        acting.carry_out("unstake", &instructions, describe).await
    }
}

/// Take a ticket's stake back onto its node
#[derive(Args)]
pub struct CancelUnstake {
    /// The ticket's address, as `io node status` lists it
    ticket: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl CancelUnstake {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions =
            staking::cancel_unstake(&context.network, &acting.actor(), &self.ticket).await?;
        let describe = |events: &[Event]| {
            let amount = figures::sum(events, |event| match event {
                Event::UnstakeCancelled(cancelled) => Some(cancelled.amount),
                _ => None,
            });
            Record::new()
                .with("Ticket", "ticket", Shown::Address(self.ticket))
                .with("Staked again", "amount", Shown::Io(amount))
        };
        acting
            .carry_out("take a ticket back into stake", &instructions, describe)
            .await
    }
}

/// Pay out stake that has cooled down, to each position's payout wallet
#[derive(Args)]
pub struct Withdraw {
    /// The node's address [default: every node]
    node: Option<Pubkey>,
    #[command(flatten)]
    signing: Signing,
}

impl Withdraw {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let node = self.node.as_ref();
        let network = &context.network;
        let withdrawals = staking::withdraw(network, &acting.actor(), node).await?;
        if withdrawals.instructions.is_empty() {
            let now = network.clock().await?.now;
            let advice = match withdrawals.next {
                Some(at) => format!("withdraw from {} on", Shown::When { at, now }.human()),
                None => "unstake first".to_owned(),
            };
            return Err(Failure::refused("no ticket has cooled down", advice));
        }
        let report = acting
            .carry_out(
                "withdraw stake",
                &withdrawals.instructions,
                figures::withdrawn,
            )
            .await?;
        Ok(rest(report, withdrawals.left, "tickets are ripe"))
    }
}

/// Claim rewards, to each position's payout wallet
#[derive(Args)]
pub struct Claim {
    /// The node's address [default: every node]
    node: Option<Pubkey>,
    #[command(flatten)]
    signing: Signing,
}

impl Claim {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let node = self.node.as_ref();
        let claims = staking::claim(&context.network, &acting.actor(), node).await?;
        let report = acting
            .carry_out("claim rewards", &claims.instructions, figures::claimed)
            .await?;
        Ok(rest(report, claims.left, "nodes have rewards"))
    }
}

/// Turn rewards on a node into stake
#[derive(Args)]
pub struct Compound {
    /// The node's address
    node: Pubkey,
    /// If the node has less room, stake what fits, down to this
    #[arg(long, value_name = "IO", value_parser = io, default_value = "0")]
    at_least: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Compound {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions =
            staking::compound(&context.network, &acting.actor(), &self.node, self.at_least).await?;
        let describe = |events: &[Event]| {
            let amount = figures::sum(events, |event| match event {
                Event::Compounded(compounded) => Some(compounded.amount),
                _ => None,
            });
            on(&self.node).with("Rewards become stake", "compounded", Shown::Io(amount))
        };
        acting
            .carry_out("compound rewards", &instructions, describe)
            .await
    }
}

/// Close empty positions on a node; their rent comes back
#[derive(Args)]
pub struct ClosePosition {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl ClosePosition {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions =
            staking::close_positions(&context.network, &acting.actor(), &self.node).await?;
        let describe = |events: &[Event]| {
            let closed = events.iter().filter_map(|event| match event {
                Event::PositionClosed(closed) => Some(closed.position.to_string()),
                _ => None,
            });
            on(&self.node).with("Positions closed", "closed", Shown::List(closed.collect()))
        };
        acting
            .carry_out("close positions", &instructions, describe)
            .await
    }
}

/// Pay claims and withdrawals of the wallet's positions on a node to another wallet from now on
#[derive(Args)]
pub struct SetPayout {
    /// The node's address
    node: Pubkey,
    /// Wallet that is paid
    payout: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl SetPayout {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let instructions =
            staking::set_payout(network, &acting.actor(), &self.node, &self.payout).await?;
        let describe =
            |_: &[Event]| on(&self.node).with("Paid to", "payout", Shown::Address(self.payout));
        acting
            .carry_out("set who is paid", &instructions, describe)
            .await
    }
}

fn on(node: &Pubkey) -> Record {
    Record::new().with("Node", "node", Shown::Address(*node))
}

/// Says what did not fit into one transaction.
fn rest(report: Report, left: usize, what: &str) -> Report {
    let report = report.data("left", left.into());
    match left {
        0 => report,
        left => report.note(format!("{left} more {what}: run again.")),
    }
}
