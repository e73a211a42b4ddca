//! The command: what it prints, serves and logs, and how it ends.

use anyhow::{Context, Result, ensure};
use io_client::rpc::Signature;
use io_localnet::books;
use solana_signer::Signer;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

use crate::{common::port, post::Post, stage::Stage};

const NODES: u8 = 24;

/// A keeper that serves metrics.
struct Served {
    post: Post,
    listen: String,
}

impl Served {
    /// Makes one transaction after the other, so that there is a middle to be stopped in.
    async fn new(stage: &Stage) -> Result<Self> {
        let listen = format!("127.0.0.1:{}", port());
        let rules = format!(
            "listen = {listen:?}\ninterval = 1\njitter = 0\nparallel = 1\n\
             [harvest]\nmin = \"0.00000001\"\n"
        );
        let post = Post::new(stage, &stage.local.url, &rules).await?;
        Ok(Self { post, listen })
    }

    /// Status and text of what it serves, once it serves.
    async fn get(&self, path: &str) -> Result<(u16, String)> {
        let url = format!("http://{}{path}", self.listen);
        let started = Instant::now();
        loop {
            match reqwest::get(&url).await {
                Ok(answer) => return Ok((answer.status().as_u16(), answer.text().await?)),
                Err(error) if started.elapsed() > Duration::from_secs(20) => {
                    return Err(error.into());
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Waits until a metric, named with its labels, is at least `least`.
    async fn metric(&self, name: &str, least: u64) -> Result<()> {
        let started = Instant::now();
        loop {
            let (_, text) = self.get("/metrics").await?;
            let line = text
                .lines()
                .find(|line| line.starts_with(&format!("{name} ")));
            let value: Option<u64> = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
            if value.is_some_and(|value| value >= least) {
                return Ok(());
            }
            ensure!(
                started.elapsed() < Duration::from_secs(60),
                "{name}: {value:?}\n{text}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Sends SIGTERM; the log of its run and how long it took to end.
async fn terminate(keeper: Child) -> Result<(String, Duration)> {
    let id = keeper.id().context("it ended by itself")?;
    let started = Instant::now();
    let sent = Command::new("kill")
        .arg("-TERM")
        .arg(id.to_string())
        .status()
        .await?;
    ensure!(sent.success(), "the signal was not sent");
    let output = keeper.wait_with_output().await?;
    let log = String::from_utf8(output.stderr)?;
    ensure!(
        output.status.code() == Some(0),
        "{:?}\n{log}",
        output.status
    );
    Ok((log, started.elapsed()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_what_it_would_do_does_it_and_stops_gracefully() -> Result<()> {
    let stage = Stage::open("keeper-process", NODES).await?;
    let served = Served::new(&stage).await?;
    let post = &served.post;
    stage.next_epoch().await?;

    let before = stage.accounts().await?;
    let (table, _) = post.run(&["--dry-run"]).await?;
    ensure!(
        table.contains("advance") && table.contains("nothing was sent"),
        "{table}"
    );
    assert_eq!(stage.accounts().await?, before);
    assert!(stage.signed_by(&post.key.pubkey()).await?.is_empty());

    let (_, log) = post.run(&["--once", "--log", "json"]).await?;
    // Each line of the log is JSON, and says what was done and where.
    let mut done = 0;
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        if line["message"] == "done" {
            done += 1;
            let signature: Signature = line["signature"].as_str().context("none")?.parse()?;
            stage.chain.events(&signature).await?;
        }
    }
    assert_eq!(
        done,
        1 + usize::from(NODES),
        "an epoch and a sync for each node"
    );

    // A round of four harvests one after the other; it is told to stop after the first.
    stage.score().await?;
    stage.next_epoch().await?;
    let keeper = post.command(&["--log", "json"])?.spawn()?;
    served
        .metric("io_keeper_transactions_total{outcome=\"landed\"}", 2)
        .await?;
    let (log, took) = terminate(keeper).await?;
    println!("ended within {took:?}");
    ensure!(log.contains("stopping") && log.contains("ended"), "{log}");
    ensure!(took < Duration::from_secs(15), "{took:?}");
    let (harvested, left) = harvested(&stage).await?;
    ensure!(left > 0, "it stopped in the middle: {harvested} harvested");
    // What it sent it knew of: everything that landed is in its log.
    let count = u64::try_from(log.matches("\"message\":\"done\"").count())?;
    assert_eq!(count, harvested + 1, "{log}");

    // The next one begins where it ended, and says that it is well.
    let keeper = post.command(&[])?.spawn()?;
    served
        .metric("io_keeper_rounds_total{outcome=\"good\"}", 2)
        .await?;
    assert_eq!(self::harvested(&stage).await?, (u64::from(NODES), 0));
    for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/", 404)] {
        assert_eq!(served.get(path).await?.0, status, "{path}");
    }
    served
        .metric("io_keeper_done_total{task=\"harvest\"}", left)
        .await?;
    terminate(keeper).await?;
    books::audit(&stage.chain).await?;
    stage.local.stop().await
}

/// Nodes that were harvested, and those that were not.
async fn harvested(stage: &Stage) -> Result<(u64, u64)> {
    let (mut harvested, mut left) = (0, 0);
    for node in &stage.nodes {
        if stage.emission(node).await?.harvested > 0 {
            harvested += 1;
        } else {
            left += 1;
        }
    }
    Ok((harvested, left))
}
