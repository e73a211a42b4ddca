//! The command: what it prints, serves and logs, and how it ends.

use anyhow::{Context, Result, ensure};
use io_client::rpc::Signature;
use io_localnet::{
    books,
    faults::{Proxy, Rates},
};
use serde_json::Value;
use solana_signer::Signer;
use std::{
    collections::HashSet,
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    time::timeout,
};

use crate::{common::port, post::Post, stage::Stage};

const NODES: u8 = 24;
/// How long anything may take that has to happen.
const PATIENCE: Duration = Duration::from_secs(120);

/// A keeper that serves metrics.
struct Served {
    post: Post,
    listen: String,
}

impl Served {
    /// Makes one transaction after the other, so that there is a middle to be stopped in. Works through the
    /// endpoint at `url`.
    async fn new(stage: &Stage, url: &str) -> Result<Self> {
        let listen = format!("127.0.0.1:{}", port());
        let rules = format!(
            "listen = {listen:?}\ninterval = 1\njitter = 0\nparallel = 1\n\
             [harvest]\nmin = \"0.00000001\"\n"
        );
        let post = Post::new(stage, url, &rules).await?;
        Ok(Self { post, listen })
    }

    /// Status and text of what it serves, once it serves.
    async fn get(&self, path: &str) -> Result<(u16, String)> {
        let url = format!("http://{}{path}", self.listen);
        let started = Instant::now();
        loop {
            match reqwest::get(&url).await {
                Ok(answer) => return Ok((answer.status().as_u16(), answer.text().await?)),
                Err(error) if started.elapsed() > PATIENCE => {
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
            ensure!(started.elapsed() < PATIENCE, "{name}: {value:?}\n{text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The log of a keeper that is running.
struct Log {
    lines: BufReader<ChildStderr>,
    text: String,
}

impl Log {
    fn of(keeper: &mut Child) -> Result<Self> {
        let stderr = keeper.stderr.take().context("it has no log")?;
        Ok(Self {
            lines: BufReader::new(stderr),
            text: String::new(),
        })
    }

    /// Reads until a line has `word` in it.
    async fn until(&mut self, word: &str) -> Result<()> {
        loop {
            let from = self.text.len();
            let more = self.lines.read_line(&mut self.text).await? > 0;
            ensure!(more, "its log ends without {word:?}\n{}", self.text);
            if self.text[from..].contains(word) {
                return Ok(());
            }
        }
    }

    /// All of it, once the keeper has ended, which has to be a good end.
    async fn of_ended(mut self, mut keeper: Child) -> Result<String> {
        self.lines.read_to_string(&mut self.text).await?;
        let status = keeper.wait().await?;
        ensure!(status.code() == Some(0), "{status:?}\n{}", self.text);
        Ok(self.text)
    }
}

/// Whether a request sends a transaction after so many others. What is sent twice counts once.
fn sends_after(others: usize) -> impl Fn(&Value) -> bool + Send + Sync {
    let seen = Mutex::new(HashSet::new());
    move |request| {
        let mut seen = seen.lock().expect("nobody panicked");
        request["method"] == "sendTransaction" && {
            seen.insert(request["params"][0].to_string());
            seen.len() > others
        }
    }
}

/// Sends SIGTERM.
async fn terminate(keeper: &Child) -> Result<()> {
    let id = keeper.id().context("it ended by itself")?;
    let sent = Command::new("kill")
        .arg("-TERM")
        .arg(id.to_string())
        .status()
        .await?;
    ensure!(sent.success(), "the signal was not sent");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_what_it_would_do_does_it_and_stops_gracefully() -> Result<()> {
    let stage = Stage::open("keeper-process", NODES).await?;
    let proxy = Proxy::start(&stage.local.url, 0, Rates::none()).await?;
    let served = Served::new(&stage, &proxy.url).await?;
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

    // An epoch and four harvests one after the other; it is told to stop while it sends the second of them.
    stage.score().await?;
    stage.next_epoch().await?;
    proxy.hold(sends_after(2));
    let mut keeper = post.command(&["--log", "json"])?.spawn()?;
    let mut log = Log::of(&mut keeper)?;
    timeout(PATIENCE, proxy.holds()).await?;
    let (before, _) = harvested(&stage).await?;
    terminate(&keeper).await?;
    timeout(PATIENCE, log.until("stopping")).await??;
    proxy.release();
    let log = timeout(PATIENCE, log.of_ended(keeper)).await??;
    ensure!(log.contains("ended"), "{log}");
    // It waited for what it had sent, and sent nothing more.
    let (harvested, left) = harvested(&stage).await?;
    assert_eq!(harvested, 2 * before, "{log}");
    ensure!(before > 0 && left > 0, "{before}, {harvested}, {left} left");
    // What it sent it knew of: everything that landed is in its log.
    let count = u64::try_from(log.matches("\"message\":\"done\"").count())?;
    assert_eq!(count, harvested + 1, "{log}");

    // The next one begins where it ended, and says that it is well.
    let mut keeper = post.command(&[])?.spawn()?;
    let log = Log::of(&mut keeper)?;
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
    terminate(&keeper).await?;
    timeout(PATIENCE, log.of_ended(keeper)).await??;
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
