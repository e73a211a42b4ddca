//! The load measurements, small.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};

/// The cells of the row that begins with `first`, in the table below the heading.
fn row<'a>(page: &'a str, heading: &str, first: &str) -> Result<Vec<&'a str>> {
    let (_, below) = page.split_once(heading).context("no such heading")?;
    let start = format!("| {first} |");
    let line = below.lines().find(|line| line.starts_with(&start));
    let cells = line.with_context(|| format!("no row {first:?} below {heading:?}"))?;
    Ok(cells.split('|').map(str::trim).skip(1).collect())
}

#[test]
fn a_hundred_nodes_and_payments_are_measured() -> Result<()> {
    let out: PathBuf = std::env::temp_dir().join(format!("io-load-test-{}", std::process::id()));
    let ended = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["--nodes", "100", "--payments", "5", "--wallets", "20"])
        .arg("--out")
        .arg(&out)
        .output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "{said}");
    let page = fs::read_to_string(out.join("load.md"))?;
    let picture = fs::read_to_string(out.join("load.svg"))?;
    fs::remove_dir_all(&out)?;

    let count = |cells: &[&str], place: usize| -> Result<u64> {
        let cell = cells.get(place).context("a short row")?;
        Ok(cell.replace(',', "").parse()?)
    };
    // At most 24 nodes a transaction are scored, and 12 harvested, one pool after the other.
    let nodes = "### 100 nodes";
    let scored = count(&row(&page, nodes, "score, version 1")?, 2)?;
    ensure!(
        (5..=10).contains(&scored),
        "scored in {scored} transactions"
    );
    let harvested = count(&row(&page, nodes, "harvest")?, 2)?;
    ensure!((9..=50).contains(&harvested), "harvested in {harvested}");
    ensure!(count(&row(&page, nodes, "advance an epoch")?, 2)? == 1);
    let scanned = row(&page, "### Reading all nodes", "nodes")?;
    ensure!(count(&scanned, 3)? == 100 * 624, "{scanned:?}");

    let paid = row(&page, "## Payments", "20")?;
    ensure!(paid[1..4] == ["100", "100", "none"], "{paid:?}");
    ensure!(picture.starts_with("<svg") && picture.contains("20 wallets"));
    Ok(())
}
