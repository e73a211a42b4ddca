//! The table: one row for each sampled epoch, amounts in raw IO.

use std::fmt::Write;

use crate::{plan::Plan, run::Row};

/// The whole table. Amounts and epochs are sums since the start; nodes and processors are counts now.
pub fn table(plan: &Plan, rows: &[Row]) -> String {
    let mut text = header(plan);
    for row in rows {
        write_row(&mut text, row);
        text.push('\n');
    }
    text
}

fn header(plan: &Plan) -> String {
    let mut text = String::from(
        "epoch,time,supply,emitted,epoch_emission,bounties,owed,carry,harvested,staked,nodes,earning_nodes",
    );
    for pool in 0..plan.pool_count() {
        for column in ["owed", "carry", "harvested", "staked"] {
            push(&mut text, &format_args!("pool{pool}_{column}"));
        }
        for class in plan.classes(pool) {
            for column in [
                "earned",
                "forfeited",
                "nodes",
                "processors",
                "earning_nodes",
                "processor_epochs",
            ] {
                push(&mut text, &format_args!("{}_{column}", key(&class.name)));
            }
        }
    }
    text.push('\n');
    text
}

fn write_row(text: &mut String, row: &Row) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{},{}", row.epoch, row.time);
    for figure in [
        row.crank.supply,
        row.crank.emitted,
        row.crank.emission,
        row.crank.bounties,
        row.sum(|pool| pool.holdings.owed),
        row.sum(|pool| pool.holdings.carry),
        row.sum(|pool| pool.holdings.harvested),
        row.sum(|pool| pool.staked),
        row.nodes(),
        row.tally(|class| class.earning_nodes),
    ] {
        push(text, &figure);
    }
    for pool in &row.pools {
        let holdings = pool.holdings;
        for figure in [
            holdings.owed,
            holdings.carry,
            holdings.harvested,
            pool.staked,
        ] {
            push(text, &figure);
        }
        for class in &pool.classes {
            for figure in [
                class.earned,
                class.forfeited,
                class.nodes,
                class.processors,
                class.earning_nodes,
                class.processor_epochs,
            ] {
                push(text, &figure);
            }
        }
    }
}

fn push(text: &mut String, cell: &impl std::fmt::Display) {
    let _ = write!(text, ",{cell}");
}

/// A class's name as the beginning of a column's: `RTX 4090` is `rtx_4090`.
fn key(name: &str) -> String {
    name.chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Settings,
        run::{run, tests::localnet},
    };
    use io_shared::math::curve::Curve;

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let settings = Settings {
            nodes: 10,
            ..Settings::whole(&Curve::MONTHLY)
        };
        let plan = Plan::new(localnet(), settings).expect("good");
        let outcome = run(&plan, |_| {}).expect("adds up");
        let table = table(&plan, &outcome.rows);
        let mut lines = table.lines();
        let columns: Vec<&str> = lines.next().expect("a header").split(',').collect();
        assert_eq!(columns.len(), 12 + 2 * 4 + 9 * 6);
        assert!(columns.contains(&"rtx_4090_earned") && columns.contains(&"pool1_carry"));
        let mut rows = 0;
        for line in lines {
            assert_eq!(line.split(',').count(), columns.len());
            assert!(line.split(',').all(|cell| cell.parse::<i64>().is_ok()));
            rows += 1;
        }
        // Before the first epoch and after each of 240.
        assert_eq!(rows, 241);
    }
}
