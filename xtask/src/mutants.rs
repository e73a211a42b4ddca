//! `cargo xtask mutants`: whether the fuzzer finds each rule of the programs that is broken on purpose.
//!
//! A mutant is a patch in `tests/mutants`. One at a time they are applied to a copy of the checkout, built, and the
//! fuzzer runs on the programs that come of it.

mod bench;
mod patch;
mod table;

use std::{fs, time::Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{build, project::Checkout, toolchain::Toolchain, ui};
use bench::Bench;
use patch::Mutant;
use table::Times;

/// Where the fuzzer's random numbers begin, one after the other until it finds the mutant.
const SEEDS: [u64; 3] = [1, 2, 3];
/// Steps with each seed, the exodus of the last network not counted.
const STEPS: u64 = 20_000;

/// Which mutants.
#[derive(Args, Debug)]
pub struct Options {
    /// Only these (files in tests/mutants without their ending); docs/assurance.md stays as it is
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub only: Vec<String>,
}

/// What found a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    seed: u64,
    steps: u64,
}

/// What became of a mutant.
#[derive(Clone, Debug)]
struct Verdict {
    mutant: Mutant,
    found: Option<Found>,
}

/// Refuses mutants whose patch no longer applies.
pub fn check(checkout: &Checkout) -> Result<()> {
    let mutants = patch::all(checkout)?;
    for mutant in &mutants {
        mutant.check(&checkout.root)?;
    }
    ui::ready("mutants", &format!("all {} patches apply", mutants.len()));
    Ok(())
}

/// Builds and fuzzes the mutants, and writes what was found into the document.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    let mutants = select(patch::all(checkout)?, &options.only)?;
    for mutant in &mutants {
        mutant.check(&checkout.root)?;
    }
    build::run(
        checkout,
        &build::Options {
            toolchain: build::Choice::Registry,
            ..build::Options::default()
        },
    )?;
    let bench = Bench::new(checkout)?;
    let mut times = Times::default();

    ui::heading("The programs as they are");
    let step = ui::Step::start("no mutant");
    for seed in SEEDS {
        let began = Instant::now();
        let run = bench.fuzz(seed, STEPS)?;
        times.fuzzed(began, run.steps);
        if run.parted {
            bail!("programs and model part without a mutant; see `cargo xtask fuzz --seed {seed}`");
        }
    }
    step.done("programs and model agree");

    let toolchain = Toolchain::ensure(checkout)?;
    let builder = bench::builder(&bench.copy, &toolchain)?;
    let (mut verdicts, mut failures, mut untried) = (Vec::new(), Vec::new(), 0_u32);
    for mutant in mutants {
        match judge(&bench, &builder, &mutant, &mut times) {
            Ok(found) => {
                failures.extend(unexpected(&mutant, found));
                verdicts.push(Verdict { mutant, found });
            }
            Err(error) => {
                ui::error(&error);
                untried = untried.saturating_add(1);
                failures.push(format!("{}: could not be tried", mutant.name));
            }
        }
    }
    eprintln!("{}", times.sentence());
    if untried == 0 && options.only.is_empty() {
        let path = checkout.root.join("docs/assurance.md");
        let document = fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        let written = table::replace(&document, &table::render(&verdicts, &times))
            .with_context(|| format!("{} has no place for the table", path.display()))?;
        fs::write(&path, written).with_context(|| format!("could not write {}", path.display()))?;
    }
    if !failures.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    Ok(())
}

/// The mutants asked for, all of them if none are.
fn select(mut mutants: Vec<Mutant>, only: &[String]) -> Result<Vec<Mutant>> {
    for name in only {
        if !mutants.iter().any(|mutant| mutant.name == *name) {
            bail!("there is no tests/mutants/{name}.patch");
        }
    }
    mutants.retain(|mutant| only.is_empty() || only.contains(&mutant.name));
    Ok(mutants)
}

/// Builds one mutant and lets the fuzzer look for it.
fn judge(
    bench: &Bench,
    builder: &build::Builder,
    mutant: &Mutant,
    times: &mut Times,
) -> Result<Option<Found>> {
    let began = Instant::now();
    mutant.apply(&bench.copy.root)?;
    let built = bench.build(mutant, builder);
    mutant.revert(&bench.copy.root)?;
    times.built(began);
    built.with_context(|| format!("{} cannot be built", mutant.name))?;
    let step = ui::Step::start(&mutant.name);
    let mut found = None;
    for seed in SEEDS {
        let began = Instant::now();
        let run = bench.fuzz(seed, STEPS)?;
        times.fuzzed(began, run.steps);
        if run.parted {
            let steps = run.steps;
            found = Some(Found { seed, steps });
            break;
        }
    }
    bench.mend(mutant)?;
    step.done(&match found {
        Some(Found { seed, steps }) => format!("found with seed {seed} after {steps} steps"),
        None => "not found".to_owned(),
    });
    Ok(found)
}

/// What is wrong with a verdict, if anything is.
fn unexpected(mutant: &Mutant, found: Option<Found>) -> Option<String> {
    match (found, &mutant.survives) {
        (None, None) => Some(format!(
            "{}: not found. Teach the fuzzer, or name the test that finds it after `Survives:`",
            mutant.name
        )),
        (Some(_), Some(_)) => Some(format!(
            "{}: found, and its head says that it survives",
            mutant.name
        )),
        _ => None,
    }
}
