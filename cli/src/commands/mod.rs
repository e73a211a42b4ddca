//! The commands, each in a file of its own.

mod completions;
pub mod events;
mod supply;

use crate::{context::Context, failure::Result, output::Report};
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Command {
    Supply(supply::Supply),
    Completions(completions::Completions),
}

impl Command {
    /// Carries the command out; `cli` is the whole command line's definition.
    pub async fn run(self, context: &Context, cli: clap::Command) -> Result<Report> {
        match self {
            Self::Supply(command) => command.run(context).await,
            Self::Completions(command) => Ok(command.run(cli)),
        }
    }
}
