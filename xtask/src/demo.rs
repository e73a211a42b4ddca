//! `cargo xtask demo`: a day in the network's life.

use anyhow::Result;

use crate::{build, cargo, project::Checkout};

/// Builds the programs and plays the scenario on them.
pub fn run(checkout: &Checkout) -> Result<()> {
    build::run(checkout, &build::Options::default())?;
    cargo::run(
        &checkout.host(),
        &["run", "--quiet", "--locked", "--bin", "demo"],
        "the step or invariant that failed is named above; nothing was written",
    )
}
