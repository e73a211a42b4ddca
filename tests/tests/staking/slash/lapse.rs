//! Slashes that wait, and lapse.

use super::HALF;
use crate::fixture::{Fixture, MIN};
use io_client::{
    shared::{
        constants::{DAY, SLASH_LAPSE},
        errors::StakingError,
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

#[test]
fn a_slash_waits_seven_days_and_lapses_after_thirty() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.halt();
    fixture.propose(HALF);
    for (wait, error) in [
        (0, StakingError::SlashNotRipe),
        (7 * DAY - 1, StakingError::SlashNotRipe),
        (30 * DAY, StakingError::SlashLapsed),
        (300 * DAY, StakingError::SlashLapsed),
    ] {
        fixture.world.set_clock(GENESIS + wait);
        assert_fails(fixture.try_execute(), error);
    }
    for wait in [30 * DAY - 1, 7 * DAY] {
        let mut fixture = Fixture::new();
        let operator = fixture.operator();
        fixture.deposit(&operator, MIN);
        fixture.halt();
        fixture.propose(HALF);
        fixture.world.advance(wait);
        fixture.try_execute().expect("ripe");
        assert_eq!(fixture.value(&operator), MIN / 2);
    }
}

#[test]
fn a_lapsed_proposal_frees_the_operators_tickets_by_itself_and_anyone_cancels_it() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    let index = fixture.request(&operator, MIN);
    fixture.halt();
    fixture.propose(HALF);
    fixture.world.set_clock(GENESIS + SLASH_LAPSE - 1);
    assert_fails(
        fixture.try_withdraw(&operator, index),
        StakingError::SlashOpen,
    );
    fixture.world.advance(1);
    fixture.try_withdraw(&operator, index).expect("lapsed");
    assert_eq!(fixture.balance(&operator), 99 * MIN);
    // It is still there, and until someone cancels it the node can neither go on nor be proposed again.
    let authority = fixture.authority().pubkey();
    let resume = staking::resume_node(&authority, &fixture.node);
    assert_fails(fixture.world.send(&[resume], &[]), StakingError::SlashOpen);
    assert_fails(fixture.try_propose(1), StakingError::SlashOpen);
    assert_fails(fixture.try_execute(), StakingError::SlashLapsed);
    let stranger = fixture.world.wallet();
    fixture.try_cancel_slash(&stranger).expect("lapsed");
    fixture.propose(1);
    fixture
        .try_cancel_slash(&fixture.authority())
        .expect("the authority's");
    fixture.resume();
}
