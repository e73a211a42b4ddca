//! Rules, shares and roles.

use crate::fixture::{FREE, Fixture, MIN, WRONG_ACCOUNT, wrong};
use io_client::{
    emissions,
    shared::{
        constants::{IO, RULE_CHANGE_DELAY},
        errors::EmissionsError,
        events::{
            EmissionsAuthorityAccepted, EmissionsAuthorityNominated, EmissionsChangesCancelled,
            EmissionsGuardianSet, EmissionsRuleScheduled, EpochAdvanced, PoolSharesScheduled,
            ScorerSet,
        },
        state::EmissionsRule,
    },
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

#[test]
fn rules_change_after_the_delay() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let next = emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 2 * IO);
    let outcome = fixture.world.run(&[next], &[]);
    assert_eq!(
        outcome.event::<EmissionsRuleScheduled>(),
        EmissionsRuleScheduled {
            rule: 1,
            next: 2 * IO,
            effective_at: GENESIS + RULE_CHANGE_DELAY,
        }
    );
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY - 1);
    assert_eq!(fixture.crank().event::<EpochAdvanced>().bounty, IO);
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY);
    assert_eq!(fixture.crank().event::<EpochAdvanced>().bounty, 2 * IO);
}

#[test]
fn rules_have_bounds() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    for (rule, bad) in [
        (EmissionsRule::BountyBps, 101),
        (EmissionsRule::MaxBoostBps, 9_999),
        (EmissionsRule::MaxScoreAge, 0),
        (EmissionsRule::MaxScoreStepBps, 10_001),
    ] {
        let instruction = emissions::schedule_rule(&authority, rule, bad);
        assert_fails(
            fixture.world.send(&[instruction], &[]),
            EmissionsError::RuleOutOfBounds,
        );
    }
    let mut unknown = emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 1);
    unknown.data[8] = 5;
    assert_fails(
        fixture.world.send(&[unknown], &[]),
        EmissionsError::RuleOutOfBounds,
    );
}

#[test]
fn shares_change_together_after_the_delay() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let instruction = emissions::schedule_shares(&authority, &[1_000, 9_000, 0, 0]);
    let outcome = fixture.world.run(&[instruction.clone()], &[]);
    assert_eq!(
        outcome.event::<PoolSharesScheduled>(),
        PoolSharesScheduled {
            pool_shares: [1_000, 9_000, 0, 0],
            effective_at: GENESIS + RULE_CHANGE_DELAY,
        }
    );
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY);
    let event: EpochAdvanced = fixture.crank().event();
    assert_eq!(event.pool_amounts[0], (event.emission - event.bounty) / 10);
    for shares in [
        [10_000, 0, 0, 0],
        [5_000, 4_999, 0, 0],
        [5_000, 3_000, 2_000, 0],
    ] {
        let bad = emissions::schedule_shares(&authority, &shares);
        assert_fails(fixture.world.send(&[bad], &[]), EmissionsError::WrongShares);
    }
    let mut swapped = instruction;
    let last = swapped.accounts.len() - 1;
    swapped.accounts.swap(last, last - 1);
    assert_fails(
        fixture.world.send(&[swapped], &[]),
        EmissionsError::WrongPool,
    );
}

#[test]
fn the_guardian_can_cancel_changes_and_nothing_else() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let guardian = fixture.guardian.insecure_clone();
    fixture.world.run(
        &[
            emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 2 * IO),
            emissions::schedule_shares(&authority, &[1_000, 9_000, 0, 0]),
        ],
        &[],
    );
    let stranger = fixture.world.wallet();
    let theirs = emissions::cancel_changes(&stranger.pubkey(), 2);
    assert_fails(
        fixture.world.send(&[theirs], &[&stranger]),
        EmissionsError::Unauthorized,
    );
    let half = emissions::cancel_changes(&guardian.pubkey(), 1);
    assert_fails(
        fixture.world.send(&[half], &[&guardian]),
        EmissionsError::WrongPool,
    );
    let cancel = emissions::cancel_changes(&guardian.pubkey(), 2);
    let outcome = fixture.world.run(&[cancel], &[&guardian]);
    assert_eq!(
        outcome.event::<EmissionsChangesCancelled>(),
        EmissionsChangesCancelled {
            signer: guardian.pubkey()
        }
    );
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY);
    let event: EpochAdvanced = fixture.crank().event();
    assert_eq!(event.bounty, IO);
    assert_eq!(
        event.pool_amounts[0],
        (event.emission - event.bounty) * 7 / 10
    );
    let own = emissions::cancel_changes(&authority, 2);
    fixture.world.run(&[own], &[]);
}

