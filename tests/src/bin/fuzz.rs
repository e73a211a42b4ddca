//! `cargo xtask fuzz`: random sequences on the built programs and on the model.

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use io_tests::fuzz::{campaign, shrink::Sequence};
use std::{
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// From so many steps on every instruction must have succeeded.
const ENOUGH: u64 = 100_000;

struct Options {
    steps: u64,
    seed: u64,
    jobs: usize,
    replay: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut options = Options {
        steps: ENOUGH,
        seed: 1,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        replay: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--steps" => options.steps = value.replace('_', "").parse()?,
            "--seed" => options.seed = value.parse()?,
            "--jobs" => options.jobs = value.parse()?,
            "--replay" => options.replay = Some(value.into()),
            _ => bail!("{name} is unknown; use --steps, --seed, --jobs or --replay"),
        }
    }
    ensure!(
        options.steps > 0 && options.jobs > 0,
        "name at least one step and one job"
    );
    Ok(options)
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    if let Some(path) = &options.replay {
        let text = std::fs::read_to_string(path)?;
        return Sequence::parse(&text)?
            .replay()
            .map_err(|why| anyhow::anyhow!("{why}"));
    }
    let began = Instant::now();
    let progress = AtomicU64::new(0);
    let over = AtomicBool::new(false);
    let report = std::thread::scope(|scope| {
        scope.spawn(|| show(options.steps, &progress, &over));
        let report = campaign::run(options.seed, options.steps, options.jobs, &progress);
        over.store(true, Ordering::Relaxed);
        report
    });
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "seed {}: {} steps, {} of them carried out, on {} networks in {seconds:.0} s, {:.0} a second",
        options.seed,
        report.steps,
        report.succeeded,
        report.networks,
        report.steps as f64 / seconds
    );
    print!("{}", report.coverage.table());
    if let Some(failed) = report.failed {
        println!("network {}: {}", failed.network, failed.why);
        let name = format!("found-{}-{}.txt", options.seed, failed.network);
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("regressions")
            .join(name);
        std::fs::write(&path, failed.sequence.text(&failed.why))?;
        let shrunk = failed
            .sequence
            .shrink(|left| eprintln!("shrunk to {left} steps"));
        let why = shrunk.replay().err().unwrap_or(failed.why);
        let text = shrunk.text(&why);
        std::fs::write(&path, &text)?;
        print!("{text}");
        bail!(
            "chain and model part; the sequence is in {}",
            path.display()
        );
    }
    let never = report.coverage.never();
    ensure!(
        never.is_empty() || options.steps < ENOUGH,
        "these instructions never succeeded: {}",
        never.join(", ")
    );
    if !never.is_empty() {
        println!("never succeeded: {}", never.join(", "));
    }
    Ok(())
}

/// Draws the progress until it is over.
fn show(steps: u64, progress: &AtomicU64, over: &AtomicBool) {
    let bar = ProgressBar::new(steps);
    let style = "{bar:40} {pos}/{len} steps, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("a template of its own"));
    while !over.load(Ordering::Relaxed) {
        bar.set_position(progress.load(Ordering::Relaxed).min(steps));
        std::thread::sleep(Duration::from_millis(200));
    }
    bar.finish_and_clear();
}
