//! Commands of those who run a node.

use crate::{
    args::{node_id, percent},
    commands::figures,
    context::Context,
    failure::{Failure, Result},
    output::{Record, Report, Shown},
    signing::Signing,
};
use clap::{Args, ValueEnum};
use io_client::{
    Pubkey, actions::staking, events::Event, pda, shared::state::DeviceClass, staking::NodeTerms,
};

/// Register a node of the wallet's, and enroll it for the emission
///
/// Its minimum stake is 200 IO × max(1, multiplier of its class) × processors. It earns once that is
/// staked and it was scored.
#[derive(Args)]
pub struct Register {
    /// The wallet's own name for the node, up to 32 bytes, or 64 hexadecimal digits
    #[arg(value_parser = node_id)]
    id: [u8; 32],
    /// Device class: its number, or its name as `io node classes` has it
    #[arg(long)]
    class: String,
    /// Number of processors of that class
    #[arg(long)]
    processors: u16,
    /// The operator's part of rewards, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    commission: u64,
    /// Take stake of nobody but the operator
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    signing: Signing,
}

impl Register {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let class = class_of(context, &self.class).await?;
        let terms = NodeTerms {
            node_id: self.id,
            class: class.id,
            processors: self.processors,
            commission_bps: self.commission,
            delegation_open: !self.closed,
        };
        let instructions =
            staking::register_node(&context.network, &acting.actor(), &terms).await?;
        let node = pda::node(&acting.wallet, &self.id).0;
        let describe = |events: &[Event]| {
            let registered = events.iter().find_map(|event| match event {
                Event::NodeRegistered(registered) => Some(registered),
                _ => None,
            });
            let record = Record::new()
                .with("Node", "node", Shown::Address(node))
                .with("Class", "class", Shown::text(super::name_of(&class)))
                .with(
                    "Processors",
                    "processors",
                    Shown::Number(self.processors.into()),
                );
            let Some(registered) = registered else {
                return record;
            };
            record
                .with(
                    "Commission",
                    "commission_bps",
                    Shown::Bps(registered.commission_bps),
                )
                .with(
                    "Takes stake of others",
                    "delegation_open",
                    Shown::Flag(registered.delegation_open != 0),
                )
                .with(
                    "Minimum stake",
                    "min_stake",
                    Shown::Io(registered.min_stake),
                )
                .with(
                    "Maximum stake",
                    "max_stake",
                    Shown::Io(registered.max_stake),
                )
                .with(
                    "Operator's part at least",
                    "min_self_stake_bps",
                    Shown::Bps(registered.min_self_stake_bps),
                )
        };
        acting
            .carry_out("register a node", &instructions, describe)
            .await
    }
}

/// The class with that number or name.
async fn class_of(context: &Context, text: &str) -> Result<DeviceClass> {
    let classes = context.network.scan::<DeviceClass>(&[]).await?;
    let number = text.parse::<u16>().ok();
    let found = classes
        .iter()
        .map(|(_, class)| class)
        .find(|class| number == Some(class.id) || super::name_of(class).eq_ignore_ascii_case(text));
    found.copied().ok_or_else(|| {
        let names = classes.iter().map(|(_, class)| super::name_of(class));
        let names: Vec<_> = names.collect();
        Failure::refused(
            format!("there is no device class `{text}`"),
            format!("use one of {}", names.join(", ")),
        )
    })
}

/// Set a node's commission: lower at once, higher after 14 days
#[derive(Args)]
pub struct Commission {
    /// The node's address
    node: Pubkey,
    /// The operator's part of rewards, in percent
    #[arg(value_name = "PERCENT", value_parser = percent)]
    commission: u64,
    #[command(flatten)]
    signing: Signing,
}

impl Commission {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let (node, bps) = (&self.node, self.commission);
        let instructions = staking::set_commission(network, &acting.actor(), node, bps).await?;
        let now = network.clock().await?.now;
        let describe = |events: &[Event]| {
            let from = events.iter().find_map(|event| match event {
                Event::CommissionSet(set) => Some(set.effective_at),
                _ => None,
            });
            of(node)
                .with("Commission", "commission_bps", Shown::Bps(bps))
                .with(
                    "From",
                    "effective_at",
                    Shown::maybe(from, |at| Shown::When { at, now }),
                )
        };
        acting
            .carry_out("set a commission", &instructions, describe)
            .await
    }
}

/// Whether others may stake.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Openness {
    Open,
    Closed,
}

/// Open a node to stake of others, or close it; what is staked stays
#[derive(Args)]
pub struct Delegation {
    /// The node's address
    node: Pubkey,
    #[arg(value_enum)]
    delegation: Openness,
    #[command(flatten)]
    signing: Signing,
}

