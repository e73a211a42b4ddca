//! `cargo xtask demo`: a day in the network's life on the built programs.

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use io_client::amount::{format_io, format_usdc};
use io_tests::scenario::{DAY, Report, Scenario, play};
use owo_colors::{OwoColorize, Stream::Stdout};
use std::{process::ExitCode, time::Instant};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "{} {error:#}\nThe demo stopped there; nothing outside it was changed. Build again \
                 with `cargo xtask build`, then look at the step named above.",
                "error:".if_supports_color(Stdout, |text| text.red())
            );
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let started = Instant::now();
    let scenario = Scenario::parse(DAY)?;
    let report = play(&scenario, &mut |hour, text| {
        let when = match hour {
            Some(hour) => format!("{hour:02}:00"),
            None => "  –  ".into(),
        };
        println!(
            "{} {text}",
            when.if_supports_color(Stdout, |text| text.cyan())
        );
    })?;
    print(&report);
    println!(
        "{} every invariant holds; {} transactions on the built programs in {:.1} s",
        "ok".if_supports_color(Stdout, |text| text.green()),
        report.transactions,
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn print(report: &Report) {
    heading("Nodes");
    table(
        &[
            "node",
            "class",
            "pool",
            "stake, IO",
            "maximum, IO",
            "emission, IO",
        ],
        report.nodes.iter().map(|node| {
            vec![
                node.name.clone(),
                node.class.clone(),
                node.pool.to_string(),
                format_io(node.stake),
                format_io(node.max_stake),
                format_io(node.harvested),
            ]
        }),
    );
    heading("Suppliers");
    table(
        &[
            "supplier",
            "own stake, IO",
            "rewards, IO",
            "jobs, IO",
            "converted, USDC",
        ],
        report.suppliers.iter().map(|supplier| {
            vec![
                supplier.name.clone(),
                format_io(supplier.staked),
                format_io(supplier.rewards),
                format_io(supplier.jobs_io),
                format_usdc(supplier.usdc),
            ]
        }),
    );
    heading("Holders");
    table(
        &["holder", "staked, IO", "rewards, IO", "withdrawn, IO"],
        report.holders.iter().map(|holder| {
            vec![
                holder.name.clone(),
                format_io(holder.staked),
                format_io(holder.rewards),
                format_io(holder.withdrawn),
            ]
        }),
    );
    heading("Renters");
    table(
        &[
            "renter",
            "paid, IO",
            "paid, USDC",
            "of it fees, USDC",
            "delivered, IO",
        ],
        report.renters.iter().map(|renter| {
            vec![
                renter.name.clone(),
                format_io(renter.paid_io),
                format_usdc(renter.paid_usdc),
                format_usdc(renter.fees_usdc),
                format_io(renter.delivered_io),
            ]
        }),
    );
    heading("Books");
    let books = &report.books;
    table(
        &["what", "IO"],
        [
            ("minted ever", books.minted),
            ("burned", books.burned),
            ("supply", books.supply),
            ("emitted in 24 epochs", books.emitted),
            ("bounties of the keeper", report.keeper_io),
            ("distributor's vault", books.emissions_vault),
            ("owed to nodes", books.owed_to_nodes),
            ("carried to the next epoch", books.carry),
            ("active stake", books.active_stake),
            ("cooling stake", books.cooling_stake),
            ("stake vaults", books.stake_vaults),
            ("reward vaults", books.reward_vaults),
            ("claimable from them", books.claimable),
        ]
        .map(|(what, raw)| vec![what.to_string(), format_io(raw)]),
    );
    println!(
        "{} epochs in {} cranks; the treasury has {} USDC of fees",
        report.epochs,
        report.cranks,
        format_usdc(report.treasury_usdc)
    );
}

fn heading(text: &str) {
    println!("\n{}", text.if_supports_color(Stdout, |text| text.bold()));
}

/// A table whose first column is text and the others numbers.
fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header(header);
    for row in rows {
        let cells = row.into_iter().map(|text| {
            let number = text.starts_with(|c: char| c.is_ascii_digit());
            let alignment = if number {
                CellAlignment::Right
            } else {
                CellAlignment::Left
            };
            Cell::new(text).set_alignment(alignment)
        });
        table.add_row(cells);
    }
    println!("{table}");
}
