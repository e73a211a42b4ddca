//! The linker: the crate `sbpf-linker`, run under the unpacked LLVM's own loader and C library.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    Cache, component,
    llvm::Llvm,
    lock::{self, Lock, Package},
    rust::Rust,
};
use crate::{digest, process, ui};

/// The file name of the C library's loader.
pub const LOADER: &str = "ld-linux-x86-64.so.2";

const CRATE: &str = "sbpf-linker";
/// The version that `--update-lock` records; 0.2.x before this one lacks the memory fixes for v3.
const VERSION: &str = "0.2.6";
const COMPONENT: &str = "linker";

/// The time goes into LLVM, which is a library, so the linker itself is compiled quickly.
const PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

/// The linker and what it runs with.
#[derive(Clone)]
pub struct Linker {
    /// The linker itself; it cannot be started directly.
    pub program: PathBuf,
    /// The folder with its libraries and [`LOADER`].
    pub libraries: PathBuf,
    /// Everything that tells one linker from another.
    pub identity: String,
}

/// Compiles the linker unless the cache has it, and starts it once to see that it runs.
pub fn ensure(cache: &Cache, lock: &Lock, rust: &Rust, llvm: &Llvm) -> Result<Linker> {
    let folder = cache.path(COMPONENT);
    let wanted = format!("{} {}", lock.linker.version, lock.linker.sha256);
    if component::stamp(&folder).as_deref() != Some(&wanted) {
        install(cache, lock, rust, &wanted)?;
    }
    let program = folder.join("bin").join(CRATE);
    let libraries = llvm.libraries.clone();
    let version = process::capture(
        Command::new(libraries.join(LOADER))
            .arg("--library-path")
            .arg(&libraries)
            .arg(&program)
            .arg("--version")
            .env("LD_LIBRARY_PATH", &libraries),
    )
    .with_context(|| {
        format!(
            "the linker does not start. Remove {} and try again",
            folder.parent().unwrap_or(&folder).display()
        )
    })?;
    ui::ready("linker", version.lines().next().unwrap_or(CRATE));
    Ok(Linker {
        program,
        libraries,
        identity: wanted,
    })
}

/// The crate at the version this code was written for, for the lock file.
pub fn current_package() -> Result<Package> {
    let step = ui::Step::start("linker's crate");
    let sha256 = downloaded_checksum(VERSION, || {
        process::run(Command::new("/usr/bin/cargo").args([
            "info",
            "--quiet",
            &format!("{CRATE}@{VERSION}"),
        ]))
        .map(drop)
    })?;
    step.done(VERSION);
    Ok(Package {
        package: CRATE.to_owned(),
        version: VERSION.to_owned(),
        sha256,
    })
}

fn install(cache: &Cache, lock: &Lock, rust: &Rust, stamp: &str) -> Result<()> {
    let mut step = ui::Step::start("compile the linker (a minute or two)");
    let version = &lock.linker.version;
    component::replace(cache, COMPONENT, |folder| {
        let build = folder.join("build");
        // On PATH, or cargo warns that it is not.
        let mut path = OsString::from(folder.join("bin"));
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        process::follow_cargo(
            Command::new(&rust.cargo)
                .args(["install", CRATE, "--version", version, "--locked", "--root"])
                .arg(folder)
                .env("RUSTC", &rust.rustc)
                .env("CARGO_TARGET_DIR", &build)
                .envs(PROFILE)
                .env("PATH", path)
                .env_remove("LD_LIBRARY_PATH")
                .env_remove("RUSTFLAGS")
                .env_remove("CARGO_ENCODED_RUSTFLAGS")
                .env_remove("RUSTC_WRAPPER")
                .current_dir(folder),
            &mut step,
        )
        .context(
            "the linker could not be compiled. It needs crates.io and a C compiler (apt-get install \
             -y build-essential)",
        )?;
        let found = Package {
            package: CRATE.to_owned(),
            version: version.clone(),
            sha256: downloaded_checksum(version, || Ok(()))?,
        };
        lock::refuse_other_bytes(std::slice::from_ref(&lock.linker), &[found])?;
        fs::remove_dir_all(&build)
            .with_context(|| format!("could not remove {}", build.display()))?;
        Ok(stamp.to_owned())
    })?;
    step.done(&format!("{CRATE} {version}"));
    Ok(())
}

/// SHA-256 of the crate file in cargo's cache, after `fetch` put it there if need be.
fn downloaded_checksum(version: &str, fetch: impl FnOnce() -> Result<()>) -> Result<String> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    fetch()?;
    let cache = home.join("registry/cache");
    let name = format!("{CRATE}-{version}.crate");
    for registry in fs::read_dir(&cache)
        .with_context(|| format!("could not list {}", cache.display()))?
        .flatten()
    {
        let path = registry.path().join(&name);
        if path.exists() {
            return digest::file(&path);
        }
    }
    bail!(
        "{name} is not in {}, so its checksum cannot be checked",
        cache.display()
    )
}
