//! `cargo xtask simulate`: the network over the whole emission curve.

use std::{
    cell::Cell,
    io::{IsTerminal, stderr},
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use io_migrations::Cluster;
use io_shared::{constants::IO, math::curve::Curve};
use io_simulate::{Outcome, Plan, Settings, chart, csv, fleet::expected_visits, output, run};

/// Without a terminal, progress is printed this often.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Simulate the network over the emission curve, on the programs' own arithmetic
#[derive(Parser, Debug)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Options {
    /// Years to simulate, 1 to 20; both curves end after 20
    #[arg(long, default_value_t = 20)]
    years: u64,
    /// Most nodes at one time
    #[arg(long, default_value = "100000", value_parser = number)]
    nodes: u32,
    /// The emission curve, instead of the one in the cluster's file
    #[arg(long)]
    curve: Option<CurveName>,
    /// What chance begins from; the same seed gives the same files
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Epochs between two scores of a node to which nothing happens, 1 to 168 [default: a week's]
    #[arg(long)]
    touch_every: Option<u64>,
    /// Epochs between two rows of the table [default: a week's]
    #[arg(long)]
    sample_every: Option<u64>,
    /// Terms, pools and device classes
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/clusters/localnet.toml"), hide_default_value = true)]
    cluster: PathBuf,
    /// Folder for the table and the picture [default: target/simulate]
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/simulate"), hide_default_value = true)]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CurveName {
    Hourly,
    Monthly,
}

fn main() -> ExitCode {
    match simulate(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn simulate(options: &Options) -> Result<()> {
    let plan = plan(options)?;
    output::prepare(&options.out)?;
    let started = Instant::now();
    let progress = Progress::start(&plan);
    let outcome = run(&plan, |epochs| progress.show(epochs))?;
    progress.clear();
    let seconds = started.elapsed().as_secs_f64();
    let table = options.out.join("simulation.csv");
    let picture = options.out.join("simulation.svg");
    output::write(&table, &csv::table(&plan, &outcome.rows))?;
    output::write(&picture, &chart::draw(&plan, &outcome.rows)?)?;
    report(&plan, &outcome, seconds);
    for (name, path) in [("table", table), ("picture", picture)] {
        let path = path.canonicalize().unwrap_or(path);
        println!("{name:<8} {}", path.display());
    }
    Ok(())
}

fn plan(options: &Options) -> Result<Plan> {
    let cluster = Cluster::load(&options.cluster)?;
    let curve = match options.curve {
        Some(CurveName::Hourly) => &Curve::HOURLY,
        Some(CurveName::Monthly) => &Curve::MONTHLY,
        None => Curve::by_id(cluster.emissions.curve).unwrap_or(&Curve::HOURLY),
    };
    let whole = Settings::whole(curve);
    let settings = Settings {
        years: options.years,
        nodes: options.nodes,
        seed: options.seed,
        touch_every: options.touch_every.unwrap_or(whole.touch_every),
        sample_every: options.sample_every.unwrap_or(whole.sample_every),
        ..whole
    };
    Plan::new(cluster, settings)
}

/// A number with or without separators: 1000000, `1_000_000` or 1,000,000.
fn number(text: &str) -> Result<u32, String> {
    let digits: String = text
        .chars()
        .filter(|letter| !matches!(letter, '_' | ','))
        .collect();
    digits
        .parse()
        .map_err(|_| "give a number, such as 1000000".to_owned())
}

fn report(plan: &Plan, outcome: &Outcome, seconds: f64) {
    let settings = plan.settings;
    println!(
        "{} epochs, up to {} nodes at once, seed {}: {seconds:.1} s",
        plan.epochs, outcome.peak_nodes, settings.seed
    );
    println!("settled        {} times", outcome.settlements);
    println!("emitted        {} IO", io(outcome.emitted));
    println!("  harvested    {} IO", io(outcome.harvested));
    println!("  bounties     {} IO", io(outcome.bounties));
    println!(
        "  carried      {} IO, forfeited or without a node",
        io(outcome.carry)
    );
    println!(
        "  rounding     {} IO, owed to nodes by fractions",
        io(outcome.dust)
    );
    println!(
        "every epoch's books add up to the raw unit; {} accounts of nodes were audited",
        outcome.audited
    );
    if let Some(row) = outcome.rows.iter().find(|row| row.is_impossible()) {
        println!(
            "note: from epoch {} on more IO is staked than exists, so this is a test of the rules under load and no\n      forecast; fewer --nodes make it one",
            row.epoch
        );
    }
}

/// Raw IO as IO.
fn io(raw: u64) -> String {
    let whole = raw.checked_div(IO).unwrap_or(0);
    let rest = raw.checked_rem(IO).unwrap_or(0);
    format!("{whole}.{rest:08}")
}

/// A bar with rate and time left on a terminal, lines elsewhere. It counts the scorer's visits, as epochs
/// take longer the more nodes there are.
struct Progress<'a> {
    plan: &'a Plan,
    bar: ProgressBar,
    spoke: Cell<Instant>,
}

impl<'a> Progress<'a> {
    fn start(plan: &'a Plan) -> Self {
        let visits = expected_visits(plan, plan.epochs);
        let bar = if stderr().is_terminal() {
            ProgressBar::new(visits)
        } else {
            ProgressBar::with_draw_target(Some(visits), ProgressDrawTarget::hidden())
        };
        if let Ok(style) =
            ProgressStyle::with_template("  {wide_bar} epoch {msg}, {per_sec} (visits), {eta} left")
        {
            bar.set_style(style);
        }
        Self {
            plan,
            bar,
            spoke: Cell::new(Instant::now()),
        }
    }

    fn show(&self, epoch: u64) {
        self.bar.set_position(expected_visits(self.plan, epoch));
        self.bar
            .set_message(format!("{epoch} of {}", self.plan.epochs));
        if self.bar.is_hidden() && self.spoke.get().elapsed() >= HEARTBEAT {
            self.spoke.set(Instant::now());
            eprintln!(
                "  epoch {epoch} of {}, {:.0} visits a second, {:.0} s left",
                self.plan.epochs,
                self.bar.per_sec(),
                self.bar.eta().as_secs_f64()
            );
        }
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
