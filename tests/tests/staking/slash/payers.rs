//! Who pays for a slash, and who does not.

use super::HALF;
use crate::fixture::{Fixture, MIN, POOL, SAFE};
use io_client::{
    shared::{
        constants::{COOLDOWN, DAY, SLASH_LAPSE},
        errors::StakingError,
        state::{ClassRule, TrancheKind},
    },
    staking,
};
use io_tests::assert_fails;
use solana_signer::Signer;

#[test]
fn an_operator_who_requests_an_unstake_before_during_or_after_the_proposal_pays_all_the_same() {
    // When the operator asks for how much, if not at the end.
    for (when, amount) in [
        ("before", MIN),
        ("before", u64::MAX),
        ("during", MIN / 3),
        ("during", u64::MAX),
        ("after", u64::MAX),
    ] {
        let mut fixture = Fixture::new();
        let operator = fixture.operator();
        fixture.deposit(&operator, 2 * MIN);
        let mut tickets = Vec::new();
        if when == "before" {
            tickets.push(fixture.request(&operator, amount));
            fixture.world.advance(10 * DAY);
        }
        fixture.halt();
        fixture.propose(HALF);
        if when == "during" {
            fixture.world.advance(DAY);
            tickets.push(fixture.request(&operator, amount));
        }
        // To the last day, long after the tickets have cooled down.
        fixture.world.advance(SLASH_LAPSE - DAY - 1);
        for index in &tickets {
            assert_fails(
                fixture.try_withdraw(&operator, *index),
                StakingError::SlashOpen,
            );
        }
        fixture.try_execute().expect("ripe");
        if fixture.value(&operator) > 0 {
            tickets.push(fixture.request(&operator, u64::MAX));
        }
        fixture.world.advance(COOLDOWN);
        for index in tickets {
            fixture.try_withdraw(&operator, index).expect("no proposal");
        }
        let lost = 100 * MIN - fixture.balance(&operator);
        assert!((MIN..=MIN + 2).contains(&lost), "{when}: lost {lost}");
        assert_eq!(fixture.burned(), MIN);
    }
}

#[test]
fn delegators_pay_only_what_the_class_said_when_they_deposited() {
    let mut fixture = Fixture::new();
    let (operator, early) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&early, MIN);
    // From now on the class's delegators can be slashed.
    let authority = fixture.authority().pubkey();
    let schedule = staking::schedule_class(&authority, SAFE, ClassRule::DelegatorsSlashable, 1);
    fixture.world.run(&[schedule], &[]);
    fixture.world.advance(2 * DAY);
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[]);
    let late = fixture.delegator();
    assert_eq!(
        [early.stake.tranche, late.stake.tranche],
        [TrancheKind::Protected, TrancheKind::Exposed]
    );
    fixture.deposit(&late, MIN);
    assert_fails(
        fixture.try_deposit(&early, 1, 1),
        StakingError::WrongTranche,
    );
    // The operator covers it: 150 of 300 IO at risk.
    let slashed = fixture.slash(HALF);
    assert_eq!(
        (slashed.operator_active, slashed.delegators_active),
        (MIN * 3 / 2, 0)
    );
    // Now 150 are at risk, of which the operator has 50.
    let slashed = fixture.slash(HALF);
    assert!(slashed.operator_active.abs_diff(MIN / 2) < 10_000);
    assert_eq!(slashed.delegators_active, MIN / 4);
    assert_eq!(
        (fixture.value(&early), fixture.value(&late)),
        (MIN, MIN * 3 / 4)
    );
    // That the class has stopped it does not free the one who deposited when it could be.
    let schedule = staking::schedule_class(&authority, SAFE, ClassRule::DelegatorsSlashable, 0);
    fixture.world.run(&[schedule], &[]);
    fixture.world.advance(2 * DAY);
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[]);
    fixture.slash(HALF);
    // But for the little that the operator's pool keeps.
    assert!(fixture.value(&late).abs_diff(MIN * 3 / 8) < 10_000);
    assert_eq!(fixture.value(&early), MIN);
    assert_eq!(fixture.leave(&early), MIN);
}
