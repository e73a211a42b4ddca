//! Changes of the operator's smallest part, and cancelled ones.

use crate::{
    asserts::assert_pinned,
    fixture::{CONFIG, Fixture},
};
use io_client::{
    shared::{
        constants::{MIN_STAKE_GRACE, RULE_CHANGE_DELAY},
        errors::StakingError,
        events::{MinSelfStakeScheduled, StakingChangesCancelled},
        state::{Scheduled, StakingConfig},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

#[test]
fn the_operators_smallest_part_rises_with_30_days_notice() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    for (bps, delay) in [(6_000, MIN_STAKE_GRACE), (4_000, RULE_CHANGE_DELAY)] {
        let schedule = staking::schedule_min_self_stake(&authority, bps);
        let outcome = fixture.world.run(&[schedule], &[]);
        assert_eq!(
            outcome.event::<MinSelfStakeScheduled>(),
            MinSelfStakeScheduled {
                next: bps,
                effective_at: GENESIS + delay,
            }
        );
        let config: StakingConfig = fixture.world.read(&CONFIG);
        let rule = config.min_self_stake_bps;
        assert_eq!(rule.pending(GENESIS), Some((bps, GENESIS + delay)));
        assert_eq!(rule.at(GENESIS), 5_000);
    }
}

#[test]
fn schedule_min_self_stake_refuses() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let good = staking::schedule_min_self_stake(&authority.pubkey(), 10_000);
    let too_high = staking::schedule_min_self_stake(&authority.pubkey(), 10_001);
    let result = fixture.world.send(&[too_high], &[]);
    assert_fails(result, StakingError::SelfStakeTooHigh);
    let by_guardian = staking::schedule_min_self_stake(&guardian.pubkey(), 6_000);
    let result = fixture.world.send(&[by_guardian], &[&guardian]);
    assert_fails(result, StakingError::Unauthorized);
    assert_pinned(&mut fixture, &good, &authority, None);
    fixture.world.set_clock(i64::MAX);
    assert_fails(fixture.world.send(&[good], &[]), StakingError::Overflow);
}

#[test]
fn guardian_or_authority_cancels_a_change_of_the_smallest_part() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let stranger = fixture.world.wallet();
    for by in [&authority, &guardian] {
        let schedule = staking::schedule_min_self_stake(&authority.pubkey(), 6_000);
        fixture.world.run(&[schedule], &[]);
        let refused = staking::cancel_changes(&stranger.pubkey());
        let result = fixture.world.send(&[refused], &[&stranger]);
        assert_fails(result, StakingError::Unauthorized);
        let cancel = staking::cancel_changes(&by.pubkey());
        let outcome = fixture.world.run(&[cancel.clone()], &[by]);
        let by_whom = outcome.event::<StakingChangesCancelled>();
        assert_eq!(by_whom, StakingChangesCancelled { by: by.pubkey() });
        let config: StakingConfig = fixture.world.read(&CONFIG);
        assert_eq!(config.min_self_stake_bps, Scheduled::new(5_000));
        assert_pinned(&mut fixture, &cancel, by, None);
    }
}
