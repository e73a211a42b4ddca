//! Changes that reach a node.

use super::{change, class_of, least, sync, terms_of};
use crate::fixture::{Fixture, MAX, MIN, POOL, RISKY, SAFE, terms};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::{DAY, MIN_STAKE_GRACE},
        errors::StakingError,
        events::NodeTermsSynced,
        ids::{io_emissions, io_mint, io_staking},
        state::{ClassRule, Scheduled, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::{GENESIS, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn sync_class_writes_what_changed_and_says_so() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    // Nothing to do: no event, and not a byte changes.
    let node = fixture.node;
    let before = fixture.world.data(&node);
    let outcome = sync(&mut fixture);
    assert_eq!(outcome.events::<NodeTermsSynced>(), []);
    assert_eq!(fixture.world.data(&node), before);

    fixture.put_emission(|emission, pool| {
        emission.settlements = 4;
        pool.acc_per_weight = 70_u128.into();
    });
    let authority = fixture.authority().pubkey();
    for (rule, next) in [
        (ClassRule::MaxStakeMultiple, 7),
        (ClassRule::DelegatorsSlashable, 1),
    ] {
        let schedule = staking::schedule_class(&authority, SAFE, rule, next);
        fixture.world.run(&[schedule], &[]);
    }
    let lower = staking::schedule_min_self_stake(&authority, 4_000);
    fixture.world.run(&[lower], &[]);
    let now = change(&mut fixture, ClassRule::Multiplier, 2_000);
    // Sent and signed by nobody but who pays the fee.
    let outcome = sync(&mut fixture);
    let rises_at = now + MIN_STAKE_GRACE;
    assert_eq!(
        outcome.event::<NodeTermsSynced>(),
        NodeTermsSynced {
            node,
            multiplier_milli: 2_000,
            min_stake: MIN,
            min_stake_next: 2 * MIN,
            min_stake_rises_at: rises_at,
            max_stake: 14 * MIN,
            min_self_stake_bps: 4_000,
            delegator_tranche: TrancheKind::Exposed as u64,
        }
    );
    assert_eq!(
        terms_of(&fixture, &node),
        (
            2_000,
            Scheduled::waiting(MIN, 2 * MIN, rises_at),
            14 * MIN,
            4_000,
            TrancheKind::Exposed as u8
        )
    );
    let synced = fixture.node();
    assert_eq!(
        (
            synced.drop_settlement,
            synced.drop_acc.get(),
            synced.drop_stake
        ),
        (4, 70, MIN)
    );
    let event = {
        fixture.put_emission(|emission, _| emission.settlements = 5);
        fixture.world.set_clock(rises_at);
        sync(&mut fixture).event::<NodeTermsSynced>()
    };
    assert_eq!(
        (
            event.min_stake,
            event.min_stake_next,
            event.min_stake_rises_at
        ),
        (2 * MIN, 0, 0)
    );
    // Too little stake from that time on, and emissions hear of it.
    assert_eq!(fixture.node().drop_stake, 0);
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn sync_class_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&NodeTerms {
        class: RISKY,
        ..terms(2)
    });
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.put_emission(|emission, pool| {
        emission.weight = 1;
        emission.acc_paid = 5_u128.into();
        pool.acc_per_weight = 5_u128.into();
    });
    change(&mut fixture, ClassRule::Multiplier, 2_000);
    let good = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.assert_swaps(
        &good,
        &[],
        [
            (
                0,
                io_mint::CONFIG.address,
                Err(InstructionError::IllegalOwner),
            ),
            (0, other_node, Err(InstructionError::InvalidAccountData)),
            (1, pda::device_class(RISKY).0, Ok(StakingError::WrongClass)),
            (1, other_node, Err(InstructionError::InvalidAccountData)),
            (2, other_node, Ok(StakingError::WrongClass)),
            (
                2,
                pda::device_class(RISKY).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (
                3,
                pda::reward_pool(POOL + 1).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                4,
                pda::node_emission(&other_node).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                5,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (6, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    // Not while something accrued under the old terms, nor while a drop waits for its settlement.
    let now = fixture.world.now();
    fixture.put_emission(|_, pool| {
        pool.acc_per_weight = (2_u128 << 64).into();
        pool.due_at = now;
    });
    let early = fixture.world.send(&[good.clone()], &[]);
    assert_fails(early, StakingError::HarvestFirst);
    fixture.put_emission(|emission, _| emission.acc_paid = (2_u128 << 64).into());
    fixture.request(&operator, 1);
    let early = fixture.world.send(&[good.clone()], &[]);
    assert_fails(early, StakingError::HarvestFirst);
    fixture.put_emission(|emission, _| emission.settlements += 1);
    // Not what io_emissions wrote.
    let emission = pda::node_emission(&fixture.node).0;
    let data = fixture.world.data(&emission);
    fixture
        .world
        .put(emission, io_mint::ID, data.clone(), false);
    let forged = fixture.world.send(&[good.clone()], &[]);
    assert_fails(forged, StakingError::WrongAccount);
    fixture.world.put(emission, io_emissions::ID, data, false);
    fixture.world.run(&[good], &[]);
}

#[test]
fn a_raised_minimum_follows_its_grace_however_often_and_late_a_node_is_synced() {
    let mut fixture = Fixture::new();
    let (eager, lazy) = (fixture.node, fixture.register(&terms(2)));
    let authority = fixture.authority().pubkey();
    let sync = |fixture: &mut Fixture, node: &Pubkey| {
        let sync = staking::sync_class(node, SAFE, POOL);
        fixture.world.run(&[sync], &[]);
    };
    // Raised, raised again within the grace, lowered below both, raised again. Synced every day or never.
    let plan = [(0, 2_000), (10, 3_000), (30, 1_500), (33, 4_000)];
    for day in 0..80 {
        fixture.world.set_clock(GENESIS + day * DAY);
        for (_, next) in plan.iter().filter(|(at, _)| *at == day) {
            let schedule = staking::schedule_class(&authority, SAFE, ClassRule::Multiplier, *next);
            fixture.world.run(&[schedule], &[]);
        }
        sync(&mut fixture, &eager);
        // In minimums of a multiplier of 1: the raises of days 2 and 12 never come to bind, as that of day
        // 32 lowers them within the grace; that of day 35 does on day 65.
        let expected = match day {
            0..65 => MIN,
            _ => 4 * MIN,
        };
        assert_eq!(least(&fixture), expected, "day {day}");
        let new = class_of(&fixture)
            .stake_bounds(1, fixture.world.now())
            .expect("in bounds");
        assert_eq!(terms_of(&fixture, &eager).2, new.1, "the maximum at once");
        if [20, 36, 64, 65, 79].contains(&day) {
            let mut copy = Fixture {
                world: fixture.world,
                ..fixture
            };
            let before = copy.world.data(&lazy);
            sync(&mut copy, &lazy);
            assert_eq!(terms_of(&copy, &lazy), terms_of(&copy, &eager), "day {day}");
            copy.world.put(lazy, io_staking::ID, before, false);
            fixture = copy;
        }
    }
    // A year after.
    fixture.world.advance(365 * DAY);
    sync(&mut fixture, &lazy);
    assert_eq!(terms_of(&fixture, &lazy), terms_of(&fixture, &eager));
}

#[test]
fn new_nodes_meet_a_raised_minimum_at_once_and_a_lowered_one_binds_at_once() {
    let mut fixture = Fixture::new();
    change(&mut fixture, ClassRule::Multiplier, 2_000);
    let new = fixture.register(&terms(2));
    for node in [fixture.node, new] {
        let sync = staking::sync_class(&node, SAFE, POOL);
        fixture.world.run(&[sync], &[]);
    }
    assert_eq!(least(&fixture), MIN);
    assert_eq!(terms_of(&fixture, &new).1, Scheduled::new(2 * MIN));
    change(&mut fixture, ClassRule::Multiplier, 500);
    for node in [fixture.node, new] {
        let sync = staking::sync_class(&node, SAFE, POOL);
        fixture.world.run(&[sync], &[]);
        // No less than 200 IO a processor.
        assert_eq!(terms_of(&fixture, &node).1, Scheduled::new(MIN));
    }
}

#[test]
fn a_lower_maximum_forces_nobody_out() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 3 * MIN);
    fixture.deposit(&delegator, 2 * MIN);
    assert_eq!(fixture.node().active_stake(), MAX);
    change(&mut fixture, ClassRule::MaxStakeMultiple, 1);
    sync(&mut fixture);
    let node = fixture.node();
    assert_eq!((node.max_stake, node.active_stake()), (MIN, MAX));
    assert_eq!(node.earning_stake(fixture.world.now()), MAX);
    assert_fails(fixture.try_deposit(&operator, 1, 1), StakingError::NodeFull);
    fixture.request(&delegator, u64::MAX);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 1),
        StakingError::NodeFull,
    );
}

#[test]
fn a_raised_smallest_part_reaches_a_node_when_it_is_synced() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.put_emission(|emission, _| emission.settlements = 3);
    let authority = fixture.authority().pubkey();
    let raise = staking::schedule_min_self_stake(&authority, 6_000);
    fixture.world.run(&[raise], &[]);
    let earns = |fixture: &Fixture| fixture.node().earning_stake(fixture.world.now());
    fixture.world.set_clock(GENESIS + MIN_STAKE_GRACE - 1);
    sync(&mut fixture);
    assert_eq!(earns(&fixture), 2 * MIN);
    fixture.world.advance(1);
    assert_eq!(earns(&fixture), 2 * MIN);
    sync(&mut fixture);
    let node = fixture.node();
    assert_eq!((node.min_self_stake_bps, earns(&fixture)), (6_000, 0));
    assert_eq!((node.drop_settlement, node.drop_stake), (3, 0));
    fixture.deposit(&operator, MIN / 2);
    assert_eq!(earns(&fixture), 5 * MIN / 2);
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn delegators_who_came_before_keep_the_terms_of_then() {
    let mut fixture = Fixture::new();
    let (operator, before) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&before, MIN);
    let ticket = fixture.request(&before, MIN / 2);
    change(&mut fixture, ClassRule::DelegatorsSlashable, 1);
    sync(&mut fixture);
    // What is there stays protected, what comes is exposed.
    assert_eq!(before.stake.tranche, TrancheKind::Protected);
    assert_eq!(fixture.value(&before), MIN / 2);
    assert_fails(
        fixture.try_deposit(&before, 1, 1),
        StakingError::WrongTranche,
    );
    fixture.try_cancel(&before, ticket).expect("still its own");
    assert_eq!(fixture.value(&before), MIN);
    let protected = Stake {
        owner: fixture.world.wallet().pubkey(),
        ..before.stake
    };
    let late = fixture.delegator();
    assert_eq!(late.stake.tranche, TrancheKind::Exposed);
    fixture.deposit(&late, MIN / 2);
    let open = staking::open_position(
        &late.stake.owner,
        &Stake {
            owner: late.stake.owner,
            ..protected
        },
    );
    let result = fixture.world.send(&[open], &[&late.wallet]);
    assert_fails(result, StakingError::WrongTranche);
    // The same owner may stake on the new terms beside the old.
    let both = fixture.open(before.wallet.insecure_clone(), TrancheKind::Exposed);
    fixture.deposit(&both, 1);
    assert_eq!(fixture.value(&before), MIN);
    books::check(&fixture.world).expect("the books add up");
}
