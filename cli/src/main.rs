//! `io`: IO Coin on the command line.

mod admin;
mod args;
mod commands;
mod config;
mod context;
mod decode;
mod exported;
mod failure;
mod hardware;
mod output;
mod signing;

use clap::{CommandFactory, Parser, error::ErrorKind};
use commands::Command;
use context::{Context, Global};
use failure::{EXIT_CODES, Failure, Result};
use std::process::ExitCode;

/// IO Coin on the command line: pay for GPUs, run nodes, stake, follow the emission.
///
/// Amounts are typed in IO or USDC. Every command that signs simulates first, shows the exact figures and
/// asks. The cluster and the wallet are those of the Solana CLI unless named.
#[derive(Parser)]
#[command(name = "io", version, after_long_help = EXIT_CODES)]
#[command(arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    let json = cli.global.json;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| {
        let advice = "free some memory or raise the limit of threads";
        Failure::usage(format!("the runtime does not start: {error}"), advice)
    });
    match runtime.and_then(|runtime| runtime.block_on(run(cli))) {
        Ok(report) => {
            report.print(json);
            ExitCode::from(report.code())
        }
        Err(failure) => failure.report(json),
    }
}

async fn run(cli: Cli) -> Result<output::Report> {
    let context = Context::new(&cli.global)?;
    cli.command.run(&context, Cli::command()).await
}

/// Says how the command line is wrong; shows help where that was asked for.
fn misused(error: &clap::Error) -> ExitCode {
    let asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if !asked_for && std::env::args().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        return Failure::usage(message, "see --help").report(true);
    }
    // A closed stdout or stderr leaves nobody to tell.
    let _ = error.print();
    ExitCode::from(if asked_for {
        0
    } else {
        failure::Kind::Usage.code()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
