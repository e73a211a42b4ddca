//! Classes that take no more nodes: suspended for a while, or ended for good.

use super::{class_of, sync};
use crate::{
    asserts::assert_pinned,
    fixture::{Fixture, MINT, SAFE, terms},
};
use io_client::{
    pda,
    shared::{
        constants::MIN_STAKE_GRACE,
        errors::StakingError,
        events::{ClassEnded, ClassSuspended, NodeTermsSynced},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

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
        let register = staking::register_node(&key, &key, &MINT, &terms(node_id));
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
    let register = staking::register_node(&key, &key, &MINT, &terms(8));
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