impl Delegation {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let open = self.delegation == Openness::Open;
        let instructions = staking::set_delegation(&acting.actor(), &self.node, open);
        let describe = |_: &[Event]| {
            of(&self.node).with(
                "Takes stake of others",
                "delegation_open",
                Shown::Flag(open),
            )
        };
        acting
            .carry_out("set who may stake", &instructions, describe)
            .await
    }
}

/// Bring a node's terms up to date with its class
#[derive(Args)]
pub struct Sync {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Sync {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let instructions = staking::sync_class(&context.network, &self.node).await?;
        let describe = |events: &[Event]| {
            let synced = events.iter().find_map(|event| match event {
                Event::NodeTermsSynced(synced) => Some(synced),
                _ => None,
            });
            let record = of(&self.node).with("Changes", "changed", Shown::Flag(synced.is_some()));
            let Some(synced) = synced else {
                return record;
            };
            record
                .with("Minimum stake", "min_stake", Shown::Io(synced.min_stake))
                .with("Maximum stake", "max_stake", Shown::Io(synced.max_stake))
                .with(
                    "Operator's part at least",
                    "min_self_stake_bps",
                    Shown::Bps(synced.min_self_stake_bps),
                )
        };
        acting
            .carry_out("sync a node with its class", &instructions, describe)
            .await
    }
}

/// Give a node up, for good: it earns nothing from now on, and everybody may leave
#[derive(Args)]
pub struct Retire {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Retire {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let instructions = staking::retire_node(network, &acting.actor(), &self.node).await?;
        let describe = |_: &[Event]| of(&self.node).with("For good", "retired", Shown::Flag(true));
        acting
            .carry_out("retire a node", &instructions, describe)
            .await
    }
}

/// Move everybody on a retired node one step on: pay rewards, start cooldowns, pay what has cooled down, close
/// empty positions
///
/// Everything is paid to whom it belongs; anyone may. Run it until the node is empty: now, and 14 days later.
#[derive(Args)]
pub struct Clear {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Clear {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let clearing = staking::clear_node(network, &acting.actor(), &self.node).await?;
        if clearing.instructions.is_empty() {
            let now = network.clock().await?.now;
            let advice = match clearing.next {
                Some(at) => format!("go on from {} on", Shown::When { at, now }.human()),
                None => "close the node".to_owned(),
            };
            return Err(Failure::refused(
                "nothing can be done on the node now",
                advice,
            ));
        }
        let describe = |events: &[Event]| {
            let claimed = figures::sum(events, |event| match event {
                Event::Claimed(claimed) => Some(claimed.amount),
                _ => None,
            });
            let unstaked = figures::sum(events, |event| match event {
                Event::UnstakeRequested(request) => Some(request.amount),
                _ => None,
            });
            let withdrawn = figures::sum(events, |event| match event {
                Event::Withdrawn(withdrawn) => Some(withdrawn.amount),
                _ => None,
            });
            let closed = figures::sum(events, |event| match event {
                Event::PositionClosed(_) => Some(1),
                _ => None,
            });
            of(&self.node)
                .with("Rewards paid", "claimed", Shown::Io(claimed))
                .with("Starts to cool", "unstaked", Shown::Io(unstaked))
                .with("Stake paid", "withdrawn", Shown::Io(withdrawn))
                .with("Positions closed", "closed", Shown::Number(closed))
        };
        let report = acting
            .carry_out("clear a node", &clearing.instructions, describe)
            .await?
            .data("left", clearing.left.into());
        Ok(match clearing.left {
            0 => report,
            left => report.note(format!("{left} more positions: run again.")),
        })
    }
}

/// Close a retired node that nobody has anything on; its rents come back
#[derive(Args)]
pub struct Close {
    /// The node's address
    node: Pubkey,
    #[command(flatten)]
    signing: Signing,
}

impl Close {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let acting = self.signing.acting(context)?;
        let network = &context.network;
        let instructions = staking::close_node(network, &acting.actor(), &self.node).await?;
        let describe = |events: &[Event]| {
            let closed = events.iter().find_map(|event| match event {
                Event::NodeClosed(closed) => Some(closed),
                _ => None,
            });
            let Some(closed) = closed else {
                return of(&self.node);
            };
            of(&self.node)
                .with(
                    "Stake left by rounding",
                    "stake_left",
                    Shown::Io(closed.stake_left),
                )
                .with(
                    "Rewards left",
                    "rewards_left",
                    Shown::Io(closed.rewards_left),
                )
        };
        acting
            .carry_out("close a node", &instructions, describe)
            .await
    }
}

fn of(node: &Pubkey) -> Record {
    Record::new().with("Node", "node", Shown::Address(*node))
}
