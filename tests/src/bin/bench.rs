//! `cargo xtask bench [--check]`: compute units of every instruction on the built programs.

use anyhow::{Context, Result, bail};
use io_tests::{
    artifact,
    bench::{Comparison, Row, compare, measure, render},
};
use owo_colors::{OwoColorize, Stream::Stdout};
use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "{} {error:#}",
                "error:".if_supports_color(Stdout, |text| text.red())
            );
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        other => bail!("unknown arguments {other:?}; there is only --check"),
    };
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let json = docs.join("compute-units.json");
    let rows = measure();
    require_unshared(&rows)?;
    let page = render(&rows, &sizes()?);
    println!("{page}");
    if !check {
        std::fs::write(&json, serde_json::to_string_pretty(&rows)? + "\n")?;
        std::fs::write(docs.join("compute-units.md"), page)?;
        println!("wrote docs/compute-units.md and docs/compute-units.json");
        return Ok(());
    }
    let committed = std::fs::read_to_string(&json)
        .with_context(|| format!("read {}; run `cargo xtask bench` once", json.display()))?;
    let committed: Vec<Row> = serde_json::from_str(&committed)?;
    judge(&compare(&committed, &rows))
}

/// Invariant 9 of the design: these write no account that strangers share.
fn require_unshared(rows: &[Row]) -> Result<()> {
    const HOT: [&str; 5] = ["pay_io", "pay_io_split", "deposit", "claim", "withdraw"];
    for row in rows {
        if HOT.contains(&row.instruction.as_str()) && row.shared_writable > 0 {
            bail!(
                "{} ({}) writes {} accounts that strangers write too; none is allowed",
                row.instruction,
                row.case,
                row.shared_writable
            );
        }
    }
    Ok(())
}

/// Prints what changed; an error if anything got worse or the table is incomplete.
fn judge(found: &[Comparison]) -> Result<()> {
    let mut bad = 0;
    for comparison in found {
        match comparison {
            Comparison::Regression { row, before, now } => {
                bad += 1;
                println!("worse: {row}: {before} -> {now} CU");
            }
            Comparison::Improvement { row, before, now } => {
                println!(
                    "better: {row}: {before} -> {now} CU (run `cargo xtask bench` to record it)"
                );
            }
            Comparison::Missing(row) => {
                bad += 1;
                println!("missing: {row} is in the committed table and was not measured");
            }
            Comparison::New(row) => {
                bad += 1;
                println!("new: {row} is not in the committed table");
            }
        }
    }
    if bad > 0 {
        bail!("{bad} rows differ from docs/compute-units.json");
    }
    println!("compute units are within 3 % of docs/compute-units.json");
    Ok(())
}

/// Bytes of the programs' binaries.
fn sizes() -> Result<Vec<(String, u64)>> {
    io_tests::PROGRAMS
        .iter()
        .map(|(name, _)| {
            let path = artifact(name);
            let bytes = std::fs::metadata(&path)
                .with_context(|| format!("{}; run `cargo xtask build`", path.display()))?
                .len();
            Ok(((*name).to_string(), bytes))
        })
        .collect()
}
