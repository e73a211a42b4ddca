//! `cargo xtask lint` and `test`: with `bench --check`, what must hold before anything lands.

use anyhow::Result;

use crate::{build, cargo, errors, idl, mutants, process, project::Checkout, toolchain::Node, ui};

/// Formatting and clippy, in every workspace that the host compiles; whether the IDLs are current, and the mutants
/// still apply.
pub fn lint(checkout: &Checkout) -> Result<()> {
    for folder in [
        &checkout.root,
        &checkout.host(),
        &checkout.root.join("fuzz"),
    ] {
        ui::heading(&format!("Format and clippy in {}", folder.display()));
        cargo::run(
            folder,
            &["fmt", "--all", "--check"],
            "run `cargo fmt --all` there",
        )?;
        cargo::run(
            folder,
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
            "fix what clippy says above",
        )?;
    }
    for folder in checkout.test_programs() {
        cargo::run(
            &folder,
            &["fmt", "--all", "--check"],
            "run `cargo fmt --all` there",
        )?;
    }
    // What only IDLs are made from, which no other build compiles.
    cargo::run(
        &checkout.root,
        &[
            "clippy",
            "--package",
            "io-shared",
            "--features",
            "idl-build",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        "fix what clippy says above",
    )?;
    idl::run(checkout, &idl::Options { check: true })?;
    ui::heading("Mutants");
    mutants::check(checkout)
}

/// Builds the programs and runs every test there is.
pub fn test(checkout: &Checkout) -> Result<()> {
    build::run(checkout, &build::Options::default())?;
    ui::heading("Unit and property tests");
    cargo::run(
        &checkout.root,
        &["test", "--workspace", "--locked"],
        "the failing test is named above",
    )?;
    errors::forget(checkout)?;
    ui::heading("Tests on the built programs and over RPC");
    cargo::run(
        &checkout.host(),
        &["test", "--workspace", "--locked"],
        "the failing test is named above",
    )?;
    errors::require_all_seen(checkout)?;
    typescript(checkout)
}

/// The TypeScript client: whether it is current, its types and its tests on the built programs.
fn typescript(checkout: &Checkout) -> Result<()> {
    ui::heading("TypeScript client");
    let node = Node::ensure(checkout)?;
    for arguments in [["ci", "--no-fund", "--no-audit"].as_slice(), &["test"]] {
        let mut npm = node.npm()?;
        npm.args(arguments).current_dir(checkout.typescript());
        process::pass(&mut npm, "its messages are above")?;
    }
    Ok(())
}
