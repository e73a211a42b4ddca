//! `cargo xtask fuzz-parsers`: coverage-guided fuzzing of what parses bytes, by libFuzzer.
//!
//! The targets are in `fuzz/`, in cargo-fuzz's layout, which runs them as well. This command needs neither cargo-fuzz
//! nor a nightly toolchain.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{cargo, process, project::Checkout, ui};

/// What libFuzzer is led by, on any toolchain: the flags that cargo-fuzz passes.
const COVERAGE: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
/// How the targets are compiled besides.
const CHECKED: [&str; 3] = ["--cfg fuzzing", "-Cdebug-assertions", "-Ccodegen-units=1"];

/// How long, and on what.
#[derive(Args, Debug)]
pub struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 60, value_name = "N")]
    pub seconds: u64,
    /// Only these targets (files in fuzz/fuzz_targets)
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub only: Vec<String>,
    /// Then add the inputs that reach code which no seed in fuzz/corpus reaches to the seeds
    #[arg(long)]
    pub keep: bool,
}

/// Builds the targets and runs each, one after the other.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    let fuzz = checkout.root.join("fuzz");
    let targets = select(&fuzz, options)?;
    let host = host()?;
    let sanitizer = address_sanitizer(&host)?;
    ui::heading("Fuzz targets");
    if !sanitizer {
        eprintln!("  this toolchain brings no AddressSanitizer; fuzzing without");
    }
    let built = checkout.root.join("target/fuzz");
    build(&fuzz, &built, &host, sanitizer, &targets)?;

    let mut failed = Vec::new();
    for target in &targets {
        let step = ui::Step::start(target);
        let binary = built.join(&host).join("release").join(target);
        // What is found goes into the first folder.
        let found = built.join("corpus").join(target);
        let seeds = fuzz.join("corpus").join(target);
        let inputs = fuzz.join("artifacts").join(target);
        for folder in [&found, &seeds, &inputs] {
            fs::create_dir_all(folder)
                .with_context(|| format!("could not create {}", folder.display()))?;
        }
        let mut command = Command::new(&binary);
        command
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-artifact_prefix={}/", inputs.display()))
            .args(["-print_final_stats=1", "-len_control=0", "-timeout=10"])
            .args([&found, &seeds]);
        let output = command
            .output()
            .with_context(|| format!("could not start {}", binary.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            eprintln!("{}", process::tail(&said));
            failed.push(target.as_str());
            continue;
        }
        step.done(&figures(&said));
        if options.keep {
            let mut merge = Command::new(&binary);
            merge.arg("-set_cover_merge=1").args([&seeds, &found]);
            process::run(&mut merge)?;
        }
    }
    if !failed.is_empty() {
        bail!(
            "{} failed; the inputs are in fuzz/artifacts, and the target's binary in target/fuzz runs again on one",
            failed.join(", ")
        );
    }
    Ok(())
}

/// The targets asked for, by their files' names.
fn select(fuzz: &Path, options: &Options) -> Result<Vec<String>> {
    let folder = fuzz.join("fuzz_targets");
    let mut all = Vec::new();
    let entries = fs::read_dir(&folder).with_context(|| format!("no {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if let Some(name) = path.file_stem() {
            all.push(name.to_string_lossy().into_owned());
        }
    }
    all.sort();
    if let Some(unknown) = options.only.iter().find(|name| !all.contains(name)) {
        bail!(
            "there is no target {unknown}; there are: {}",
            all.join(", ")
        );
    }
    all.retain(|name| options.only.is_empty() || options.only.contains(name));
    Ok(all)
}

fn build(fuzz: &Path, built: &Path, host: &str, sanitizer: bool, targets: &[String]) -> Result<()> {
    let mut flags = COVERAGE.to_vec();
    let mut command = cargo::command(fuzz);
    if sanitizer {
        flags.push("-Zsanitizer=address");
        // The flag is unstable, and stable compilers have it.
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    flags.extend(CHECKED);
    command
        .env("RUSTFLAGS", flags.join(" "))
        .env("CARGO_TARGET_DIR", built)
        // A target of its own keeps build scripts free of instrumentation.
        .args(["build", "--release", "--locked", "--target", host]);
    for target in targets {
        command.args(["--bin", target]);
    }
    process::pass(&mut command, "its messages are above")
}

/// The machine's own target.
fn host() -> Result<String> {
    let said = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("`rustc -vV` does not say its host")
}

/// Whether the toolchain has the sanitizer's runtime: rustup's do, Debian's do not.
fn address_sanitizer(host: &str) -> Result<bool> {
    let said = process::capture(Command::new("rustc").args(["--print", "sysroot"]))?;
    let libraries = PathBuf::from(said.trim())
        .join("lib/rustlib")
        .join(host)
        .join("lib");
    let entries = fs::read_dir(&libraries)
        .with_context(|| format!("could not read {}", libraries.display()))?;
    Ok(entries.flatten().any(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().ends_with("_rt.asan.a")
    }))
}

/// Executions, coverage and inputs of a run, from what libFuzzer says at its end.
fn figures(said: &str) -> String {
    let stat = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().last())
            .unwrap_or("?")
            .to_owned()
    };
    let last = said.lines().rfind(|line| line.contains(" cov: "));
    let after = |name: &str| {
        let mut words = last.unwrap_or_default().split_whitespace();
        words.find(|word| *word == name);
        words.next().unwrap_or("?").to_owned()
    };
    format!(
        "{} executions, {} edges, {} inputs",
        stat("stat::number_of_executed_units:"),
        after("cov:"),
        after("corp:"),
    )
}
