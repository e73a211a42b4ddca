//! The project's one command. `cargo xtask --help` lists what it does.

mod bench;
mod build;
mod cargo;
mod checks;
mod demo;
mod digest;
mod errors;
mod fuzz;
mod fuzz_parsers;
mod idl;
mod load;
mod localnet;
mod mutants;
mod process;
mod project;
mod simulate;
mod toolchain;
mod ui;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Checkout;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the on-chain programs into target/deploy
    Build(build::Options),
    /// Play a day in the network's life on the built programs and check the books
    Demo,
    /// Run a local network: a real RPC endpoint with the programs and a cluster set up
    Localnet(localnet::Options),
    /// Measure nodes by the thousand and payments by many at once on a local network: docs/load.md
    Load(load::Options),
    /// Simulate the network over the whole emission curve, with up to millions of nodes
    Simulate(simulate::Options),
    /// Run every test: unit, property, and integration tests on the built programs
    Test,
    /// Measure the compute units of every instruction
    Bench(bench::Options),
    /// Run random sequences of all instructions on the built programs and on a model of the protocol
    Fuzz(fuzz::Options),
    /// Fuzz what parses bytes: instruction data, accounts, prices, venues, events, amounts
    FuzzParsers(fuzz_parsers::Options),
    /// Break rules of the programs one at a time and see whether the fuzzer finds it: docs/assurance.md
    Mutants(mutants::Options),
    /// Write the programs' IDLs into idls/ from their sources
    Idl(idl::Options),
    /// Check formatting, run clippy, compare the IDLs, see whether the mutants' patches apply
    Lint,
    /// Set up the registry-only toolchain for the on-chain build
    Toolchain {
        /// Record what the registries offer now as the locked versions
        #[arg(long)]
        update_lock: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let checkout = Checkout::current();
    match cli.command {
        Command::Build(options) => build::run(&checkout, &options),
        Command::Demo => demo::run(&checkout),
        Command::Localnet(options) => localnet::run(&checkout, &options),
        Command::Load(options) => load::run(&checkout, &options),
        Command::Simulate(options) => simulate::run(&checkout, &options),
        Command::Test => checks::test(&checkout),
        Command::Bench(options) => bench::run(&checkout, &options),
        Command::Fuzz(options) => fuzz::run(&checkout, &options),
        Command::FuzzParsers(options) => fuzz_parsers::run(&checkout, &options),
        Command::Mutants(options) => mutants::run(&checkout, &options),
        Command::Idl(options) => idl::run(&checkout, &options),
        Command::Lint => checks::lint(&checkout),
        Command::Toolchain { update_lock } => {
            if update_lock {
                toolchain::update_lock(&checkout)?;
            }
            toolchain::Toolchain::ensure(&checkout)?.warn_about_drift();
            Ok(())
        }
    }
}
