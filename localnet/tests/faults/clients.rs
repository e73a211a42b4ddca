//! Wallets that pay and stake through endpoints that fail.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use fastrand::Rng;
use futures::future::join_all;
use io_client::rpc::{Error, Network};
use io_localnet::{
    Localnet, books,
    faults::{Fault, Proxy, Rates},
};

use crate::{
    attempts::{Attempt, Prospect, Worker},
    common::{Folder, port},
    counts,
    people::People,
    seed, summed_up,
    truth::{Sums, supply_of},
};

const WALLETS: u8 = 10;
/// Things that each wallet tries: at least, and at most if too few faults have happened by then.
const EACH: (u64, u64) = (12, 120);
/// Faults in 1,000 requests, of each kind: of those that can befall any, and of the others.
const COMMON: u32 = 18;
const PARTICULAR: u32 = 60;
/// How often each fault has to happen, and all of them.
const OF_EACH: u64 = 3;
const OF_ALL: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice() -> Result<()> {
    let seed = seed();
    let folder = Folder::new("faults-clients");
    let localnet = Localnet::start(&folder.0, port(), true, |_| ()).await?;
    let clean = Network::new(&localnet.url);
    let people = People::new(&localnet, &clean, WALLETS).await?;
    let supply = supply_of(&clean).await?;
    let now = clean.clock().await?.now;

    let started = Instant::now();
    let (mut workers, mut proxies) = (Vec::new(), Vec::new());
    for (wallet, number) in people.wallets.iter().zip(0..) {
        let seed = seed.wrapping_add(number);
        let rates = Rates::of_all(COMMON, PARTICULAR);
        let proxy = Proxy::start(&localnet.url, seed, rates).await?;
        workers.push(Worker {
            people: &people,
            wallet,
            network: Network::new(&proxy.url),
            random: Rng::with_seed(seed),
            now,
            attempts: Vec::new(),
        });
        proxies.push(proxy);
    }
    let enough = || {
        let counts = counts(&proxies);
        let of = |fault| counts.get(fault).copied().unwrap_or(0);
        Fault::ALL.iter().all(|fault| of(fault) >= OF_EACH)
            && counts.values().sum::<u64>() >= OF_ALL
    };
    let attempts = join_all(workers.into_iter().map(|one| one.work(EACH, enough))).await;
    println!("{} s of work", started.elapsed().as_secs());
    let all: Vec<&Attempt> = attempts.iter().flatten().collect();
    report(&all);

    let mut sums = Sums::default();
    for (wallet, attempts) in people.wallets.iter().zip(&attempts) {
        sums.check_wallet(&clean, wallet, attempts).await?;
    }
    sums.check_receivers(&clean, &people, supply).await?;
    books::audit(&clean).await?;

    // The faults happened, and the work was done in spite of them.
    let counts = summed_up(&proxies);
    ensure!(enough(), "few faults: {counts:?}");
    let hopeful = all
        .iter()
        .filter(|attempt| attempt.prospect == Prospect::Good);
    let landed = hopeful.clone().filter(|attempt| attempt.outcome.is_ok());
    let (hopeful, landed) = (hopeful.count(), landed.count());
    ensure!(
        landed * 10 >= hopeful * 8,
        "{landed} of {hopeful} attempts landed"
    );
    localnet.stop().await
}

/// An answer that its transaction cannot be read comes from one node; another may have passed it on.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_one_node_cannot_read_is_followed() -> Result<()> {
    let folder = Folder::new("faults-misread");
    let localnet = Localnet::start(&folder.0, port(), true, |_| ()).await?;
    let clean = Network::new(&localnet.url);
    let people = People::new(&localnet, &clean, 1).await?;
    let proxy = Proxy::start(&localnet.url, 1, Rates::only(Fault::Misread, 1_000)).await?;
    let worker = Worker {
        people: &people,
        wallet: &people.wallets[0],
        network: Network::new(&proxy.url),
        random: Rng::with_seed(1),
        now: clean.clock().await?.now,
        attempts: Vec::new(),
    };
    let attempts = worker.work((0, 0), || true).await;
    ensure!(attempts[0].outcome.is_ok(), "{:?}", attempts[0].outcome);
    Sums::default()
        .check_wallet(&clean, &people.wallets[0], &attempts)
        .await?;
    localnet.stop().await
}

