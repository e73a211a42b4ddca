//! `cargo xtask load`: what nodes by the thousand and payments by many at once cost.

use std::{
    cell::{Cell, RefCell},
    fs,
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use io_localnet::load::{Settings, draw, measure, page, serve};

/// Without a terminal, progress is printed this often.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Measure what nodes by the thousand and payments by many at once cost on a local network.
#[derive(Parser)]
#[command(
    name = "load",
    bin_name = "cargo xtask load",
    args_conflicts_with_subcommands = true
)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// Numbers of nodes, one network for each
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000, 10_000])]
    nodes: Vec<usize>,
    /// Payments that each wallet makes
    #[arg(long, default_value_t = 40)]
    payments: usize,
    /// Numbers of wallets that pay at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 10, 50])]
    wallets: Vec<usize>,
    /// Transactions under way at the same time, but for payments
    #[arg(long, default_value_t = 64)]
    parallel: usize,
    /// Folder for load.md and load.svg
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"), hide_default_value = true)]
    out: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// The endpoint that is measured, in a process of its own
    #[command(hide = true)]
    Endpoint { folder: PathBuf, port: u16 },
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.command {
        Some(Command::Endpoint { folder, port }) => serve(folder, *port).await,
        None => run(&options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<()> {
    ensure!(
        options.parallel > 0
            && options
                .nodes
                .iter()
                .chain(&options.wallets)
                .all(|count| *count > 0),
        "a number is 0; give 1 or more"
    );
    fs::create_dir_all(&options.out)
        .with_context(|| format!("{} could not be made", options.out.display()))?;
    let folder = std::env::temp_dir().join(format!("io-load-{}", std::process::id()));
    let settings = Settings {
        nodes: options.nodes.clone(),
        payments: options.payments,
        wallets: options.wallets.clone(),
        parallel: options.parallel,
        folder: folder.clone(),
    };
    let bar = Bar::new();
    let report = measure(settings, &|what, total, done| bar.show(what, total, done)).await;
    bar.clear();
    let report = report?;
    fs::remove_dir_all(&folder).with_context(|| format!("{} is left over", folder.display()))?;
    write(&options.out.join("load.md"), &page(&report, &machine()))?;
    write(&options.out.join("load.svg"), &draw(&report)?)?;
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("{} could not be written", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// On what, and how, it is measured.
fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(": ")?.1.to_owned())
    });
    let model = model.unwrap_or_else(|| "unknown".to_owned());
    let profile = if cfg!(debug_assertions) {
        "development profile, in which the virtual machine, signatures and the local network are optimized"
    } else {
        "release build"
    };
    // The third figure is of the last 15 minutes; what is measured is 1 to 2 of it.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().nth(2).unwrap_or("unknown");
    format!(
        "Here: {processors} processors ({model}),\n{profile}; load average {load}, this included.\n\
         What else runs makes the seconds longer, not the processor time."
    )
}

/// A bar on a terminal, lines elsewhere.
struct Bar {
    bar: ProgressBar,
    what: RefCell<String>,
    spoke: Cell<Option<Instant>>,
}

impl Bar {
    fn new() -> Self {
        let bar = if stderr().is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        };
        if let Ok(style) =
            ProgressStyle::with_template("  {msg:<12} {wide_bar} {pos} of {len}, {eta} left")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            what: RefCell::default(),
            spoke: Cell::default(),
        }
    }

    fn show(&self, what: &str, total: usize, done: usize) {
        let is_new = *self.what.borrow() != what;
        if is_new {
            what.clone_into(&mut self.what.borrow_mut());
            self.bar.reset();
            self.bar.set_message(what.to_owned());
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        let due = self.spoke.get().is_none_or(|at| at.elapsed() >= HEARTBEAT);
        if self.bar.is_hidden() && (is_new || due) {
            self.spoke.set(Some(Instant::now()));
            eprintln!("  {what}: {done} of {total}");
        }
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
