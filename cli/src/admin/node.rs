//! `io admin node`: halting a node, and opening it again.

use super::{
    change::Change,
    office::Office,
    staking::{PROGRAM, config},
};
use crate::{
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey, pda,
    rpc::Network,
    shared::state::{DeviceClass, Node as State, NodeStatus},
    staking,
};

/// Halt a node, or open it again
#[derive(Subcommand)]
pub enum Node {
    Halt(Halt),
    Resume(Resume),
}

impl Node {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Halt(command) => command.run(context).await,
            Self::Resume(command) => command.run(context).await,
        }
    }
}

pub async fn find(network: &Network, node: &Pubkey) -> Result<State> {
    Ok(network.account(node).await?)
}

pub fn status(node: &State) -> Shown {
    Shown::text(match node.status {
        status if status == NodeStatus::Open as u8 => "open",
        status if status == NodeStatus::Halted as u8 => "halted",
        _ => "retired",
    })
}

/// Halt a node, at once: it takes no stake and earns nothing; everyone may leave (guardian or authority)
#[derive(Args)]
pub struct Halt {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Halt {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let node = find(network, &self.node).await?;
        let class: DeviceClass = network.account(&pda::device_class(node.class).0).await?;
        let now = network.clock().await?.now;
        let office = Office::guarding(PROGRAM, &config.governance, true);
        let acting = office.acting(&self.signing, context)?;
        let instruction = staking::halt_node(&acting.wallet, &self.node, class.pool);
        Change::new("halt a node", now, instruction)
            .with("Node", "node", Shown::Address(self.node))
            .with("Operator", "operator", Shown::Address(node.operator))
            .with("Stake", "stake", Shown::Io(node.active_stake()))
            .with("Cooling", "cooling", Shown::Io(node.cooling_stake()))
            .becomes(status(&node), Shown::text("halted"))
            .carry_out(&acting)
            .await
    }
}

/// Open a halted node again, at once (authority)
#[derive(Args)]
pub struct Resume {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Resume {
    async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let config = config(network).await?;
        let node = find(network, &self.node).await?;
        let now = network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        if node.slash_open() {
            return Err(Failure::refused(
                "a slash is proposed on the node",
                "cancel it first: io admin slash cancel",
            ));
        }
        let instruction = staking::resume_node(&acting.wallet, &self.node);
        Change::new("open a halted node again", now, instruction)
            .with("Node", "node", Shown::Address(self.node))
            .with("Operator", "operator", Shown::Address(node.operator))
            .becomes(status(&node), Shown::text("open"))
            .carry_out(&acting)
            .await
    }
}
