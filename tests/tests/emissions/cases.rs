//! The cases that broke others. One is elsewhere: a node scored, slashed and scored again within an epoch
//! is among the tests of `io_staking`.

use crate::fixture::{CONFIG, FIRST_EPOCH, Fixture, MIN, MINT, ONE, VAULT, scores_of};
use io_client::{
    Pubkey, emissions, pda,
    shared::{
        constants::{HOUR, IO},
        errors::EmissionsError,
        events::{EpochAdvanced, Harvested, Minted, NodeSynced},
        ids::{io_emissions, io_mint},
        math::curve::Curve,
        state::{EmissionsTerms, RewardPool},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

/// Constant cost, exact emission, stale scores forfeited, exits in between, and life goes on.
#[test]
fn a_year_without_a_crank() {
    let mut fixture = Fixture::new();
    let (stays, leaves) = (fixture.member(0, 2 * MIN), fixture.member(0, 2 * MIN));
    fixture.earning(&[&stays, &leaves]);
    let one = fixture.next_epoch().cu;
    for member in [&stays, &leaves] {
        fixture.harvest(member);
    }
    let before = fixture.config().emitted;

    fixture.world.advance(8_000 * HOUR);
    fixture.unstake(&leaves, 0, u64::MAX);
    fixture.world.advance(760 * HOUR);
    let withdraw = staking::withdraw(&leaves.stake, 0, &leaves.tokens, &leaves.operator.pubkey());
    fixture.world.run(&[withdraw], &[]);
    assert_eq!(fixture.world.token_balance(&leaves.tokens), 10 * MIN);

    let outcome = fixture.crank();
    let event: EpochAdvanced = outcome.event();
    assert_eq!(
        (event.epoch, event.epochs, event.bounty),
        (8_762, 8_760, IO)
    );
    assert_eq!(event.emission, Curve::HOURLY.cumulative(8_762) - before);
    assert!(
        outcome.cu <= one + 900,
        "{} CU, {one} for one epoch",
        outcome.cu
    );
    // Nobody scored the nodes for a year: all of it goes back, nobody takes it in one epoch.
    for member in [&stays, &leaves] {
        let event: Harvested = fixture.harvest(member).event();
        assert_eq!((event.earned, event.amount, event.weight), (0, 0, 0));
    }
    assert_eq!(fixture.pool(0).total_weight, 0);
    let carry = fixture.pool(0).carry;
    fixture.earning(&[&stays]);
    let part = fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    let event: Harvested = fixture.harvest(&stays).event();
    assert!((2 * part - 1..=2 * part).contains(&event.amount));
    assert!(fixture.pool(0).carry > carry - part);
    fixture.check();
}

#[test]
fn a_crank_at_the_exact_boundary_second() {
    let mut fixture = Fixture::new();
    fixture.world.set_clock(GENESIS + HOUR - 1);
    let early = fixture.crank();
    assert!(early.events::<EpochAdvanced>().is_empty());
    assert_eq!(fixture.config().epochs_done, 0);
    assert_eq!(fixture.world.supply(&MINT), 0);

    fixture.world.set_clock(GENESIS + HOUR);
    let outcome = fixture.crank();
    // 10 bps are 4.56 IO, more than the cap of 1 IO.
    let parts = [
        (FIRST_EPOCH - IO) * 7 / 10,
        (FIRST_EPOCH - IO) - (FIRST_EPOCH - IO) * 7 / 10,
    ];
    assert_eq!(
        outcome.event::<EpochAdvanced>(),
        EpochAdvanced {
            epoch: 1,
            epochs: 1,
            emission: FIRST_EPOCH,
            bounty: IO,
            bounty_account: fixture.bounty,
            pool_amounts: [parts[0], parts[1], 0, 0],
        }
    );
    assert_eq!(outcome.event::<Minted>().amount, FIRST_EPOCH);
    assert_eq!(fixture.world.token_balance(&fixture.bounty), IO);
    assert_eq!(fixture.world.token_balance(&VAULT), FIRST_EPOCH - IO);
    assert_eq!(
        (fixture.pool(0).carry, fixture.pool(1).carry),
        (parts[0], parts[1])
    );
    let config = fixture.config();
    assert_eq!(
        (config.epochs_done, config.emitted, config.bounties_paid),
        (1, FIRST_EPOCH, IO)
    );
}

/// Both send the same crank in the same second. Both succeed, one is paid, and the order decides.
#[test]
fn two_keepers_racing() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    let keepers = [(); 2].map(|()| {
        let keeper = fixture.world.wallet().pubkey();
        fixture.world.create_token_account(&keeper, &MINT, 0)
    });
    let crank = |keeper: &Pubkey| emissions::advance_epoch(keeper, &MINT, 2);
    fixture.world.advance(3 * HOUR);
    let first = fixture.world.run(&[crank(&keepers[0])], &[]);
    let event: EpochAdvanced = first.event();
    assert_eq!((event.epochs, event.bounty_account), (3, keepers[0]));
    let state = |fixture: &Fixture| {
        [
            CONFIG,
            VAULT,
            MINT,
            io_mint::CONFIG.address,
            io_emissions::MINTER,
            pda::reward_pool(0).0,
            pda::reward_pool(1).0,
        ]
        .map(|address| fixture.world.data(&address))
    };
    let before = state(&fixture);
    let second = fixture.world.run(&[crank(&keepers[1])], &[]);
    assert!(second.events::<EpochAdvanced>().is_empty());
    assert_eq!(state(&fixture), before);
    assert_eq!(
        keepers.map(|keeper| fixture.world.token_balance(&keeper)),
        [IO, 0]
    );

    // In one transaction, too: the same keeper twice is not paid twice.
    fixture.world.advance(HOUR);
    let both = [crank(&keepers[1]), crank(&keepers[0]), crank(&keepers[1])];
    let outcome = fixture.world.run(&both, &[]);
    assert_eq!(outcome.event::<EpochAdvanced>().bounty_account, keepers[1]);
    assert_eq!(
        keepers.map(|keeper| fixture.world.token_balance(&keeper)),
        [IO, IO]
    );
    fixture.check();
}

#[test]
fn a_pool_whose_weight_goes_to_zero_and_back() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    // What was carried before the node came is gone after an epoch.
    fixture.next_epoch();
    fixture.harvest(&member);
    let acc = fixture.pool(0).acc_per_weight.get();
    let carried = fixture.pool(0).carry;

    fixture.score(&[&member], 0);
    assert_eq!(fixture.pool(0).total_weight, 0);
    let mut given = 0;
    for _ in 0..3 {
        given += fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    }
    let empty = fixture.pool(0);
    assert_eq!(empty.carry, carried + given);
    assert_eq!((empty.acc_per_weight.get(), empty.total_weight), (acc, 0));
    assert_eq!(fixture.harvest(&member).event::<Harvested>().amount, 0);

    fixture.score(&[&member], 10_000);
    assert_eq!(fixture.weights(&member), (0, ONE));
    given += fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    assert_eq!(fixture.harvest(&member).event::<Harvested>().earned, 0);
    assert_eq!(fixture.pool(0).total_weight, ONE);
    // From here on it earns, and what piled up comes out an epoch's part at a time.
    let mut earned = 0;
    for _ in 0..6 {
        let part = fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
        given += part;
        fixture.score(&[&member], 10_000);
        let amount = fixture.harvest(&member).event::<Harvested>().amount;
        assert!(amount <= 2 * part);
        earned += amount;
    }
    assert_eq!(fixture.pool(0).carry, 0);
    assert!((carried + given - 12..=carried + given).contains(&earned));
}

