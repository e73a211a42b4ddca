//! What authority and guardian may: halt, resume, pause, and hand their offices over.

use crate::{
    asserts::{assert_pinned, swapped},
    fixture::{CONFIG, Fixture, POOL},
};
use io_client::{
    Pubkey, pda,
    shared::{
        errors::StakingError,
        events::{
            NodeHalted, NodeResumed, SlasherSet, StakingAuthorityAccepted,
            StakingAuthorityNominated, StakingGuardianSet, StakingPaused,
        },
        state::{NodeStatus, StakingConfig},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_keypair::Keypair;
use solana_signer::Signer;

// halt_node and resume_node

#[test]
fn guardian_or_authority_halts_and_only_the_authority_resumes() {
    let mut fixture = Fixture::new();
    let (node, authority) = (fixture.node, fixture.authority());
    let (guardian, stranger) = (fixture.guardian.insecure_clone(), fixture.world.wallet());
    let resume = |by: &Keypair| staking::resume_node(&by.pubkey(), &node);
    for (by, at) in [(&guardian, 10), (&authority, 20)] {
        let refused = fixture.world.send(&[resume(&authority)], &[]);
        assert_fails(refused, StakingError::NodeNotHalted);
        fixture.world.set_clock(GENESIS + at);
        let halt = staking::halt_node(&by.pubkey(), &node, POOL);
        let outcome = fixture.world.run(&[halt], &[by]);
        let event = outcome.event::<NodeHalted>();
        assert_eq!(
            event,
            NodeHalted {
                node,
                by: by.pubkey(),
                at: GENESIS + at
            }
        );
        let halted = fixture.node();
        assert_eq!(
            (halted.status, halted.halted_at),
            (NodeStatus::Halted as u8, GENESIS + at)
        );
        assert_fails(fixture.try_halt(), StakingError::NodeNotOpen);
        for wrong in [&guardian, &stranger] {
            let refused = fixture.world.send(&[resume(wrong)], &[wrong]);
            assert_fails(refused, StakingError::Unauthorized);
        }
        let outcome = fixture.world.run(&[resume(&authority)], &[]);
        assert_eq!(outcome.event::<NodeResumed>(), NodeResumed { node });
        let resumed = fixture.node();
        assert_eq!(
            (resumed.status, resumed.halted_at),
            (NodeStatus::Open as u8, 0)
        );
    }
    let operator = fixture.operator.insecure_clone();
    for wrong in [&stranger, &operator] {
        let halt = staking::halt_node(&wrong.pubkey(), &node, POOL);
        assert_fails(
            fixture.world.send(&[halt], &[wrong]),
            StakingError::Unauthorized,
        );
    }
    // The drop cannot be left out by passing other accounts.
    let halt = staking::halt_node(&guardian.pubkey(), &node, POOL);
    for (index, wrong) in [
        (3, pda::reward_pool(0).0),
        (4, pda::node_emission(&CONFIG).0),
    ] {
        let result = fixture
            .world
            .send(&[swapped(&halt, index, wrong)], &[&guardian]);
        assert_fails(result, StakingError::WrongAccount);
    }
}

// The config

#[test]
fn the_guardian_pauses_and_only_the_authority_ends_it() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let stranger = fixture.world.wallet();
    let paused = |fixture: &Fixture| fixture.world.read::<StakingConfig>(&CONFIG).paused;
    for (by, pause, allowed) in [
        (&stranger, true, false),
        (&guardian, true, true),
        (&guardian, false, false),
        (&stranger, false, false),
        (&authority, false, true),
        (&authority, true, true),
    ] {
        let before = paused(&fixture);
        let result = fixture
            .world
            .send(&[staking::set_paused(&by.pubkey(), pause)], &[by]);
        if allowed {
            let event = result.expect("allowed").event::<StakingPaused>();
            assert_eq!(
                event,
                StakingPaused {
                    by: by.pubkey(),
                    paused: pause.into()
                }
            );
            assert_eq!(paused(&fixture), u8::from(pause));
        } else {
            assert_fails(result, StakingError::Unauthorized);
            assert_eq!(paused(&fixture), before);
        }
    }
}

/// A stolen guardian key cannot halt nodes for ever.
#[test]
fn the_authority_replaces_guardian_and_slasher() {
    let mut fixture = Fixture::new();
    fixture.operator();
    let old = fixture.guardian.insecure_clone();
    let (authority, next) = (fixture.authority().pubkey(), fixture.world.wallet());
    let (guardian, slasher) = (next.pubkey(), fixture.world.wallet().pubkey());
    for by_guardian in [
        staking::set_guardian(&old.pubkey(), &guardian),
        staking::set_slasher(&old.pubkey(), &slasher),
    ] {
        let result = fixture.world.send(&[by_guardian], &[&old]);
        assert_fails(result, StakingError::Unauthorized);
    }
    let good = [
        staking::set_guardian(&authority, &guardian),
        staking::set_slasher(&authority, &slasher),
    ];
    for good in &good {
        let by = fixture.authority();
        assert_pinned(&mut fixture, good, &by, None);
    }
    let outcome = fixture.world.run(&good, &[]);
    assert_eq!(
        outcome.event::<StakingGuardianSet>(),
        StakingGuardianSet { guardian }
    );
    assert_eq!(outcome.event::<SlasherSet>(), SlasherSet { slasher });
    let config: StakingConfig = fixture.world.read(&CONFIG);
    assert_eq!(
        (config.governance.guardian, config.slasher),
        (guardian, slasher)
    );
    let halt = staking::halt_node(&old.pubkey(), &fixture.node, POOL);
    let result = fixture.world.send(&[halt], &[&old]);
    assert_fails(result, StakingError::Unauthorized);
    let halt = staking::halt_node(&guardian, &fixture.node, POOL);
    fixture.world.run(&[halt], &[&next]);
}

#[test]
fn the_authority_is_handed_over_in_two_steps() {
    let mut fixture = Fixture::new();
    let (authority, next) = (fixture.authority(), fixture.world.wallet());
    let accept = staking::accept_authority(&next.pubkey());
    let result = fixture.world.send(&[accept.clone()], &[&next]);
    assert_fails(result, StakingError::NotNominated);
    let result = fixture.world.send(
        &[staking::nominate_authority(&next.pubkey(), &next.pubkey())],
        &[&next],
    );
    assert_fails(result, StakingError::Unauthorized);
    let nominate = staking::nominate_authority(&authority.pubkey(), &next.pubkey());
    let outcome = fixture.world.run(&[nominate], &[]);
    assert_eq!(
        outcome.event::<StakingAuthorityNominated>(),
        StakingAuthorityNominated {
            authority: authority.pubkey(),
            nominee: next.pubkey()
        }
    );
    let guardian = fixture.guardian.insecure_clone();
    let result = fixture.world.send(
        &[staking::accept_authority(&guardian.pubkey())],
        &[&guardian],
    );
    assert_fails(result, StakingError::NotNominated);
    let outcome = fixture.world.run(&[accept.clone()], &[&next]);
    let event = outcome.event::<StakingAuthorityAccepted>();
    assert_eq!(
        event,
        StakingAuthorityAccepted {
            authority: next.pubkey()
        }
    );
    let config: StakingConfig = fixture.world.read(&CONFIG);
    assert_eq!(config.governance.authority, next.pubkey());
    assert_eq!(config.governance.pending_authority, Pubkey::default());
    assert_fails(
        fixture.world.send(&[accept], &[&next]),
        StakingError::NotNominated,
    );
    let old = staking::set_paused(&authority.pubkey(), true);
    assert_fails(fixture.world.send(&[old], &[]), StakingError::Unauthorized);
}
