//! Several keepers at once, and a keeper with little to spend.

use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    events::Event,
    pda,
    rpc::{Format, History},
    shared::{
        constants::HOUR,
        ids::{TOKEN_PROGRAM, io_emissions},
    },
};
use io_keeper::{Config, Job, Keeper};
use io_localnet::books;
use std::collections::HashMap;

use crate::stage::Stage;

const NODES: u8 = 20;

/// How often an epoch was advanced, and how often each node's harvest moved something.
async fn work_done(stage: &Stage, history: &mut History) -> Result<(u64, HashMap<Pubkey, u64>)> {
    let (mut epochs, mut harvests) = (0, HashMap::new());
    for recorded in history.next(&stage.chain).await? {
        for event in recorded.events {
            match event {
                Event::EpochAdvanced(_) => epochs += 1,
                Event::Harvested(event) if event.amount > 0 => {
                    *harvests.entry(event.node).or_default() += 1;
                }
                _ => {}
            }
        }
    }
    Ok((epochs, harvests))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keepers_at_once_do_nothing_twice() -> Result<()> {
    let stage = Stage::open("keeper-race", NODES).await?;
    let alone = stage.keeper(|_| ()).await?;
    let pair = [stage.keeper(|_| ()).await?, stage.keeper(|_| ()).await?];
    stage.next_epoch().await?;
    alone.round().await?;
    stage.score().await?;
    let mut history = History::of(io_emissions::CONFIG.address, None);
    work_done(&stage, &mut history).await?;

    // What an epoch costs one keeper.
    stage.next_epoch().await?;
    let before = stage.fees(&alone.address()).await?;
    alone.round().await?;
    let cost_alone = stage.fees(&alone.address()).await? - before;
    let once = work_done(&stage, &mut history).await?;
    assert_eq!((once.0, once.1.len()), (1, usize::from(NODES)));

    // And what it costs two that begin at the same moment.
    stage.score().await?;
    stage.next_epoch().await?;
    let (first, second) = tokio::join!(pair[0].round(), pair[1].round());
    let rounds = [first?, second?];
    let mut tallies = [0, 0];
    for round in &rounds {
        ensure!(round.errors.is_empty(), "{:?}", round.errors);
        let total = round.total();
        println!("{total:?}");
        ensure!(total.refused == 0, "{:?}", round.jobs);
        let harvest = round.jobs[&Job::Harvest];
        tallies[0] += harvest.done;
        tallies[1] += round.jobs[&Job::Advance].done;
    }
    let (epochs, harvests) = work_done(&stage, &mut history).await?;
    assert_eq!(epochs, 1);
    assert_eq!(harvests.len(), usize::from(NODES));
    assert!(harvests.values().all(|count| *count == 1), "{harvests:?}");
    // They say of themselves only what they did.
    assert_eq!(tallies, [u64::from(NODES), 1]);
    let mut cost = 0;
    for keeper in &pair {
        cost += stage.fees(&keeper.address()).await?;
    }
    println!("{cost_alone} lamports alone, {cost} together");
    assert!(cost <= 2 * cost_alone, "{cost} for {cost_alone}");

    // Nothing is left over.
    let rest = pair[0].round().await?.total();
    assert_eq!((rest.due, rest.transactions), (0, 0));
    books::audit(&stage.chain).await?;
    stage.local.stop().await
}

/// The value of a metric without labels, or with all of its labels as given.
fn metric(keeper: &Keeper, name: &str) -> Option<u64> {
    let text = keeper.metrics().encode();
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_budget_ends_sending_until_the_hour_is_over() -> Result<()> {
    let stage = Stage::open("keeper-budget", NODES).await?;
    // For the account for bounties, and some transactions.
    let rent = stage.chain.rent(165).await?;
    let budget = rent + 3 * 5_000;
    let limit = |config: &mut Config| {
        config.budget = budget;
        config.priority = 0;
    };
    let key = solana_keypair::Keypair::new();
    let fund = solana_system_interface::instruction::transfer(
        &solana_signer::Signer::pubkey(&stage.local.authority),
        &solana_signer::Signer::pubkey(&key),
        1_000_000_000,
    );
    stage.execute(&[fund], &[]).await?;
    let keeper = stage.keeper_of(key.insecure_clone(), limit);
    stage.next_epoch().await?;
    let round = keeper.round().await?;
    let total = round.total();
    // One for the epoch, two for nodes; the others are held back, and it says so.
    assert_eq!((total.transactions, total.lamports), (3, budget));
    assert!(total.held_back > 0);
    assert_eq!(metric(&keeper, "io_keeper_budget_left_lamports"), Some(0));
    let held_back = metric(&keeper, "io_keeper_held_back{task=\"sync\"}");
    assert_eq!(held_back, Some(round.jobs[&Job::Sync].held_back));
    assert_eq!(
        metric(&keeper, "io_keeper_spent_lamports_total{task=\"advance\"}"),
        Some(rent + 5_000)
    );

    // It holds for the keeper that is started after it, which reads it off the chain.
    let next = stage.keeper_of(key, limit);
    let none = next.round().await?.total();
    assert_eq!(none.transactions, 0);
    assert!(none.held_back > 0);
    assert_eq!(metric(&next, "io_keeper_budget_left_lamports"), Some(0));
    // An hour later it goes on.
    stage.travel(HOUR + 60).await?;
    let more = next.round().await?.total();
    assert!(more.transactions > 3 && more.held_back == 0, "{more:?}");
    a_refusal_concerns_nobody_else(&stage).await?;
    a_keeper_waits_for_its_turn(&stage).await?;
    stage.local.stop().await
}

/// One of the nodes cannot be harvested: its vault is frozen, as no instruction could do it.
async fn a_refusal_concerns_nobody_else(stage: &Stage) -> Result<()> {
    let vault = pda::reward_vault(&stage.nodes[5]).0;
    let (_, mut data) = stage.chain.raw_account(&vault).await?.context("a vault")?;
    data[108] = 2;
    stage.overwrite(&vault, &TOKEN_PROGRAM, &data).await?;
    stage.score().await?;
    stage.next_epoch().await?;
    let keeper = stage.keeper(|_| ()).await?;
    let round = keeper.round().await?;
    ensure!(round.errors.is_empty(), "{:?}", round.errors);
    let harvest = round.jobs[&Job::Harvest];
    let all = u64::from(NODES);
    assert_eq!((harvest.done, harvest.refused), (all - 1, 1), "{harvest:?}");
    assert_eq!(
        metric(&keeper, "io_keeper_refused_total{task=\"harvest\"}"),
        Some(1)
    );
    Ok(())
}

async fn a_keeper_waits_for_its_turn(stage: &Stage) -> Result<()> {
    let late = stage.keeper(|config| config.jitter = 1_000_000_000).await?;
    stage.score().await?;
    stage.next_epoch().await?;
    let total = late.round().await?.total();
    assert!(total.due > 0);
    assert_eq!((total.waiting, total.transactions), (total.due, 0));
    // One that does not wait, with transactions of version 1: twelve nodes in each. The vault that is frozen
    // is among one of the twelve.
    let large = |config: &mut Config| config.format = Format::V1;
    let round = stage.keeper(large).await?.round().await?;
    let harvest = round.jobs[&Job::Harvest];
    let done = (harvest.done, harvest.refused, harvest.transactions);
    assert_eq!(done, (u64::from(NODES) - 1, 1, 2), "{:?}", round.errors);
    Ok(())
}
