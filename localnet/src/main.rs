//! `cargo xtask localnet`: the local network on the terminal.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use io_localnet::Localnet;
use owo_colors::{OwoColorize, Stream};
use serde_json::{Map, Value};
use tokio::signal::unix::{SignalKind, signal};

/// Run a local network until Ctrl-C. Its state is kept for the next time.
#[derive(Parser)]
#[command(name = "localnet", bin_name = "cargo xtask localnet")]
struct Options {
    /// Begin with an empty chain and new keys
    #[arg(long)]
    reset: bool,
    /// Port of the JSON-RPC endpoint; the WebSocket's is the next
    #[arg(long, default_value_t = 8899)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "{} {error:#}",
                "error:".if_supports_color(Stream::Stderr, |text| text.red())
            );
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<()> {
    let folder = folder();
    let network = Localnet::start(&folder, options.port, options.reset, |what| {
        eprintln!("  {what}");
    })
    .await?;

    let mut addresses = network.addresses();
    let key = folder.join("authority.json");
    addresses.push(("authority_key", key.display().to_string()));
    let cluster = folder.join(io_localnet::CLUSTER);
    addresses.push(("cluster", cluster.display().to_string()));
    let file = folder.join("addresses.json");
    let list: Map<String, Value> = addresses
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
        .collect();
    fs::write(&file, format!("{:#}\n", Value::Object(list)))
        .with_context(|| format!("{} could not be written", file.display()))?;
    for (name, value) in &addresses {
        println!(
            "{:>14} {value}",
            name.if_supports_color(Stream::Stdout, |text| text.bold())
        );
    }
    println!(
        "ready; the same as JSON in {}; stop with Ctrl-C",
        file.display()
    );

    let stopped = until_stopped(&network).await;
    eprintln!("stopping");
    network.stop().await?;
    stopped
}

/// Waits for Ctrl-C or a service manager's signal.
async fn until_stopped(network: &Localnet) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
            _ = terminate.recv() => return Ok(()),
            _ = tick.tick() => {
                if network.has_stopped() {
                    bail!("the machine stopped by itself; run again, or with --reset");
                }
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .join("target/localnet")
}
