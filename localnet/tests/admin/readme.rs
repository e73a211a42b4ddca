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
use std::fs;

use crate::{emissions::advance, staking::node, terminal::examples, town::Town};

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_examples_work() -> Result<()> {
    let town = Town::open("admin-readme").await?;

    // What the examples name.
    let vault = town.person("vault", 0, 0).await?;
    let processor = town.person("processor", 0, 0).await?;
    let treasury = town.person("treasury", 0, 0).await?;
    let node = node(&town, 1).await?;
    advance(&town).await?;
    fs::write(
        town.path("scores.csv"),
        format!("node,score_bps\n{node},2500\n"),
    )?;
    fs::write(town.path("report.pdf"), "why")?;
    let folder = artifact("io_mint");
    let folder = folder
        .parent()
        .and_then(|path| path.to_str())
        .context("a folder")?;
    let mut file = fs::read_to_string(town.path(CLUSTER))?;
    file.push_str(&format!(
        "\n[programs]\nbinaries = \"{folder}\"\n\n[handover]\nauthority = \"{}\"\n",
        vault.name()
    ));
    fs::write(town.path(CLUSTER), file)?;
    let (authority, usdc) = (town.authority().address(), town.local.usdc);
    let from = token::associated(&authority, &usdc);
    let token_program = &spl_token_interface::ID;
    let fees = pda::fees(&usdc).0;
    let pay = transfer(token_program, &from, &fees, &authority, &[], 100 * USDC)?;
    town.execute(&[pay], &[]).await?;

    let values = [
        ("NODE", node.to_string()),
        ("PROCESSOR", processor.name()),
        ("TREASURY", treasury.name()),
    ];
    let lines = examples("For operators of a cluster")?;
    ensure!(lines.len() > 25, "{lines:#?}");
    for line in lines {
        match line.strip_prefix("# ") {
            None => {
                let (code, said) = town.line(&town.authority(), line, &values)?.answer("y")?;
                // That the cluster differs is what the last step before the hand-over is for.
                let differs = line.starts_with("io admin verify") && code == 7;
                ensure!(code == 0 || differs, "{line}\n{said}");
            }
            Some("2 days later") => town.travel(2 * 86_400 + 60).await?,
            Some(other) => bail!("nothing stands for `{other}`"),
        }
    }
    let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    assert_eq!(config.governance.authority, vault.address());
    town.local.stop().await
}
