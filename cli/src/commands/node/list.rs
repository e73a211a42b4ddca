//! `io node list`.

use super::{name_of, status_of};
use crate::{
    args::{io, percent},
    context::Context,
    failure::Result,
    output::{Report, Shown, Table},
};
use clap::{Args, ValueEnum};
use core::cmp::Reverse;
use io_client::{Pubkey, actions::staking::NodeState, shared::state::Node};

/// List nodes
#[derive(Args)]
pub struct List {
    /// Of this operator
    #[arg(long, value_name = "WALLET")]
    operator: Option<Pubkey>,
    /// Of this device class: its number or name
    #[arg(long)]
    class: Option<String>,
    /// That earn now
    #[arg(long)]
    earning: bool,
    /// That have room for so much stake of others
    #[arg(long, value_name = "IO", value_parser = io)]
    room: Option<u64>,
    /// With at most this commission, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    commission: Option<u64>,
    /// What to sort by, the best first
    #[arg(long, value_enum, default_value = "stake")]
    sort: Sort,
    /// Show at most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sort {
    Stake,
    Room,
    Commission,
    Score,
    Weight,
    Registered,
}

impl List {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let mut nodes = NodeState::scan(network, self.operator.as_ref()).await?;
        nodes.retain(|state| self.admits(state));
        let found = nodes.len();
        self.sort(&mut nodes);
        nodes.truncate(self.limit);
        let report = Report::new()
            .table(table(&nodes))
            .data("found", found.into());
        Ok(if nodes.len() < found {
            let shown = nodes.len();
            report.note(format!("{shown} of {found} nodes; see more with --limit."))
        } else {
            report
        })
    }

    fn admits(&self, state: &NodeState) -> bool {
        let of_class = |text: &String| {
            name_of(&state.class).eq_ignore_ascii_case(text) || state.class.id.to_string() == *text
        };
        self.class.as_ref().is_none_or(of_class)
            && (!self.earning || weight(state) > 0)
            && self.room.is_none_or(|least| room(&state.node) >= least)
            && self.commission.is_none_or(|most| commission(state) <= most)
    }

    fn sort(&self, nodes: &mut [NodeState]) {
        match self.sort {
            Sort::Stake => nodes.sort_by_key(|state| Reverse(state.node.active_stake())),
            Sort::Room => nodes.sort_by_key(|state| Reverse(room(&state.node))),
            Sort::Commission => nodes.sort_by_key(commission),
            Sort::Score => nodes.sort_by_key(|state| Reverse(score(state))),
            Sort::Weight => nodes.sort_by_key(|state| Reverse(weight(state))),
            Sort::Registered => nodes.sort_by_key(|state| Reverse(state.node.registered_at)),
        }
    }
}

fn commission(state: &NodeState) -> u64 {
    state.node.commission_bps.at(state.now)
}

fn score(state: &NodeState) -> u64 {
    state.emission.map_or(0, |emission| emission.score_bps)
}

fn weight(state: &NodeState) -> u64 {
    state.settled().map_or(0, |emission| emission.weight)
}

/// Room for stake of others, raw IO.
fn room(node: &Node) -> u64 {
    if !node.is_open() || node.delegation_open == 0 {
        return 0;
    }
    node.delegator_kind().map_or(0, |kind| node.room(kind))
}

fn table(nodes: &[NodeState]) -> Table {
    let mut table = Table::new(
        "nodes",
        "no such nodes",
        [
            ("Node", "node"),
            ("Class", "class"),
            ("Proc.", "processors"),
            ("Stake", "active_stake"),
            ("Room", "room"),
            ("Comm.", "commission_bps"),
            ("Score", "score_bps"),
            ("Status", "status"),
        ],
    );
    for state in nodes {
        table.row([
            Shown::Address(state.address),
            Shown::text(name_of(&state.class)),
            Shown::Number(state.node.processors.into()),
            Shown::WholeIo(state.node.active_stake()),
            Shown::WholeIo(room(&state.node)),
            Shown::Bps(commission(state)),
            Shown::Bps(score(state)),
            Shown::text(status_of(state)),
        ]);
    }
    table
}
