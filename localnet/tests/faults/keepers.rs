//! Keepers behind endpoints that fail, killed while they work, and several at once: what is due is done,
//! and once.

use std::{
    collections::HashSet,
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use anyhow::{Result, bail, ensure};
use fastrand::Rng;
use futures::future::try_join_all;
use io_localnet::faults::{Fault, Proxy, Rates};
use serde_json::Value;
use solana_signer::Signer;
use tokio::process::Child;

use crate::{
    post::Post,
    scene::{PATIENCE, Scene},
    seed, summed_up,
};

/// In how many epochs the keeper is killed, and how often in each.
const EPOCHS: usize = 8;
const KILLS: usize = 3;
/// Transactions that an epoch asks for at least: one that advances it, and harvests.
const TRANSACTIONS: usize = 4;
/// Requests of a keeper that has nothing to send before it is killed, at most.
const REQUESTS: usize = 120;
/// Faults in 1,000 requests, of each kind.
const COMMON: u32 = 8;
const PARTICULAR: u32 = 40;
/// Those of which the answer comes late besides, where keepers race.
const LATE: u32 = 150;

/// Every node is worth a harvest in every epoch.
const RULES: &str = "interval = 1\njitter = 0\n[harvest]\nmin = \"0.00000001\"\n";

/// Starts it, to go round until it is killed.
fn start(post: &Post) -> Result<Child> {
    Ok(post
        .command(&[])?
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}

/// Whether a request is the transaction with this number of a keeper, or the request with this one, from 0, or
/// comes after it. What is sent twice counts once. Counts in `caught` if it is a transaction.
fn comes_to(
    transaction: usize,
    request: usize,
    caught: &Arc<AtomicUsize>,
) -> impl Fn(&Value) -> bool + Send + Sync + use<> {
    let caught = caught.clone();
    let so_far = Mutex::new((HashSet::new(), 0, false));
    move |asked| {
        let mut so_far = so_far.lock().expect("nobody panicked");
        let (sent, requests, over) = &mut *so_far;
        if !*over {
            *requests += 1;
            if asked["method"] == "sendTransaction" {
                sent.insert(asked["params"][0].to_string());
            }
            let at_transaction = sent.len() > transaction;
            caught.fetch_add(usize::from(at_transaction), Relaxed);
            *over = at_transaction || *requests > request;
        }
        *over
    }
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
    let caught = Arc::default();
    for kill in 0..EPOCHS * KILLS {
        // The first is while it works in any case, the others by chance.
        let (transaction, request) = if kill % KILLS == 0 {
            scene.stage.next_epoch().await?;
            (kill / KILLS % TRANSACTIONS, usize::MAX)
        } else {
            (random.usize(..TRANSACTIONS), random.usize(..REQUESTS))
        };
        let at = comes_to(transaction, request, &caught);
        // Before the endpoint hears of it, or when it has done it and the keeper does not know.
        if random.bool() {
            proxy.hold(at);
        } else {
            proxy.hold_answers(at);
        }
        let mut keeper = start(&post)?;
        tokio::select! {
            () = proxy.holds() => keeper.kill().await?,
            ended = keeper.wait() => bail!("the keeper ended by itself: {}", ended?),
            () = tokio::time::sleep(PATIENCE) => bail!("the keeper does not come to it"),
        }
    }
    let caught = caught.load(Relaxed);
    ensure!(caught >= EPOCHS, "killed at a transaction {caught} times");
    let landed = scene.stage.signed_by(&post.key.pubkey()).await?.len();
    ensure!(landed >= 10, "killed before it had done much: {landed}");
    println!("killed at a transaction {caught} times, {landed} landed");
    proxy.release();
    let mut last = start(&post)?;
    scene.until_done().await?;
    last.kill().await?;
    let faults: u64 = summed_up(&[proxy]).values().sum();
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
    let faults: u64 = summed_up(&proxies).values().sum();
    ensure!(faults >= 30, "few faults: {faults}");
    let addresses: Vec<_> = posts.iter().map(|post| post.key.pubkey()).collect();
    let cost = scene.check(&addresses).await?;
    println!("{cost}");
    // A race is lost now and then between the simulation and the chain; that costs a fee, and how often depends on
    // the machine. Whoever lost one looks again: each thing that is done is lost by each of the others once at most.
    ensure!(cost.lost() <= (KEEPERS - 1) * cost.useful, "{cost}");
    Ok(())
}
