//! `cargo xtask fuzz`: random sequences on the built programs and on the model.

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use io_tests::fuzz::{
    campaign::{self, Progress},
    report::{Campaign, Report},
    shrink::Sequence,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// From so many steps on every instruction must have succeeded.
const ENOUGH: u64 = 100_000;

struct Options {
    steps: u64,
    seed: u64,
    jobs: usize,
    replay: Option<PathBuf>,
    /// Say only whether chain and model part, and after how many steps: nothing is kept, nothing shrunk.
    terse: bool,
}

fn options() -> Result<Options> {
    let mut options = Options {
        steps: ENOUGH,
        seed: 1,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        replay: None,
        terse: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--terse" {
            options.terse = true;
            continue;
        }
        let value = arguments
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--steps" => options.steps = value.replace('_', "").parse()?,
            "--seed" => options.seed = value.parse()?,
            "--jobs" => options.jobs = value.parse()?,
            "--replay" => options.replay = Some(value.into()),
            _ => bail!("{name} is unknown; use --steps, --seed, --jobs, --terse or --replay"),
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
    if options.terse {
        let Options {
            seed, steps, jobs, ..
        } = *options;
        let report = campaign::run(seed, steps, jobs, &Progress::default());
        let outcome = if report.failed.is_some() {
            "parted"
        } else {
            "agreed"
        };
        println!("{outcome} after {} steps", report.steps);
        if let Some(failed) = report.failed {
            println!("{}", failed.why);
        }
        return Ok(());
    }
    let began = Instant::now();
    let asked = || Campaign {
        seed: options.seed,
        steps: options.steps,
        jobs: options.jobs,
        wall: began.elapsed(),
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../target/fuzz-reports/seed-{}.md", options.seed));
    keep(&file, &Report::default(), &asked())?;
    eprintln!("the figures so far are in {}", file.display());
    let progress = Progress::default();
    let over = AtomicBool::new(false);
    let report = std::thread::scope(|scope| {
        let shown = scope.spawn(|| show(&file, asked, &progress, &over));
        let report = campaign::run(options.seed, options.steps, options.jobs, &progress);
        over.store(true, Ordering::Relaxed);
        shown.join().expect("it does not panic")?;
        anyhow::Ok(report)
    })?;
    keep(&file, &report, &asked())?;
    print!("{}", report.markdown(&asked()));
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
    Ok(())
}

/// Writes the figures to their file, whole or not at all.
fn keep(file: &Path, report: &Report, campaign: &Campaign) -> Result<()> {
    let folder = file.parent().context("the file is in a folder")?;
    fs::create_dir_all(folder)?;
    let new = file.with_extension("new");
    fs::write(&new, report.markdown(campaign))?;
    fs::rename(&new, file).with_context(|| format!("could not write {}", file.display()))
}

/// Shows the progress until it is over, in a bar or, where there is no terminal, in a line a minute; and keeps the
/// figures of the networks that are over.
fn show(
    file: &Path,
    asked: impl Fn() -> Campaign,
    progress: &Progress,
    over: &AtomicBool,
) -> Result<()> {
    let bar = ProgressBar::new(asked().steps);
    let style = "{bar:20} {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("a template of its own"));
    let (mut told, mut kept) = (Instant::now(), 0);
    while !over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(200));
        let steps = progress.steps.load(Ordering::Relaxed);
        let report = {
            let over = progress.over.lock();
            over.expect("no thread panics while it holds this").clone()
        };
        let line = report.line(&asked(), steps);
        if bar.is_hidden() && told.elapsed() > Duration::from_secs(60) {
            eprintln!("{line}");
            told = Instant::now();
        }
        bar.set_position(steps.min(asked().steps));
        bar.set_message(line);
        if report.networks != kept {
            kept = report.networks;
            keep(file, &report, &asked())?;
        }
    }
    bar.finish_and_clear();
    Ok(())
}
