//! Scores in batches.

use crate::fixture::{
    FREE, Fixture, MIN, ONE, OTHER_PROGRAM, WRONG_ACCOUNT, WRONG_NODE, scores_of, wrong,
};
use io_client::{
    emissions, pda,
    shared::{constants::HOUR, errors::EmissionsError, events::NodeScore},
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn scores_weigh_nodes_from_the_next_epoch_on() {
    let mut fixture = Fixture::new();
    let members = [
        fixture.member(0, MIN),
        fixture.member(0, 5 * MIN),
        fixture.member(0, MIN - 1),
    ];
    let scores: Vec<_> = members.iter().zip([5_000, 10_000, 10_000]).collect();
    let scores: Vec<_> = scores
        .iter()
        .map(|(member, score)| (member.node(), *score))
        .collect();
    let outcome = fixture.try_score(0, &scores).expect("scores");
    let (head, nodes) = scores_of(&outcome);
    assert_eq!((head.pool, head.epoch, head.count), (0, 0, 3));
    let wanted = [(5_000, ONE / 2), (10_000, 2 * ONE), (10_000, 0)];
    for ((node, member), (score_bps, pending_weight)) in nodes.iter().zip(&members).zip(wanted) {
        assert_eq!(
            *node,
            NodeScore {
                node: member.node(),
                score_bps,
                earned: 0,
                forfeited: 0,
                weight: 0,
                pending_weight,
            }
        );
        let emission = fixture.emission(member);
        assert_eq!((emission.score_bps, emission.score_epoch), (score_bps, 0));
        assert_eq!(
            (emission.weight, emission.pending_weight),
            (0, pending_weight)
        );
    }
    assert_eq!(fixture.pool(0).total_weight, 0);
    fixture.next_epoch();
    for member in &members {
        fixture.try_sync(member).expect("syncs");
    }
    assert_eq!(fixture.pool(0).total_weight, ONE / 2 + 2 * ONE);
    fixture.check();
}

#[test]
fn scores_are_the_scorers_alone() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let stranger = fixture.world.wallet();
    let scores = [(member.node(), 10_000)];
    let theirs = emissions::set_scores(&stranger.pubkey(), 0, &scores);
    assert_fails(
        fixture.world.send(&[theirs], &[&stranger]),
        EmissionsError::Unauthorized,
    );
    let mut unsigned = emissions::set_scores(&fixture.scorer.pubkey(), 0, &scores);
    unsigned.accounts[0].is_signer = false;
    let failure = fixture
        .world
        .send(&[unsigned], &[])
        .expect_err("not signed");
    assert_eq!(
        failure.reason(),
        Some(&InstructionError::MissingRequiredSignature)
    );
    let scorer = fixture.scorer.insecure_clone();
    fixture.assert_pinned(
        &emissions::set_scores(&scorer.pubkey(), 0, &scores),
        &[&scorer],
        &[
            wrong(EmissionsError::Unauthorized),
            WRONG_ACCOUNT,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
        ],
    );
}

#[test]
fn scores_wait_for_the_crank() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.world.set_clock(GENESIS + HOUR);
    assert_fails(
        fixture.try_score(0, &[(member.node(), 10_000)]),
        EmissionsError::CrankFirst,
    );
    fixture.crank();
    fixture.score(&[&member], 10_000);
}

#[test]
fn scores_are_bounded() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let node = member.node();
    assert_fails(
        fixture.try_score(0, &[(node, 10_001)]),
        EmissionsError::ScoreTooHigh,
    );
    // Twice in one batch, and twice in one epoch.
    let twice = [(node, 5_000), (node, 5_000)];
    assert_fails(fixture.try_score(0, &twice), EmissionsError::AlreadyScored);
    fixture.score(&[&member], 5_000);
    assert_fails(
        fixture.try_score(0, &[(node, 5_001)]),
        EmissionsError::AlreadyScored,
    );
    fixture.next_epoch();
    for beyond in [3_999, 6_001] {
        assert_fails(
            fixture.try_score(0, &[(node, beyond)]),
            EmissionsError::ScoreStepTooLarge,
        );
    }
    fixture.score(&[&member], 0);
    fixture.next_epoch();
    fixture.score(&[&member], 6_000);
    assert_eq!(fixture.emission(&member).quality_bps, 6_000);
}

#[test]
fn scores_need_pairs_of_the_pools_own_nodes() {
    let mut fixture = Fixture::new();
    let (ours, theirs) = (fixture.member(0, MIN), fixture.member(1, MIN));
    assert_fails(
        fixture.try_score(0, &[(theirs.node(), 10_000)]),
        EmissionsError::WrongPool,
    );
    let scorer = fixture.scorer.insecure_clone();
    let good = emissions::set_scores(
        &scorer.pubkey(),
        0,
        &[(ours.node(), 10_000), (theirs.node(), 10_000)],
    );
    let nodes = good.accounts.len() - 4;
    let mut crossed = good.clone();
    crossed.accounts.swap(nodes + 1, nodes + 3);
    assert_fails(
        fixture.world.send(&[crossed], &[&scorer]),
        EmissionsError::WrongNode,
    );
    for left in [0, 1, 2, 3] {
        let mut fewer = good.clone();
        fewer.accounts.truncate(nodes + left);
        assert_fails(
            fixture.world.send(&[fewer], &[&scorer]),
            EmissionsError::WrongScoreCount,
        );
    }
    // Books of another program.
    let fake = fixture.world.fresh_address();
    let data = fixture.world.data(&pda::node_emission(&ours.node()).0);
    fixture.world.put(fake, OTHER_PROGRAM, data, false);
    let mut foreign = emissions::set_scores(&scorer.pubkey(), 0, &[(ours.node(), 10_000)]);
    foreign.accounts.last_mut().expect("some").pubkey = fake;
    assert_fails(
        fixture.world.send(&[foreign], &[&scorer]),
        EmissionsError::WrongNode,
    );
}

#[test]
fn a_node_that_is_down_earns_nothing_for_the_epoch() {
    let mut fixture = Fixture::new();
    let (up, down) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&up, &down]);
    fixture.next_epoch();
    fixture.score(&[&up], 10_000);
    fixture.score(&[&down], 0);
    let before = fixture.emission(&down).owed;
    fixture.next_epoch();
    fixture.score(&[&up, &down], 10_000);
    assert_eq!(fixture.emission(&down).owed, before);
    assert!(fixture.emission(&up).owed > before + before / 2);
}
