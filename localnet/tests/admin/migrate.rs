//! A cluster and its file: verified, migrated, deployed and handed over, whatever breaks off.

use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey, pda,
    shared::{
        ids::{io_mint, io_payments},
        state::{Gateway, MintConfig, PaymentsConfig},
    },
};
use io_localnet::CLUSTER;
use io_migrations::Program;
use io_tests::artifact;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::stage::Stage;

/// Gateways that the changed file has more.
const GATEWAYS: u8 = 30;
/// How often a run is killed.
const KILLS: u32 = 5;
/// Between two looks at whether it has begun.
const LOOK: Duration = Duration::from_millis(100);
/// Less than what a buffer's account costs, more than many fees.
const LAMPORTS: u64 = 100_000_000;

/// The network's own file, changed and written beside it.
fn changed(stage: &Stage, name: &str, change: impl FnOnce(&mut toml::Table)) -> Result<String> {
    let mut file: toml::Table = fs::read_to_string(stage.path(CLUSTER))?.parse()?;
    change(&mut file);
    let path = stage.path(name);
    fs::write(&path, toml::to_string(&file)?)?;
    Ok(path.to_str().context("UTF-8")?.to_owned())
}

/// A folder with the binaries that the network runs.
fn all_binaries(stage: &Stage) -> Result<PathBuf> {
    let folder = stage.path("binaries");
    fs::create_dir_all(&folder)?;
    for program in Program::ALL {
        let name = format!("{program}.so");
        fs::copy(artifact(program.name()), folder.join(name))?;
    }
    Ok(folder)
}

fn name_binaries(file: &mut toml::Table, folder: &Path) {
    let mut table = toml::Table::new();
    let folder = folder.to_str().expect("UTF-8").to_owned();
    table.insert("binaries".into(), folder.into());
    file.insert("programs".into(), table.into());
}

fn paths(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().into_iter().flatten();
    findings
        .filter_map(|finding| Some(finding["path"].as_str()?.to_owned()))
        .collect()
}

impl Stage {
    /// `io admin verify`: its exit code, and where in the file it found something.
    fn verify(&self, file: &str) -> Result<(i32, Vec<String>)> {
        let answer = self.run(&self.authority_file(), &["admin", "verify", file])?;
        ensure!([0, 7].contains(&answer.code), "{:#}", answer.json);
        Ok((answer.code, paths(&answer.json)))
    }

