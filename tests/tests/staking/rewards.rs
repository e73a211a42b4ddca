//! Rewards that are shared out and claimed; latecomers, and donations to the vaults.

use crate::{
    asserts::{ANCHOR_DUPLICATE, TOKEN_MINT_MISMATCH, assert_reason, assert_rounded, swapped},
    fixture::{Fixture, MIN, terms},
};
use io_client::{
    pda,
    shared::{
        constants::{COOLDOWN, IO},
        errors::StakingError,
        events::{Claimed, RewardsShared},
        ids::{io_mint, io_staking},
    },
    staking::{self, NodeTerms},
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;

#[test]
fn distribute_shares_out_and_claim_pays() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 3 * MIN);
    fixture.deposit(&delegator, MIN);
    let outcome = fixture.reward(1_000 * IO);
    assert_eq!(
        outcome.event::<RewardsShared>(),
        RewardsShared {
            node: fixture.node,
            amount: 1_000 * IO,
            commission: 100 * IO,
            rewards_owed: 1_000 * IO,
        }
    );
    let node = fixture.node();
    assert_eq!(
        (node.rewards_owed, node.commission_owed),
        (1_000 * IO, 100 * IO)
    );

    let outcome = fixture.try_claim(&delegator).expect("earned");
    assert_eq!(
        outcome.event::<Claimed>(),
        Claimed {
            node: fixture.node,
            position: delegator.stake.position(),
            destination: delegator.tokens,
            amount: 225 * IO,
            commission: 0,
        }
    );
    let outcome = fixture.try_claim(&operator).expect("earned");
    let event = outcome.event::<Claimed>();
    assert_eq!((event.amount, event.commission), (775 * IO, 100 * IO));
    assert_eq!(fixture.balance(&operator), 97 * MIN + 775 * IO);
    let node = fixture.node();
    assert_eq!((node.rewards_owed, node.commission_owed), (0, 0));
    for staker in [&operator, &delegator] {
        assert_fails(fixture.try_claim(staker), StakingError::NothingToClaim);
    }
    // Nothing new: nothing happens.
    let outcome = fixture
        .world
        .run(&[staking::distribute(&fixture.node)], &[]);
    assert_eq!(outcome.events::<RewardsShared>(), []);
}

#[test]
fn three_stakers_and_a_reward_that_does_not_divide() {
    let mut fixture = Fixture::with_terms(NodeTerms {
        commission_bps: 0,
        ..terms(1)
    });
    let stakers = [fixture.operator(), fixture.delegator(), fixture.delegator()];
    fixture.deposit(&stakers[0], 2 * MIN);
    fixture.deposit(&stakers[1], MIN);
    fixture.deposit(&stakers[2], MIN);
    // 2 : 1 : 1 of 10 raw, three times: 15, 7½ and 7½, each rounded down. Of 15 the last raw is lost
    // to the fractions that Q64.64 cannot hold.
    for _ in 0..3 {
        fixture.reward(10);
    }
    let paid = stakers.each_ref().map(|staker| {
        fixture
            .try_claim(staker)
            .expect("earned")
            .event::<Claimed>()
            .amount
    });
    assert_eq!(paid, [14, 7, 7]);
    let node = fixture.node();
    assert_eq!(
        (
            node.rewards_owed,
            fixture.world.token_balance(&node.reward_vault)
        ),
        (2, 2)
    );
    // Claiming more often never pays more: fractions of 1 raw stay in the vault.
    for _ in 0..4 {
        fixture.reward(3);
        for staker in &stakers {
            let _ = fixture.try_claim(staker);
        }
    }
    let node = fixture.node();
    let paid: u64 = stakers.iter().map(|staker| fixture.balance(staker)).sum();
    let staked = node.active_stake();
    assert_eq!(
        paid + staked + fixture.world.token_balance(&node.reward_vault),
        300 * MIN + 42
    );
}

#[test]
fn a_latecomer_takes_no_part_in_earlier_rewards() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.reward(1_000 * IO);
    let delegator = fixture.delegator();
    fixture.deposit(&delegator, MIN);
    assert_fails(fixture.try_claim(&delegator), StakingError::NothingToClaim);
    fixture.reward(1_000 * IO);
    let paid = fixture
        .try_claim(&delegator)
        .expect("earned")
        .event::<Claimed>()
        .amount;
    assert_rounded(paid, 450 * IO, 1);
    // Cooling stake earns nothing; what was earned before stays.
    fixture.reward(100 * IO);
    fixture.request(&delegator, u64::MAX);
    fixture.reward(100 * IO);
    let paid = fixture
        .try_claim(&delegator)
        .expect("earned before")
        .event::<Claimed>()
        .amount;
    assert_rounded(paid, 45 * IO, 1);
    let paid = fixture
        .try_claim(&operator)
        .expect("earned")
        .event::<Claimed>()
        .amount;
    assert_rounded(paid, (1_000 + 550 + 55 + 100) * IO, 1);
}

