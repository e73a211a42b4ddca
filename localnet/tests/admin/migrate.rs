//! A cluster and its file: verified, migrated, deployed and handed over, whatever breaks off.

use anyhow::{Context, Result, bail, ensure};
use io_client::{
    Pubkey,
    shared::{
        ids::{io_mint, io_payments},
        state::{MintConfig, PaymentsConfig},
    },
};
use io_localnet::{
    CLUSTER,
    faults::{Proxy, Rates},
};
use io_migrations::Program;
use io_tests::artifact;
use serde_json::Value;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Mutex,
};
use tokio::process::Command;

use crate::town::Town;

/// Gateways that the changed file has more.
const GATEWAYS: u8 = 30;
/// How many transactions runs have sent when they are killed.
const KILLED: [usize; 5] = [0, 1, 2, 5, 9];
const KILLED_DEPLOYING: [usize; 5] = [0, 1, 2, 40, 60];
/// How many of a deployment are under way at once.
const AT_ONCE: usize = 16;

/// The network's own file, changed and written beside it.
pub fn changed(town: &Town, name: &str, change: impl FnOnce(&mut toml::Table)) -> Result<String> {
    let mut file: toml::Table = fs::read_to_string(town.path(CLUSTER))?.parse()?;
    change(&mut file);
    let path = town.path(name);
    fs::write(&path, toml::to_string(&file)?)?;
    Ok(path.to_str().context("UTF-8")?.to_owned())
}

/// A folder with the binaries that the network runs.
pub fn all_binaries(town: &Town) -> Result<PathBuf> {
    let folder = town.path("binaries");
    fs::create_dir_all(&folder)?;
    for program in Program::ALL {
        let name = format!("{program}.so");
        fs::copy(artifact(program.name()), folder.join(name))?;
    }
    Ok(folder)
}

