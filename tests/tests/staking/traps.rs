//! The traps of today's network, each shown not to be here.

use crate::{
    asserts::assert_rounded,
    fixture::{CONFIG, Fixture, MIN, POOL, SAFE},
    live::{CLASS, Live, OTHER},
};
use io_client::{
    shared::{
        constants::{COOLDOWN, DAY, HOUR, IO, MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
        errors::StakingError,
        events::{RewardsShared, Withdrawn},
        state::{ClassRule, StakingConfig, Ticket},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails, books};
use solana_signer::Signer;

#[test]
fn a_partial_unstake_does_not_turn_into_a_full_one() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN / 2);
    // Far under the node's minimum, and down to the last raw.
    for (staker, part) in [(&operator, MIN - 1), (&delegator, MIN / 2 - 1)] {
        let index = fixture.request(staker, part);
        let ticket: Ticket = fixture.world.read(&staker.stake.ticket(index));
        assert_eq!((ticket.amount, fixture.value(staker)), (part, 1));
    }
    assert_eq!(fixture.node().active_stake(), 2);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, 0).expect("cooled down");
    assert_eq!(fixture.balance(&operator), 100 * MIN - 1);
    // It is a node as before, with stake to add to.
    fixture.deposit(&operator, MIN);
    assert_eq!(
        fixture.node().earning_stake(fixture.world.now()),
        MIN + 2,
        "earns again"
    );
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn a_raised_minimum_hits_no_existing_node_without_grace() {
    let mut live = Live::new();
    let (a, b) = (live.join(CLASS, 1), live.join(OTHER, 1));
    let authority = live.authority();
    live.epoch(&[&a, &b]);
    let raise = staking::schedule_class(&authority, CLASS, ClassRule::Multiplier, 10_000);
    live.run(&[raise]);
    live.world().advance(RULE_CHANGE_DELAY);
    live.crank();
    live.sync_class(&a);
    let raised_at = GENESIS + 60 + HOUR + RULE_CHANGE_DELAY;
    // Eight times the collateral, and the node earns on with what it has, at the raised multiplier.
    assert_eq!(
        live.node(&a).min_stake.pending(raised_at),
        Some((2_000 * IO, raised_at + MIN_STAKE_GRACE))
    );
    for _ in 0..26 {
        live.world().advance(DAY);
        live.crank();
        for _ in 0..3 {
            live.epoch(&[&a, &b]);
        }
        assert!(live.harvest(&a) > 0);
        live.sync_class(&a);
        assert_eq!(live.weight(&a), 100_000_000);
    }
    // Then it binds, and the node has no weight until its stake is there.
    let now = live.world().now();
    live.world().advance(raised_at + MIN_STAKE_GRACE - now);
    live.crank();
    live.sync_class(&a);
    live.sync_node(&a);
    assert_eq!(live.weight(&a), 0);
    let top_up = staking::deposit(&a.stake, &a.tokens, crate::live::POOL, 1_750 * IO, 1);
    live.world().run(&[top_up], &[&a.wallet]);
    for _ in 0..2 {
        live.epoch(&[&a, &b]);
    }
    live.harvest(&a);
    assert_eq!(live.weight(&a), 100_000_000);
}

