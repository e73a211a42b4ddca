//! Which programs there are, found through cargo.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Deserialize;

use crate::{process, project::Checkout};

/// The workspace a program belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// `programs/`: what the project ships
    Product,
    /// `tests/programs/`: what only tests deploy
    Test,
}

/// One on-chain program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The package's name.
    pub package: String,
    /// The library's name: the program is `<library>.so`.
    pub library: String,
    /// The group it belongs to.
    pub group: Group,
    /// The folder of its workspace, with the `Cargo.lock` that applies.
    pub workspace: PathBuf,
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// Its own folder and those of the local crates it depends on.
    pub sources: BTreeSet<PathBuf>,
}

impl Program {
    /// Whether the name given on the command line means this program.
    pub fn is_named(&self, name: &str) -> bool {
        self.package == name || self.library == name
    }

    /// The finished program's file name.
    pub fn file_name(&self) -> String {
        format!("{}.so", self.library)
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Dependency {
    path: Option<PathBuf>,
}

/// Every program of the checkout, product programs first.
pub fn discover(checkout: &Checkout) -> Result<Vec<Program>> {
    let product = (
        Group::Product,
        checkout.root.clone(),
        packages(&checkout.root)?,
    );
    let mut workspaces = vec![product];
    for folder in checkout.test_programs() {
        let packages = packages(&folder)?;
        workspaces.push((Group::Test, folder, packages));
    }
    let all: Vec<&Package> = workspaces
        .iter()
        .flat_map(|(_, _, packages)| packages)
        .collect();
    let mut programs = Vec::new();
    for (group, workspace, packages) in &workspaces {
        let folder = match group {
            Group::Product => checkout.programs(),
            Group::Test => workspace.clone(),
        };
        for package in packages
            .iter()
            .filter(|package| package.manifest_path.starts_with(&folder))
        {
            let library = package
                .targets
                .iter()
                .find(|target| target.kind.iter().any(|kind| kind == "cdylib"));
            if let Some(library) = library {
                programs.push(Program {
                    package: package.name.clone(),
                    library: library.name.replace('-', "_"),
                    group: *group,
                    workspace: workspace.clone(),
                    manifest: package.manifest_path.clone(),
                    sources: sources(package, &all),
                });
            }
        }
    }
    Ok(programs)
}

fn packages(workspace: &Path) -> Result<Vec<Package>> {
    let manifest = workspace.join("Cargo.toml");
    if !manifest.exists() {
        return Ok(Vec::new());
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let text = process::capture(
        Command::new(cargo)
            .args([
                "metadata",
                "--no-deps",
                "--format-version",
                "1",
                "--manifest-path",
            ])
            .arg(&manifest),
    )
    .with_context(|| format!("cargo could not read {}", manifest.display()))?;
    let metadata: Metadata =
        serde_json::from_str(&text).context("cargo metadata has an unexpected form")?;
    Ok(metadata.packages)
}

/// The package's folder and, transitively, those of its path dependencies.
fn sources(package: &Package, all: &[&Package]) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    let mut pending = vec![package.manifest_path.parent().map(Path::to_path_buf)];
    while let Some(next) = pending.pop() {
        let Some(folder) = next else { continue };
        if !folders.insert(folder.clone()) {
            continue;
        }
        let known = all
            .iter()
            .find(|other| other.manifest_path.parent() == Some(&folder));
        if let Some(known) = known {
            pending.extend(
                known
                    .dependencies
                    .iter()
                    .map(|dependency| dependency.path.clone()),
            );
        }
    }
    folders
}
