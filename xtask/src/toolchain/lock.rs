//! `toolchain/lock.json`: the packages the toolchain is made of.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One package as a registry delivers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// The registry's name for it.
    pub package: String,
    /// Its exact version.
    pub version: String,
    /// SHA-256 of the file the registry delivers.
    pub sha256: String,
}

/// The whole lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Debian packages of the compiler, installed on the system.
    pub rust: Vec<Package>,
    /// The linker's crate.
    pub linker: Package,
    /// Debian sid packages of LLVM and what it needs, unpacked into the cache.
    pub llvm: Vec<Package>,
}

impl Lock {
    /// Reads the lock file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| {
            format!(
                "could not read {}; restore it from git, or make it with `cargo xtask toolchain \
                 --update-lock`",
                path.display()
            )
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is not valid", path.display()))
    }

    /// Writes the lock file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
    }

    /// What changed since `old`, one line a package.
    pub fn differences(&self, old: &Self) -> Vec<String> {
        let mut lines = differences(&old.rust, &self.rust);
        lines.extend(differences(
            std::slice::from_ref(&old.linker),
            std::slice::from_ref(&self.linker),
        ));
        lines.extend(differences(&old.llvm, &self.llvm));
        lines
    }
}

/// How the packages found differ from the locked ones, one line each.
pub fn differences(locked: &[Package], found: &[Package]) -> Vec<String> {
    let mut lines = Vec::new();
    for new in found {
        match locked.iter().find(|old| old.package == new.package) {
            None => lines.push(format!(
                "{} {} is not in the lock file",
                new.package, new.version
            )),
            Some(old) if old.version != new.version => {
                lines.push(format!(
                    "{}: {} is locked, {} is used",
                    new.package, old.version, new.version
                ));
            }
            Some(old) if old.sha256 != new.sha256 => lines.push(format!(
                "{} {}: the same version, but other bytes (sha256 {} is locked, {} was found)",
                new.package, new.version, old.sha256, new.sha256
            )),
            Some(_) => {}
        }
    }
    for old in locked {
        if !found.iter().any(|new| new.package == old.package) {
            lines.push(format!(
                "{} {} is locked, but no longer needed",
                old.package, old.version
            ));
        }
    }
    lines
}

/// Refuses a package whose version is the locked one while its bytes are not.
pub fn refuse_other_bytes(locked: &[Package], found: &[Package]) -> Result<()> {
    for new in found {
        let changed = locked.iter().find(|old| {
            old.package == new.package && old.version == new.version && old.sha256 != new.sha256
        });
        if let Some(old) = changed {
            anyhow::bail!(
                "{} {} has other bytes than toolchain/lock.json says\n    locked {}\n    found  {}\nA \
                 registry never changes a published version: suspect the mirror or the network. If \
                 you are sure, accept it with `cargo xtask toolchain --update-lock`.",
                new.package,
                new.version,
                old.sha256,
                new.sha256
            );
        }
    }
    Ok(())
}
