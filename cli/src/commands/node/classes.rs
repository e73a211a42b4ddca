//! `io node classes`.

use super::name_of;
use crate::{
    context::Context,
    failure::Result,
    output::{Report, Shown, Table},
};
use clap::Args;
use io_client::shared::state::{DeviceClass, TrancheKind};

/// List device classes with their terms
#[derive(Args)]
pub struct Classes;

impl Classes {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let now = network.clock().await?.now;
        let mut classes = network.scan::<DeviceClass>(&[]).await?;
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
        classes.sort_unstable_by_key(|(_, class)| class.id);
        for (_, class) in &classes {
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
        Ok(Report::new().table(table))
    }
}
