//! The compiler: Debian's `rustc-web`, installed on the system beside the host's own Rust.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    apt,
    lock::{self, Lock, Package},
};
use crate::{process, ui};

const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The compiler found on the system.
pub struct Rust {
    /// Absolute path of the compiler.
    pub rustc: PathBuf,
    /// Absolute path of its cargo.
    pub cargo: PathBuf,
    /// The standard library's source: the folder `library`.
    pub library: PathBuf,
    /// Everything that tells one compiler from another.
    pub identity: String,
}

/// Installs what is missing and notes what is not the locked version.
pub fn ensure(lock: &Lock, drift: &mut Vec<String>) -> Result<Rust> {
    if PACKAGES
        .iter()
        .any(|package| apt::installed(package).is_none())
    {
        install(lock)?;
    }
    let mut versions = Vec::new();
    for package in PACKAGES {
        let version = apt::installed(package)
            .with_context(|| format!("{package} is still not installed; apt-get said nothing"))?;
        match lock.rust.iter().find(|locked| locked.package == package) {
            Some(locked) if locked.version == version => {}
            Some(locked) => drift.push(format!(
                "{package}: {} is locked, {version} is installed",
                locked.version
            )),
            None => drift.push(format!("{package} {version} is not in the lock file")),
        }
        versions.push(version);
    }
    let rustc = PathBuf::from("/usr/bin/rustc");
    let cargo = PathBuf::from("/usr/bin/cargo");
    let about = process::capture(
        Command::new(&rustc)
            .arg("-vV")
            .env_remove("LD_LIBRARY_PATH"),
    )?;
    let release = about
        .lines()
        .find_map(|line| line.strip_prefix("release: "))
        .with_context(|| format!("{} does not tell its release", rustc.display()))?;
    let library = Path::new("/usr/src").join(format!("rustc-{release}/library"));
    if !library.join("std/src/lib.rs").exists() {
        bail!(
            "rustc-web is {release}, but {} is not there. rustc-web and rust-web-src must be of one \
             version: apt-get install -y {}",
            library.display(),
            PACKAGES.join(" ")
        );
    }
    ui::ready("Rust for the chain", &format!("rustc {release} (Debian)"));
    Ok(Rust {
        rustc,
        cargo,
        library,
        identity: format!("{about}{}", versions.join(" ")),
    })
}

/// The packages as apt offers them now, for the lock file.
pub fn current_packages() -> Result<Vec<Package>> {
    let step = ui::Step::start("Rust packages");
    apt::update()?;
    let packages: Option<Vec<_>> = PACKAGES
        .iter()
        .map(|package| apt::indexed(package, None))
        .collect();
    let packages = packages.with_context(unavailable)?;
    apt::install(&pinned(&packages))?;
    step.done("");
    Ok(packages)
}

fn install(lock: &Lock) -> Result<()> {
    let step = ui::Step::start("install Rust packages");
    let offered = |version: bool| -> Vec<Package> {
        PACKAGES
            .iter()
            .filter_map(|package| {
                let locked = lock.rust.iter().find(|locked| locked.package == *package);
                apt::indexed(
                    package,
                    locked
                        .filter(|_| version)
                        .map(|locked| locked.version.as_str()),
                )
            })
            .collect()
    };
    if offered(true).len() != PACKAGES.len() {
        apt::update()?;
    }
    let mut packages = offered(true);
    if packages.len() != PACKAGES.len() {
        packages = offered(false);
    }
    if packages.len() != PACKAGES.len() {
        bail!(unavailable());
    }
    lock::refuse_other_bytes(&lock.rust, &packages)?;
    apt::install(&pinned(&packages))?;
    step.done("rustc-web cargo-web rust-web-src");
    Ok(())
}

fn pinned(packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .map(|found| format!("{}={}", found.package, found.version))
        .collect()
}

fn unavailable() -> String {
    format!(
        "apt offers no {}: they are in Debian 12 (bookworm-security). On another system use Anza's \
         platform tools (`cargo-build-sbf` on PATH)",
        PACKAGES.join(", ")
    )
}
