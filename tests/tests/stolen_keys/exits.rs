//! After the worst week everybody gets what the key could not take.

use crate::{Course, attacks::Key, town::Town};
use io_client::{
    payments,
    shared::constants::{COOLDOWN, IO},
    staking,
};
use io_tests::books;

/// What the delegator and the operator of each node get, IO. They staked 100,000 (protected) and 150,000;
/// 10,000 (on slashing terms) and 15,000; nothing and 1,500. Half of what was at risk is gone, the
/// operator's first.
const LEFT: [[u64; 2]; 3] = [[100_000, 75_000], [10_000, 2_500], [0, 750]];

/// With the authority stolen and never got back, minting, cranking and every guardian the thief's.
#[test]
fn everybody_leaves_with_what_is_theirs() {
    let Course {
        mut town, start, ..
    } = Course::run(Some(Key::Authority));
    let (rewards, stakes) = (rewards(&mut town), stakes(&mut town));
    // What rounding keeps back is less than a raw unit for each of the stakers, and commission.
    assert!(rewards + 10 >= start.rewards, "{rewards}");
    for (node, (paid, expected)) in stakes.iter().zip(LEFT).enumerate() {
        for (paid, left) in paid.iter().zip(expected) {
            let short = (left * IO).abs_diff(*paid);
            assert!(short <= 2, "node {node}: {paid} of {left} IO");
        }
    }
    for party in [&town.reserved, &town.offering] {
        let world = &mut town.network.world;
        let (vault, before) = (Town::earnings(party), world.token_balance(&party.io));
        let held = world.token_balance(&vault);
        if held > 0 {
            let take = payments::take_earnings(&party.address(), &party.io, held);
            world.run(&[take], &[&party.key]);
        }
        assert_eq!(world.token_balance(&party.io) - before, held);
    }
    assert!(start.earnings > 0);
    books::check(&town.network.world).expect("the books add up");
}

/// Claims everything; what was paid, raw IO. The last node never earned.
fn rewards(town: &mut Town) -> i128 {
    let world = &mut town.network.world;
    let mut paid = 0;
    for member in &town.members[..2] {
        for staker in member.stakers() {
            let before = world.token_balance(&staker.party.io);
            let claim = staking::claim(&staker.stake, &staker.party.io);
            world.run(&[claim], &[]);
            paid += i128::from(world.token_balance(&staker.party.io) - before);
        }
    }
    paid
}

/// Unstakes everything that is not cooling yet, and withdraws it once it has cooled; what was paid to the
/// delegator and the operator of each node, raw IO.
fn stakes(town: &mut Town) -> [[u64; 2]; 3] {
    let Town {
        members, network, ..
    } = town;
    let world = &mut network.world;
    // Two of the positions have a ticket each; on the last node it is for everything.
    for (member, index) in members[..2].iter().zip([1, 0]) {
        for staker in member.stakers() {
            member.unstake(world, staker, index, u64::MAX);
        }
    }
    world.advance(COOLDOWN);
    let mut paid = [[0; 2]; 3];
    for (member, paid) in members.iter().zip(&mut paid) {
        let parts = if member.delegator.is_some() { 0 } else { 1 };
        for (staker, paid) in member.stakers().zip(&mut paid[parts..]) {
            let owner = staker.party.address();
            let before = world.token_balance(&staker.party.io);
            for index in [0, 1] {
                if world.exists(&staker.stake.ticket(index)) {
                    let io = &staker.party.io;
                    let withdraw = staking::withdraw(&staker.stake, index, io, &owner);
                    world.run(&[withdraw], &[]);
                }
            }
            *paid = world.token_balance(&staker.party.io) - before;
        }
    }
    paid
}
