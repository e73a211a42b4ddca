//! `io-keeper` on the command line.

use anyhow::{Context, Result, anyhow, ensure};
use clap::{Parser, ValueEnum};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use io_keeper::{Config, Job, Keeper, Round, serve};
use solana_keypair::read_keypair_file;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Do for IO Coin what anyone may do and somebody has to: advance epochs, harvest and sync nodes, execute
/// slashes, pay tickets and suppliers. Exits with 0 when it is told to stop.
///
/// Flags override the environment, which overrides the file.
#[derive(Parser)]
#[command(name = "io-keeper", version)]
struct Options {
    /// Configuration, TOML; ops/keeper.toml says what can be set
    #[arg(long, env = "IO_KEEPER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// JSON-RPC endpoint
    #[arg(long, env = "IO_KEEPER_URL")]
    url: Option<String>,
    /// Keypair that signs and pays
    #[arg(long, env = "IO_KEEPER_KEYPAIR", value_name = "FILE")]
    keypair: Option<PathBuf>,
    /// Serve /metrics, /healthz and /readyz on this address
    #[arg(long, env = "IO_KEEPER_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Most lamports to spend in any hour
    #[arg(long, env = "IO_KEEPER_BUDGET", value_name = "LAMPORTS")]
    budget: Option<u64>,
    /// Do these jobs only
    #[arg(long, value_delimiter = ',', value_name = "JOB,…")]
    jobs: Vec<Job>,
    /// Say what is due and what it would cost, send nothing
    #[arg(long)]
    dry_run: bool,
    /// Do what is due now, without waiting for this keeper's turn, and end
    #[arg(long, conflicts_with = "dry_run")]
    once: bool,
    /// How to write the log; RUST_LOG says what
    #[arg(long, env = "IO_KEEPER_LOG", value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

impl Options {
    fn config(&self) -> Result<Config> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        if let Some(url) = &self.url {
            config.url.clone_from(url);
        }
        if let Some(keypair) = &self.keypair {
            config.keypair = Some(keypair.clone());
        }
        if let Some(listen) = self.listen {
            config.listen = Some(listen);
        }
        if let Some(budget) = self.budget {
            config.budget = budget;
        }
        if !self.jobs.is_empty() {
            config.jobs.clone_from(&self.jobs);
        }
        if self.once || self.dry_run {
            config.jitter = 0;
        }
        config.check()?;
        Ok(config)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    log(options.log);
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Begins to log on standard error, as much as RUST_LOG says: `debug`, or `io_keeper=debug,warn`.
fn log(format: LogFormat) {
    let filter: Targets = std::env::var("RUST_LOG")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(layer.with_filter(filter))
        .init();
}

async fn run(options: &Options) -> Result<()> {
    let config = options.config()?;
    let path = config.keypair.as_deref().context(
        "no keypair is named; set `keypair` in the file, --keypair or IO_KEEPER_KEYPAIR",
    )?;
    let key = read_keypair_file(path)
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| format!("{} is no keypair file", path.display()))?;
    let keeper = Arc::new(Keeper::new(config, key));
    if options.dry_run {
        print(&keeper, &keeper.plan().await?);
        return Ok(());
    }
    let (url, jobs) = (&keeper.config().url, &keeper.config().jobs);
    tracing::info!(keeper = %keeper.address(), url, ?jobs, "begins");
    if options.once {
        let ended = keeper.unless_ended(keeper.round(), stopped()).await;
        let Some(round) = ended.filter(|_| !keeper.is_stopping()) else {
            return Ok(());
        };
        let round = round?;
        let errors: Vec<_> = round
            .errors
            .iter()
            .map(|(job, why)| format!("{job}: {why}"))
            .collect();
        ensure!(errors.is_empty(), "not finished: {}", errors.join("; "));
        return Ok(());
    }
    if let Some(address) = keeper.config().listen {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} cannot be listened on; set another `listen`"))?;
        tracing::info!(address = %listener.local_addr()?, "serves metrics and health");
        let served = serve(listener, keeper.clone());
        tokio::spawn(async move {
            let Err(error) = served.await;
            tracing::error!(%error, "metrics and health are served no more");
        });
    }
    keeper.run_until(stopped()).await;
    tracing::info!("ended");
    Ok(())
}

/// Waits for Ctrl-C or a service manager's signal.
async fn stopped() {
    let mut terminate = signal(SignalKind::terminate()).expect("a process can listen for SIGTERM");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// What a dry run found.
fn print(keeper: &Keeper, round: &Round) {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header([
        "job",
        "account",
        "what",
        "lamports",
        "in one with",
        "budget",
    ]);
    for planned in &round.planned {
        table.add_row([
            planned.job.name().to_owned(),
            planned.subject.to_string(),
            planned.what.clone(),
            planned.lamports.to_string(),
            planned.shared_by.to_string(),
            if planned.affordable { "ok" } else { "spent" }.to_owned(),
        ]);
    }
    println!("{table}");
    for (job, tally) in &round.jobs {
        println!(
            "{job}: {} due, {} refused, {} skipped",
            tally.due, tally.refused, tally.skipped
        );
    }
    for (job, error) in &round.errors {
        println!("{job}: not finished: {error}");
    }
    println!("nothing was sent; keeper {}", keeper.address());
}
