//! The commands of `docs/release.md` from the buffers on, run as they stand on a terminal where somebody says
//! yes.

use anyhow::{Context, Result, ensure};
use io_localnet::CLUSTER;
use io_migrations::Program;
use io_tests::artifact;
use serde_json::Value;
use std::{fs, path::Path};

use crate::{
    terminal::blocks,
    town::{Person, Town},
};

const DOCUMENT: &str = include_str!("../../../docs/release.md");
/// What stands in for the binaries of two releases: other programs, which are short.
const RELEASES: [[(Program, &str); 2]; 2] = [
    [
        (Program::IoMint, "floor"),
        (Program::IoStaking, "math_probe"),
    ],
    [
        (Program::IoMint, "hostile_venue"),
        (Program::IoStaking, "floor"),
    ],
];

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_a_release_work() -> Result<()> {
    let town = Town::open("admin-release").await?;
    let vault = town.person("vault", 0, 0).await?;
    let member = town.person("member", 0, 0).await?;
    let binaries = town.path("binaries");
    hand_over(&town, &vault, &binaries)?;
    let write = blocks(DOCUMENT, "4. ")?;
    let sign = blocks(DOCUMENT, "5. ")?;
    let after = blocks(DOCUMENT, "6. ")?;
    let ([write], [look, one_key, two_keys], [after]) = (&write[..], &sign[..], &after[..]) else {
        panic!("the document has other steps: {write:#?} {sign:#?} {after:#?}");
    };
    let signed = [one_key, two_keys];
    for (release, signed) in RELEASES.into_iter().zip(signed) {
        for (program, binary) in release {
            fs::copy(artifact(binary), binaries.join(format!("{program}.so")))?;
        }
        run(&town, &town.authority(), write)?;
        run(&town, &member, look)?;
        let [planned, exported] = ["planned.json", "upgrades.json"].map(|name| list(&town, name));
        let (planned, exported) = (planned?, exported?);
        assert_eq!(exported.len(), release.len(), "{exported:#?}");
        for (planned, exported) in planned.iter().zip(&exported) {
            assert_eq!(planned["instructions"], exported["instructions"]);
            assert_eq!(exported["slot"], Value::Null);
        }
        run(&town, &town.authority(), signed)?;
        for one in list(&town, "upgrades.json")? {
            ensure!(one["slot"].is_u64(), "{one:#}");
        }
        for (program, binary) in release {
            let elf = fs::read(artifact(binary))?;
            let data = town.chain.raw_account(&program.program_data()).await?;
            let (_, data) = data.context("a program")?;
            ensure!(data[45..].starts_with(&elf), "{program} is not {binary}");
        }
        run(&town, &town.authority(), after)?;
    }
    town.local.stop().await
}

/// Gives the programs to the vault, which the cluster's file names from then on.
fn hand_over(town: &Town, vault: &Person, binaries: &Path) -> Result<()> {
    fs::create_dir_all(binaries)?;
    for program in Program::ALL {
        let name = format!("{program}.so");
        fs::copy(artifact(program.name()), binaries.join(name))?;
    }
    let path = town.path(CLUSTER);
    let folder = binaries.to_str().context("UTF-8")?;
    let mut file = fs::read_to_string(&path)?;
    file.push_str(&format!(
        "\n[programs]\nbinaries = \"{folder}\"\n\n[handover]\nauthority = \"{}\"\n",
        vault.name()
    ));
    fs::write(&path, file)?;
    let file = path.to_str().context("UTF-8")?;
    town.admin(&["handover", file])?;
    town.by(vault, &["accept", "--program", "all"])?;
    town.admin(&["handover", file])?;
    Ok(())
}

/// Runs the lines of an example, but for those that build in the checkout.
fn run(town: &Town, person: &Person, lines: &[&str]) -> Result<()> {
    let values = [("OPERATOR", town.authority().name())];
    let here = lines.iter().filter(|line| !line.starts_with("cargo "));
    for line in here {
        let (code, said) = town.line(person, line, &values)?.answer("y")?;
        ensure!(code == 0, "{line}\n{said}");
    }
    Ok(())
}

fn list(town: &Town, name: &str) -> Result<Vec<Value>> {
    let document: Value = serde_json::from_slice(&fs::read(town.path(name))?)?;
    let list = document["transactions"].as_array().cloned();
    list.with_context(|| format!("{name} is no list: {document:#}"))
}
