//! What a node earned goes to its stakers.

use crate::fixture::{
    Expected, FIRST_EPOCH, FREE, Fixture, MIN, ONE, VAULT, WRONG_ACCOUNT, WRONG_NODE,
};
use io_client::{
    Pubkey, emissions, pda,
    shared::{
        constants::{HOUR, IO},
        errors::{EmissionsError, StakingError},
        events::{EpochAdvanced, Harvested, NodeSynced, RewardsShared},
        state::NodeEmission,
    },
    staking,
};
use io_tests::assert_fails;
use solana_signer::Signer;

#[test]
fn harvest_moves_what_is_owed_to_the_reward_vault() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    let carried = FIRST_EPOCH - IO;
    let carried = carried * 7 / 10;
    let part = fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    let (vault, owed) = (fixture.world.token_balance(&VAULT), fixture.pool(0).owed);
    // Of what was carried, as much again as the epoch brings.
    assert!(carried > part);
    assert_eq!(owed, part + part);
    let outcome = fixture.harvest(&member);
    let event: Harvested = outcome.event();
    assert!((owed - 1..=owed).contains(&event.amount));
    assert_eq!(
        event,
        Harvested {
            node: member.node(),
            epoch: 2,
            earned: event.amount,
            forfeited: 0,
            amount: event.amount,
            weight: ONE,
            pending_weight: 0,
        }
    );
    let reward_vault = pda::reward_vault(&member.node()).0;
    assert_eq!(fixture.world.token_balance(&reward_vault), event.amount);
    assert_eq!(fixture.world.token_balance(&VAULT), vault - event.amount);
    assert_eq!(fixture.pool(0).owed, owed - event.amount);
    let emission = fixture.emission(&member);
    assert_eq!((emission.owed, emission.harvested), (0, event.amount));
    assert_eq!(outcome.event::<RewardsShared>().amount, event.amount);
    println!("harvest: {} CU", outcome.cu);
    assert!(outcome.cu <= 6_300, "{}", outcome.cu);
}

#[test]
fn harvest_with_nothing_owed_only_settles() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let outcome = fixture.harvest(&member);
    assert_eq!(outcome.event::<Harvested>().amount, 0);
    assert!(outcome.events::<RewardsShared>().is_empty());
    assert_eq!(fixture.emission(&member).settlements, 1);
}

#[test]
fn harvest_works_without_a_crank_and_leaves_the_weight() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.harvest(&member);
    fixture.deposit(&member, MIN);
    fixture.try_sync(&member).expect("syncs");
    fixture.next_epoch();
    fixture.world.advance(2 * HOUR);
    let event: Harvested = fixture.harvest(&member).event();
    assert!(event.amount > 0);
    assert_eq!((event.epoch, event.weight), (2, ONE));
    assert!(event.pending_weight > ONE);
}

#[test]
fn harvest_puts_a_weight_that_is_due_in_force() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.score(&[&member], 10_000);
    fixture.harvest(&member);
    assert_eq!(fixture.weights(&member), (0, ONE));
    fixture.world.advance(HOUR);
    fixture.harvest(&member);
    assert_eq!(fixture.weights(&member), (0, ONE));
    fixture.crank();
    assert_eq!(fixture.harvest(&member).event::<Harvested>().weight, ONE);
    assert_eq!(fixture.weights(&member), (ONE, 0));
}

#[test]
fn unstaking_forfeits_from_that_moment_on() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, 5 * MIN), fixture.member(0, MIN));
    fixture.earning(&[&member, &other]);
    // In the open epoch it falls from 2 x to 1 x, and back up.
    fixture.unstake(&member, 0, 4 * MIN);
    fixture.next_epoch();
    let (owed, left) = (fixture.pool(0).owed, fixture.pool(0).carry);
    let event: Harvested = fixture.harvest(&member).event();
    assert!((event.amount).abs_diff(owed / 3) <= 1);
    assert!((event.forfeited).abs_diff(owed / 3) <= 1);
    assert_eq!(
        (event.weight, fixture.pool(0).carry),
        (ONE, left + event.forfeited)
    );
    // What it forfeited goes to all in the next epoch.
    fixture.next_epoch();
    let (a, b): (Harvested, Harvested) = (
        fixture.harvest(&member).event(),
        fixture.harvest(&other).event(),
    );
    assert!(a.amount > event.forfeited / 2);
    assert!(b.amount > a.amount);
}

