//! `io admin staking`: rules that hold for all nodes.

use super::{change::Change, named::somebody, office::Office};
use crate::{
    args::percent,
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey,
    rpc::Network,
    shared::{ids::io_staking, state::StakingConfig},
    staking,
};

pub const PROGRAM: &str = "io_staking";

/// The slasher, and the operator's smallest part of a node's stake
#[derive(Subcommand)]
pub enum Staking {
    Slasher(Slasher),
    MinSelfStake(MinSelfStake),
    Cancel(Cancel),
}

impl Staking {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Slasher(command) => command.run(context).await,
            Self::MinSelfStake(command) => command.run(context).await,
            Self::Cancel(command) => command.run(context).await,
        }
    }
}

pub async fn config(network: &Network) -> Result<StakingConfig> {
    Ok(network.account(&io_staking::CONFIG.address).await?)
}

/// Replace the slasher, who may propose slashes, at once (authority)
#[derive(Args)]
pub struct Slasher {
    /// The new slasher, or `none`
    #[arg(value_parser = somebody)]
    slasher: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Slasher {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let instruction = staking::set_slasher(&acting.wallet, &self.slasher);
        Change::new("replace the slasher", now, instruction)
            .becomes(
                Shown::or_nobody(config.slasher),
                Shown::or_nobody(self.slasher),
            )
            .carry_out(&acting)
            .await
    }
}

/// Change the operator's smallest part of a node's stake: a raise after 30 days, a lower one after 48 hours
/// (authority)
#[derive(Args)]
pub struct MinSelfStake {
    #[arg(value_name = "PERCENT", value_parser = percent)]
    part: u64,
    #[command(flatten)]
    signing: Signing,
}

impl MinSelfStake {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let acting =
            Office::authority(PROGRAM, &config.governance).acting(&self.signing, context)?;
        let instruction = staking::schedule_min_self_stake(&acting.wallet, self.part);
        Change::new(
            "change the operator's smallest part of a node's stake",
            now,
            instruction,
        )
        .rule(&config.min_self_stake_bps, self.part, Shown::Bps)
        .carry_out(&acting)
        .await
    }
}

/// Drop the change of the operator's smallest part that waits, at once (guardian or authority)
#[derive(Args)]
pub struct Cancel {
    #[command(flatten)]
    signing: Signing,
}

impl Cancel {
    async fn run(self, context: &Context) -> Result<Report> {
        let config = config(&context.network).await?;
        let now = context.network.clock().await?.now;
        let office = Office::guarding(PROGRAM, &config.governance, true);
        let acting = office.acting(&self.signing, context)?;
        let rule = &config.min_self_stake_bps;
        let Some((value, at)) = rule.pending(now) else {
            return Err(Failure::refused("no change waits", "nothing is to be done"));
        };
        let instruction = staking::cancel_changes(&acting.wallet);
        Change::new(
            "drop a change of the operator's smallest part",
            now,
            instruction,
        )
        .with("Stays", "will_be", Shown::Bps(rule.at(now)))
        .dropped(Some((Shown::Bps(value), at)))
        .carry_out(&acting)
        .await
    }
}
