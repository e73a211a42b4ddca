//! Leaving a slashed node.

use super::HALF;
use crate::fixture::{Fixture, MIN, Staker};
use io_client::{
    pda,
    shared::{
        constants::{COOLDOWN, SLASH_DELAY},
        events::Withdrawn,
    },
    staking,
};

#[test]
fn stake_can_be_withdrawn_though_the_node_was_slashed_halted_retired_or_its_operator_is_gone() {
    for case in ["slashed", "halted", "retired", "operator gone", "paused"] {
        let mut fixture = Fixture::risky();
        let (operator, delegator) = (fixture.operator(), fixture.delegator());
        fixture.deposit(&operator, MIN);
        fixture.deposit(&delegator, MIN);
        let mut expected = MIN;
        match case {
            "slashed" => {
                let gone = fixture.request(&operator, MIN / 2);
                fixture.world.advance(COOLDOWN);
                fixture.try_withdraw(&operator, gone).expect("cooled down");
                fixture.halt();
                fixture.propose(HALF);
                fixture.world.advance(SLASH_DELAY);
                fixture.try_execute().expect("ripe");
                expected = MIN * 3 / 4;
            }
            "halted" => fixture.halt(),
            "retired" => {
                fixture.retire();
            }
            "operator gone" => {
                fixture.leave(&operator);
                let close = staking::close_position(
                    &operator.stake.owner,
                    &operator.stake,
                    &operator.stake.owner,
                );
                fixture.world.run(&[close], &[&operator.wallet]);
            }
            _ => fixture.set_paused(true),
        }
        assert_eq!(fixture.leave(&delegator), expected, "{case}");
    }
}

#[test]
fn the_last_staker_leaves_with_everything_after_a_slash() {
    for bps in [1, 3_333, HALF] {
        let mut fixture = Fixture::risky();
        let operator = fixture.operator();
        let stakers = [
            fixture.delegator(),
            fixture.delegator(),
            fixture.delegator(),
        ];
        fixture.deposit(&operator, 2 * MIN);
        for (staker, amount) in stakers.iter().zip([777, MIN / 3, MIN]) {
            fixture.deposit(staker, amount);
        }
        let gone = fixture.request(&operator, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(&operator, gone).expect("cooled down");
        fixture.slash(bps);
        let vault = fixture.stake_vault();
        let paid: Vec<u64> = stakers.iter().map(|staker| fixture.leave(staker)).collect();
        let node = fixture.node();
        assert_eq!((node.active_stake(), node.cooling_stake()), (0, 0));
        assert_eq!(fixture.stake_vault(), 0, "nothing is left behind");
        assert_eq!(paid.iter().sum::<u64>(), vault);
        // And each with its part of it.
        for (paid, amount) in paid.iter().zip([777, MIN / 3, MIN]) {
            let expected = amount - amount * bps / 10_000;
            assert!(paid.abs_diff(expected) <= 3, "{paid} of {expected}");
        }
    }
}

/// Whose 1 raw came first, and what was sent to the vaults besides, changes nothing for those who follow;
/// in a pool that was never slashed, and in one where a share is worth a fraction of 1 raw.
#[test]
fn first_depositors_and_donations_to_the_vaults_win_nothing() {
    for slashed in [false, true] {
        let mut fixture = Fixture::risky();
        let operator = fixture.operator();
        let (attacker, victim) = (fixture.delegator(), fixture.delegator());
        fixture.deposit(&operator, 2 * MIN);
        fixture.deposit(&attacker, 1);
        if slashed {
            // Shares of the operator's pool are worth next to nothing, and the attacker's one raw is alone
            // in the other.
            for _ in 0..3 {
                fixture.slash(HALF);
            }
            let rest = fixture.request(&operator, u64::MAX);
            fixture.world.advance(COOLDOWN);
            fixture.try_withdraw(&operator, rest).expect("cooled down");
            fixture.deposit(&operator, 2 * MIN);
        }
        let (stake_vault, reward_vault) = (
            pda::stake_vault(&fixture.node).0,
            pda::reward_vault(&fixture.node).0,
        );
        let before = fixture.value(&attacker);
        fixture.donate(stake_vault, 50 * MIN);
        fixture.donate(reward_vault, 50 * MIN);
        fixture.deposit(&victim, MIN / 7);
        assert_eq!(fixture.value(&victim), MIN / 7);
        fixture
            .world
            .run(&[staking::distribute(&fixture.node)], &[]);
        assert_eq!(fixture.value(&attacker), before);
        // A donation is a reward for all, in proportion to the stake.
        let rewards = |fixture: &mut Fixture, staker: &Staker| {
            let before = fixture.balance(staker);
            let _ = fixture.try_claim(staker);
            fixture.balance(staker) - before
        };
        let (of_attacker, of_victim) = (
            rewards(&mut fixture, &attacker),
            rewards(&mut fixture, &victim),
        );
        let total = fixture.node().active_stake();
        for (paid, stake) in [(of_attacker, before), (of_victim, MIN / 7)] {
            let fair = u128::from(45 * MIN) * u128::from(stake) / u128::from(total);
            assert!(u128::from(paid).abs_diff(fair) <= 2, "{paid} of {fair}");
        }
        assert_eq!(fixture.leave(&victim), MIN / 7);
        // The cooling pool alike: a 1 raw ticket in front, a donation, another's ticket behind.
        let first = fixture.request(&operator, 1);
        fixture.donate(stake_vault, 50 * MIN);
        let value = fixture.value(&operator);
        let second = fixture.request(&operator, u64::MAX);
        fixture.world.advance(COOLDOWN);
        let paid = [first, second].map(|index| {
            let outcome = fixture.try_withdraw(&operator, index).expect("cooled down");
            outcome.event::<Withdrawn>().amount
        });
        assert!(
            paid[0] <= 1 && paid[1] <= value && paid[1] + 1 >= value,
            "{paid:?}"
        );
    }
}
