//! Running cargo in one of the checkout's workspaces, with its output on the terminal.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::process;

/// The cargo that built this command, in `folder`.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    // Set by the cargo that started this command for the root workspace; wrong for another one.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
        command.env_remove(name);
    }
    command
}

/// Runs cargo in `folder`; `hint` says what to do when it fails.
pub fn run(folder: &Path, arguments: &[&str], hint: &str) -> Result<()> {
    let mut command = command(folder);
    command.args(arguments);
    process::pass(&mut command, hint)
}
