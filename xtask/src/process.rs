//! Running other commands, with errors that show what the command said.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::ui;

/// How much of a failed command's output its error shows.
const ERROR_TAIL_LINES: usize = 40;

/// The command as one would type it.
pub fn display(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}

/// Runs a command to its end and returns what it wrote to standard output.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = run(command)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command to its end, quietly; a failure carries the end of its output.
pub fn run(command: &mut Command) -> Result<Output> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start `{}`", display(command)))?;
    if !output.status.success() {
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.push_str(&String::from_utf8_lossy(&output.stderr));
        bail!(
            "`{}` failed ({})\n{}",
            display(command),
            output.status,
            tail(&said)
        );
    }
    Ok(output)
}

/// Runs a command with its output on the terminal; `hint` says what to do when it fails.
pub fn pass(command: &mut Command, hint: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`", display(command)))?;
    if !status.success() {
        let folder = command
            .get_current_dir()
            .map(|it| format!(" in {}", it.display()));
        bail!(
            "`{}`{} failed; {hint}",
            display(command),
            folder.unwrap_or_default()
        );
    }
    Ok(())
}

/// The last lines of a command's output, indented.
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(ERROR_TAIL_LINES);
    lines
        .get(start..)
        .unwrap_or_default()
        .iter()
        .map(|line| format!("    {line}\n"))
        .collect()
}

/// Runs a cargo command, showing its progress in the step and everything else it says above it.
pub fn follow_cargo(command: &mut Command, step: &mut ui::Step) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{}`", display(command)))?;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line.context("could not read cargo's output")?;
            if is_progress(&line) {
                step.status(line.trim());
            } else {
                step.print(&line);
            }
        }
    }
    let status = child.wait().context("cargo was lost")?;
    if !status.success() {
        bail!("cargo failed ({status}); its messages are above");
    }
    Ok(())
}

/// Whether a line is one of cargo's status lines: a verb, right-aligned in twelve columns.
fn is_progress(line: &str) -> bool {
    const VERBS: [&str; 15] = [
        "Adding",
        "Blocking",
        "Building",
        "Compiling",
        "Downloaded",
        "Downloading",
        "Finished",
        "Fresh",
        "Installed",
        "Installing",
        "Locking",
        "Removed",
        "Replacing",
        "Replaced",
        "Updating",
    ];
    line.starts_with(' ')
        && line
            .split_whitespace()
            .next()
            .is_some_and(|verb| VERBS.contains(&verb))
}
