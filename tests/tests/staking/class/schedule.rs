//! Changes of a class, with notice, and cancelled before they take effect.

use super::class_of;
use crate::{
    asserts::assert_pinned,
    fixture::{Fixture, SAFE},
};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::RULE_CHANGE_DELAY,
        errors::StakingError,
        events::{ClassChangesCancelled, ClassRuleScheduled},
        state::ClassRule,
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

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