#[test]
fn rewards_without_stake_wait() {
    let mut fixture = Fixture::new();
    let outcome = fixture.reward(100 * IO);
    assert_eq!(outcome.events::<RewardsShared>(), []);
    assert_eq!(fixture.node().rewards_owed, 0);
    let operator = fixture.operator();
    fixture.deposit(&operator, 1);
    let outcome = fixture.reward(0);
    assert_eq!(outcome.event::<RewardsShared>().amount, 100 * IO);
    fixture.try_claim(&operator).expect("earned");
    assert_eq!(fixture.balance(&operator), 100 * MIN - 1 + 100 * IO);
}

#[test]
fn donations_to_the_vaults_are_harmless() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let (stake_vault, reward_vault) = (
        pda::stake_vault(&fixture.node).0,
        pda::reward_vault(&fixture.node).0,
    );
    fixture.donate(stake_vault, 999 * MIN);
    fixture.deposit(&operator, MIN);
    fixture.donate(stake_vault, 1);
    fixture.deposit(&delegator, MIN);
    // Stake is what the books say, and no share is worth more.
    assert_eq!(
        (fixture.value(&operator), fixture.value(&delegator)),
        (MIN, MIN)
    );
    assert_eq!(fixture.node().active_stake(), 2 * MIN);
    // What is sent to the reward vault is a reward.
    fixture.donate(reward_vault, 10 * IO);
    fixture.reward(0);
    for (staker, reward) in [(&operator, 55 * IO / 10), (&delegator, 45 * IO / 10)] {
        let index = fixture.request(staker, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(staker, index).expect("cooled down");
        fixture.try_claim(staker).expect("earned");
        assert_rounded(fixture.balance(staker), 100 * MIN + reward, 1);
    }
    assert_eq!(fixture.world.token_balance(&stake_vault), 999 * MIN + 1);
}

#[test]
fn claim_and_distribute_check_their_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    let claim = staking::claim(&delegator.stake, &delegator.tokens);
    let distribute = staking::distribute(&fixture.node);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&delegator.stake.owner, &usdc, 0);
    let (stake_vault, reward_vault) = (
        pda::stake_vault(&fixture.node).0,
        pda::reward_vault(&fixture.node).0,
    );
    for (instruction, index, wrong, expected) in [
        (&claim, 0, other_node, Ok(StakingError::WrongNode)),
        (
            &claim,
            1,
            operator.stake.position(),
            Ok(StakingError::WrongDestination),
        ),
        (
            &claim,
            1,
            other_node,
            Err(InstructionError::InvalidAccountData),
        ),
        (
            &claim,
            2,
            pda::reward_vault(&other_node).0,
            Ok(StakingError::WrongVault),
        ),
        (&claim, 2, stake_vault, Ok(StakingError::WrongVault)),
        (
            &claim,
            3,
            operator.tokens,
            Ok(StakingError::WrongDestination),
        ),
        (&claim, 3, stake_vault, Ok(StakingError::WrongDestination)),
        (
            &claim,
            3,
            reward_vault,
            Err(InstructionError::Custom(ANCHOR_DUPLICATE)),
        ),
        (
            &claim,
            3,
            dollars,
            Err(InstructionError::Custom(TOKEN_MINT_MISMATCH)),
        ),
        (&claim, 4, io_staking::ID, Ok(StakingError::WrongAccount)),
        (
            &claim,
            5,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (&claim, 6, io_mint::ID, Ok(StakingError::WrongAccount)),
        (&distribute, 0, other_node, Ok(StakingError::WrongVault)),
        (
            &distribute,
            0,
            delegator.stake.position(),
            Err(InstructionError::AccountDataTooSmall),
        ),
        (&distribute, 1, stake_vault, Ok(StakingError::WrongVault)),
        (
            &distribute,
            2,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (&distribute, 3, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture
            .world
            .send(&[swapped(instruction, index, wrong)], &[]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
}