#[test]
fn weight_added_in_the_last_second_of_an_epoch() {
    let mut fixture = Fixture::new();
    let (early, late) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&early]);
    let start = fixture.world.now();
    fixture.world.set_clock(start + HOUR - 1);
    fixture.score(&[&late], 10_000);
    fixture.world.set_clock(start + HOUR);
    fixture.crank();
    fixture.try_sync(&late).expect("syncs");
    assert_eq!(
        (fixture.emission(&late).owed, fixture.weights(&late)),
        (0, (ONE, 0))
    );
    let all = fixture.pool(0).owed;
    let alone: Harvested = fixture.harvest(&early).event();
    assert!((all - 1..=all).contains(&alone.amount));
    // From now on they share.
    fixture.next_epoch();
    let (a, b): (Harvested, Harvested) = (
        fixture.harvest(&early).event(),
        fixture.harvest(&late).event(),
    );
    assert_eq!(a.amount, b.amount);
    assert!(a.amount > 0);
}

/// A third of a raw unit an epoch: neither cranks nor settlements in each epoch lose it.
#[test]
fn amounts_that_round_to_zero() {
    let mut fixture = Fixture::uninitialized();
    let terms = EmissionsTerms {
        max_score_age: 168,
        bounty_bps: 0,
        ..fixture.terms()
    };
    fixture.initialize(&terms).expect("the terms are good");
    let (often, seldom) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&often, &seldom]);
    for member in [&often, &seldom] {
        fixture.harvest(member);
    }
    // Others weigh so much that an epoch brings either node a third of a raw unit.
    let part = FIRST_EPOCH * 7 / 10;
    let others = part * 3 * ONE;
    fixture.edit::<RewardPool>(pda::reward_pool(0).0, |pool| {
        pool.total_weight += others;
        pool.carry = 0;
    });
    let start = fixture.emission(&often).harvested;
    let mut paid = 0;
    for _ in 0..99 {
        fixture.world.advance(HOUR);
        fixture.try_crank().expect("cranks");
        // By anyone who would like it lost.
        for _ in 0..2 {
            let event: Harvested = fixture.try_harvest(&often).expect("harvests").event();
            assert!(event.amount <= 1);
            paid += event.amount;
        }
        fixture.try_sync(&often).expect("syncs");
    }
    assert!((24..=33).contains(&paid), "{paid} raw");
    assert_eq!(fixture.emission(&often).harvested - start, paid);
    let event: Harvested = fixture.try_harvest(&seldom).expect("harvests").event();
    assert!((32..=33).contains(&event.amount), "{} raw", event.amount);
}

