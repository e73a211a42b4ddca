//! `io` on a terminal, where somebody answers, and the examples of its README run there.

#![allow(dead_code, reason = "no test uses all of it")]

use crate::town::{Person, Town, said};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::symlink,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

const README: &str = include_str!("../../../cli/README.md");

/// What is asked before anything is signed.
const QUESTION: &[u8] = b"Sign and send? [y/N] ";

/// A run that waits for an answer, and what it wrote until it asked.
pub struct Terminal {
    child: Child,
    said: Vec<u8>,
}

impl Terminal {
    /// `line`, run by a shell on a terminal that `script` makes.
    fn start(mut command: Command, line: &str) -> Result<Self> {
        let child = command
            .args(["--quiet", "--return", "--command"])
            .args(["bash -euc \"$LINE\"", "/dev/null"])
            .env("LINE", line)
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("`script` of util-linux is needed")?;
        Ok(Self {
            child,
            said: Vec::new(),
        })
    }

    /// Waits until it asks whether to sign.
    pub fn asks(&mut self) -> Result<()> {
        let written = self.child.stdout.as_mut().context("no terminal")?;
        tokio::task::block_in_place(|| {
            while !self.said.ends_with(QUESTION) {
                let mut byte = [0];
                let more = written.read(&mut byte)? > 0;
                ensure!(more, "not asked: {}", String::from_utf8_lossy(&self.said));
                self.said.extend(byte);
            }
            Ok(())
        })
    }

    /// Answers, and waits for the end; its exit code and all that it wrote.
    pub fn answer(mut self, answer: &str) -> Result<(i32, String)> {
        let mut stdin = self.child.stdin.take().context("no terminal")?;
        writeln!(stdin, "{answer}")?;
        let output = tokio::task::block_in_place(|| self.child.wait_with_output())?;
        drop(stdin);
        let code = output.status.code().context("it was killed")?;
        let before = String::from_utf8_lossy(&self.said);
        Ok((code, format!("{before}{}", said(&output))))
    }
}

impl Town {
    /// Runs a line on a terminal, in a shell that knows `io` and `values`, in the network's folder. Cluster and
    /// keypair are those of the person's config file.
    pub fn line(&self, person: &Person, line: &str, values: &[(&str, String)]) -> Result<Terminal> {
        let home = self.home(person)?;
        let path = std::env::var("PATH")?;
        let mut command = Command::new("script");
        command
            .current_dir(&self.folder.0)
            .env("HOME", &home)
            .env("PATH", format!("{}:{path}", home.display()))
            .envs(values.iter().map(|(name, value)| (*name, value.as_str())));
        Terminal::start(command, line)
    }

    /// A folder with `io` and the Solana CLI's config file.
    fn home(&self, person: &Person) -> Result<PathBuf> {
        let home = person.file.with_extension("home");
        if !home.exists() {
            let folder = home.join(".config/solana/cli");
            fs::create_dir_all(&folder)?;
            let config = format!(
                "---\njson_rpc_url: {}\nwebsocket_url: ''\nkeypair_path: {}\naddress_labels: {{}}\n\
                 commitment: confirmed\n",
                self.local.url,
                person.file.display()
            );
            fs::write(folder.join("config.yml"), config)?;
            symlink(&self.program, home.join("io"))?;
        }
        Ok(home)
    }
}

/// The lines of every example under a heading of `cli/README.md`.
pub fn examples(heading: &str) -> Result<Vec<&'static str>> {
    let lines = blocks(README, heading)?.concat();
    ensure!(lines.len() > 2, "{heading}: {lines:#?}");
    Ok(lines)
}

/// The examples under a heading of `document`, each its lines.
pub fn blocks<'a>(document: &'a str, heading: &str) -> Result<Vec<Vec<&'a str>>> {
    let mut sections = document.split("\n## ");
    let section = sections.find(|section| section.starts_with(heading));
    let section = section.with_context(|| format!("no section {heading}"))?;
    let blocks = section.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    let lines = |block: &'a str| block.lines().filter(|line| !line.is_empty()).collect();
    Ok(blocks.map(lines).collect())
}
