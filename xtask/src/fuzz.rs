//! `cargo xtask fuzz`: random sequences of all instructions, on the built programs and on the model.

use anyhow::Result;
use clap::Args;

use crate::{build, cargo, project::Checkout};

/// Steps of a run in CI, and of one that nobody waits for.
const STEPS: u64 = 100_000;
const NIGHTLY: u64 = 10_000_000;

/// How far to go, and from where.
#[derive(Args, Debug)]
pub struct Options {
    /// Transactions to send, 100,000 unless given; from there on every instruction must have succeeded
    #[arg(long, value_name = "N")]
    pub steps: Option<u64>,
    /// Where the random numbers begin; the same seed takes the same steps
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// 10,000,000 steps unless given, with the fuzzer itself optimized: minutes to build, an hour or more to run; the
    /// figures so far are kept in target/fuzz-reports
    #[arg(long)]
    pub nightly: bool,
}

/// Builds the programs and runs them against the model.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    build::run(checkout, &build::Options::default())?;
    let usual = if options.nightly { NIGHTLY } else { STEPS };
    let steps = options.steps.unwrap_or(usual);
    let (steps, seed) = (steps.to_string(), options.seed.to_string());
    let mut arguments = vec!["run", "--quiet", "--locked", "--bin", "fuzz"];
    if options.nightly {
        arguments.push("--release");
    }
    arguments.extend(["--", "--steps", &steps, "--seed", &seed]);
    cargo::run(
        &checkout.host(),
        &arguments,
        "the shortest sequence that fails is named above; once the cause is known, keep it in tests/regressions",
    )
}
