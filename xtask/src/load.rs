//! `cargo xtask load`: what nodes by the thousand and payments by many at once cost.

use anyhow::Result;
use clap::Args;

use crate::{build, cargo, project::Checkout};

/// What the measurement is told; its own `--help` lists it.
#[derive(Args, Debug, Default)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// See `cargo xtask load --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
}

/// Builds the programs and the measurement, and runs it.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    build::run(checkout, &build::Options::default())?;
    let manifest = checkout.host().join("Cargo.toml");
    let manifest = manifest.to_string_lossy();
    let mut arguments = vec!["run", "--quiet", "--locked"];
    arguments.extend(["--manifest-path", &manifest, "--package", "io-localnet"]);
    arguments.extend(["--bin", "load", "--"]);
    arguments.extend(options.arguments.iter().map(String::as_str));
    cargo::run(
        &std::env::current_dir()?,
        &arguments,
        "what is wrong is named above; no file was changed",
    )
}
