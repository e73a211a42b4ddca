//! The operator's part of rewards.

use crate::fixture::{Fixture, MIN, MINT, POOL, SAFE, terms};
use io_client::{
    pda,
    shared::{
        constants::{COOLDOWN, DAY, DEPOSIT_MAX_CRANK_DELAY},
        errors::StakingError,
        events::{CommissionSet, RewardsShared},
        ids::io_mint,
        state::Scheduled,
    },
    staking,
};
use io_tests::{GENESIS, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

fn set(fixture: &mut Fixture, bps: u64) -> CommissionSet {
    let operator = fixture.operator.insecure_clone();
    let set = staking::set_commission(&operator.pubkey(), &fixture.node, POOL, bps);
    fixture.world.run(&[set], &[&operator]).event()
}

#[test]
fn a_lower_commission_binds_at_once_and_a_raise_after_the_cooldown() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let node = fixture.node;
    let said = |commission_bps, effective_at| CommissionSet {
        node,
        commission_bps,
        effective_at,
    };
    assert_eq!(set(&mut fixture, 3_000), said(3_000, GENESIS + COOLDOWN));
    assert_eq!(
        fixture.node().commission_bps,
        Scheduled::waiting(1_000, 3_000, GENESIS + COOLDOWN)
    );
    fixture.world.set_clock(GENESIS + COOLDOWN - 1);
    assert_eq!(
        fixture.reward(1_000).event::<RewardsShared>().commission,
        100
    );
    fixture.world.advance(1);
    assert_eq!(
        fixture.reward(1_000).event::<RewardsShared>().commission,
        300
    );

    let now = fixture.world.now();
    assert_eq!(set(&mut fixture, 10_000), said(10_000, now + COOLDOWN));
    assert_eq!(set(&mut fixture, 200), said(200, now));
    assert_eq!(fixture.node().commission_bps, Scheduled::new(200));
    assert_eq!(
        fixture.reward(1_000).event::<RewardsShared>().commission,
        20
    );
    fixture.world.advance(COOLDOWN);
    assert_eq!(
        fixture.reward(1_000).event::<RewardsShared>().commission,
        20
    );
    books::check(&fixture.world).expect("the books add up");
}

/// A raise announced anew waits anew.
#[test]
fn a_raise_in_place_of_another_waits_as_long_again() {
    let mut fixture = Fixture::new();
    set(&mut fixture, 1_001);
    fixture.world.advance(COOLDOWN - DAY);
    let now = fixture.world.now();
    assert_eq!(set(&mut fixture, 10_000).effective_at, now + COOLDOWN);
    fixture.world.advance(COOLDOWN - 1);
    let now = fixture.world.now();
    assert_eq!(fixture.node().commission_bps.at(now), 1_000);
    assert_eq!(fixture.node().commission_bps.at(now + 1), 10_000);
}

#[test]
fn set_commission_refuses() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator.insecure_clone();
    let (authority, node) = (fixture.authority(), fixture.node);
    let by_authority = staking::set_commission(&authority.pubkey(), &node, POOL, 0);
    let result = fixture.world.send(&[by_authority], &[]);
    assert_fails(result, StakingError::NotOperator);
    let too_high = staking::set_commission(&operator.pubkey(), &node, POOL, 10_001);
    let result = fixture.world.send(&[too_high], &[&operator]);
    assert_fails(result, StakingError::CommissionTooHigh);
    let good = staking::set_commission(&operator.pubkey(), &node, POOL, 10_000);
    fixture.assert_signed(&good);

    let stranger = fixture.world.wallet();
    let others = staking::register_node(&stranger.pubkey(), &stranger.pubkey(), &MINT, &terms(1));
    fixture.world.run(&[others], &[&stranger]);
    fixture.assert_swaps(
        &good,
        &[&operator],
        [
            (
                1,
                pda::node(&stranger.pubkey(), &[1; 32]).0,
                Ok(StakingError::NotOperator),
            ),
            (
                1,
                pda::device_class(SAFE).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (
                2,
                pda::reward_pool(POOL + 1).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                3,
                pda::node_emission(&stranger.pubkey()).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                4,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (5, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    fixture.world.set_clock(i64::MAX);
    let result = fixture.world.send(&[good], &[&operator]);
    assert_fails(result, StakingError::Overflow);
}

/// What was earned before anyone heard of a raise is shared out by the commission of then.
#[test]
fn a_raise_waits_for_the_harvest_and_a_lower_commission_does_not() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator.insecure_clone();
    let node = fixture.node;
    let set = |bps| staking::set_commission(&operator.pubkey(), &node, POOL, bps);
    for (owed, due_at, error) in [
        (1, GENESIS, StakingError::HarvestFirst),
        (
            0,
            GENESIS - DEPOSIT_MAX_CRANK_DELAY - 1,
            StakingError::CrankFirst,
        ),
    ] {
        fixture.put_emission(|emission, pool| {
            (emission.owed, emission.weight) = (owed, 1);
            pool.due_at = due_at;
        });
        let before = fixture.node().commission_bps;
        let raise = fixture.world.send(&[set(2_000)], &[&operator]);
        assert_fails(raise, error);
        assert_eq!(fixture.node().commission_bps, before);
        fixture
            .world
            .run(&[set(before.at(GENESIS) - 1)], &[&operator]);
    }
    fixture.put_emission(|_, pool| pool.due_at = GENESIS);
    fixture.world.run(&[set(2_000)], &[&operator]);
}
