//! The table of compute units: for people, for machines, and against the committed one.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A regression over this many per cent fails.
const TOLERANCE_PER_CENT: u64 = 3;

/// One instruction in one situation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub program: String,
    pub instruction: String,
    pub case: String,
    /// Compute units of the whole instruction.
    pub cu: u64,
    /// Part of `cu` consumed by called programs, the instruction's own event call included.
    pub cpi_cu: u64,
    /// The same calls and writes by a minimal program, where one exists.
    pub floor_cu: Option<u64>,
    pub accounts: usize,
    pub writable: usize,
    /// Writable accounts that the same instruction of a stranger writes as well.
    pub shared_writable: usize,
}

/// What an instruction should cost at most, and what the best peer's costs: built from its sources
/// with the same toolchain and run in the same runtime.
struct Goal {
    instruction: &'static str,
    /// How the case begins.
    case: &'static str,
    goal: u64,
    peer: Option<(&'static str, u64)>,
}

const GOALS: [Goal; 8] = [
    Goal {
        instruction: "deposit",
        case: "into an existing position",
        goal: 3_000,
        peer: Some(("Nosana", 6_211)),
    },
    Goal {
        instruction: "request_unstake",
        case: "part",
        goal: 2_500,
        peer: Some(("Nosana", 3_844)),
    },
    Goal {
        instruction: "withdraw",
        case: "sent by anyone",
        goal: 3_000,
        peer: Some(("Nosana", 6_079)),
    },
    Goal {
        instruction: "claim",
        case: "delegator",
        goal: 3_000,
        peer: Some(("Nosana", 9_041)),
    },
    Goal {
        instruction: "pay_io",
        case: "with a receipt, median",
        goal: 4_500,
        peer: Some(("commerce-kit", 15_061)),
    },
    Goal {
        instruction: "pay_token",
        case: "of it the router: without its calls",
        goal: 6_000,
        peer: None,
    },
    Goal {
        instruction: "advance_epoch",
        case: "1,000 epochs",
        goal: 8_000,
        peer: None,
    },
    Goal {
        instruction: "harvest",
        case: "one epoch's rewards",
        goal: 6_000,
        peer: Some(("Inference.net", 46_391)),
    },
];

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    Regression { row: String, before: u64, now: u64 },
    Improvement { row: String, before: u64, now: u64 },
    Missing(String),
    New(String),
}

impl Row {
    fn name(&self) -> String {
        format!("{}::{} ({})", self.program, self.instruction, self.case)
    }
}

/// Compares what was measured with what is committed.
pub fn compare(committed: &[Row], measured: &[Row]) -> Vec<Comparison> {
    let mut found = Vec::new();
    for row in measured {
        let name = row.name();
        match committed.iter().find(|old| old.name() == name) {
            None => found.push(Comparison::New(name)),
            Some(old) if row.cu * 100 > old.cu * (100 + TOLERANCE_PER_CENT) => {
                found.push(Comparison::Regression {
                    row: name,
                    before: old.cu,
                    now: row.cu,
                });
            }
            Some(old) if row.cu * (100 + TOLERANCE_PER_CENT) < old.cu * 100 => {
                found.push(Comparison::Improvement {
                    row: name,
                    before: old.cu,
                    now: row.cu,
                });
            }
            Some(_) => {}
        }
    }
    for old in committed {
        let name = old.name();
        if measured.iter().all(|row| row.name() != name) {
            found.push(Comparison::Missing(name));
        }
    }
    found
}

/// The table as a Markdown page.
pub fn render(rows: &[Row], sizes: &[(String, u64)]) -> String {
    let mut page = String::from(
        "# Compute units\n\n\
         Written by `cargo xtask bench`, checked in CI by `cargo xtask bench --check` (a regression over 3 % fails).\n\
         Measured in LiteSVM with mainnet's features on the binaries that `cargo xtask build` makes, one instruction a\n\
         transaction. *calls* is the part consumed by called programs, the instruction's own event call included. *floor* is a\n\
         program without a single check or computation that makes the same calls and writes (`tests/programs/floor`), run\n\
         beside it. *shared* counts the writable accounts that a stranger's instruction of the same kind writes too. The\n\
         runtime takes 946 for making a call, before the called program runs; a swap's rows show the router's own part with that\n\
         counted to the call, and to the router.\n",
    );
    let mut program = "";
    for row in rows {
        if row.program != program {
            program = &row.program;
            let _ = write!(
                page,
                "\n## {program}\n\n\
                 | instruction | case | CU | calls | floor | ratio | accounts | writable | shared |\n\
                 |---|---|---:|---:|---:|---:|---:|---:|---:|\n"
            );
        }
        let (floor, ratio) = match row.floor_cu {
            Some(floor) => (
                thousands(floor),
                format!("{:.2}", row.cu as f64 / floor as f64),
            ),
            None => (String::new(), String::new()),
        };
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {floor} | {ratio} | {} | {} | {} |",
            row.instruction,
            row.case,
            thousands(row.cu),
            thousands(row.cpi_cu),
            row.accounts,
            row.writable,
            row.shared_writable,
        );
    }
    page.push_str(
        "\n## Goals and peers\n\n\
         Peers were built from their own sources, with this toolchain and run in this runtime, the cheapest of 400 runs each.\n\n\
         | instruction | CU | goal | | best peer | its CU | times cheaper |\n|---|---:|---:|---|---|---:|---:|\n",
    );
    for goal in &GOALS {
        let row = rows
            .iter()
            .find(|row| row.instruction == goal.instruction && row.case.starts_with(goal.case));
        let Some(row) = row else { continue };
        let verdict = if row.cu <= goal.goal {
            "reached".to_string()
        } else {
            format!("over by {}", thousands(row.cu - goal.goal))
        };
        let (peer, peer_cu, ratio) = match goal.peer {
            Some((name, cu)) => (
                name,
                thousands(cu),
                format!("{:.1}", cu as f64 / row.cu as f64),
            ),
            None => ("", String::new(), String::new()),
        };
        let _ = writeln!(
            page,
            "| `{}`, {} | {} | {} | {verdict} | {peer} | {peer_cu} | {ratio} |",
            row.instruction,
            row.case,
            thousands(row.cu),
            thousands(goal.goal),
        );
    }
    page.push_str("\n## Binaries\n\n| program | bytes |\n|---|---:|\n");
    for (name, bytes) in sizes {
        let _ = writeln!(page, "| `{name}` | {} |", thousands(*bytes));
    }
    page
}

fn thousands(number: u64) -> String {
    io_client::amount::format(number, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(instruction: &str, cu: u64) -> Row {
        Row {
            program: "p".into(),
            instruction: instruction.into(),
            case: "c".into(),
            cu,
            cpi_cu: 0,
            floor_cu: None,
            accounts: 0,
            writable: 0,
            shared_writable: 0,
        }
    }

    #[test]
    fn only_more_than_three_per_cent_counts() {
        let committed = [row("a", 1_000), row("b", 1_000), row("gone", 1)];
        let measured = [row("a", 1_030), row("b", 1_031), row("new", 1)];
        assert_eq!(
            compare(&committed, &measured),
            [
                Comparison::Regression {
                    row: "p::b (c)".into(),
                    before: 1_000,
                    now: 1_031
                },
                Comparison::New("p::new (c)".into()),
                Comparison::Missing("p::gone (c)".into()),
            ]
        );
    }
}
