//! `io emissions`.

use super::figures;
use crate::{
    context::Context,
    failure::Result,
    output::{Record, Report, Shown, Table},
    signing::Signing,
};
use clap::{Args, Subcommand};
use io_client::{
    Pubkey,
    actions::emissions::{self, EmissionState},
    events::Event,
};

/// Follow the emission, and move it on
#[derive(Subcommand)]
pub enum Emissions {
    Status(Status),
    Advance(Advance),
    Harvest(Harvest),
}

impl Emissions {
    pub async fn run(self, context: &Context) -> Result<Report> {
        match self {
            Self::Status(command) => command.run(context).await,
            Self::Advance(command) => command.run(context).await,
            Self::Harvest(command) => command.run(context).await,
        }
    }
}

/// Show where the emission stands: epoch, pools, and what a crank would bring now
#[derive(Args)]
pub struct Status;

impl Status {
    async fn run(self, context: &Context) -> Result<Report> {
        let state = EmissionState::read(&context.network).await?;
        let now = state.now;
        let rules = state.config.weight_rules(now);
        let (due, bounty) = state.due();
        let open = state.epoch();
        let record = Record::new()
            .with("Epoch", "epoch", Shown::Number(open))
            .with(
                "Paid for",
                "epochs_done",
                Shown::Number(state.config.epochs_done),
            )
            .with("Emitted", "emitted", Shown::Io(state.config.emitted))
            .with("Due now", "due", Shown::Io(due))
            .with("Bounty for a crank now", "bounty", Shown::Io(bounty))
            .with(
                "Bounties paid",
                "bounties_paid",
                Shown::Io(state.config.bounties_paid),
            )
            .with(
                "Next epoch",
                "next_epoch_at",
                Shown::maybe(state.next_epoch_at(), |at| Shown::When { at, now }),
            )
            .with(
                "Its emission",
                "epoch_emission",
                Shown::Io(state.emission_of_epoch()),
            )
            .with(
                "Boost at most",
                "max_boost_bps",
                Shown::Bps(rules.max_boost_bps),
            )
            .with(
                "A score counts for",
                "max_score_age",
                Shown::Token(rules.max_score_age, 0, "epochs".into()),
            )
            .with("Scorer", "scorer", Shown::Address(state.config.scorer));
        let mut pools = Table::new(
            "pools",
            "no pools",
            [
                ("Pool", "id"),
                ("Share", "share_bps"),
                ("Weight", "total_weight"),
                ("Owed to nodes", "owed"),
                ("Carried", "carry"),
                ("Paid for", "epochs_done"),
                ("Due", "due_at"),
            ],
        );
        for pool in &state.pools {
            pools.row([
                Shown::Number(pool.id.into()),
                Shown::Bps(pool.share_bps.at(now)),
                Shown::Number(pool.total_weight),
                Shown::Io(pool.owed),
                Shown::Io(pool.carry),
                Shown::Number(pool.epochs_done),
                Shown::maybe(state.due_at(pool), |at| Shown::When { at, now }),
            ]);
        }
        Ok(Report::new()
            .title("Emission")
            .record(record)
            .title("Pools")
            .table(pools))
    }
}

/// Mint and share out the emission of all epochs that are over; the bounty is the fee payer's
#[derive(Args)]
pub struct Advance {
    #[command(flatten)]
    signing: Signing,
}

impl Advance {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions = emissions::advance(&context.network, &acting.payer).await?;
        let describe = |events: &[Event]| {
            let advanced = events.iter().find_map(|event| match event {
                Event::EpochAdvanced(advanced) => Some(advanced),
                _ => None,
            });
            let Some(advanced) = advanced else {
                // Said by the program in the same way: it records nothing.
                return Record::new().with("Epochs that are due", "epochs", Shown::Number(0));
            };
            Record::new()
                .with("Epoch", "epoch", Shown::Number(advanced.epoch))
                .with(
                    "Epochs that were due",
                    "epochs",
                    Shown::Number(advanced.epochs),
                )
                .with("Minted", "emission", Shown::Io(advanced.emission))
                .with("Bounty", "bounty", Shown::Io(advanced.bounty))
        };
        acting
            .carry_out("advance the emission", &instructions, describe)
            .await
    }
}

/// Move what nodes earned to their stakers
#[derive(Args)]
pub struct Harvest {
    /// The nodes' addresses
    #[arg(required = true)]
    nodes: Vec<Pubkey>,
    #[command(flatten)]
    signing: Signing,
}

impl Harvest {
    async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions = emissions::harvest(&context.network, &self.nodes).await?;
        let describe = |events: &[Event]| {
            let harvested = figures::sum(events, |event| match event {
                Event::Harvested(harvested) => Some(harvested.amount),
                _ => None,
            });
            let commission = figures::sum(events, |event| match event {
                Event::RewardsShared(shared) => Some(shared.commission),
                _ => None,
            });
            let nodes = self.nodes.iter().map(ToString::to_string);
            Record::new()
                .with("Nodes", "nodes", Shown::List(nodes.collect()))
                .with("Harvested", "harvested", Shown::Io(harvested))
                .with("Commission in it", "commission", Shown::Io(commission))
        };
        acting
            .carry_out("harvest nodes", &instructions, describe)
            .await
    }
}