    /// Runs `io admin …` again and again, killed soon after it has `begun` to change something, and a little
    /// later each time, then to its end.
    async fn break_off(
        &self,
        arguments: &[&str],
        begun: impl AsyncFn() -> Result<bool>,
    ) -> Result<Value> {
        let all = [&["admin"], arguments, &["--yes"]].concat();
        let mut killed = 0;
        for time in 1..=KILLS {
            let mut child = self.start(&all)?;
            while !begun().await? {
                ensure!(child.try_wait()?.is_none(), "it ended without a change");
                tokio::time::sleep(LOOK).await;
            }
            tokio::time::sleep(LOOK * 4 * time).await;
            if child.try_wait()?.is_none() {
                killed += 1;
            }
            // One that has ended cannot be killed any more.
            let _ = child.kill();
            child.wait()?;
        }
        ensure!(killed > 0, "it was over before it could be killed");
        self.admin(arguments)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_verified_and_migrated_whenever_it_breaks_off() -> Result<()> {
    let stage = Stage::open("admin-migrate").await?;
    let file = stage.path(CLUSTER).to_str().context("UTF-8")?.to_owned();
    assert_eq!(stage.verify(&file)?, (0, vec![]));

    // What somebody changed is found, and what the file does not name.
    stage.admin(&["asset", "minimum", "usdc", "0.07"])?;
    let (stranger, _) = stage.wallet("stranger").await?;
    let stranger = stranger.to_string();
    stage.admin(&[
        "gateway",
        "list",
        &stranger,
        "--fee",
        "1",
        "--daily-limit",
        "1",
    ])?;
    stage.admin(&["fees", "payout-fee", "1"])?;
    let (code, paths) = stage.verify(&file)?;
    assert_eq!(code, 7);
    for path in ["assets[1].minimum", "gateways"] {
        assert!(
            paths.iter().any(|found| found == path),
            "{path} in {paths:?}"
        );
    }

    // The minimum is set back, the waiting fee replaced; the gateway is left to people.
    stage.admin(&["gateway", "disable", &stranger])?;
    stage.admin(&["migrate", &file])?;
    let (_, paths) = stage.verify(&file)?;
    assert!(
        !paths.iter().any(|path| path == "assets[1].minimum"),
        "{paths:?}"
    );

    // Many changes at once, broken off again and again.
    let many = changed(&stage, "many.toml", |file| {
        let gateways = file["gateways"].as_array_mut().expect("a list");
        for number in 1..=GATEWAYS {
            let mut gateway = toml::Table::new();
            let wallet = Pubkey::new_from_array([number; 32]).to_string();
            gateway.insert("wallet".into(), wallet.into());
            gateway.insert("fee_bps".into(), 100.into());
            gateway.insert("daily_limit".into(), "5".into());
            gateways.push(gateway.into());
        }
    })?;
    let first = pda::gateway(&Pubkey::new_from_array([1; 32])).0;
    let begun = async || Ok(stage.chain.find::<Gateway>(&first).await?.is_some());
    let answer = stage.break_off(&["migrate", &many], begun).await?;
    assert_eq!(answer["left"], Value::Array(vec![]), "{answer:#}");
    let (_, paths) = stage.verify(&many)?;
    assert!(
        paths.iter().all(|path| path == "payments.payout_fee_bps"),
        "{paths:?}"
    );
    stage.travel(2 * 86_400 + 60).await?;
    assert_eq!(stage.verify(&many)?, (0, vec![]));
    let again = stage.admin(&["migrate", &many])?;
    assert!(again["transactions"].is_null(), "{again:#}");
    stage.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_upgraded_whenever_it_breaks_off() -> Result<()> {
    let stage = Stage::open("admin-deploy").await?;
    let binaries = all_binaries(&stage)?;
    let place = |from: &str| fs::copy(artifact(from), binaries.join("io_mint.so"));
    let file = changed(&stage, "deploy.toml", |file| name_binaries(file, &binaries))?;
    let same = stage.admin(&["deploy", &file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");

    // Another program in its place, which knows nothing of minting.
    place("floor")?;
    stage.admin(&["deploy", &file])?;
    let broken = stage.refused(&stage.authority_file(), &["pause", "--program", "mint"])?;
    assert_eq!(broken["kind"], "refused", "{broken:#}");

    // And back, broken off while it is written.
    place("io_mint")?;
    let plan = ["admin", "deploy", &file, "--export"];
    let exported = stage.run(&stage.authority_file(), &plan)?.json;
    let count = exported["transactions"].as_array().context("a list")?.len();
    ensure!(count > 100, "{count} transactions");
    let balance = async || anyhow::Ok(stage.chain.rpc().get_balance(&stage.authority()).await?);
    let before = balance().await?;
    // The buffer's rent is the first that it pays.
    let begun = async || Ok(balance().await? + LAMPORTS < before);
    let answer = stage.break_off(&["deploy", &file], begun).await?;
    let rest = answer["transaction_count"].as_u64().context("a number")?;
    ensure!(
        rest < count as u64,
        "{rest} of {count} were sent by the last run"
    );
    let same = stage.admin(&["deploy", &file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");
    stage.admin(&["pause", "--program", "mint"])?;
    stage.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn authority_is_handed_over_to_who_can_sign() -> Result<()> {
    let stage = Stage::open("admin-handover").await?;
    let (vault, vault_key) = stage.wallet("vault").await?;
    let binaries = all_binaries(&stage)?;
    let file = changed(&stage, "handover.toml", |file| {
        let mut table = toml::Table::new();
        table.insert("authority".into(), vault.to_string().into());
        file.insert("handover".into(), table.into());
        name_binaries(file, &binaries);
    })?;
    let handover = ["handover", &file];
    let (code, paths) = stage.verify(&file)?;
    assert_eq!(code, 7, "{paths:?}");

    let answer = stage.admin(&handover)?;
    assert_eq!(
        answer["left"][0]["signers"][0],
        vault.to_string(),
        "{answer:#}"
    );
    let config: PaymentsConfig = stage.state(&io_payments::CONFIG.address).await?;
    assert_eq!(config.governance.pending_authority, vault);
    // Before it has accepted, nothing more is given to it.
    let again = stage.admin(&handover)?;
    assert!(again["transactions"].is_null(), "{again:#}");

    // The vault's transaction is printed, and signed elsewhere.
    let export = ["admin", "handover", &file, "--export"];
    let exported = stage.run(&stage.authority_file(), &export)?.json;
    let accept = &exported["transactions"][0];
    assert_eq!(
        accept["signers"],
        Value::from(vec![vault.to_string()]),
        "{exported:#}"
    );
    let transaction = accept["transaction_base64"].as_str().context("a text")?;
    stage.by(&vault_key, &["sign", transaction])?;
    let config: MintConfig = stage.state(&io_mint::CONFIG.address).await?;
    assert_eq!(config.governance.authority, vault);

    stage.admin(&handover)?;
    assert_eq!(stage.verify(&file)?, (0, vec![]));
    let done = stage.admin(&handover)?;
    assert!(done["transactions"].is_null(), "{done:#}");
    // Upgrades go on: the operator writes, the vault signs the last step.
    fs::copy(artifact("floor"), binaries.join("io_mint.so"))?;
    let answer = stage.admin(&["deploy", &file])?;
    let left = answer["left"].as_array().context("a list")?;
    assert_eq!(
        (left.len(), &left[0]["what"]),
        (1, &"upgrade io_mint".into())
    );
    let export = ["admin", "deploy", &file, "--export"];
    let exported = stage.run(&stage.authority_file(), &export)?.json;
    let upgrade = stage.path("upgrade.json");
    fs::write(&upgrade, exported.to_string())?;
    stage.by(&vault_key, &["sign", upgrade.to_str().context("UTF-8")?])?;
    let same = stage.admin(&["deploy", &file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");
    // The old authority is none any more.
    let nominate = [
        "nominate",
        &stage.authority().to_string(),
        "--program",
        "mint",
    ];
    let refused = stage.refused(&stage.authority_file(), &nominate)?;
    assert!(
        refused["message"].to_string().contains(&vault.to_string()),
        "{refused:#}"
    );
    stage.local.stop().await
}
