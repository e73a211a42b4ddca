//! `cargo xtask build`: the on-chain programs, by Anza's platform tools or by the registry-only
//! toolchain.

mod anza;
mod hashes;
mod programs;
mod upstream;
mod verify;

use std::{env, path::Path, time::Instant};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::{project::Checkout, toolchain::Toolchain, ui};

pub use programs::{Group, Program, discover};
pub use upstream::Builder;
pub use verify::copy_sources;

/// What to build and how.
#[derive(Args, Debug, Default)]
pub struct Options {
    /// Build only these programs (package names)
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub only: Vec<String>,
    /// Build only one group
    #[arg(long, value_enum)]
    pub group: Option<Group>,
    /// Build everything again, even what has not changed
    #[arg(long)]
    pub force: bool,
    /// Build once more from a clean copy in another folder and compare the bytes, those of the product
    /// with toolchain/programs.json too
    #[arg(long)]
    pub verify: bool,
    /// Write the hashes of the product's programs into toolchain/programs.json; refuses a toolchain
    /// that is not the locked one
    #[arg(long)]
    pub bless: bool,
    /// The compiler to use
    #[arg(long, value_enum, default_value_t)]
    pub toolchain: Choice,
}

/// Which compiler builds the programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Anza's platform tools if `cargo-build-sbf` is on PATH, else the registry-only toolchain
    #[default]
    Auto,
    /// Anza's platform tools
    Anza,
    /// Upstream Rust from package registries
    Registry,
}

/// Builds the programs asked for into `target/deploy`.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    let started = Instant::now();
    let programs = select(programs::discover(checkout)?, options)?;
    let use_anza = match options.toolchain {
        Choice::Auto => on_path("cargo-build-sbf"),
        Choice::Anza => true,
        Choice::Registry => false,
    };
    if use_anza {
        if options.verify || options.bless {
            bail!(
                "--verify and --bless are about builds of the registry-only toolchain; add --toolchain \
                 registry. With Anza's tools, use `solana-verify build`"
            );
        }
        ui::heading("Programs (Anza's platform tools)");
        anza::build(checkout, &programs)?;
    } else {
        ui::heading("Toolchain");
        let toolchain = Toolchain::ensure(checkout)?;
        if options.bless && !toolchain.drift.is_empty() {
            bail!(
                "a release needs the locked toolchain, and this one differs:\n{}\nAccept it with \
                 `cargo xtask toolchain --update-lock`, run the tests, commit toolchain/lock.json",
                toolchain.drift.join("\n")
            );
        }
        ui::heading("Programs");
        let builder = upstream::Builder::new(checkout, &toolchain)?;
        let builder = if options.verify {
            builder.locked()
        } else {
            builder
        };
        for program in &programs {
            builder.build(program, options.force)?;
        }
        drop(builder);
        toolchain.warn_about_drift();
        if options.bless {
            hashes::write(checkout, &programs)?;
        }
        if options.verify {
            verify::run(checkout, &toolchain, &programs)?;
            hashes::check(checkout, &programs)?;
        }
    }
    eprintln!(
        "{} programs in {:.1} s",
        programs.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The programs that the options name, all of them if they name none.
fn select(programs: Vec<Program>, options: &Options) -> Result<Vec<Program>> {
    for name in &options.only {
        if !programs.iter().any(|program| program.is_named(name)) {
            let names: Vec<_> = programs
                .iter()
                .map(|program| program.package.as_str())
                .collect();
            bail!(
                "there is no program {name}; there are: {}",
                names.join(", ")
            );
        }
    }
    let wanted = |program: &Program| {
        (options.only.is_empty() || options.only.iter().any(|name| program.is_named(name)))
            && options.group.is_none_or(|group| program.group == group)
    };
    Ok(programs.into_iter().filter(wanted).collect())
}

fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| {
        env::split_paths(&path)
            .any(|folder: std::path::PathBuf| Path::new(&folder).join(program).is_file())
    })
}
