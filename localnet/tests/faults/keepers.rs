//! Keepers behind endpoints that fail, killed while they work, and several at once: what is due is done,
//! and once.

use std::{process::Stdio, time::Duration};

use anyhow::{Result, ensure};
use fastrand::Rng;
use futures::future::try_join_all;
use io_localnet::faults::{Fault, Proxy, Rates};
use solana_signer::Signer;
use tokio::process::Child;

use crate::{counts, post::Post, scene::Scene, seed};

/// How often the keeper is killed, and when, in milliseconds after its start.
const KILLS: u32 = 24;
const LIFE: (u64, u64) = (300, 3_000);
/// Faults in 1,000 requests, of each kind.
const COMMON: u32 = 8;
const PARTICULAR: u32 = 40;
/// Those of which the answer comes late besides, where keepers race.
const LATE: u32 = 150;

const RULES: &str = "interval = 1\njitter = 0\n";

/// Starts it, to go round until it is killed.
fn start(post: &Post) -> Result<Child> {
    Ok(post
        .command(&[])?
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}

/// Lets each look once and do what is due, all beginning at the same moment. One may not end well where its
/// endpoint does not.
async fn round(posts: &[Post]) -> Result<()> {
    try_join_all(
        posts
            .iter()
            .map(|post| async { anyhow::Ok(post.command(&["--once"])?.output().await?) }),
    )
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_is_killed_again_and_again_does_all_of_it_once() -> Result<()> {
    let seed = seed();
    let mut random = Rng::with_seed(seed);
    let scene = Scene::open("faults-killed").await?;
    let rates = Rates::of_all(COMMON, PARTICULAR);
    let proxy = Proxy::start(&scene.stage.local.url, seed, rates).await?;
    let post = Post::new(&scene.stage, &proxy.url, RULES).await?;
    for kill in 0..KILLS {
        if kill % 3 == 0 {
            scene.stage.next_epoch().await?;
        }
        let mut keeper = start(&post)?;
        tokio::time::sleep(Duration::from_millis(random.u64(LIFE.0..LIFE.1))).await;
        ensure!(keeper.try_wait()?.is_none(), "the keeper ended by itself");
        keeper.kill().await?;
    }
    let landed = scene.stage.signed_by(&post.key.pubkey()).await?.len();
    ensure!(landed >= 10, "killed before it had done much: {landed}");
    let mut last = start(&post)?;
    scene.until_done().await?;
    last.kill().await?;
    let faults: u64 = counts(&[proxy]).values().sum();
    ensure!(faults >= 30, "few faults: {faults}");
    let cost = scene.check(&[post.key.pubkey()]).await?;
    println!("{cost}");
    // What it was killed over may have landed after its successor looked.
    ensure!(cost.lost() * 4 <= cost.transactions, "{cost}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keepers_that_race_do_all_of_it_once() -> Result<()> {
    const KEEPERS: u64 = 3;
    const EPOCHS: u32 = 4;
    let seed = seed();
    let scene = Scene::open("faults-race").await?;
    let (mut proxies, mut posts) = (Vec::new(), Vec::new());
    for number in 0..KEEPERS {
        let seed = seed.wrapping_add(number);
        let rates = Rates::of_all(COMMON, PARTICULAR).and(Fault::Late, LATE);
        let proxy = Proxy::start(&scene.stage.local.url, seed, rates).await?;
        posts.push(Post::new(&scene.stage, &proxy.url, RULES).await?);
        proxies.push(proxy);
    }
    for _ in 0..EPOCHS {
        scene.stage.next_epoch().await?;
        round(&posts).await?;
    }
    let rounds = async {
        loop {
            if let Err(error) = round(&posts).await {
                break error;
            }
        }
    };
    tokio::select! {
        done = scene.until_done() => done?,
        error = rounds => return Err(error),
    }
    let faults: u64 = counts(&proxies).values().sum();
    ensure!(faults >= 30, "few faults: {faults}");
    let addresses: Vec<_> = posts.iter().map(|post| post.key.pubkey()).collect();
    let cost = scene.check(&addresses).await?;
    println!("{cost}");
    // A race is lost now and then between the simulation and the chain; that costs a fee. On a busy machine
    // up to 3 of 10 were.
    ensure!(cost.lost() * 5 <= cost.transactions * 2, "{cost}");
    Ok(())
}
