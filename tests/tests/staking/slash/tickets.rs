//! Tickets of a slashed node: kept while a proposal is open, and worth less after it.

use super::HALF;
use crate::fixture::{Fixture, MIN};
use io_client::shared::{
    constants::{COOLDOWN, SLASH_DELAY},
    errors::StakingError,
    events::{NodeSlashed, UnstakeCancelled, Withdrawn},
};
use io_tests::assert_fails;

#[test]
fn an_open_slash_keeps_the_operators_tickets_and_nobody_elses() {
    let mut fixture = Fixture::risky();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (own, others) = (
        fixture.request(&operator, MIN),
        fixture.request(&delegator, MIN),
    );
    fixture.halt();
    fixture.world.advance(COOLDOWN);
    fixture.propose(HALF);
    assert_fails(
        fixture.try_withdraw(&operator, own),
        StakingError::SlashOpen,
    );
    fixture
        .try_withdraw(&delegator, others)
        .expect("others may leave");
    // The operator may ask to leave meanwhile, but waits.
    fixture.request(&operator, MIN / 2);
    let guardian = fixture.guardian.insecure_clone();
    fixture.try_cancel_slash(&guardian).expect("the guardian's");
    fixture
        .try_withdraw(&operator, own)
        .expect("no proposal any more");
}

#[test]
fn slashed_tickets_pay_what_is_left_and_the_last_one_all() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 1_000);
    let tickets = [100, 200, 301].map(|amount| fixture.request(&operator, amount));
    fixture.halt();
    fixture.propose(3_333);
    fixture.world.advance(SLASH_DELAY);
    let slashed: NodeSlashed = fixture.try_execute().expect("ripe").event();
    // Of 333: 399 parts active, 601 cooling.
    assert_eq!(
        (slashed.operator_active, slashed.operator_cooling),
        (132, 201)
    );
    fixture.world.advance(COOLDOWN);
    let paid = tickets.map(|index| {
        let outcome = fixture.try_withdraw(&operator, index).expect("cooled down");
        outcome.event::<Withdrawn>().amount
    });
    assert_eq!(paid.iter().sum::<u64>(), 400, "{paid:?}");
    assert!(
        paid[0].abs_diff(66) <= 1 && paid[1].abs_diff(133) <= 1,
        "{paid:?}"
    );
    let node = fixture.node();
    assert_eq!((node.cooling_stake(), fixture.stake_vault()), (0, 267));
}

#[test]
fn a_slashed_ticket_is_taken_back_for_what_it_is_worth() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    let index = fixture.request(&operator, MIN);
    fixture.slash(HALF);
    assert_eq!(fixture.value(&operator), MIN / 2);
    let event: UnstakeCancelled = fixture.try_cancel(&operator, index).expect("fits").event();
    assert_eq!(event.amount, MIN / 2);
    assert!(fixture.value(&operator).abs_diff(MIN) <= 1);
    // The slash is not undone by going back and forth, and new tickets pay no more.
    let index = fixture.request(&operator, u64::MAX);
    fixture.try_cancel(&operator, index).expect("fits");
    let left = fixture.leave(&operator);
    assert!(left <= MIN && left + 3 >= MIN);
}
