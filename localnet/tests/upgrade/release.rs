//! The binaries of releases, kept in `tests/releases`.

use anyhow::{Context, Result, ensure};
use io_client::{Pubkey, rpc::Network};
use io_localnet::{CLUSTER, Localnet};
use io_migrations::Program;
use io_tests::artifact;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    common::{Folder, built, port},
    town::Town,
};

/// A release that a cluster may run.
pub struct Release {
    pub name: String,
    kept: PathBuf,
    binaries: Folder,
}

impl Release {
    /// Every release that is kept, oldest first.
    pub fn all() -> Result<Vec<Self>> {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/releases");
        let mut folders = Vec::new();
        for entry in fs::read_dir(&kept)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        folders.sort();
        ensure!(!folders.is_empty(), "{} has no release", kept.display());
        folders.into_iter().map(Self::unpack).collect()
    }

    fn unpack(kept: PathBuf) -> Result<Self> {
        let name = kept.file_name().and_then(|name| name.to_str());
        let name = name.context("UTF-8")?.to_owned();
        let binaries = Folder::new(&format!("release-{name}"));
        fs::create_dir_all(&binaries.0)?;
        for program in Program::ALL {
            let packed = kept.join(format!("{program}.so.zst"));
            let file = fs::File::open(&packed).with_context(|| packed.display().to_string())?;
            let elf = zstd::decode_all(file)?;
            fs::write(binaries.0.join(format!("{program}.so")), elf)?;
        }
        Ok(Self {
            name,
            kept,
            binaries,
        })
    }

    /// A network that runs it.
    pub async fn town(&self) -> Result<Town> {
        let folder = Folder::new("upgrade");
        let local = Localnet::start_on(&self.binaries.0, &folder.0, port()).await?;
        Ok(Town {
            chain: Network::new(&local.url),
            program: built("io")?,
            folder,
            local,
        })
    }

    /// The network's file with these binaries, by their hashes, and who signs upgrades.
    pub fn cluster(&self, town: &Town, name: &str, vault: &Pubkey) -> Result<String> {
        let hashes = fs::read(self.kept.join("programs.json"))?;
        let hashes: BTreeMap<String, String> = serde_json::from_slice(&hashes)?;
        let hashes: toml::Table = hashes
            .into_iter()
            .map(|(program, hash)| (program, hash.into()))
            .collect();
        ensure!(hashes.len() == Program::ALL.len(), "a hash for each");
        write(town, name, vault, &self.binaries.0, Some(hashes))
    }
}

/// The network's file with the binaries that are built now.
pub fn next(town: &Town, name: &str, vault: &Pubkey) -> Result<String> {
    let binaries = town.path("binaries");
    fs::create_dir_all(&binaries)?;
    for program in Program::ALL {
        let name = format!("{program}.so");
        fs::copy(artifact(program.name()), binaries.join(name))?;
    }
    write(town, name, vault, &binaries, None)
}

fn write(
    town: &Town,
    name: &str,
    vault: &Pubkey,
    binaries: &Path,
    hashes: Option<toml::Table>,
) -> Result<String> {
    let mut file: toml::Table = fs::read_to_string(town.path(CLUSTER))?.parse()?;
    let mut programs = toml::Table::new();
    let folder = binaries.to_str().context("UTF-8")?.to_owned();
    programs.insert("binaries".into(), folder.into());
    if let Some(hashes) = hashes {
        programs.insert("sha256".into(), hashes.into());
    }
    file.insert("programs".into(), programs.into());
    let mut handover = toml::Table::new();
    handover.insert("authority".into(), vault.to_string().into());
    file.insert("handover".into(), handover.into());
    let path = town.path(name);
    fs::write(&path, toml::to_string(&file)?)?;
    Ok(path.to_str().context("UTF-8")?.to_owned())
}
