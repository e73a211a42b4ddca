//! `cargo xtask simulate`: the network over the whole emission curve.

use anyhow::Result;
use clap::Args;

use crate::{cargo, project::Checkout};

/// What the simulation is told; its own `--help` lists it.
#[derive(Args, Debug, Default)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// See `cargo xtask simulate --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
}

/// Builds the simulation with optimizations, and runs it in the folder the command was given in.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    let manifest = checkout.host().join("Cargo.toml");
    let manifest = manifest.to_string_lossy();
    let mut arguments = vec!["run", "--quiet", "--release", "--locked"];
    arguments.extend(["--manifest-path", &manifest, "--package", "io-simulate"]);
    arguments.push("--");
    arguments.extend(options.arguments.iter().map(String::as_str));
    cargo::run(
        &std::env::current_dir()?,
        &arguments,
        "what is wrong is named above; no file was changed",
    )
}
