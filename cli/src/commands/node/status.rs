//! `io node status`.

use super::{name_of, status_of, text_of};
use crate::{
    context::Context,
    failure::Result,
    output::{Record, Report, Shown, Table},
};
use clap::Args;
use io_client::{
    Pubkey,
    actions::staking::{Holding, NodeState, tickets_of},
    shared::{constants::BPS, math::fixed::mul_div_floor, state::TrancheKind},
};

/// Show a node: its stake, what it earns, and a wallet's part of it
#[derive(Args)]
pub struct Status {
    /// The node's address
    node: Pubkey,
    /// Whose part to show [default: the wallet's]
    #[arg(long, value_name = "WALLET")]
    of: Option<Pubkey>,
}

const KINDS: [TrancheKind; 3] = [
    TrancheKind::Operator,
    TrancheKind::Protected,
    TrancheKind::Exposed,
];

/// What people call a kind of stake.
const fn kind_name(kind: TrancheKind) -> &'static str {
    match kind {
        TrancheKind::Operator => "operator",
        TrancheKind::Protected => "delegators",
        TrancheKind::Exposed => "delegators, slashable",
    }
}

impl Status {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let state = NodeState::read(network, &self.node).await?;
        let report = Report::new()
            .title(format!("Node {}", self.node))
            .record(terms(&state))
            .title("Stake")
            .record(stake(&state))
            .table(tranches(&state))
            .title("Emission")
            .record(emission(&state));
        // Whoever only looks needs no wallet.
        let Ok(owner) = context.wallet_or(self.of) else {
            return Ok(report);
        };
        let holdings = state.holdings(network, &owner).await?;
        let mut tickets = Table::new(
            "tickets",
            "no tickets",
            [
                ("Ticket", "ticket"),
                ("Stake", "amount"),
                ("Withdraw from", "unlock_at"),
            ],
        );
        for (_, of_position) in tickets_of(network, &owner, Some(&self.node)).await? {
            for (address, ticket) in of_position {
                tickets.row([
                    Shown::Address(address),
                    Shown::Io(ticket.amount),
                    Shown::When {
                        at: ticket.unlock_at,
                        now: state.now,
                    },
                ]);
            }
        }
        Ok(report
            .title(format!("Of {owner}"))
            .table(positions(&holdings))
            .table(tickets))
    }
}

fn terms(state: &NodeState) -> Record {
    let NodeState { node, now, .. } = state;
    let name = text_of(&node.node_id);
    let raise = node.commission_bps.pending(*now);
    let slash = node.slash_open().then_some(node.slash_lapses_at);
    Record::new()
        .with("Operator", "operator", Shown::Address(node.operator))
        .with(
            "Its name for it",
            "id",
            match name {
                Some(name) => Shown::Text(name),
                None => Shown::Id(node.node_id),
            },
        )
        .with("Status", "status", Shown::text(status_of(state)))
        .with("Class", "class", Shown::text(name_of(&state.class)))
        .with(
            "Processors",
            "processors",
            Shown::Number(node.processors.into()),
        )
        .with(
            "Commission",
            "commission_bps",
            Shown::Bps(node.commission_bps.at(*now)),
        )
        .with(
            "Commission to come",
            "next_commission_bps",
            Shown::maybe(raise, |(bps, _)| Shown::Bps(bps)),
        )
        .with(
            "From",
            "next_commission_at",
            Shown::maybe(raise, |(_, at)| Shown::When { at, now: *now }),
        )
        .with(
            "Takes stake of others",
            "delegation_open",
            Shown::Flag(node.delegation_open != 0),
        )
        .with(
            "Registered",
            "registered_at",
            Shown::Time(node.registered_at),
        )
        .with(
            "Slash proposed, lapses",
            "slash_lapses_at",
            Shown::maybe(slash, |at| Shown::When { at, now: *now }),
        )
}

fn stake(state: &NodeState) -> Record {
    let NodeState { node, now, .. } = state;
    let rise = node.min_stake.pending(*now);
    Record::new()
        .with("Active", "active_stake", Shown::Io(node.active_stake()))
        .with("Cooling", "cooling_stake", Shown::Io(node.cooling_stake()))
        .with("Minimum", "min_stake", Shown::Io(node.min_stake.at(*now)))
        .with(
            "Minimum to come",
            "next_min_stake",
            Shown::maybe(rise, |(stake, _)| Shown::Io(stake)),
        )
        .with(
            "From",
            "next_min_stake_at",
            Shown::maybe(rise, |(_, at)| Shown::When { at, now: *now }),
        )
        .with("Maximum", "max_stake", Shown::Io(node.max_stake))
        .with(
            "Operator's part at least",
            "min_self_stake_bps",
            Shown::Bps(node.min_self_stake_bps),
        )
}

fn tranches(state: &NodeState) -> Table {
    let node = &state.node;
    let mut table = Table::new(
        "tranches",
        "no stake",
        [
            ("Kind", "kind"),
            ("Active", "active"),
            ("Cooling", "cooling"),
            ("Room", "room"),
        ],
    );
    for kind in KINDS {
        let takes = kind == TrancheKind::Operator
            || (node.delegation_open != 0 && node.check_terms(kind).is_ok());
        let room = if takes && node.is_open() {
            node.room(kind)
        } else {
            0
        };
        table.row([
            Shown::text(kind_name(kind)),
            Shown::Io(node.tranche(kind).stake),
            Shown::Io(
                node.cooling
                    .get(kind as usize)
                    .map_or(0, |cooling| cooling.stake),
            ),
            Shown::Io(room),
        ]);
    }
    table
}

fn emission(state: &NodeState) -> Record {
    let Some(emission) = state.settled() else {
        return Record::new().with("Enrolled", "enrolled", Shown::Flag(false));
    };
    let share = mul_div_floor(emission.weight, BPS, state.pool.total_weight);
    let waiting = (emission.pending_weight > 0).then_some(emission.pending_weight);
    let scored = (emission.score_epoch != u64::MAX).then_some(emission.score_epoch);
    Record::new()
        .with("Enrolled", "enrolled", Shown::Flag(true))
        .with("Pool", "pool", Shown::Number(emission.pool.into()))
        .with("Score", "score_bps", Shown::Bps(emission.score_bps))
        .with(
            "Scored in epoch",
            "score_epoch",
            Shown::maybe(scored, Shown::Number),
        )
        .with("Weight", "weight", Shown::Number(emission.weight))
        .with(
            "Part of the pool",
            "pool_share_bps",
            Shown::maybe(share, Shown::Bps),
        )
        .with(
            "Weight that waits",
            "pending_weight",
            Shown::maybe(waiting, Shown::Number),
        )
        .with("Earned, not harvested", "pending", Shown::Io(emission.owed))
        .with(
            "Harvested so far",
            "harvested",
            Shown::Io(emission.harvested),
        )
        .with(
            "Shared out, not claimed",
            "rewards_owed",
            Shown::Io(state.node.rewards_owed),
        )
}

fn positions(holdings: &[Holding]) -> Table {
    let mut table = Table::new(
        "positions",
        "no stake on this node",
        [
            ("Kind", "kind"),
            ("Stake", "stake"),
            ("Claimable", "claimable"),
            ("Tickets", "open_tickets"),
            ("Paid to", "payout"),
        ],
    );
    for holding in holdings {
        table.row([
            Shown::text(kind_name(holding.stake.tranche)),
            Shown::Io(holding.value),
            Shown::Io(holding.claimable),
            Shown::Number(holding.position.open_tickets),
            Shown::Address(holding.position.payout),
        ]);
    }
    table
}