#[test]
fn a_commission_raised_just_before_a_distribution_does_not_apply_to_it() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    let key = fixture.operator.insecure_clone();
    let raise = staking::set_commission(&key.pubkey(), &fixture.node, POOL, 10_000);
    // In one transaction with the distribution, in front of it.
    let vault = fixture.node().reward_vault;
    fixture.donate(vault, 1_000 * IO);
    let distribute = staking::distribute(&fixture.node);
    let outcome = fixture.world.run(&[raise, distribute], &[&key]);
    assert_eq!(outcome.event::<RewardsShared>().commission, 100 * IO);
    // Nor to any until whoever heard of it has had time to leave, with the stake in hand. What waits for a
    // harvest keeps it from being announced: see commission.rs.
    let index = fixture.request(&delegator, u64::MAX);
    fixture.world.advance(COOLDOWN - 1);
    let outcome = fixture.reward(1_000 * IO);
    assert_eq!(outcome.event::<RewardsShared>().commission, 100 * IO);
    fixture.world.advance(1);
    fixture
        .try_withdraw(&delegator, index)
        .expect("cooled down");
    fixture.try_claim(&delegator).expect("earned");
    assert_eq!(fixture.balance(&delegator), 100 * MIN + 450 * IO);
    assert_eq!(
        fixture.reward(IO).event::<RewardsShared>().commission,
        IO,
        "raised now"
    );
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn an_exit_does_not_keep_earning() {
    // On the node: rewards that arrive later are the others'.
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    let index = fixture.request(&delegator, u64::MAX);
    fixture.reward(1_000 * IO);
    assert_fails(fixture.try_claim(&delegator), StakingError::NothingToClaim);
    fixture.world.advance(COOLDOWN);
    fixture.reward(1_000 * IO);
    fixture
        .try_withdraw(&delegator, index)
        .expect("cooled down");
    assert_eq!(fixture.balance(&delegator), 100 * MIN);
    fixture.try_claim(&operator).expect("earned");
    assert_rounded(fixture.balance(&operator), 99 * MIN + 2_000 * IO, 2);
    books::check(&fixture.world).expect("the books add up");

    // And the node: it weighs less from the request on, in the epoch that is open already.
    let mut live = Live::new();
    let (a, b) = (live.join(OTHER, 5), live.join(OTHER, 5));
    for _ in 0..3 {
        live.epoch(&[&a, &b]);
    }
    for member in [&a, &b] {
        live.harvest(member);
        assert_eq!(live.weight(member), 35_000_000);
    }
    live.unstake(&a, 4 * 350 * IO);
    live.world().advance(HOUR);
    live.crank();
    let (left, stayed) = (live.harvest(&a), live.harvest(&b));
    assert!(stayed.abs_diff(2 * left) <= 2, "{left}, {stayed}");
}

#[test]
fn a_withdrawal_works_from_any_wallet_to_the_payout_address_set_in_advance() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let (cold, tokens) = fixture.wallet_with(0);
    let set = staking::set_payout(&operator.stake, &cold.pubkey());
    fixture.world.run(&[set], &[&operator.wallet]);
    let index = fixture.request(&operator, u64::MAX);
    fixture.world.advance(COOLDOWN);
    // The owner's key is lost; a stranger sends it, and nobody but the payout wallet gets anything.
    let (_, strangers) = fixture.wallet_with(0);
    let withdraw = |to| staking::withdraw(&operator.stake, index, to, &operator.stake.owner);
    for wrong in [&strangers, &operator.tokens] {
        let result = fixture.world.send(&[withdraw(wrong)], &[]);
        assert_fails(result, StakingError::WrongDestination);
    }
    let outcome = fixture.world.run(&[withdraw(&tokens)], &[]);
    assert_eq!(outcome.event::<Withdrawn>().destination, tokens);
    assert_eq!(fixture.world.token_balance(&tokens), MIN);
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn no_change_of_class_or_terms_stops_an_exit() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    let authority = fixture.authority().pubkey();
    let cancelled = fixture.request(&operator, MIN / 2);
    fixture.world.run(
        &[
            staking::schedule_class(&authority, SAFE, ClassRule::Multiplier, 1_000_000),
            staking::schedule_class(&authority, SAFE, ClassRule::MaxStakeMultiple, 1),
            staking::schedule_class(&authority, SAFE, ClassRule::DelegatorsSlashable, 1),
            staking::schedule_min_self_stake(&authority, 10_000),
            staking::suspend_class(&authority, SAFE, true),
            staking::end_class(&authority, SAFE),
            staking::set_paused(&authority, true),
        ],
        &[],
    );
    fixture.world.advance(2 * MIN_STAKE_GRACE);
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[]);
    let config: StakingConfig = fixture.world.read(&CONFIG);
    assert_eq!(config.paused, 1);
    fixture
        .try_withdraw(&operator, cancelled)
        .expect("never stopped");
    for staker in [&operator, &delegator] {
        let index = fixture.request(staker, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(staker, index).expect("never stopped");
        fixture.try_claim(staker).expect("never stopped");
    }
    assert_eq!(fixture.balance(&operator), 100 * MIN + 550 * IO);
    assert_eq!(fixture.balance(&delegator), 100 * MIN + 450 * IO);
    books::check(&fixture.world).expect("the books add up");
}
