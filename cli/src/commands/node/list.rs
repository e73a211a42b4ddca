//! `io node list`.

use super::{name_of, status_of};
use crate::{
    args::{io, percent},
    context::Context,
    failure::Result,
    output::{Report, Shown, Table},
};
use clap::{Args, ValueEnum};
use core::{cmp::Reverse, mem::offset_of};
use io_client::{
    Pubkey,
    rpc::At,
    shared::state::{DeviceClass, Node, NodeEmission, TrancheKind},
};
use std::collections::BTreeMap;

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
    /// List device classes instead, with their terms
    #[arg(long, exclusive = true)]
    classes: bool,
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

/// A node in the list.
struct Row {
    address: Pubkey,
    node: Node,
    class: String,
    room: u64,
    commission: u64,
    emission: Option<NodeEmission>,
}

impl Row {
    fn score(&self) -> u64 {
        self.emission.map_or(0, |emission| emission.score_bps)
    }

    fn weight(&self) -> u64 {
        self.emission.map_or(0, |emission| emission.weight)
    }
}

impl List {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let now = network.clock().await?.now;
        let classes = network.scan::<DeviceClass>(&[]).await?;
        if self.classes {
            return Ok(list_classes(&classes, now));
        }
        let names: BTreeMap<u16, String> = classes
            .iter()
            .map(|(_, class)| (class.id, name_of(class)))
            .collect();
        let operated = self
            .operator
            .map(|by| At::field(offset_of!(Node, operator), by));
        let nodes = network.scan::<Node>(operated.as_slice()).await?;
        let emissions: BTreeMap<Pubkey, NodeEmission> = match nodes.as_slice() {
            [] => BTreeMap::new(),
            nodes => {
                let of = nodes.iter().map(|(_, node)| node.node_emission);
                let found = network
                    .find_all::<NodeEmission>(&of.collect::<Vec<_>>())
                    .await?;
                let found = found.into_iter().flatten();
                found.map(|emission| (emission.node, emission)).collect()
            }
        };
        let rows = nodes.into_iter().map(|(address, node)| {
            let emission = emissions.get(&address).copied();
            Row {
                address,
                node,
                class: names.get(&node.class).cloned().unwrap_or_default(),
                room: room(&node),
                commission: node.commission_bps.at(now),
                emission,
            }
        });
        let mut rows: Vec<Row> = rows.filter(|row| self.admits(row)).collect();
        let found = rows.len();
        self.sort(&mut rows);
        rows.truncate(self.limit);
        let report = Report::new()
            .table(table(&rows, now))
            .data("found", found.into());
        Ok(if rows.len() < found {
            report.note(format!(
                "{} of {found} nodes; see more with --limit.",
                rows.len()
            ))
        } else {
            report
        })
    }

    fn admits(&self, row: &Row) -> bool {
        let of_class = |class: &String| {
            row.class.eq_ignore_ascii_case(class) || row.node.class.to_string() == *class
        };
        self.class.as_ref().is_none_or(of_class)
            && (!self.earning || row.weight() > 0)
            && self.room.is_none_or(|room| row.room >= room)
            && self.commission.is_none_or(|most| row.commission <= most)
    }

    fn sort(&self, rows: &mut [Row]) {
        match self.sort {
            Sort::Stake => rows.sort_by_key(|row| Reverse(row.node.active_stake())),
            Sort::Room => rows.sort_by_key(|row| Reverse(row.room)),
            Sort::Commission => rows.sort_by_key(|row| row.commission),
            Sort::Score => rows.sort_by_key(|row| Reverse(row.score())),
            Sort::Weight => rows.sort_by_key(|row| Reverse(row.weight())),
            Sort::Registered => rows.sort_by_key(|row| Reverse(row.node.registered_at)),
        }
    }
}

/// Room for stake of others, raw IO.
fn room(node: &Node) -> u64 {
    if !node.is_open() || node.delegation_open == 0 {
        return 0;
    }
    node.delegator_kind().map_or(0, |kind| node.room(kind))
}

fn table(rows: &[Row], now: i64) -> Table {
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
    for row in rows {
        table.row([
            Shown::Address(row.address),
            Shown::text(&row.class),
            Shown::Number(row.node.processors.into()),
            Shown::Io(row.node.active_stake()),
            Shown::Io(row.room),
            Shown::Bps(row.commission),
            Shown::Bps(row.score()),
            Shown::text(status_of(&row.node, row.emission.as_ref(), now)),
        ]);
    }
    table
}

fn list_classes(classes: &[(Pubkey, DeviceClass)], now: i64) -> Report {
    let mut table = Table::new(
        "classes",
        "no classes",
        [
            ("No.", "id"),
            ("Class", "name"),
            ("Pool", "pool"),
            ("Multiplier", "multiplier_milli"),
            ("Minimum of one", "min_stake"),
            ("Maximum of one", "max_stake"),
            ("Delegators slashable", "delegators_slashable"),
            ("Takes nodes", "takes_nodes"),
        ],
    );
    let mut classes: Vec<_> = classes.iter().map(|(_, class)| class).collect();
    classes.sort_unstable_by_key(|class| class.id);
    for class in classes {
        let (min, max) = class.stake_bounds(1, now).unwrap_or((0, 0));
        let slashable = class.delegator_tranche(now) == TrancheKind::Exposed;
        table.row([
            Shown::Number(class.id.into()),
            Shown::text(name_of(class)),
            Shown::Number(class.pool.into()),
            Shown::Token(class.multiplier_milli.at(now), 3, "×".into()),
            Shown::Io(min),
            Shown::Io(max),
            Shown::Flag(slashable),
            Shown::Flag(class.takes_nodes(now)),
        ]);
    }
    Report::new().table(table)
}
