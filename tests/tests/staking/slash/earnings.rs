//! What a slashed node and its stakers earn, before the slash and after it.

use super::{HALF, REASON};
use crate::{
    fixture::{Fixture, MIN, MINT},
    live::{CLASS, Live, POOL as LIVE_POOL},
};
use io_client::{
    emissions,
    shared::{
        constants::{DAY, HOUR, IO},
        errors::EmissionsError,
        state::Node,
    },
    staking,
};
use io_tests::assert_fails;

/// Scored, slashed, resumed and scored again within one epoch: it earned nothing while halted, and begins
/// with the epoch after it was weighed again.
#[test]
fn a_node_scored_slashed_resumed_and_rescored_in_one_epoch_earns_nothing_it_should_not() {
    let mut live = Live::new();
    let (a, b) = (live.join(CLASS, 4), live.join(CLASS, 1));
    live.epoch(&[&a, &b]);
    live.epoch(&[&a, &b]);
    live.epoch(&[&a, &b]);
    assert!(live.harvest(&a) > 0);
    let (node, authority) = (a.node(), live.authority());
    let halt = staking::halt_node(&authority, &node, LIVE_POOL);
    let propose = staking::propose_slash(&authority, &node, HALF, REASON);
    live.run(&[halt, propose]);
    live.harvest(&a);
    for _ in 0..8 {
        live.world().advance(DAY - HOUR);
        live.crank();
        live.epoch(&[&a, &b]);
    }
    assert_eq!((live.harvest(&a), live.weight(&a)), (0, 0));
    // One epoch: scored while halted, slashed, resumed, weighed again, scored again.
    let scores = [(node, 10_000), (b.node(), 10_000)];
    let score = emissions::set_scores(&authority, LIVE_POOL, &scores);
    live.run(&[score.clone()]);
    let supply = live.world().supply(&MINT);
    let execute = staking::execute_slash(&node, &MINT, &authority);
    let resume = staking::resume_node(&authority, &node);
    live.run(&[execute, resume]);
    live.check();
    // Half of four minimums is what it weighs from now on.
    assert_eq!(live.node(&a).earning_stake(0), 500 * IO);
    assert_eq!(supply - live.world().supply(&MINT), 500 * IO);
    live.sync_node(&a);
    let again = live.world().send(&[score], &[]);
    assert_fails(again, EmissionsError::AlreadyScored);
    assert_eq!(live.weight(&a), 0);
    live.world().advance(HOUR);
    live.crank();
    assert_eq!(
        live.harvest(&a),
        0,
        "nothing for the epoch it was slashed in"
    );
    // From the next one on it earns, by half the stake.
    live.epoch(&[&a, &b]);
    assert!(live.harvest(&a) > 0);
    live.harvest(&b);
    live.epoch(&[&a, &b]);
    let (ours, theirs) = (live.harvest(&a), live.harvest(&b));
    // Boost 1.25 at two minimums of five, 1 at one.
    assert!(ours.abs_diff(theirs * 5 / 4) <= 2, "{ours} {theirs}");
}

/// What a node earned before the halt it keeps through the slash, and its price does not change who gets it.
#[test]
fn a_slash_takes_stake_and_no_rewards() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    fixture.slash(HALF);
    for (staker, reward) in [(&operator, 550 * IO), (&delegator, 450 * IO)] {
        let before = fixture.balance(staker);
        fixture.try_claim(staker).expect("earned before");
        assert_eq!(fixture.balance(staker) - before, reward);
    }
    // From now on by what is left: one to two.
    fixture.reward(1_000 * IO);
    for (staker, reward) in [(&operator, 400 * IO), (&delegator, 600 * IO)] {
        let before = fixture.balance(staker);
        fixture.try_claim(staker).expect("earned since");
        assert!((fixture.balance(staker) - before).abs_diff(reward) <= 1);
    }
}

/// The node's account stays what it was for everyone who reads it.
#[test]
fn a_slashed_node_earns_only_with_its_minimum_and_the_operators_part() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.slash(HALF);
    let now = fixture.world.now();
    let node: Node = fixture.node();
    // 300 IO are over the minimum, but the operator has a third of them.
    assert_eq!(
        (node.active_stake(), node.earning_stake(now)),
        (MIN * 3 / 2, 0)
    );
    fixture.deposit(&operator, MIN / 2);
    assert_eq!(fixture.node().earning_stake(now), 2 * MIN);
}
