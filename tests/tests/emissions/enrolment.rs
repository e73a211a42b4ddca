//! Nodes are enrolled, and leave.

use crate::fixture::{FREE, Fixture, MIN, WRONG_ACCOUNT, WRONG_NODE, wrong};
use io_client::{
    emissions, pda,
    shared::{
        constants::VERSION,
        errors::EmissionsError,
        events::{NodeEmissionClosed, NodeEnrolled},
        state::{NEVER, Node, NodeStatus},
    },
    staking,
};
use io_tests::assert_fails;
use solana_signer::Signer;

#[test]
fn enrolled_nodes_begin_with_nothing() {
    let mut fixture = Fixture::new();
    fixture.next_epoch();
    let member = fixture.unenrolled(1, MIN);
    let payer = fixture.world.wallet();
    let instruction = emissions::enroll_node(&payer.pubkey(), &member.node(), 1);
    let outcome = fixture.world.run(&[instruction], &[&payer]);
    let emission = fixture.emission(&member);
    assert_eq!(
        (emission.version, emission.pool, emission.node),
        (VERSION, 1, member.node())
    );
    assert_eq!(emission.bump, pda::node_emission(&member.node()).1);
    assert_eq!(emission.rent_payer, payer.pubkey());
    assert_eq!(
        (emission.weight, emission.owed, emission.settlements),
        (0, 0, 0)
    );
    assert_eq!((emission.settled_epoch, emission.score_epoch), (1, NEVER));
    assert_eq!(
        outcome.event::<NodeEnrolled>(),
        NodeEnrolled {
            node: member.node(),
            rent_payer: payer.pubkey(),
            pool: 1
        }
    );
    // The same again: the account is in use.
    let again = emissions::enroll_node(&payer.pubkey(), &member.node(), 1);
    assert_eq!(
        fixture
            .world
            .send(&[again], &[&payer])
            .expect_err("exists")
            .code(),
        Some(0)
    );
}

#[test]
fn enroll_refuses_retired_nodes_and_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let member = fixture.unenrolled(1, MIN);
    let payer = fixture.authority();
    let instruction = emissions::enroll_node(&payer, &member.node(), 1);
    let other_pool = emissions::enroll_node(&payer, &member.node(), 0);
    assert_fails(
        fixture.world.send(&[other_pool], &[]),
        EmissionsError::WrongPool,
    );
    fixture.assert_pinned(
        &instruction,
        &[],
        &[
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            wrong(EmissionsError::WrongPool),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let member = fixture.unenrolled(1, MIN);
    fixture.edit::<Node>(member.node(), |node| {
        node.status = NodeStatus::Retired as u8
    });
    let retired = emissions::enroll_node(&payer, &member.node(), 1);
    assert_fails(
        fixture.world.send(&[retired], &[]),
        EmissionsError::NodeRetired,
    );
}

#[test]
fn a_retired_node_is_closed_once_it_is_owed_nothing() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&member, &other]);
    fixture.next_epoch();
    let payer = fixture.authority();
    let close = emissions::close_node_emission(&member.node(), 0, &payer);
    assert_fails(
        fixture.world.send(&[close.clone()], &[]),
        EmissionsError::NodeNotRetired,
    );
    let halt = staking::halt_node(&fixture.guardian.pubkey(), &member.node(), 0);
    fixture.world.run(&[halt], &[&fixture.guardian]);
    assert_fails(
        fixture.world.send(&[close.clone()], &[]),
        EmissionsError::NodeNotRetired,
    );
    fixture.edit::<Node>(member.node(), |node| {
        node.status = NodeStatus::Retired as u8
    });
    assert_fails(
        fixture.world.send(&[close.clone()], &[]),
        EmissionsError::HarvestFirst,
    );
    fixture.harvest(&member);
    fixture.assert_pinned(
        &close,
        &[],
        &[
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let address = pda::node_emission(&member.node()).0;
    let rent = fixture.world.lamports(&address);
    let before = fixture.world.lamports(&payer);
    let outcome = fixture.world.run(&[close], &[]);
    assert_eq!(
        outcome.event::<NodeEmissionClosed>(),
        NodeEmissionClosed {
            node: member.node(),
            rent_payer: payer,
            forfeited: 0
        }
    );
    assert!(!fixture.world.exists(&address));
    let fee = 5_000;
    assert_eq!(fixture.world.lamports(&payer), before + rent - fee);
    assert_eq!(
        fixture.pool(0).total_weight,
        fixture.emission(&other).weight
    );
    fixture.check();
}
