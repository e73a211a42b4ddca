//! `cargo xtask localnet`: a local network to try things on.

use anyhow::Result;
use clap::Args;

use crate::{build, cargo, project::Checkout};

/// What the network is told; its own `--help` lists it.
#[derive(Args, Debug, Default)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// See `cargo xtask localnet --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
}

/// Builds the programs and runs the network until it is stopped.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    build::run(checkout, &build::Options::default())?;
    let mut arguments = vec!["run", "--quiet", "--locked", "--bin", "localnet", "--"];
    arguments.extend(options.arguments.iter().map(String::as_str));
    cargo::run(&checkout.host(), &arguments, "what is wrong is named above")
}