#[test]
fn stake_that_leaves_for_a_moment_costs_the_epoch() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.unstake(&member, 0, 1);
    fixture.harvest(&member);
    fixture.deposit(&member, 1);
    fixture.try_sync(&member).expect("syncs");
    assert_eq!(fixture.weights(&member), (0, ONE));
    fixture.next_epoch();
    assert_eq!(fixture.harvest(&member).event::<Harvested>().earned, 0);
    assert_eq!(fixture.weights(&member), (ONE, 0));
}

#[test]
fn a_halted_node_earns_nothing_from_then_on() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.next_epoch();
    let before = fixture.pool(0).owed;
    let halt = staking::halt_node(&fixture.guardian.pubkey(), &member.node(), 0);
    fixture.world.run(&[halt], &[&fixture.guardian]);
    fixture.next_epoch();
    let event: Harvested = fixture.harvest(&member).event();
    assert!((before - 1..=before).contains(&event.amount));
    assert!(event.forfeited > 0);
    assert_eq!((event.weight, event.pending_weight), (0, 0));
    // The scorer's word does not help.
    fixture.score(&[&member], 10_000);
    assert_eq!(fixture.weights(&member), (0, 0));
}

#[test]
fn scores_out_of_date_forfeit_what_was_not_settled() {
    let mut fixture = Fixture::new();
    let (fresh, stale) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&fresh, &stale]);
    for _ in 0..4 {
        fixture.next_epoch();
        fixture.score(&[&fresh], 10_000);
    }
    let still: NodeSynced = fixture.try_sync(&stale).expect("syncs").event();
    assert!(still.earned > 0);
    fixture.next_epoch();
    let event: NodeSynced = fixture.try_sync(&stale).expect("syncs").event();
    assert_eq!(
        (event.earned, event.weight, event.pending_weight),
        (0, 0, 0)
    );
    assert!(event.forfeited > 0);
    // What was settled before stays.
    assert_eq!(
        fixture.harvest(&stale).event::<Harvested>().amount,
        still.earned
    );
}

#[test]
fn a_latecomer_does_not_share_in_what_was_earned_before() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    for _ in 0..3 {
        fixture.next_epoch();
    }
    let deposit = staking::deposit(&member.stake, &member.tokens, 0, MIN, MIN);
    assert_fails(
        fixture.world.send(&[deposit.clone()], &[&member.operator]),
        StakingError::HarvestFirst,
    );
    let harvest = emissions::harvest(&member.node(), 0);
    fixture.world.run(&[harvest, deposit], &[&member.operator]);
    fixture.check();
}

#[test]
fn harvest_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&member, &other]);
    fixture.next_epoch();
    let good = emissions::harvest(&member.node(), 0);
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
            WRONG_ACCOUNT,
            Expected::Code(StakingError::WrongAccount.code()),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let swap = |index: usize, address: Pubkey| {
        let mut swapped = good.clone();
        swapped.accounts[index].pubkey = address;
        [swapped]
    };
    let theirs = other.node();
    for (index, address, error) in [
        (1, theirs, EmissionsError::WrongNode),
        (2, pda::node_emission(&theirs).0, EmissionsError::WrongNode),
        (3, pda::reward_pool(1).0, EmissionsError::WrongPool),
        (
            5,
            pda::reward_vault(&theirs).0,
            EmissionsError::WrongAccount,
        ),
        (
            5,
            pda::stake_vault(&member.node()).0,
            EmissionsError::WrongAccount,
        ),
    ] {
        assert_fails(fixture.world.send(&swap(index, address), &[]), error);
    }
    fixture.harvest(&member);
}

/// No sequence of calls brings such books about; if a mistake did, nothing would be paid by them.
#[test]
fn books_that_do_not_add_up_pay_nothing() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.next_epoch();
    let emission = pda::node_emission(&member.node()).0;
    let owed = fixture.pool(0).owed;
    // The node claims more than the pool owes to all.
    fixture.edit::<NodeEmission>(emission, |emission| emission.owed = owed + 1);
    assert_fails(fixture.try_harvest(&member), EmissionsError::Overflow);
    // Its weight is more than that of all.
    fixture.edit::<NodeEmission>(emission, |emission| {
        emission.owed = 0;
        emission.weight = u64::MAX;
    });
    assert_fails(fixture.try_harvest(&member), EmissionsError::Overflow);
    assert_fails(fixture.try_sync(&member), EmissionsError::Overflow);
    fixture.edit::<NodeEmission>(emission, |emission| emission.weight = ONE);
    fixture.harvest(&member);
}
