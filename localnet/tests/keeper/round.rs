//! One keeper brings everything up to date.

use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    amount::parse_usdc,
    payments, pda,
    shared::{
        constants::{HOUR, IO, SLASH_DELAY},
        ids::io_mint,
        state::{ClassRule, Feed, MintConfig, Node, Receipt, RewardPool, Supplier, Ticket},
    },
    staking,
};
use io_keeper::{Job, Keeper, Tally};
use io_localnet::{IO_USD, RECEIVER, USDC_USD, books};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::{
    common::fresh_prices,
    stage::{IO_MINT, NODE_STAKE, POOL, Stage},
};

const NODES: u8 = 14;

/// A round that went well; by job what it did.
async fn round(keeper: &Keeper) -> Result<impl Fn(Job) -> Tally> {
    let round = keeper.round().await?;
    ensure!(round.errors.is_empty(), "{:?}", round.errors);
    ensure!(round.total().refused == 0, "{:?}", round.jobs);
    println!("{:?}", round.total());
    Ok(move |job| round.jobs.get(&job).copied().unwrap_or_default())
}

/// Nothing is due any more.
async fn idle(keeper: &Keeper) -> Result<()> {
    let round = keeper.round().await?;
    let total = round.total();
    ensure!(
        (total.due, total.transactions) == (0, 0),
        "{:?}",
        round.jobs
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_brought_up_to_date() -> Result<()> {
    let stage = Stage::open("keeper-round", NODES).await?;
    let keeper = stage
        .keeper(|config| config.tickets.create_accounts = true)
        .await?;

    epochs_are_advanced_and_weights_come_into_force(&stage, &keeper).await?;
    nodes_are_harvested(&stage, &keeper).await?;
    stakers_suppliers_and_slashes_get_their_due(&stage, &keeper).await?;
    books::audit(&stage.chain).await?;
    stage.local.stop().await
}

async fn epochs_are_advanced_and_weights_come_into_force(
    stage: &Stage,
    keeper: &Keeper,
) -> Result<()> {
    let before = stage.emissions().await?;
    stage.next_epoch().await?;
    // A dry run says what is due, and changes nothing.
    let accounts = stage.accounts().await?;
    let plan = keeper.plan().await?;
    assert_eq!(plan.planned.len(), 1, "{:?}", plan.planned);
    assert_eq!(plan.planned[0].job, Job::Advance);
    assert!(plan.planned[0].affordable && plan.planned[0].lamports >= 5_000);
    assert_eq!(stage.accounts().await?, accounts);

    let done = round(keeper).await?;
    assert_eq!(done(Job::Advance).done, 1);
    assert_eq!(done(Job::Sync).done, u64::from(NODES));
    let after = stage.emissions().await?;
    assert_eq!(after.epochs_done, before.epochs_done + 1);
    let bounty = after.bounties_paid - before.bounties_paid;
    assert!(bounty > 0);
    assert_eq!(stage.balance(&keeper.address(), &IO_MINT).await?, bounty);
    for node in &stage.nodes {
        let emission = stage.emission(node).await?;
        assert!(emission.weight > 0, "in force");
    }
    idle(keeper).await
}

async fn nodes_are_harvested(stage: &Stage, keeper: &Keeper) -> Result<()> {
    stage.score().await?;
    stage.next_epoch().await?;
    let before = (stage.emissions().await?, pool(stage).await?);
    let done = round(keeper).await?;
    assert_eq!(done(Job::Advance).done, 1);
    let harvest = done(Job::Harvest);
    let all = u64::from(NODES);
    assert_eq!((harvest.due, harvest.done), (all, all));
    println!("{} transactions for {NODES} harvests", harvest.transactions);
    // Together they have what their pool got, and what it gave of its carry.
    let after = (stage.emissions().await?, pool(stage).await?);
    let bounty = after.0.bounties_paid - before.0.bounties_paid;
    let part = (after.0.emitted - before.0.emitted - bounty) * 7 / 10;
    let mut harvested = 0;
    for node in &stage.nodes {
        let emission = stage.emission(node).await?;
        assert_eq!(emission.owed, 0);
        let vault = pda::reward_vault(node).0;
        let vault = stage.chain.token_balance(&vault).await?;
        assert_eq!(vault, Some(emission.harvested));
        harvested += emission.harvested;
    }
    assert_eq!(harvested, before.1.held() + part - after.1.held());
    assert!(harvested > 300 * IO);
    idle(keeper).await
}

async fn pool(stage: &Stage) -> Result<RewardPool> {
    Ok(stage.chain.account(&pda::reward_pool(POOL).0).await?)
}

async fn supply(stage: &Stage) -> Result<u64> {
    let config: MintConfig = stage.chain.account(&io_mint::CONFIG.address).await?;
    Ok(config.minted - config.burned)
}

async fn stakers_suppliers_and_slashes_get_their_due(stage: &Stage, keeper: &Keeper) -> Result<()> {
    let [slashed, left, changed] = [0, 1, 2].map(|n| stage.nodes[n]);
    let authority = stage.local.authority.pubkey();
    // Two delegators leave a node; one of them is paid to a wallet that has no account yet.
    let (first, stake) = stage.delegator(left, 1_000 * IO).await?;
    let (second, other) = stage.delegator(left, 500 * IO).await?;
    let fresh = Keypair::new().pubkey();
    let payout = staking::set_payout(&other, &fresh);
    stage.execute(&[payout], &[&second]).await?;
    let tickets = [
        stage.unstake(&first, &stake).await?,
        stage.unstake(&second, &other).await?,
    ];
    // A node is to be slashed, and its operator's ticket waits for that.
    let own = stage.own_stake(slashed);
    let operators = stage.unstake(&stage.local.authority, &own).await?;
    let slash = [
        staking::halt_node(&authority, &slashed, POOL),
        staking::propose_slash(&authority, &slashed, 1_000, [9; 32]),
    ];
    stage.execute(&slash, &[]).await?;
    // The class's maximum changes, and USDC and IO get feeds: all in two days.
    let mut changes = vec![staking::schedule_class(
        &authority,
        1,
        ClassRule::MaxStakeMultiple,
        7,
    )];
    for (mint, feed) in [(IO_MINT, &IO_USD), (stage.local.usdc, &USDC_USD)] {
        let listed = Feed {
            owner: RECEIVER,
            id: feed.id,
            max_age: 60,
            max_confidence_bps: 100,
            max_deviation_bps: 300,
        };
        changes.push(payments::schedule_feed(&authority, &mint, &listed));
    }
    stage.execute(&changes, &[]).await?;
    // Suppliers who take USDC: one lets keepers, one asks for more than the pool brings, one forbids it.
    // The keeper's own wallet pays one of them, so that its receipt is the keeper's to close.
    let price = parse_usdc("0.19")?;
    let suppliers = [
        stage.supplier(price).await?,
        stage.supplier(10 * price).await?,
        stage.supplier(0).await?,
    ];
    let renter = stage.wallet(1_000 * IO).await?;
    for (supplier, id) in suppliers.iter().zip(1..) {
        stage.pay(&renter, supplier, id, 100 * IO).await?;
    }
    let nothing_yet = round(keeper).await?;
    // The feeds wait for their time, so the first supplier is paid by its own price alone.
    assert_eq!(nothing_yet(Job::PayOut).done, 1);
    assert_eq!(nothing_yet(Job::PayOut).skipped, 1);
    assert_eq!(
        nothing_yet(Job::Slashes).due + nothing_yet(Job::Tickets).due,
        0
    );
    let paid = stage.balance(&suppliers[0], &stage.local.usdc).await?;
    assert!(paid >= 100 * price, "{paid}");
    idle(keeper).await?;

    a_receipt_of_its_own_is_closed(stage, &suppliers[0]).await?;

    stage.travel(SLASH_DELAY).await?;
    let vault = pda::stake_vault(&slashed).0;
    let supply = supply(stage).await?;
    let before = stage
        .chain
        .token_balance(&vault)
        .await?
        .context("a vault")?;
    let minted = stage.emissions().await?.emitted;
    let done = round(keeper).await?;
    assert_eq!(done(Job::Slashes).done, 1);
    assert_eq!(done(Job::Tickets).due, 0);
    // Terms of all nodes; weights too, since nobody scored them for a week.
    assert_eq!(done(Job::Sync).done, u64::from(NODES));
    let after = stage
        .chain
        .token_balance(&vault)
        .await?
        .context("a vault")?;
    assert_eq!(before - after, NODE_STAKE / 10, "a tenth was burned");
    let minted = stage.emissions().await?.emitted - minted;
    assert_eq!(
        self::supply(stage).await?,
        supply + minted - NODE_STAKE / 10
    );
    let node: Node = stage.chain.account(&changed).await?;
    assert_eq!(node.max_stake, 7 * NODE_STAKE);
    idle(keeper).await?;

    // From now on the oracle bounds pay-outs.
    stage.pay(&renter, &suppliers[0], 9, 50 * IO).await?;
    stage.travel(SLASH_DELAY).await?;
    fresh_prices(&stage.chain).await?;
    let done = round(keeper).await?;
    assert_eq!(done(Job::Tickets).done, 3);
    assert_eq!(done(Job::PayOut).done, 1);
    for ticket in tickets.iter().chain([&operators]) {
        assert!(stage.chain.find::<Ticket>(ticket).await?.is_none());
    }
    assert_eq!(stage.balance(&first.pubkey(), &IO_MINT).await?, 1_000 * IO);
    assert_eq!(stage.balance(&fresh, &IO_MINT).await?, 500 * IO);
    assert_eq!(stage.balance(&second.pubkey(), &IO_MINT).await?, 0);
    let supplier: Supplier = stage.chain.account(&pda::supplier(&suppliers[0]).0).await?;
    // The venue takes no more than it needs for a whole raw USDC.
    let left = stage.chain.token_balance(&supplier.earnings).await?;
    assert!(left.is_some_and(|left| left < 1_000), "{left:?}");
    idle(keeper).await
}

/// A renter whose backend's key is also its keeper's.
async fn a_receipt_of_its_own_is_closed(stage: &Stage, supplier: &Pubkey) -> Result<()> {
    let renter = stage.wallet(10 * IO).await?;
    stage.pay(&renter, supplier, 1, IO).await?;
    let receipt = pda::receipt(&renter.pubkey(), &[1; 32]).0;
    let keeper = stage.keeper_of(renter.insecure_clone(), |config| {
        config.jobs = vec![Job::Receipts];
        config.receipts.keep = 600;
    });
    stage.travel(HOUR + 300).await?;
    assert_eq!(round(&keeper).await?(Job::Receipts).due, 0);
    stage.travel(400).await?;
    assert_eq!(round(&keeper).await?(Job::Receipts).done, 1);
    assert!(stage.chain.find::<Receipt>(&receipt).await?.is_none());
    Ok(())
}
