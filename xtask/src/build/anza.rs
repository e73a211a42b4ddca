//! Building with Anza's platform tools: one `cargo build-sbf` a program.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::Program;
use crate::{digest, process, project::Checkout, ui};

/// The same code generation as the workspace's `sbf` profile; the tools always use `release`.
const PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
];

/// Builds each program by itself, so that one's features never leak into another.
pub fn build(checkout: &Checkout, programs: &[Program]) -> Result<()> {
    let deploy = checkout.deploy();
    fs::create_dir_all(&deploy)
        .with_context(|| format!("could not create {}", deploy.display()))?;
    for program in programs {
        build_one(program, &deploy)?;
    }
    Ok(())
}

fn build_one(program: &Program, deploy: &Path) -> Result<()> {
    let step = ui::Step::start(&program.package);
    process::run(
        Command::new("cargo-build-sbf")
            .args(["--arch", "v3", "--manifest-path"])
            .arg(&program.manifest)
            .arg("--sbf-out-dir")
            .arg(deploy)
            .envs(PROFILE)
            .current_dir(&program.workspace),
    )
    .context("cargo-build-sbf failed; the registry-only way is `--toolchain registry`")?;
    let path = deploy.join(program.file_name());
    let size = fs::metadata(&path)
        .with_context(|| format!("cargo-build-sbf left no {}", path.display()))?
        .len();
    step.done(&format!(
        "{size:>8} bytes  {:.12}",
        digest::executable(&path)?
    ));
    Ok(())
}