#[test]
fn the_last_epoch_of_the_curve_and_the_one_after() {
    let mut fixture = Fixture::new();
    let epochs = Curve::by_id(0).expect("exists").epochs;
    fixture
        .world
        .set_clock(GENESIS + i64::try_from(epochs - 1).expect("fits") * HOUR);
    fixture.crank();
    let last: EpochAdvanced = fixture.next_epoch().event();
    assert_eq!((last.epoch, last.epochs), (epochs, 1));
    assert!(last.emission > 0);
    assert_eq!(fixture.config().emitted, 300_000_000 * IO);

    let after = fixture.next_epoch();
    assert!(after.events::<Minted>().is_empty());
    let event: EpochAdvanced = after.event();
    assert_eq!(
        (event.epoch, event.emission, event.bounty),
        (epochs + 1, 0, 0)
    );
    assert_eq!(event.pool_amounts, [0; 4]);
    assert_eq!(fixture.config().emitted, 300_000_000 * IO);
}

#[test]
fn a_clock_going_backwards() {
    let mut fixture = Fixture::new();
    let (member, late) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&member]);
    fixture.world.advance(2 * HOUR);
    fixture.crank();
    fixture.harvest(&member);
    let (config, supply) = (fixture.world.data(&CONFIG), fixture.world.supply(&MINT));
    let pool = fixture.world.data(&pda::reward_pool(0).0);
    for earlier in [
        fixture.world.now() - 1,
        GENESIS + HOUR,
        GENESIS,
        GENESIS - HOUR,
        0,
        i64::MIN,
    ] {
        fixture.world.set_clock(earlier);
        let again = fixture.try_crank().expect("changes nothing");
        assert!(again.events::<EpochAdvanced>().is_empty());
        let event: Harvested = fixture.try_harvest(&member).expect("settles").event();
        assert_eq!((event.earned, event.amount, event.forfeited), (0, 0, 0));
        let event: NodeSynced = fixture.try_sync(&member).expect("syncs").event();
        assert_eq!((event.earned, event.weight), (0, ONE));
        assert_eq!(fixture.world.data(&CONFIG), config);
        assert_eq!(fixture.world.supply(&MINT), supply);
        assert_eq!(fixture.world.data(&pda::reward_pool(0).0), pool);
    }
    // Scores still belong to the last epoch that was opened.
    let outcome = fixture
        .try_score(0, &[(late.node(), 10_000)])
        .expect("scores");
    let (head, _) = scores_of(&outcome);
    assert_eq!(head.epoch, 3);
    // Stake comes and goes; nothing of it earns in the past.
    fixture.unstake(&member, 0, u64::MAX);
    fixture.world.set_clock(GENESIS + 3 * HOUR);
    fixture.try_crank().expect("changes nothing");
    assert_eq!(fixture.world.data(&CONFIG), config);
    fixture.world.advance(HOUR);
    let event: EpochAdvanced = fixture.crank().event();
    assert_eq!((event.epoch, event.epochs), (4, 1));
    assert_eq!(fixture.harvest(&member).event::<Harvested>().earned, 0);
}

/// No request for a larger heap: 24 nodes settled, scored and weighed, all earning.
#[test]
fn the_32_kb_heap_with_the_largest_batch() {
    let mut fixture = Fixture::new();
    let members: Vec<_> = (0..24).map(|_| fixture.member(0, MIN)).collect();
    let all: Vec<_> = members.iter().collect();
    fixture.earning(&all);
    fixture.next_epoch();
    let outcome = fixture.score(&all, 10_000);
    let (head, nodes) = scores_of(&outcome);
    assert_eq!(head.count, 24);
    assert!(
        nodes
            .iter()
            .all(|node| node.earned > 0 && node.weight == ONE)
    );
    println!("set_scores: {} CU for 24 nodes", outcome.cu);

    // More than a batch, and a list that says to be longer than the heap: refused, nothing changed.
    fixture.next_epoch();
    let scorer = fixture.scorer.insecure_clone();
    let scores: Vec<_> = all.iter().map(|member| (member.node(), 10_000)).collect();
    let good = emissions::set_scores(&scorer.pubkey(), 0, &scores);
    let mut longer = good.clone();
    longer.data[8..12].copy_from_slice(&400_u32.to_le_bytes());
    longer.data.resize(12 + 2 * 400, 1);
    assert_fails(
        fixture.world.send(&[longer], &[&scorer]),
        EmissionsError::WrongScoreCount,
    );
    for count in [25, 20_000, u32::MAX] {
        let mut lying = good.clone();
        lying.data[8..12].copy_from_slice(&count.to_le_bytes());
        let failure = fixture.world.send(&[lying], &[&scorer]).expect_err("a lie");
        assert_eq!(
            failure.reason(),
            Some(&InstructionError::InvalidInstructionData),
            "{count}"
        );
    }
    fixture.world.run(&[good], &[&scorer]);
    fixture.check();
}