#[test]
fn only_the_authority_governs() {
    let mut fixture = Fixture::new();
    let someone = fixture.world.fresh_address();
    for signer in [fixture.world.wallet(), fixture.guardian.insecure_clone()] {
        let key = signer.pubkey();
        for instruction in [
            emissions::schedule_rule(&key, EmissionsRule::BountyCap, 1),
            emissions::schedule_shares(&key, &[5_000, 5_000, 0, 0]),
            emissions::set_scorer(&key, &someone),
            emissions::set_guardian(&key, &someone),
            emissions::nominate_authority(&key, &someone),
        ] {
            assert_fails(
                fixture.world.send(&[instruction], &[&signer]),
                EmissionsError::Unauthorized,
            );
        }
    }
}

#[test]
fn scorer_and_guardian_are_replaced_at_once() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let (authority, next) = (fixture.authority(), fixture.world.wallet());
    let outcome = fixture.world.run(
        &[
            emissions::set_scorer(&authority, &next.pubkey()),
            emissions::set_guardian(&authority, &next.pubkey()),
        ],
        &[],
    );
    assert_eq!(
        outcome.event::<ScorerSet>(),
        ScorerSet {
            scorer: next.pubkey()
        }
    );
    assert_eq!(
        outcome.event::<EmissionsGuardianSet>(),
        EmissionsGuardianSet {
            guardian: next.pubkey()
        }
    );
    let scores = [(member.node(), 10_000)];
    assert_fails(fixture.try_score(0, &scores), EmissionsError::Unauthorized);
    fixture.scorer = next;
    fixture.try_score(0, &scores).expect("scores");
    let old = fixture.guardian.insecure_clone();
    let cancel = emissions::cancel_changes(&old.pubkey(), 2);
    assert_fails(
        fixture.world.send(&[cancel], &[&old]),
        EmissionsError::Unauthorized,
    );
}

#[test]
fn the_authority_is_handed_over_in_two_steps() {
    let mut fixture = Fixture::new();
    let (authority, next) = (fixture.authority(), fixture.world.wallet());
    let accept = emissions::accept_authority(&next.pubkey());
    assert_fails(
        fixture.world.send(&[accept.clone()], &[&next]),
        EmissionsError::NotNominated,
    );
    let nominate = emissions::nominate_authority(&authority, &next.pubkey());
    let outcome = fixture.world.run(&[nominate], &[]);
    assert_eq!(
        outcome.event::<EmissionsAuthorityNominated>(),
        EmissionsAuthorityNominated {
            authority,
            nominee: next.pubkey()
        }
    );
    assert_eq!(fixture.config().governance.authority, authority);
    let outcome = fixture.world.run(&[accept], &[&next]);
    assert_eq!(
        outcome.event::<EmissionsAuthorityAccepted>(),
        EmissionsAuthorityAccepted {
            authority: next.pubkey()
        }
    );
    let old = emissions::set_scorer(&authority, &authority);
    assert_fails(
        fixture.world.send(&[old], &[]),
        EmissionsError::Unauthorized,
    );
}

#[test]
fn governance_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let nominate = emissions::nominate_authority(&authority, &authority);
    fixture.world.run(&[nominate.clone()], &[]);
    let head = |first| vec![first, WRONG_ACCOUNT, WRONG_ACCOUNT, WRONG_ACCOUNT];
    let unauthorized = || head(wrong(EmissionsError::Unauthorized));
    let pools = [FREE, FREE];
    for (instruction, expected) in [
        (nominate, unauthorized()),
        (
            emissions::accept_authority(&authority),
            head(wrong(EmissionsError::NotNominated)),
        ),
        (
            emissions::set_scorer(&authority, &authority),
            unauthorized(),
        ),
        (
            emissions::set_guardian(&authority, &authority),
            unauthorized(),
        ),
        (
            emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 1),
            unauthorized(),
        ),
        (
            emissions::schedule_shares(&authority, &[5_000, 5_000, 0, 0]),
            [unauthorized(), pools.to_vec()].concat(),
        ),
        (
            emissions::cancel_changes(&authority, 2),
            [unauthorized(), pools.to_vec()].concat(),
        ),
    ] {
        fixture.assert_pinned(&instruction, &[], &expected);
    }
}
