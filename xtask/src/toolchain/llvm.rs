//! LLVM 23: its `bpf` back end has the stack arguments and 128-bit returns that SBF needs. It comes
//! from Debian sid with its own C library and is only ever unpacked into the cache.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{
    Cache, apt, component,
    lock::{self, Lock, Package},
};
use crate::{digest, ui};

const PACKAGE: &str = "libllvm23";
const COMPONENT: &str = "llvm";

/// The unpacked libraries.
pub struct Llvm {
    /// The folder with the libraries and their loader.
    pub libraries: PathBuf,
    /// Everything that tells one set of packages from another.
    pub identity: String,
}

#[derive(Serialize, Deserialize)]
struct Stamp {
    /// The locked packages at the time of unpacking.
    locked: Vec<Package>,
    /// The packages that were unpacked.
    unpacked: Vec<Package>,
}

/// Downloads and unpacks what is missing and notes what is not the locked version.
pub fn ensure(cache: &Cache, lock: &Lock, drift: &mut Vec<String>) -> Result<Llvm> {
    let folder = cache.path(COMPONENT);
    let current = component::stamp(&folder)
        .and_then(|text| serde_json::from_str::<Stamp>(&text).ok())
        .filter(|stamp| stamp.unpacked == lock.llvm || stamp.locked == lock.llvm);
    let packages = match current {
        Some(stamp) => stamp.unpacked,
        None => unpack(cache, lock)?,
    };
    drift.extend(lock::differences(&lock.llvm, &packages));
    let libraries = library_folder(&folder)?;
    let mut identity = digest::Parts::default();
    for package in &packages {
        identity
            .add(&package.package)
            .add(&package.version)
            .add(&package.sha256);
    }
    let version = packages
        .iter()
        .find(|package| package.package == PACKAGE)
        .map_or("?", |package| package.version.as_str());
    ui::ready("LLVM for the linker", &format!("{PACKAGE} {version}"));
    Ok(Llvm {
        libraries,
        identity: identity.finish(),
    })
}

/// The packages as sid offers them now, for the lock file.
pub fn current_packages(cache: &Cache) -> Result<Vec<Package>> {
    let step = ui::Step::start("LLVM packages");
    let mut packages = Vec::new();
    component::replace(cache, "sid", |folder| {
        packages = inspect(&apt::Sid::open(folder)?.download(PACKAGE)?)?;
        Ok(String::new())
    })?;
    step.done(&format!("{} packages", packages.len()));
    Ok(packages)
}

fn unpack(cache: &Cache, lock: &Lock) -> Result<Vec<Package>> {
    let mut step = ui::Step::start("download and unpack LLVM 23");
    let mut unpacked = Vec::new();
    component::replace(cache, COMPONENT, |folder| {
        step.status("reading Debian sid's index, 45 MB of packages follow");
        let work = folder.join("apt");
        let debs = match env::var_os("IO_TOOLCHAIN_DEBS") {
            Some(given) => apt::debs_in(Path::new(&given))?,
            None => apt::Sid::open(&work)?.download(PACKAGE)?,
        };
        unpacked = inspect(&debs)?;
        lock::refuse_other_bytes(&lock.llvm, &unpacked)?;
        for deb in &debs {
            step.status(&format!("unpacking {}", deb.display()));
            apt::unpack(deb, folder)?;
        }
        if work.exists() {
            fs::remove_dir_all(&work)
                .with_context(|| format!("could not remove {}", work.display()))?;
        }
        library_folder(folder)?;
        let stamp = Stamp {
            locked: lock.llvm.clone(),
            unpacked: unpacked.clone(),
        };
        Ok(serde_json::to_string(&stamp)?)
    })?;
    step.done(&format!("{} packages", unpacked.len()));
    Ok(unpacked)
}

fn inspect(debs: &[PathBuf]) -> Result<Vec<Package>> {
    let mut packages = debs
        .iter()
        .map(|deb| apt::inspect(deb))
        .collect::<Result<Vec<_>>>()?;
    packages.sort();
    if !packages.iter().any(|package| package.package == PACKAGE) {
        bail!(
            "{PACKAGE} is not among the {} packages found",
            packages.len()
        );
    }
    Ok(packages)
}

fn library_folder(folder: &Path) -> Result<PathBuf> {
    let libraries = folder.join("usr/lib/x86_64-linux-gnu");
    for name in [super::linker::LOADER, "libLLVM.so.23.1", "libc.so.6"] {
        if !libraries.join(name).exists() {
            bail!(
                "{name} is not in {}: the packages changed their layout, or this is no x86_64 \
                 machine",
                libraries.display()
            );
        }
    }
    Ok(libraries)
}
