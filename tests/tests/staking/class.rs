//! Changes of classes and of the operator's smallest part, and how they reach nodes.

use crate::{
    CONFIG, Fixture, MAX, MIN, POOL, RISKY, SAFE, assert_reason,
    live::{CLASS, Live, Member, OTHER},
    swapped, terms,
};
use io_client::{
    Instruction, Pubkey, pda,
    shared::{
        constants::{DAY, MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
        errors::StakingError,
        events::{
            ClassChangesCancelled, ClassEnded, ClassRuleScheduled, ClassSuspended,
            MinSelfStakeScheduled, NodeTermsSynced, StakingChangesCancelled,
        },
        ids::{io_emissions, io_mint, io_staking},
        state::{ClassRule, DeviceClass, Node, Scheduled, StakingConfig, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::{GENESIS, Outcome, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

fn class_of(fixture: &Fixture) -> DeviceClass {
    fixture.world.read(&pda::device_class(SAFE).0)
}

/// Schedules a change of the class that takes effect, and lets that time come; returns it.
fn change(fixture: &mut Fixture, rule: ClassRule, next: u64) -> i64 {
    let authority = fixture.authority().pubkey();
    fixture.world.run(
        &[staking::schedule_class(&authority, SAFE, rule, next)],
        &[],
    );
    fixture.world.advance(RULE_CHANGE_DELAY);
    fixture.world.now()
}

fn sync(fixture: &mut Fixture) -> Outcome {
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[])
}

/// What a sync writes.
fn terms_of(fixture: &Fixture, node: &Pubkey) -> (u64, Scheduled, u64, u64, u8) {
    let node: Node = fixture.world.read(node);
    (
        node.multiplier_milli,
        node.min_stake,
        node.max_stake,
        node.min_self_stake_bps,
        node.delegator_tranche,
    )
}

fn least(fixture: &Fixture) -> u64 {
    fixture.node().min_stake.at(fixture.world.now())
}

/// Each account of a governance instruction replaced by a wrong one; `class` is the index of the class, if
/// the instruction has one.
#[track_caller]
pub fn assert_pinned(
    fixture: &mut Fixture,
    good: &Instruction,
    by: &Keypair,
    class: Option<usize>,
) {
    let (node, last) = (fixture.node, good.accounts.len() - 1);
    // The same bytes elsewhere, of ours and of another program.
    let config = fixture.world.data(&CONFIG);
    let [ours, foreign] = [io_staking::ID, io_mint::ID].map(|owner| {
        let copy = fixture.world.fresh_address();
        fixture.world.put(copy, owner, config.clone(), false);
        copy
    });
    for (index, wrong, expected) in [
        (1, ours, Ok(StakingError::WrongAccount)),
        (1, foreign, Err(InstructionError::IllegalOwner)),
        (1, node, Err(InstructionError::InvalidAccountData)),
        (
            last - 1,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (last, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture.world.send(&[swapped(good, index, wrong)], &[by]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
    if let Some(class) = class {
        let result = fixture.world.send(&[swapped(good, class, node)], &[by]);
        assert_reason(result, &InstructionError::InvalidAccountData);
    }
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    if by.pubkey() != fixture.authority().pubkey() {
        let result = fixture.world.send(&[unsigned], &[]);
        assert_reason(result, &InstructionError::MissingRequiredSignature);
    }
}

// schedule_class and cancel_class_changes

#[test]
fn a_class_changes_with_two_days_notice() {
    for (rule, next) in [
        (ClassRule::Multiplier, 3_000),
        (ClassRule::MaxStakeMultiple, 7),
        (ClassRule::DelegatorsSlashable, 1),
    ] {
        let mut fixture = Fixture::new();
        let authority = fixture.authority().pubkey();
        let before = class_of(&fixture);
        let schedule = staking::schedule_class(&authority, SAFE, rule, next);
        let outcome = fixture.world.run(&[schedule], &[]);
        let at = GENESIS + RULE_CHANGE_DELAY;
        assert_eq!(
            outcome.event::<ClassRuleScheduled>(),
            ClassRuleScheduled {
                class: pda::device_class(SAFE).0,
                rule: rule as u64,
                next,
                effective_at: at,
            }
        );
        let after = class_of(&fixture);
        for (changed, before, after) in [
            (
                ClassRule::Multiplier,
                before.multiplier_milli,
                after.multiplier_milli,
            ),
            (
                ClassRule::MaxStakeMultiple,
                before.max_stake_multiple,
                after.max_stake_multiple,
            ),
            (
                ClassRule::DelegatorsSlashable,
                before.delegators_slashable,
                after.delegators_slashable,
            ),
        ] {
            assert_eq!(after.at(at - 1), before.at(at));
            let expected = if changed == rule { next } else { before.at(at) };
            assert_eq!(after.at(at), expected);
        }
    }
}

#[test]
fn schedule_class_refuses() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let by = authority.pubkey();
    let schedule = |by: &Pubkey, rule, next| staking::schedule_class(by, SAFE, rule, next);
    for (rule, next) in [
        (ClassRule::Multiplier, 0),
        (ClassRule::Multiplier, 1_000_001),
        (ClassRule::MaxStakeMultiple, 0),
        (ClassRule::MaxStakeMultiple, 101),
        (ClassRule::DelegatorsSlashable, 2),
    ] {
        let result = fixture.world.send(&[schedule(&by, rule, next)], &[]);
        assert_fails(result, StakingError::ClassOutOfBounds);
    }
    let good = schedule(&by, ClassRule::Multiplier, 2_000);
    let mut unknown = good.clone();
    unknown.data[8] = 3;
    let result = fixture.world.send(&[unknown], &[]);
    assert_fails(result, StakingError::ClassOutOfBounds);
    let by_guardian = schedule(&guardian.pubkey(), ClassRule::Multiplier, 2_000);
    let result = fixture.world.send(&[by_guardian], &[&guardian]);
    assert_fails(result, StakingError::Unauthorized);
    fixture.world.set_clock(i64::MAX);
    let result = fixture.world.send(&[good.clone()], &[]);
    assert_fails(result, StakingError::Overflow);
    assert_pinned(&mut fixture, &good, &authority, Some(2));
}

#[test]
fn guardian_or_authority_cancels_changes_of_a_class() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let stranger = fixture.world.wallet();
    let before = class_of(&fixture);
    for by in [&authority, &guardian] {
        for (rule, next) in [
            (ClassRule::Multiplier, 3_000),
            (ClassRule::MaxStakeMultiple, 7),
            (ClassRule::DelegatorsSlashable, 1),
        ] {
            let schedule = staking::schedule_class(&authority.pubkey(), SAFE, rule, next);
            fixture.world.run(&[schedule], &[]);
        }
        let refused = staking::cancel_class_changes(&stranger.pubkey(), SAFE);
        let result = fixture.world.send(&[refused], &[&stranger]);
        assert_fails(result, StakingError::Unauthorized);
        let cancel = staking::cancel_class_changes(&by.pubkey(), SAFE);
        let outcome = fixture.world.run(&[cancel.clone()], &[by]);
        assert_eq!(
            outcome.event::<ClassChangesCancelled>(),
            ClassChangesCancelled {
                class: pda::device_class(SAFE).0,
                by: by.pubkey(),
            }
        );
        let class = class_of(&fixture);
        assert_eq!(
            (
                class.multiplier_milli,
                class.max_stake_multiple,
                class.delegators_slashable
            ),
            (
                before.multiplier_milli,
                before.max_stake_multiple,
                before.delegators_slashable
            )
        );
        assert_pinned(&mut fixture, &cancel, by, Some(2));
    }
}

// suspend_class and end_class

#[test]
fn the_guardian_suspends_a_class_and_only_the_authority_ends_that() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let (stranger, operator) = (fixture.world.wallet(), fixture.operator.insecure_clone());
    for (by, suspended, allowed) in [
        (&stranger, true, false),
        (&guardian, true, true),
        (&guardian, false, false),
        (&stranger, false, false),
        (&authority, false, true),
        (&authority, true, true),
    ] {
        let before = class_of(&fixture).suspended;
        let suspend = staking::suspend_class(&by.pubkey(), SAFE, suspended);
        let result = fixture.world.send(&[suspend], &[by]);
        if !allowed {
            assert_fails(result, StakingError::Unauthorized);
            assert_eq!(class_of(&fixture).suspended, before);
            continue;
        }
        assert_eq!(
            result.expect("allowed").event::<ClassSuspended>(),
            ClassSuspended {
                class: pda::device_class(SAFE).0,
                by: by.pubkey(),
                suspended: suspended.into(),
            }
        );
        assert_eq!(class_of(&fixture).suspended, u8::from(suspended));
        let node_id = if suspended { 8 } else { 9 };
        let key = operator.pubkey();
        let register = staking::register_node(&key, &key, &crate::MINT, &terms(node_id));
        let result = fixture.world.send(&[register], &[&operator]);
        if suspended {
            assert_fails(result, StakingError::ClassClosed);
        } else {
            result.expect("it takes nodes again");
        }
    }
    let suspend = staking::suspend_class(&guardian.pubkey(), SAFE, true);
    assert_pinned(&mut fixture, &suspend, &guardian, Some(2));
}

#[test]
fn an_ended_class_takes_no_nodes_and_its_own_earn_for_30_days() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let by_guardian = staking::end_class(&guardian.pubkey(), SAFE);
    let result = fixture.world.send(&[by_guardian], &[&guardian]);
    assert_fails(result, StakingError::Unauthorized);
    let end = staking::end_class(&authority.pubkey(), SAFE);
    assert_pinned(&mut fixture, &end, &authority, Some(2));
    let outcome = fixture.world.run(&[end.clone()], &[]);
    let until = GENESIS + MIN_STAKE_GRACE;
    assert_eq!(
        outcome.event::<ClassEnded>(),
        ClassEnded {
            class: pda::device_class(SAFE).0,
            supported_until: until,
        }
    );
    assert_eq!(class_of(&fixture).supported_until, until);
    let operator = fixture.operator.insecure_clone();
    let key = operator.pubkey();
    let register = staking::register_node(&key, &key, &crate::MINT, &terms(8));
    let result = fixture.world.send(&[register], &[&operator]);
    assert_fails(result, StakingError::ClassClosed);

    fixture.world.set_clock(until - 1);
    sync(&mut fixture);
    assert_eq!(fixture.node().multiplier_milli, 1_000);
    fixture.world.set_clock(until);
    sync(&mut fixture);
    assert_eq!(fixture.node().multiplier_milli, 0);
    // For good.
    let result = fixture.world.send(&[end], &[]);
    assert_fails(result, StakingError::ClassEnded);
    let resume = staking::suspend_class(&authority.pubkey(), SAFE, false);
    fixture.world.run(&[resume], &[]);
    assert_eq!(
        sync(&mut fixture).events::<NodeTermsSynced>(),
        Vec::<NodeTermsSynced>::new()
    );

    let mut late = Fixture::new();
    late.world.set_clock(i64::MAX);
    let end = staking::end_class(&late.authority().pubkey(), SAFE);
    assert_fails(late.world.send(&[end], &[]), StakingError::Overflow);
}

// schedule_min_self_stake and cancel_changes

#[test]
fn the_operators_smallest_part_rises_with_30_days_notice() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    for (bps, delay) in [(6_000, MIN_STAKE_GRACE), (4_000, RULE_CHANGE_DELAY)] {
        let schedule = staking::schedule_min_self_stake(&authority, bps);
        let outcome = fixture.world.run(&[schedule], &[]);
        assert_eq!(
            outcome.event::<MinSelfStakeScheduled>(),
            MinSelfStakeScheduled {
                next: bps,
                effective_at: GENESIS + delay,
            }
        );
        let config: StakingConfig = fixture.world.read(&CONFIG);
        let rule = config.min_self_stake_bps;
        assert_eq!(rule.pending(GENESIS), Some((bps, GENESIS + delay)));
        assert_eq!(rule.at(GENESIS), 5_000);
    }
}

#[test]
fn schedule_min_self_stake_refuses() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let good = staking::schedule_min_self_stake(&authority.pubkey(), 10_000);
    let too_high = staking::schedule_min_self_stake(&authority.pubkey(), 10_001);
    let result = fixture.world.send(&[too_high], &[]);
    assert_fails(result, StakingError::SelfStakeTooHigh);
    let by_guardian = staking::schedule_min_self_stake(&guardian.pubkey(), 6_000);
    let result = fixture.world.send(&[by_guardian], &[&guardian]);
    assert_fails(result, StakingError::Unauthorized);
    assert_pinned(&mut fixture, &good, &authority, None);
    fixture.world.set_clock(i64::MAX);
    assert_fails(fixture.world.send(&[good], &[]), StakingError::Overflow);
}

#[test]
fn guardian_or_authority_cancels_a_change_of_the_smallest_part() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let stranger = fixture.world.wallet();
    for by in [&authority, &guardian] {
        let schedule = staking::schedule_min_self_stake(&authority.pubkey(), 6_000);
        fixture.world.run(&[schedule], &[]);
        let refused = staking::cancel_changes(&stranger.pubkey());
        let result = fixture.world.send(&[refused], &[&stranger]);
        assert_fails(result, StakingError::Unauthorized);
        let cancel = staking::cancel_changes(&by.pubkey());
        let outcome = fixture.world.run(&[cancel.clone()], &[by]);
        let by_whom = outcome.event::<StakingChangesCancelled>();
        assert_eq!(by_whom, StakingChangesCancelled { by: by.pubkey() });
        let config: StakingConfig = fixture.world.read(&CONFIG);
        assert_eq!(config.min_self_stake_bps, Scheduled::new(5_000));
        assert_pinned(&mut fixture, &cancel, by, None);
    }
}

// sync_class

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
    for (index, wrong, expected) in [
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
    ] {
        let result = fixture.world.send(&[swapped(&good, index, wrong)], &[]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
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

// Through io_emissions

/// Two nodes of two classes in one pool, both earning.
fn two_earning() -> (Live, Member, Member) {
    let mut live = Live::new();
    let (a, b) = (live.join(CLASS, 1), live.join(OTHER, 1));
    for _ in 0..2 {
        live.epoch(&[&a, &b]);
    }
    live.epoch(&[&a, &b]);
    for member in [&a, &b] {
        assert!(live.harvest(member) > 0);
    }
    assert_eq!((live.weight(&a), live.weight(&b)), (12_500_000, 17_500_000));
    (live, a, b)
}

#[test]
fn a_suspended_class_earns_nothing_from_the_sync_on_and_others_get_its_part() {
    let (mut live, a, b) = two_earning();
    let authority = live.authority();
    live.run(&[staking::suspend_class(&authority, CLASS, true)]);
    live.sync_class(&a);
    assert_eq!(live.node(&a).multiplier_milli, 0);
    // The epoch in which it was suspended: what the pool had set aside goes back to the carry.
    live.world().advance(3_600);
    live.crank();
    let (carry, b_before) = (live.pool().carry, live.harvest(&b));
    assert_eq!(live.harvest(&a), 0);
    let forfeited = live.pool().carry - carry;
    // 12.5 to 17.5, but for what is rounded down.
    assert!(forfeited > 0 && (forfeited * 175).abs_diff(b_before * 125) < 1_000);
    assert_eq!(live.weight(&a), 0);
    live.epoch(&[&a, &b]);
    let (a_suspended, b_alone) = (live.harvest(&a), live.harvest(&b));
    assert_eq!(a_suspended, 0);
    // All of its own epoch and what went back.
    assert!(b_alone > b_before * 30 / 175 * 10, "{b_alone}, {b_before}");
    assert_eq!(live.pool().carry, 0);

    // Over: it earns again from the epoch after it was synced and scored.
    live.run(&[staking::suspend_class(&authority, CLASS, false)]);
    live.epoch(&[&b]);
    assert_eq!((live.harvest(&a), live.weight(&a)), (0, 0), "not synced");
    live.sync_class(&a);
    live.sync_node(&a);
    assert_eq!(live.weight(&a), 0);
    live.epoch(&[&a, &b]);
    assert_eq!(live.harvest(&a), 0, "weight counts from the next epoch on");
    assert_eq!(live.weight(&a), 12_500_000);
    live.epoch(&[&a, &b]);
    assert!(live.harvest(&a) > 0);
}

#[test]
fn an_unsupported_class_earns_until_its_notice_is_over() {
    let (mut live, a, b) = two_earning();
    let authority = live.authority();
    live.run(&[staking::end_class(&authority, CLASS)]);
    live.sync_class(&a);
    live.epoch(&[&a, &b]);
    assert!(live.harvest(&a) > 0);
    live.world().advance(MIN_STAKE_GRACE);
    live.crank();
    live.sync_class(&a);
    assert_eq!(live.node(&a).multiplier_milli, 0);
    live.sync_node(&a);
    for _ in 0..3 {
        live.epoch(&[&a, &b]);
        assert_eq!((live.harvest(&a), live.weight(&a)), (0, 0));
    }
    assert!(live.harvest(&b) > 0);
    // Its stake leaves as ever.
    live.unstake(&a, u64::MAX);
}

#[test]
fn a_lower_multiplier_counts_from_the_sync_and_a_higher_one_from_the_next_epoch() {
    let (mut live, a, b) = two_earning();
    let authority = live.authority();
    let schedule = |next| staking::schedule_class(&authority, CLASS, ClassRule::Multiplier, next);
    // From 1.25 to 2.5: twice the weight, an epoch later.
    live.run(&[schedule(2_500)]);
    live.world().advance(RULE_CHANGE_DELAY);
    live.crank();
    for member in [&a, &b] {
        live.sync_class(member);
    }
    live.epoch(&[&a, &b]);
    live.epoch(&[&a, &b]);
    for member in [&a, &b] {
        live.harvest(member);
    }
    assert_eq!(live.weight(&a), 25_000_000);
    // Back to 1.25: half an epoch's reward from the sync on, whenever it is settled.
    live.run(&[schedule(1_250)]);
    live.world().advance(RULE_CHANGE_DELAY - 3_600);
    live.crank();
    live.epoch(&[&a, &b]);
    live.epoch(&[&a, &b]);
    live.sync_class(&a);
    live.harvest(&b);
    live.world().advance(3_600);
    live.crank();
    let (a_part, b_part) = (live.harvest(&a), live.harvest(&b));
    assert!(
        (a_part * 175).abs_diff(b_part * 125) < 1_000,
        "{a_part}, {b_part}"
    );
    assert_eq!(live.weight(&a), 12_500_000);
}

/// Emissions weigh a drop in stake by the multiplier that they find: a raise must not come in between.
#[test]
fn a_raised_class_does_not_hide_a_drop_in_stake() {
    let mut live = Live::new();
    let (a, b) = (live.join(CLASS, 5), live.join(OTHER, 1));
    for _ in 0..3 {
        live.epoch(&[&a, &b]);
    }
    assert_eq!(live.weight(&a), 25_000_000, "boosted twice");
    let authority = live.authority();
    let schedule = staking::schedule_class(&authority, CLASS, ClassRule::Multiplier, 5_000);
    live.run(&[schedule]);
    live.world().advance(RULE_CHANGE_DELAY);
    live.crank();
    live.epoch(&[&a, &b]);
    for member in [&a, &b] {
        live.harvest(member);
    }
    let full = live.weight(&a);
    live.unstake(&a, 4 * 250 * 100_000_000);
    let sync = staking::sync_class(&a.node(), CLASS, crate::live::POOL);
    let refused = live.world().send(&[sync], &[]);
    assert_fails(refused, StakingError::HarvestFirst);
    live.sync_class(&a);
    live.world().advance(3_600);
    live.crank();
    let (a_part, b_part) = (live.harvest(&a), live.harvest(&b));
    assert_eq!(full, 25_000_000);
    assert!(
        (a_part * 175).abs_diff(b_part * 125) < 1_000,
        "{a_part}, {b_part}"
    );
}
