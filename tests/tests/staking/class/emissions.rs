//! What changes of a class do to what its nodes earn, through `io_emissions`.

use crate::live::{CLASS, Live, Member, OTHER, POOL as LIVE_POOL};
use io_client::{
    shared::{
        constants::{MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
        errors::StakingError,
        state::ClassRule,
    },
    staking,
};
use io_tests::assert_fails;

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
    let sync = staking::sync_class(&a.node(), CLASS, LIVE_POOL);
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
