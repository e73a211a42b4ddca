//! A multisig governs: everything is handed over to its vault, which then signs, through Squads' own program,
//! what `io` exports.

use crate::{
    migrate::{all_binaries, changed, name_binaries},
    squads::{Multisig, transactions},
    town::{Person, Town, text},
};
use anyhow::{Context, Result, ensure};
use io_client::shared::{
    constants::RULE_CHANGE_DELAY,
    ids::{io_mint, io_payments},
    state::{MintConfig, PaymentsConfig},
};
use io_tests::artifact;
use serde_json::Value;
use std::{fs, path::Path};

/// Of three members.
const THRESHOLD: u16 = 2;
/// Seconds, for the clock to be past a moment.
const MINUTE: i64 = 60;

impl Town {
    /// What `io admin …` exports for the authority that the chain names.
    fn exported(&self, by: &Person, arguments: &[&str]) -> Result<Value> {
        self.told(by, &[&["admin"], arguments, &["--export"]].concat())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multisig_is_given_everything_and_governs() -> Result<()> {
    let town = Town::open("admin-multisig").await?;
    let mut members = Vec::new();
    for name in ["first", "second", "third"] {
        members.push(town.person(name, 0, 0).await?);
    }
    let member = &members[0];
    let mut multisig = Multisig::create(&town, &members, THRESHOLD).await?;
    let vault = multisig.vault;
    let binaries = all_binaries(&town)?;
    let governed = |file: &mut toml::Table| {
        let mut handover = toml::Table::new();
        handover.insert("authority".into(), vault.to_string().into());
        file.insert("handover".into(), handover.into());
        name_binaries(file, &binaries);
    };
    let file = changed(&town, "multisig.toml", governed)?;

    // Nominated by the operator, accepted by the vault, and then given the programs.
    town.admin(&["handover", &file])?;
    let accept = town.exported(&town.authority(), &["handover", &file])?;
    multisig.carry_out(&accept).await?;
    let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    assert_eq!(config.governance.authority, vault);
    town.admin(&["handover", &file])?;
    assert_eq!(town.verify(&file)?, (0, vec![]));

    one_member_is_not_enough(&town, &mut multisig, member).await?;

    // What a changed file wants: accounts whose rent the vault pays, a rule that waits.
    let later = changed(&town, "changed.toml", |file| {
        governed(file);
        let gateways = file["gateways"].as_array_mut().expect("a list");
        for member in &members[..2] {
            let mut gateway = toml::Table::new();
            gateway.insert("wallet".into(), member.name().into());
            gateway.insert("fee_bps".into(), 100.into());
            gateway.insert("daily_limit".into(), "5".into());
            gateways.push(gateway.into());
        }
        file["staking"]["min_self_stake_bps"] = 4_000.into();
    })?;
    let changes = town.exported(&town.authority(), &["migrate", &later])?;
    let count = transactions(&changes)?.len();
    ensure!(count == 3, "{count}: {changes:#}");
    multisig.carry_out(&changes).await?;
    town.admin(&["unpause", "--program", "payments"])
        .expect_err("the old authority");
    town.travel(RULE_CHANGE_DELAY + MINUTE).await?;
    assert_eq!(
        town.verify(&later)?,
        (7, vec!["payments.paused".to_owned()])
    );

    upgrade(&town, &mut multisig, &file, &binaries.join("io_mint.so")).await?;
    town.local.stop().await
}

/// The pause that one member proposes waits for a second one.
async fn one_member_is_not_enough(
    town: &Town,
    multisig: &mut Multisig<'_>,
    member: &Person,
) -> Result<()> {
    let pause = ["pause", "--program", "payments"];
    let exported = town.exported(member, &pause)?;
    let [pause] = &transactions(&exported)?[..] else {
        anyhow::bail!("one transaction: {exported:#}");
    };
    let index = multisig.propose(pause).await?;
    multisig.approve(index, 1).await?;
    let early = multisig.execute(index, pause).await;
    let early = early.expect_err("only one has approved").to_string();
    // Squads' InvalidProposalStatus.
    ensure!(
        early.contains("SQDS4") && early.ends_with("0x1778"),
        "{early}"
    );
    let paused = async || -> Result<u8> {
        let config: PaymentsConfig = town.state(&io_payments::CONFIG.address).await?;
        Ok(config.paused)
    };
    assert_eq!(paused().await?, 0);
    multisig.approve(index, 2).await?;
    multisig.execute(index, pause).await?;
    assert_eq!(paused().await?, 1);
    Ok(())
}

/// The operator makes room and writes the buffer, the multisig upgrades.
async fn upgrade(
    town: &Town,
    multisig: &mut Multisig<'_>,
    file: &str,
    binary: &Path,
) -> Result<()> {
    let larger = artifact("io_emissions");
    ensure!(fs::metadata(&larger)?.len() > fs::metadata(binary)?.len());
    fs::copy(larger, binary)?;
    let answer = town.admin(&["deploy", file])?;
    let left = answer["left"].as_array().context("a list")?;
    assert_eq!(left.len(), 1, "{answer:#}");
    let exported = town.exported(&town.authority(), &["deploy", file])?;
    let upgrade = &transactions(&exported)?[0];
    assert_eq!(text(upgrade, "what")?, "upgrade io_mint");
    multisig.carry_out(&exported).await?;
    let same = town.admin(&["deploy", file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");
    Ok(())
}
