//! `io admin slash`: proposing, cancelling and executing slashes.

use super::{
    change::Change,
    named::hash,
    node::{find, status},
    office::Office,
    staking::{PROGRAM, config},
};
use crate::{
    args::percent,
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey, pda,
    rpc::Network,
    shared::{
        constants::BPS,
        math::fixed::mul_div_floor,
        state::{Node, SlashProposal, TrancheKind},
    },
    staking,
};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Propose, cancel or execute a slash
#[derive(Subcommand)]
pub enum Slash {
    Propose(Propose),
    Cancel(Cancel),
    Execute(Execute),
}

impl Slash {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Propose(command) => command.run(context).await,
            Self::Cancel(command) => command.run(context).await,
            Self::Execute(command) => command.run(context).await,
        }
    }
}

async fn proposal(network: &Network, node: &Pubkey) -> Result<SlashProposal> {
    let found = network.find(&pda::slash(node).0).await?;
    found.ok_or_else(|| {
        Failure::refused(
            format!("no slash is proposed on {node}"),
            "check the node's address",
        )
    })
}

/// Raw IO that a slash of `bps` would take now: of the operator's stake and of delegators' on slashing
/// terms, active and cooling.
fn would_take(node: &Node, bps: u64) -> Option<u64> {
    let kinds = [TrancheKind::Operator, TrancheKind::Exposed];
    let mut at_risk = 0_u64;
    for kind in kinds {
        let active = node.tranches.get(kind as usize)?.stake;
        let cooling = node.cooling.get(kind as usize)?.stake;
        at_risk = at_risk.checked_add(active)?.checked_add(cooling)?;
    }
    mul_div_floor(at_risk, bps, BPS)
}

/// Propose to take a part of a halted node's stake; anyone may execute it after 7 days (slasher)
#[derive(Args)]
pub struct Propose {
    /// The node's address
    node: Pubkey,
    /// Part of the stake at risk, at most 50
    #[arg(value_name = "PERCENT", value_parser = percent)]
    part: u64,
    #[command(flatten)]
    reason: Reason,
    #[command(flatten)]
    signing: Signing,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Reason {
    /// The document that says why; its sha256 is recorded
    #[arg(long, value_name = "FILE")]
    reason: Option<PathBuf>,
    /// The sha256 of that document
    #[arg(long, value_name = "HEX", value_parser = hash)]
    reason_hash: Option<[u8; 32]>,
}

impl Reason {
    fn hash(&self) -> Result<[u8; 32]> {
        if let Some(hash) = self.reason_hash {
            return Ok(hash);
        }
        let path = self.reason.as_deref().unwrap_or_else(|| "".as_ref());
        let document = std::fs::read(path).map_err(|error| {
            Failure::usage(
                format!("{} cannot be read: {error}", path.display()),
                "name the document that says why, or its --reason-hash",
            )
        })?;
        Ok(Sha256::digest(document).into())
    }
}

impl Propose {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let reason = self.reason.hash()?;
        let config = config(network).await?;
        let node = find(network, &self.node).await?;
        let now = network.clock().await?.now;
        let office = Office::new(PROGRAM, "slasher", config.slasher);
        let acting = office.acting(&self.signing, context)?;
        let instruction = staking::propose_slash(&acting.wallet, &self.node, self.part, reason);
        Change::new("propose a slash", now, instruction)
            .with("Node", "node", Shown::Address(self.node))
            .with("Operator", "operator", Shown::Address(node.operator))
            .with("Status", "status", status(&node))
            .with("Part", "bps", Shown::Bps(self.part))
            .with(
                "Would take now",
                "amount",
                Shown::maybe(would_take(&node, self.part), Shown::Io),
            )
            .with("Reason, sha256", "reason_hash", Shown::Id(reason))
            .carry_out(&acting)
            .await
    }
}

/// Take a slash proposal back, at once (guardian or authority; anyone once it has lapsed)
#[derive(Args)]
pub struct Cancel {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Cancel {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let slash = proposal(network, &self.node).await?;
        let now = network.clock().await?.now;
        let office = Office::guarding(PROGRAM, &config.governance, true);
        let acting = if now < slash.lapses_at {
            office.acting(&self.signing, context)?
        } else {
            self.signing.acting_for(context, office.first())?
        };
        let instruction = staking::cancel_slash(&acting.wallet, &self.node, &slash.rent_payer);
        Change::new("cancel a slash", now, instruction)
            .with("Node", "node", Shown::Address(self.node))
            .with("Part", "bps", Shown::Bps(slash.bps))
            .with(
                "Reason, sha256",
                "reason_hash",
                Shown::Id(slash.reason_hash),
            )
            .with(
                "Proposed",
                "proposed_at",
                Shown::When {
                    at: slash.proposed_at,
                    now,
                },
            )
            .carry_out(&acting)
            .await
    }
}

/// Execute a slash whose 7 days are over: what it takes is burned, for good (anyone)
#[derive(Args)]
pub struct Execute {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Execute {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let slash = proposal(network, &self.node).await?;
        let node = find(network, &self.node).await?;
        let now = network.clock().await?.now;
        let acting = self.signing.acting(context)?;
        if now < slash.executable_at {
            let when = Shown::When {
                at: slash.executable_at,
                now,
            };
            return Err(Failure::refused(
                format!("the slash can be executed from {}", when.human()),
                "wait until then",
            ));
        }
        let instruction = staking::execute_slash(&self.node, &config.mint, &slash.rent_payer);
        Change::new("execute a slash, for good", now, instruction)
            .with("Node", "node", Shown::Address(self.node))
            .with("Operator", "operator", Shown::Address(node.operator))
            .with("Part", "bps", Shown::Bps(slash.bps))
            .with(
                "Takes about",
                "amount",
                Shown::maybe(would_take(&node, slash.bps), Shown::Io),
            )
            .with(
                "Reason, sha256",
                "reason_hash",
                Shown::Id(slash.reason_hash),
            )
            .carry_out(&acting)
            .await
    }
}
