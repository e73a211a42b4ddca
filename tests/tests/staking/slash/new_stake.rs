//! Stake that comes after a slash.

use super::HALF;
use crate::fixture::{Fixture, MIN, POOL, Staker};
use io_client::{
    shared::{
        constants::{COOLDOWN, IO},
        errors::StakingError,
    },
    staking,
};
use io_tests::{assert_fails, books};

#[test]
fn deposits_and_compounding_after_a_slash_pay_its_price() {
    let mut fixture = Fixture::risky();
    let operator = fixture.operator();
    let (old, new) = (fixture.delegator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&old, MIN);
    // The operator is gone when it comes, so the delegators pay.
    let gone = fixture.request(&operator, u64::MAX);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, gone).expect("cooled down");
    fixture.slash(HALF);
    assert_eq!(fixture.value(&old), MIN / 2);
    fixture.deposit(&operator, MIN * 5 / 2);
    fixture.deposit(&new, MIN);
    // The newcomer has lost nothing but what rounding takes, and nothing of the loss came back to the other.
    assert_eq!(
        (fixture.value(&old), fixture.value(&new)),
        (MIN / 2, MIN - 1)
    );
    fixture.reward(400 * IO);
    for (staker, before, earned) in [(&old, MIN / 2, 45 * IO), (&new, MIN, 90 * IO)] {
        let compound = staking::compound(&staker.stake, POOL, 1);
        fixture.world.run(&[compound], &[&staker.wallet]);
        let after = fixture.value(staker);
        assert!(after.abs_diff(before + earned) <= 2, "{after}");
    }
    books_and_everybody_out(&mut fixture, &[operator, old, new]);
}

/// Otherwise it could not be slashed: where a slash has taken all it could, the price is at its lowest.
#[test]
fn after_a_slash_that_took_all_new_stake_waits_until_the_rest_is_gone() {
    let mut fixture = Fixture::risky();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    // All but a little leaves, and of the rest a part cools down when the slash comes.
    let gone = fixture.request(&operator, MIN * 9 / 10);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, gone).expect("cooled down");
    let ticket = fixture.request(&operator, MIN / 20);
    fixture.slash(HALF);
    let left = fixture.node();
    assert!(left.operator_stake() + left.cooling[0].stake < 10_000);

    let too_low = StakingError::PriceTooLow;
    let compound = |fixture: &mut Fixture| {
        let compound = staking::compound(&operator.stake, POOL, 1);
        fixture.world.send(&[compound], &[&operator.wallet])
    };
    let deposit = |fixture: &mut Fixture| fixture.try_deposit(&operator, MIN, MIN);
    assert_fails(deposit(&mut fixture), too_low);
    assert_fails(compound(&mut fixture), too_low);
    assert_fails(fixture.try_cancel(&operator, ticket), too_low);
    // The old ticket weighs on its own, too.
    let rest = fixture.request(&operator, u64::MAX);
    assert_fails(deposit(&mut fixture), too_low);
    fixture.world.advance(COOLDOWN);
    for index in [ticket, rest] {
        fixture.try_withdraw(&operator, index).expect("cooled down");
    }
    fixture.deposit(&operator, 2 * MIN);
    compound(&mut fixture).expect("earned before");
    let before = fixture.value(&operator);
    let slashed = fixture.slash(HALF);
    assert_eq!(
        slashed.operator_active,
        (before + fixture.value(&delegator) + slashed.delegators_active) / 2
    );
    books_and_everybody_out(&mut fixture, &[operator, delegator]);
}

/// All leave, and nothing but a few raw stays.
fn books_and_everybody_out(fixture: &mut Fixture, stakers: &[Staker]) {
    for staker in stakers {
        let value = fixture.value(staker);
        let left = fixture.leave(staker);
        assert!(left <= value + 2 && left + 2 >= value);
        fixture.count_supply();
        books::check(&fixture.world).expect("the books add up");
    }
    assert!(fixture.stake_vault() <= 3);
    let node = fixture.node();
    assert!(node.tranches.iter().all(|tranche| tranche.shares == 0));
    assert!(node.cooling.iter().all(|cooling| cooling.shares == 0));
}