/// Transactions that reach the chain about when their blockhash expires, each again and again: one that is
/// given up has not landed, and the one that is signed in its place lands alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_comes_late_lands_once() -> Result<()> {
    const WALLETS: u8 = 12;
    /// Around the life of a blockhash, 150 blocks.
    const LATE: (u64, u64) = (140, 190);
    /// From then on nothing passes until the endpoint is well again.
    const SWALLOWED: u64 = 90;
    let seed = seed();
    let folder = Folder::new("faults-late");
    let localnet = Localnet::start(&folder.0, port(), true, |_| ()).await?;
    let clean = Network::new(&localnet.url);
    let people = People::new(&localnet, &clean, WALLETS).await?;
    let now = clean.clock().await?.now;
    let (mut workers, mut proxies) = (Vec::new(), Vec::new());
    for (wallet, number) in people.wallets.iter().zip(0..) {
        let seed = seed.wrapping_add(number);
        let rates = Rates::only(Fault::Overtaken, 1_000).overtaken_by(LATE.0, LATE.1);
        let proxy = Proxy::start(&localnet.url, seed, rates).await?;
        let worker = Worker {
            people: &people,
            wallet,
            network: Network::new(&proxy.url),
            random: Rng::with_seed(seed),
            now,
            attempts: Vec::new(),
        };
        workers.push(worker.pay_without_receipt());
        proxies.push(proxy);
    }
    let set = |rates: Rates| {
        proxies
            .iter()
            .for_each(|proxy| proxy.set_rates(rates.clone()))
    };
    let begun = clean.rpc().get_block_height().await?;
    let well_again = async {
        blocks(&clean, begun + SWALLOWED).await?;
        set(Rates::only(Fault::Swallowed, 1_000));
        blocks(&clean, begun + LATE.1).await?;
        set(Rates::none());
        // What came last is still under way.
        blocks(&clean, begun + LATE.1 + SWALLOWED).await
    };
    let (attempts, arrived) = tokio::join!(join_all(workers), well_again);
    arrived?;
    let mut sums = Sums::default();
    for (wallet, attempts) in people.wallets.iter().zip(&attempts) {
        sums.check_wallet(&clean, wallet, attempts).await?;
    }
    let all: Vec<&Attempt> = attempts.iter().flatten().collect();
    report(&all);
    ensure!(all.iter().all(|attempt| attempt.outcome.is_ok()), "lost");
    let signed_anew = all.iter().filter(|attempt| attempt.signed.len() > 1);
    let signed_anew = signed_anew.count();
    println!("{signed_anew} of {} were signed anew", all.len());
    ensure!(signed_anew > 0, "no blockhash expired");
    localnet.stop().await
}

/// Waits until the chain has so many blocks.
async fn blocks(network: &Network, height: u64) -> Result<()> {
    while network.rpc().get_block_height().await? < height {
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    Ok(())
}

fn report(attempts: &[&Attempt]) {
    let ended = |which: fn(&Attempt) -> bool| attempts.iter().filter(|a| which(a)).count();
    println!(
        "{} attempts: {} landed, {} refused, {} failed, {} expired, {} unknown, {} others",
        attempts.len(),
        ended(|a| a.outcome.is_ok()),
        ended(|a| matches!(a.outcome, Err(Error::Refused(_)))),
        ended(|a| matches!(a.outcome, Err(Error::Failed { .. }))),
        ended(|a| matches!(a.outcome, Err(Error::Expired { .. }))),
        ended(|a| matches!(a.outcome, Err(Error::Unknown { .. }))),
        ended(|a| matches!(a.outcome, Err(Error::Rpc(_) | Error::Unusable(_)))),
    );
    for attempt in attempts {
        if let Err(error) = &attempt.outcome
            && attempt.prospect == Prospect::Good
        {
            println!("  {:?}: {error}", attempt.deed);
        }
    }
}
