//! The examples for operators of a cluster in `cli/README.md`, run as they stand on a terminal where
//! somebody says yes.

use anyhow::{Context, Result, bail, ensure};
use io_client::{
    pda,
    shared::{constants::USDC, ids::io_mint, state::MintConfig},
    token,
};
use io_localnet::CLUSTER;
use io_tests::artifact;
use spl_token_interface::instruction::transfer;
use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use crate::{emissions::advance, stage::Stage, staking::node};

const README: &str = include_str!("../../../cli/README.md");
const HEADING: &str = "For operators of a cluster";

/// The lines of every example under the heading.
fn lines() -> Result<Vec<&'static str>> {
    let mut sections = README.split("\n## ");
    let section = sections.find(|section| section.starts_with(HEADING));
    let blocks = section.context("no such section")?.split("```sh\n").skip(1);
    let lines = blocks.filter_map(|block| block.split("```").next());
    Ok(lines
        .flat_map(str::lines)
        .filter(|line| !line.is_empty())
        .collect())
}

impl Stage {
    /// Runs a line in the network's folder, in a shell that knows `io` and `values`.
    fn line(&self, line: &str, values: &[(&str, String)]) -> Result<()> {
        let path = std::env::var("PATH")?;
        let mut child = Command::new("script")
            .args([
                "--quiet",
                "--return",
                "--command",
                "bash -euc \"$LINE\"",
                "/dev/null",
            ])
            .current_dir(&self.folder.0)
            .env("LINE", line)
            .env("PATH", format!("{}:{path}", self.folder.0.display()))
            .env("NO_COLOR", "1")
            .envs(values.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("`script` of util-linux is needed")?;
        let mut stdin = child.stdin.take().context("no terminal")?;
        stdin.write_all(b"y\n")?;
        let output = tokio::task::block_in_place(|| child.wait_with_output())?;
        drop(stdin);
        let said = String::from_utf8_lossy(&output.stdout);
        // That the cluster differs is what the last step before the hand-over is for.
        let differs = line.starts_with("io admin verify") && output.status.code() == Some(7);
        ensure!(output.status.success() || differs, "{line}\n{said}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_examples_work() -> Result<()> {
    let stage = Stage::open("admin-readme").await?;
    let wrapper = stage.path("io");
    let (url, key) = (&stage.local.url, stage.authority_file());
    let program = crate::common::built("io")?;
    let script = format!(
        "#!/bin/sh\nHOME={home} IO_KEY={key}\nfor argument; do\n  [ \"$argument\" != --keypair ] || IO_KEY=\ndone\n\
         exec {program} --url {url} ${{IO_KEY:+--keypair $IO_KEY}} \"$@\"\n",
        home = stage.folder.0.display(),
        key = key.display(),
        program = program.display(),
    );
    fs::write(&wrapper, script)?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;

    // What the examples name.
    let (vault, _) = stage.wallet("vault").await?;
    let (processor, _) = stage.wallet("processor").await?;
    let (treasury, _) = stage.wallet("treasury").await?;
    let node = node(&stage, 1).await?;
    advance(&stage).await?;
    fs::write(
        stage.path("scores.csv"),
        format!("node,score_bps\n{node},2500\n"),
    )?;
    fs::write(stage.path("report.pdf"), "why")?;
    let folder = artifact("io_mint");
    let folder = folder
        .parent()
        .and_then(|path| path.to_str())
        .context("a folder")?;
    let mut file = fs::read_to_string(stage.path(CLUSTER))?;
    file.push_str(&format!(
        "\n[programs]\nbinaries = \"{folder}\"\n\n[handover]\nauthority = \"{vault}\"\n"
    ));
    fs::write(stage.path(CLUSTER), file)?;
    let (authority, usdc) = (stage.authority(), stage.local.usdc);
    let from = token::associated(&authority, &usdc);
    let token_program = &spl_token_interface::ID;
    let fees = pda::fees(&usdc).0;
    let pay = transfer(token_program, &from, &fees, &authority, &[], 100 * USDC)?;
    stage.execute(&[pay], &[]).await?;

    let values = [
        ("NODE", node.to_string()),
        ("PROCESSOR", processor.to_string()),
        ("TREASURY", treasury.to_string()),
    ];
    let lines = lines()?;
    ensure!(lines.len() > 25, "{lines:#?}");
    for line in lines {
        match line.strip_prefix("# ") {
            None => stage.line(line, &values)?,
            Some("2 days later") => stage.travel(2 * 86_400 + 60).await?,
            Some(other) => bail!("nothing stands for `{other}`"),
        }
    }
    let config: MintConfig = stage.state(&io_mint::CONFIG.address).await?;
    assert_eq!(config.governance.authority, vault);
    stage.local.stop().await
}
