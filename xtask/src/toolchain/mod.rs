//! The registry-only toolchain: upstream Rust, LLVM 23 and the SBF linker, all from package
//! registries, kept in a cache folder. The alternative to Anza's platform tools.
//!
//! Every part is checked against `toolchain/lock.json`. A part is prepared in a temporary folder and
//! renamed into place together with its stamp, so an interrupted set-up is simply done again.

mod apt;
mod component;
mod linker;
mod llvm;
mod lock;
mod node;
mod rust;
mod std_source;
mod target_spec;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{digest, project::Checkout, ui};

pub use linker::{LOADER, Linker};
pub use lock::Lock;
pub use node::Node;

/// Everything the on-chain build needs, found ready and checked.
#[derive(Clone)]
pub struct Toolchain {
    /// The compiler used for the chain; the host keeps its own.
    pub rustc: PathBuf,
    /// The cargo of the same version.
    pub cargo: PathBuf,
    /// The patched copy of the standard library's source: the folder `library`.
    pub std_source: PathBuf,
    /// The target description for `--target`.
    pub target_spec: PathBuf,
    /// The linker and the libraries it runs with.
    pub linker: Linker,
    /// Changes when compiled crates must be compiled again.
    pub compile_digest: String,
    /// Changes when programs must be linked again.
    pub link_digest: String,
    /// Differences from the lock file, one a line. Empty for a release.
    pub drift: Vec<String>,
}

impl Toolchain {
    /// Prepares whatever is missing and returns the toolchain.
    pub fn ensure(checkout: &Checkout) -> Result<Self> {
        let lock = Lock::read(&checkout.toolchain_lock())?;
        let cache = Cache::open()?;
        let mut drift = Vec::new();

        let rust = rust::ensure(&lock, &mut drift)?;
        let llvm = llvm::ensure(&cache, &lock, &mut drift)?;
        let linker = linker::ensure(&cache, &lock, &rust, &llvm)?;
        let std_source = std_source::ensure(&cache, &rust)?;
        let target_spec = target_spec::ensure(&cache, &rust)?;

        let compile_digest = digest::Parts::default()
            .add(&rust.identity)
            .add(&std_source.key)
            .add_file(&target_spec)?
            .finish();
        let link_digest = digest::Parts::default()
            .add(&llvm.identity)
            .add(&linker.identity)
            .finish();
        Ok(Self {
            rustc: rust.rustc,
            cargo: rust.cargo,
            std_source: std_source.library,
            target_spec,
            linker,
            compile_digest,
            link_digest,
            drift,
        })
    }

    /// The same toolchain with its standard library's source in another folder.
    pub fn with_std_source(&self, library: PathBuf) -> Self {
        Self {
            std_source: library,
            ..self.clone()
        }
    }

    /// Says loudly that the toolchain is not the locked one, if so.
    pub fn warn_about_drift(&self) {
        if self.drift.is_empty() {
            return;
        }
        ui::warning(&format!(
            "the toolchain differs from toolchain/lock.json:\n{}\nFine for development; a release \
             (`cargo xtask build --verify`) refuses it. To accept it: `cargo xtask toolchain \
             --update-lock`, run the tests, commit the lock file.",
            self.drift.join("\n")
        ));
    }
}

/// Records the versions and checksums of what the registries offer now, then sets up with them.
pub fn update_lock(checkout: &Checkout) -> Result<()> {
    let path = checkout.toolchain_lock();
    let old = Lock::read(&path).ok();
    let cache = Cache::open()?;
    let new = Lock {
        rust: rust::current_packages()?,
        llvm: llvm::current_packages(&cache)?,
        linker: linker::current_package()?,
    };
    match old {
        Some(old) if old == new => eprintln!("toolchain/lock.json is up to date"),
        Some(old) => {
            for line in new.differences(&old) {
                eprintln!("  {line}");
            }
        }
        None => eprintln!("  toolchain/lock.json is new"),
    }
    new.write(&path)
}

/// The cache folder, locked against a second set-up at the same time.
pub struct Cache {
    folder: PathBuf,
    _lock: fs::File,
}

impl Cache {
    /// Opens (and creates) `$IO_TOOLCHAIN_DIR`, by default `~/.cache/io-coin/sbf-toolchain`.
    pub fn open() -> Result<Self> {
        let folder = match env::var_os("IO_TOOLCHAIN_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => Path::new(
                &env::var_os("HOME")
                    .context("HOME is not set; set IO_TOOLCHAIN_DIR to a folder")?,
            )
            .join(".cache/io-coin/sbf-toolchain"),
        };
        let open = || -> std::io::Result<(PathBuf, fs::File)> {
            fs::create_dir_all(&folder)?;
            let folder = folder.canonicalize()?;
            let lock = fs::File::create(folder.join(".lock"))?;
            lock.lock()?;
            Ok((folder, lock))
        };
        let (folder, lock) = open().with_context(|| {
            format!(
                "could not use the toolchain's cache folder {}; set IO_TOOLCHAIN_DIR to a folder \
                 you can write to",
                folder.display()
            )
        })?;
        component::remove_leftovers(&folder);
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// A path inside the cache.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
