//! Where the project's own folders are.

use std::path::{Path, PathBuf};

/// The checkout this command was built from.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The folders of one checkout. `build --verify` uses a second one, elsewhere on the disk.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The folder that holds the root `Cargo.toml`.
    pub root: PathBuf,
}

impl Checkout {
    /// The checkout this command was built from.
    pub fn current() -> Self {
        Self { root: root() }
    }

    /// The programs the project ships.
    pub fn programs(&self) -> PathBuf {
        self.root.join("programs")
    }

    /// The workspace of everything that runs beside the programs.
    pub fn host(&self) -> PathBuf {
        self.root.join("host")
    }

    /// The nested workspaces with the programs that only tests use: of one lock file each, since the
    /// metadata program needs an older SDK than the AMM.
    pub fn test_programs(&self) -> [PathBuf; 2] {
        ["tests/programs", "tests/programs/metadata"].map(|folder| self.root.join(folder))
    }

    /// The IDL of each program.
    pub fn idls(&self) -> PathBuf {
        self.root.join("idls")
    }

    /// Intermediate files of the on-chain build, apart from the host's.
    pub fn sbf_target(&self) -> PathBuf {
        self.root.join("target/sbf")
    }

    /// The finished programs.
    pub fn deploy(&self) -> PathBuf {
        self.root.join("target/deploy")
    }

    /// The hashes of the programs that the project ships.
    pub fn program_hashes(&self) -> PathBuf {
        self.root.join("toolchain/programs.json")
    }

    /// 128-bit arithmetic, linked into every program.
    pub fn i128_ir(&self) -> PathBuf {
        self.root.join("toolchain/i128.ll")
    }

    /// Patches that each break a rule of the programs.
    pub fn mutants(&self) -> PathBuf {
        self.root.join("tests/mutants")
    }

    /// The TypeScript client.
    pub fn typescript(&self) -> PathBuf {
        self.root.join("client/ts")
    }

    /// The Node.js that is installed where none is, as pip reads it.
    pub fn node_requirements(&self) -> PathBuf {
        self.root.join("toolchain/node.txt")
    }

    /// The versions and checksums of the registry-only toolchain.
    pub fn toolchain_lock(&self) -> PathBuf {
        self.root.join("toolchain/lock.json")
    }
}
