//! Weights brought up to date with the stake.

use crate::fixture::{FREE, Fixture, MIN, ONE, WRONG_ACCOUNT, WRONG_NODE};
use io_client::{
    emissions, pda,
    shared::{
        constants::{HOUR, IO},
        errors::EmissionsError,
        events::{EpochAdvanced, Harvested, NodeSynced},
    },
};
use io_tests::assert_fails;

#[test]
fn a_deposit_weighs_from_the_epoch_after_it_is_synced() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.harvest(&member);
    fixture.deposit(&member, 2 * MIN);
    assert_eq!(fixture.weights(&member), (ONE, 0));
    let outcome = fixture.try_sync(&member).expect("syncs");
    assert_eq!(fixture.weights(&member), (ONE, ONE + ONE / 2));
    assert_eq!(
        outcome.event::<NodeSynced>(),
        NodeSynced {
            node: member.node(),
            epoch: 1,
            earned: 0,
            forfeited: 0,
            weight: ONE,
            pending_weight: ONE + ONE / 2,
        }
    );
    println!("sync_node: {} CU", outcome.cu);
    fixture.world.advance(HOUR);
    assert_fails(fixture.try_sync(&member), EmissionsError::CrankFirst);
    fixture.crank();
    fixture.try_sync(&member).expect("syncs");
    assert_eq!(fixture.weights(&member), (ONE + ONE / 2, 0));
    fixture.check();
}

#[test]
fn sync_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, MIN), fixture.member(1, MIN));
    let good = emissions::sync_node(&member.node(), 0);
    fixture.assert_pinned(
        &good,
        &[],
        &[
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let mut others_books = good.clone();
    others_books.accounts[2].pubkey = pda::node_emission(&other.node()).0;
    assert_fails(
        fixture.world.send(&[others_books], &[]),
        EmissionsError::WrongNode,
    );
    let other_pool = emissions::sync_node(&member.node(), 1);
    assert_fails(
        fixture.world.send(&[other_pool], &[]),
        EmissionsError::WrongPool,
    );
}

/// An emission that began long before the first node: what piled up is not for the taking.
#[test]
fn weight_of_one_epoch_does_not_take_what_many_left_behind() {
    let mut fixture = Fixture::new();
    fixture.world.advance(17_000 * HOUR);
    fixture.crank();
    let piled_up = fixture.pool(0).carry;
    assert!(piled_up > 30_000_000 * IO);
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    let part = fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    let harvested: Harvested = fixture.harvest(&member).event();
    assert!(harvested.amount <= 2 * part);
}
