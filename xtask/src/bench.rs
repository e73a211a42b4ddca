//! `cargo xtask bench`: the compute units of every instruction, as a table.

use anyhow::Result;
use clap::Args;

use crate::{build, cargo, project::Checkout};

/// What to do with the figures.
#[derive(Args, Debug, Default)]
pub struct Options {
    /// Compare with the committed table instead of writing it; fails on a regression over 3 %
    #[arg(long)]
    pub check: bool,
}

/// Builds the programs and measures them.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    build::run(checkout, &build::Options::default())?;
    let mut arguments = vec!["run", "--quiet", "--locked", "--bin", "bench"];
    if options.check {
        arguments.extend(["--", "--check"]);
    }
    cargo::run(
        &checkout.host(),
        &arguments,
        "see above; if a higher figure has a reason, write it down and run `cargo xtask bench`",
    )
}