pub fn name_binaries(file: &mut toml::Table, folder: &Path) {
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

impl Town {
    /// `io admin verify`: its exit code, and where in the file it found something.
    pub fn verify(&self, file: &str) -> Result<(i32, Vec<String>)> {
        let (code, answer) = self.answer(&self.authority(), &["admin", "verify", file])?;
        ensure!([0, 7].contains(&code), "{answer:#}");
        Ok((code, paths(&answer)))
    }

    /// Runs `io admin …` again and again, killed when it sends one transaction more than `after` says, then
    /// to its end.
    async fn break_off(&self, arguments: &[&str], after: &[usize]) -> Result<Value> {
        let all = [&["admin"], arguments, &["--yes"]].concat();
        for after in after.iter().copied() {
            let proxy = Proxy::start(&self.local.url, 0, Rates::none()).await?;
            let seen = Mutex::new(HashSet::new());
            // What is sent twice counts once.
            proxy.hold(move |request| {
                let mut seen = seen.lock().expect("nobody panicked");
                request["method"] == "sendTransaction"
                    && seen.insert(request["params"][0].to_string())
                    && seen.len() > after
            });
            let command = self.command_at(&proxy.url, &self.authority(), &all);
            let mut child = Command::from(command)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()?;
            tokio::select! {
                () = proxy.holds() => child.kill().await?,
                ended = child.wait() => bail!("it sent no more than {after} transactions: {}", ended?),
            }
        }
        self.admin(arguments)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_verified_and_migrated_whenever_it_breaks_off() -> Result<()> {
    let town = Town::open("admin-migrate").await?;
    let file = town.path(CLUSTER).to_str().context("UTF-8")?.to_owned();
    assert_eq!(town.verify(&file)?, (0, vec![]));

    // What somebody changed is found, and what the file does not name.
    town.admin(&["asset", "minimum", "usdc", "0.07"])?;
    let stranger = town.person("stranger", 0, 0).await?;
    let stranger = stranger.name();
    town.admin(&[
        "gateway",
        "list",
        &stranger,
        "--fee",
        "1",
        "--daily-limit",
        "1",
    ])?;
    town.admin(&["fees", "payout-fee", "1"])?;
    let (code, paths) = town.verify(&file)?;
    assert_eq!(code, 7);
    for path in ["assets[1].minimum", "gateways"] {
        assert!(
            paths.iter().any(|found| found == path),
            "{path} in {paths:?}"
        );
    }

    // The minimum is set back, the waiting fee replaced; the gateway is left to people.
    town.admin(&["gateway", "disable", &stranger])?;
    town.admin(&["migrate", &file])?;
    let (_, paths) = town.verify(&file)?;
    assert!(
        !paths.iter().any(|path| path == "assets[1].minimum"),
        "{paths:?}"
    );

    // Many changes at once, broken off again and again.
    let many = changed(&town, "many.toml", |file| {
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
    let answer = town.break_off(&["migrate", &many], &KILLED).await?;
    assert_eq!(answer["left"], Value::Array(vec![]), "{answer:#}");
    let (_, paths) = town.verify(&many)?;
    assert!(
        paths.iter().all(|path| path == "payments.payout_fee_bps"),
        "{paths:?}"
    );
    town.travel(2 * 86_400 + 60).await?;
    assert_eq!(town.verify(&many)?, (0, vec![]));
    let again = town.admin(&["migrate", &many])?;
    assert!(again["transactions"].is_null(), "{again:#}");
    town.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_upgraded_whenever_it_breaks_off() -> Result<()> {
    let town = Town::open("admin-deploy").await?;
    let binaries = all_binaries(&town)?;
    let place = |from: &str| fs::copy(artifact(from), binaries.join("io_mint.so"));
    let file = changed(&town, "deploy.toml", |file| name_binaries(file, &binaries))?;
    let same = town.admin(&["deploy", &file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");

    // Another program in its place, which knows nothing of minting.
    place("floor")?;
    town.admin(&["deploy", &file])?;
    let broken = town.refused(&town.authority(), &["pause", "--program", "mint"])?;
    assert_eq!(broken["kind"], "refused", "{broken:#}");

    // And back, broken off while it is written.
    place("io_mint")?;
    let plan = ["admin", "deploy", &file, "--export"];
    let exported = town.told(&town.authority(), &plan)?;
    let count = exported["transactions"].as_array().context("a list")?.len();
    ensure!(count > 100, "{count} transactions");
    let answer = town
        .break_off(&["deploy", &file], &KILLED_DEPLOYING)
        .await?;
    // What those that were killed wrote is not written again: all but what was under way.
    let rest = answer["transaction_count"].as_u64().context("a number")?;
    let landed: u64 = KILLED_DEPLOYING
        .iter()
        .map(|sent| sent.saturating_sub(AT_ONCE) as u64)
        .sum();
    ensure!(
        rest + landed <= count as u64,
        "{rest} of {count} were sent by the last run"
    );
    let same = town.admin(&["deploy", &file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");
    town.admin(&["pause", "--program", "mint"])?;
    town.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn authority_is_handed_over_to_who_can_sign() -> Result<()> {
    let town = Town::open("admin-handover").await?;
    let vault = town.person("vault", 0, 0).await?;
    let binaries = all_binaries(&town)?;
    let file = changed(&town, "handover.toml", |file| {
        let mut table = toml::Table::new();
        table.insert("authority".into(), vault.name().into());
        file.insert("handover".into(), table.into());
        name_binaries(file, &binaries);
    })?;
    let handover = ["handover", &file];
    let (code, paths) = town.verify(&file)?;
    assert_eq!(code, 7, "{paths:?}");

    let answer = town.admin(&handover)?;
    assert_eq!(answer["left"][0]["signers"][0], vault.name(), "{answer:#}");
    let config: PaymentsConfig = town.state(&io_payments::CONFIG.address).await?;
    assert_eq!(config.governance.pending_authority, vault.address());
    // Before it has accepted, nothing more is given to it.
    let again = town.admin(&handover)?;
    assert!(again["transactions"].is_null(), "{again:#}");

    // The vault's transaction is printed, and signed elsewhere.
    let export = ["admin", "handover", &file, "--export"];
    let exported = town.told(&town.authority(), &export)?;
    let accept = &exported["transactions"][0];
    assert_eq!(
        accept["signers"],
        Value::from(vec![vault.name()]),
        "{exported:#}"
    );
    let transaction = accept["transaction_base64"].as_str().context("a text")?;
    town.by(&vault, &["sign", transaction])?;
    let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
    assert_eq!(config.governance.authority, vault.address());

    town.admin(&handover)?;
    assert_eq!(town.verify(&file)?, (0, vec![]));
    let done = town.admin(&handover)?;
    assert!(done["transactions"].is_null(), "{done:#}");
    // Upgrades go on: the operator writes, the vault signs the last step.
    fs::copy(artifact("floor"), binaries.join("io_mint.so"))?;
    let answer = town.admin(&["deploy", &file])?;
    let left = answer["left"].as_array().context("a list")?;
    assert_eq!(
        (left.len(), &left[0]["what"]),
        (1, &"upgrade io_mint".into())
    );
    let export = ["admin", "deploy", &file, "--export"];
    let exported = town.told(&town.authority(), &export)?;
    let upgrade = town.path("upgrade.json");
    fs::write(&upgrade, exported.to_string())?;
    town.by(&vault, &["sign", upgrade.to_str().context("UTF-8")?])?;
    let same = town.admin(&["deploy", &file])?;
    assert_eq!(same["io_mint"], "up to date", "{same:#}");
    // The old authority is none any more.
    let nominate = ["nominate", &town.authority().name(), "--program", "mint"];
    let refused = town.refused(&town.authority(), &nominate)?;
    assert!(
        refused["message"].to_string().contains(&vault.name()),
        "{refused:#}"
    );
    town.local.stop().await
}
