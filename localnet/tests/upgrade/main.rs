//! The rehearsal of a release: a network on the binaries of an earlier one, with everything under way that can
//! be, is upgraded over RPC as docs/release.md says, and goes on.

#[path = "../common/mod.rs"]
mod common;
mod ledger;
mod life;
mod meanwhile;
mod others;
mod release;
#[path = "../common/town.rs"]
mod town;

use anyhow::{Context, Result, ensure};
use io_localnet::books::audit;
use io_migrations::Program;
use io_tests::artifact;

use crate::{
    ledger::{Ledger, every_kind},
    life::Life,
    meanwhile::Hurried,
    release::Release,
    town::{Person, Town, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_live_network_is_upgraded_from_each_release() -> Result<()> {
    for release in Release::all()? {
        rehearse(&release)
            .await
            .with_context(|| format!("from {}", release.name))?;
    }
    Ok(())
}

async fn rehearse(release: &Release) -> Result<()> {
    let town = release.town().await?;
    let vault = town.person("vault", 0, 0).await?;

    // The chain runs what the release says, in the hands of who signs upgrades.
    let running = release.cluster(&town, "running.toml", &vault.address())?;
    hand_over(&town, &vault, &running)?;
    town.told(&town.authority(), &["admin", "verify", &running])?;
    let life = Life::begin(&town, &vault).await?;
    let hurried = Hurried::new(&town).await?;
    audit(&town.chain).await.context("the books before")?;
    let before = Ledger::take(&town.chain).await?;
    before.ensure_kinds(&every_kind()?)?;
    let promised = life.promised(&town).await?;

    // The operator writes the buffers, and can do no more.
    let next = release::next(&town, "next.toml", &vault.address())?;
    let answer = town.done(&town.authority(), &["admin", "deploy", &next])?;
    let left = answer["left"].as_array().map_or(0, Vec::len);
    let export = ["admin", "deploy", &next, "--export"];
    let exported = town.told(&town.authority(), &export)?;
    let upgrades = exported["transactions"].as_array();
    let upgrades = upgrades.map_or(&[][..], Vec::as_slice);
    ensure!(upgrades.len() == left, "{exported:#}");
    others::are_refused(&town, &vault, &next, upgrades).await?;
    let untouched = Ledger::take(&town.chain).await?;
    before.ensure_same(&untouched, &[], "before the upgrades")?;

    // The vault signs while people pay.
    let meanwhile = hurried.begin(&town).await?;
    for upgrade in upgrades {
        let upgrade = text(upgrade, "transaction_base64")?;
        town.done(&vault, &["admin", "sign", upgrade])?;
    }
    let paid = meanwhile.end()?;
    paid.ensure_once_or_not_at_all(&town.chain).await?;
    for program in Program::ALL {
        let elf = std::fs::read(artifact(program.name()))?;
        let data = town.chain.raw_account(&program.program_data()).await?;
        let (_, data) = data.context("a program")?;
        ensure!(
            data[45..].starts_with(&elf),
            "{program} is not the one built now"
        );
    }
    let after = Ledger::take(&town.chain).await?;
    before.ensure_same(&after, &paid.touched(), "over the upgrades")?;
    audit(&town.chain).await.context("the books after")?;

    // What was begun is finished, and new things are begun.
    life.go_on(&town, &promised).await?;
    audit(&town.chain).await.context("the books at the end")?;
    town.local.stop().await
}

/// Gives the programs and their configs to the vault.
fn hand_over(town: &Town, vault: &Person, file: &str) -> Result<()> {
    let operator = town.authority();
    town.done(&operator, &["admin", "handover", file])?;
    let exported = town.told(&operator, &["admin", "handover", file, "--export"])?;
    let accept = text(&exported["transactions"][0], "transaction_base64")?;
    town.done(vault, &["admin", "sign", accept])?;
    town.done(&operator, &["admin", "handover", file])?;
    Ok(())
}
