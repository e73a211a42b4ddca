//! Stake that is deposited: how much of it a node takes, and when.

use crate::{
    asserts::{
        ANCHOR_DUPLICATE, TOKEN_INSUFFICIENT_FUNDS, TOKEN_MINT_MISMATCH, TOKEN_OWNER_MISMATCH,
        assert_code,
    },
    fixture::{Fixture, MAX, MIN, MINT, POOL, terms},
};
use io_client::{
    pda,
    shared::{
        constants::{DEPOSIT_MAX_CRANK_DELAY, DEPOSIT_MAX_LAG_EPOCHS},
        errors::StakingError,
        events::Deposited,
        ids::{io_emissions, io_mint, io_staking},
        state::Node,
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;

#[test]
fn deposit_moves_stake_into_the_vault() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let vault = pda::stake_vault(&fixture.node).0;
    for (staker, amount, total) in [
        (&operator, MIN, MIN),
        (&delegator, MIN / 2, MIN * 3 / 2),
        (&delegator, 1, MIN * 3 / 2 + 1),
    ] {
        let before = (fixture.balance(staker), fixture.value(staker));
        let outcome = fixture.deposit(staker, amount);
        assert_eq!(fixture.balance(staker), before.0 - amount);
        assert_eq!(fixture.value(staker), before.1 + amount);
        assert_eq!(fixture.world.token_balance(&vault), total);
        let node = fixture.node();
        assert_eq!((node.active_stake(), node.cooling_stake()), (total, 0));
        assert_eq!(
            outcome.event::<Deposited>(),
            Deposited {
                node: fixture.node,
                position: staker.stake.position(),
                amount,
                shares: amount,
            }
        );
    }
    assert_eq!(fixture.node().operator_stake(), MIN);
}

#[test]
fn a_deposit_past_the_maximum_fills_it_or_fails() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MAX - 10);
    assert_fails(
        fixture.try_deposit(&operator, 11, 11),
        StakingError::NodeFull,
    );
    let outcome = fixture.try_deposit(&operator, 20, 10).expect("10 fit");
    assert_eq!(outcome.event::<Deposited>().amount, 10);
    assert_eq!(fixture.value(&operator), MAX);
    assert_eq!(fixture.balance(&operator), 100 * MIN - MAX);
    assert_fails(fixture.try_deposit(&operator, 1, 0), StakingError::NodeFull);
}

#[test]
fn delegators_stake_what_the_operator_covers() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::OperatorStakeTooLow,
    );
    fixture.deposit(&operator, MIN);
    assert_fails(
        fixture.try_deposit(&delegator, MIN + 1, MIN + 1),
        StakingError::OperatorStakeTooLow,
    );
    let outcome = fixture
        .try_deposit(&delegator, 2 * MIN, 1)
        .expect("half fits");
    assert_eq!(outcome.event::<Deposited>().amount, MIN);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::OperatorStakeTooLow,
    );
    // The maximum binds first once the operator covers more.
    fixture.deposit(&operator, 2 * MIN);
    let outcome = fixture
        .try_deposit(&delegator, 9 * MIN, 1)
        .expect("a minimum fits");
    assert_eq!(outcome.event::<Deposited>().amount, MIN);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::NodeFull,
    );
    assert_eq!(fixture.node().active_stake(), MAX);
}

#[test]
fn deposit_refuses() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    assert_fails(
        fixture.try_deposit(&operator, 0, 0),
        StakingError::ZeroAmount,
    );
    let poor = fixture
        .world
        .create_token_account(&operator.stake.owner, &MINT, 9);
    let instruction = staking::deposit(&operator.stake, &poor, POOL, 10, 0);
    let result = fixture.world.send(&[instruction], &[&operator.wallet]);
    assert_code(result, TOKEN_INSUFFICIENT_FUNDS);

    fixture.set_paused(true);
    assert_fails(fixture.try_deposit(&operator, 1, 0), StakingError::Paused);
    fixture.set_paused(false);
    let node = fixture.node;
    fixture.edit::<Node>(&node, |node| node.delegation_open = 0);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::DelegationClosed,
    );
    fixture.deposit(&operator, 1);
    fixture.try_halt().expect("open");
    assert_fails(
        fixture.try_deposit(&operator, 1, 0),
        StakingError::NodeNotOpen,
    );
}

#[test]
fn deposit_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&delegator.stake.owner, &usdc, MIN);
    let good = staking::deposit(&delegator.stake, &delegator.tokens, POOL, 1, 1);
    let io = InstructionError::InvalidAccountData;
    fixture.assert_swaps(
        &good,
        &[&delegator.wallet, &operator.wallet],
        [
            (0, operator.stake.owner, Ok(StakingError::NotOwner)),
            (1, MINT, Err(InstructionError::IllegalOwner)),
            (1, other_node, Err(io.clone())),
            (2, other_node, Ok(StakingError::WrongNode)),
            (3, operator.stake.position(), Ok(StakingError::NotOwner)),
            (3, other_node, Err(io)),
            (
                4,
                operator.tokens,
                Err(InstructionError::Custom(TOKEN_OWNER_MISMATCH)),
            ),
            (
                4,
                dollars,
                Err(InstructionError::Custom(TOKEN_MINT_MISMATCH)),
            ),
            (
                4,
                pda::stake_vault(&fixture.node).0,
                Err(InstructionError::Custom(ANCHOR_DUPLICATE)),
            ),
            (
                5,
                pda::stake_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (
                5,
                pda::reward_vault(&fixture.node).0,
                Ok(StakingError::WrongVault),
            ),
            (
                6,
                pda::reward_pool(POOL + 1).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                7,
                pda::node_emission(&other_node).0,
                Ok(StakingError::WrongAccount),
            ),
            (8, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                9,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (10, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    fixture.assert_signed(&good);
    fixture.world.run(&[good], &[&delegator.wallet]);
}

#[test]
fn a_deposit_waits_for_the_harvest() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    // Weight, epochs since it was settled, rewards not harvested.
    for (weight, lag, owed, accepted) in [
        (0, 1_000, 0, true),
        (1, 0, 0, true),
        (1, DEPOSIT_MAX_LAG_EPOCHS, 0, true),
        (1, DEPOSIT_MAX_LAG_EPOCHS + 1, 0, false),
        (1, 0, 1, false),
        (0, 0, 1, false),
    ] {
        fixture.put_emission(|emission, pool| {
            (emission.weight, emission.owed, emission.settled_epoch) = (weight, owed, 50);
            pool.epochs_done = 50 + lag;
            pool.due_at = GENESIS;
        });
        let index = fixture.request(&operator, 10);
        let cancelled = fixture.try_cancel(&operator, index);
        let deposited = fixture.try_deposit(&operator, 1, 1);
        if accepted {
            assert!(
                deposited.is_ok() && cancelled.is_ok(),
                "{weight} {lag} {owed}"
            );
        } else {
            assert_fails(deposited, StakingError::HarvestFirst);
            assert_fails(cancelled, StakingError::HarvestFirst);
        }
    }
    // Epochs that are over and not shared out yet: weight, seconds that the crank is late.
    for (weight, late, accepted) in [
        (1, DEPOSIT_MAX_CRANK_DELAY, true),
        (1, DEPOSIT_MAX_CRANK_DELAY + 1, false),
        (0, 1_000 * DEPOSIT_MAX_CRANK_DELAY, true),
    ] {
        fixture.put_emission(|emission, pool| {
            (emission.weight, emission.owed, emission.settled_epoch) = (weight, 0, 50);
            (pool.epochs_done, pool.due_at) = (50, GENESIS - late);
        });
        let deposited = fixture.try_deposit(&operator, 1, 1);
        if accepted {
            deposited.expect("the crank is in time, or nothing is earned");
        } else {
            assert_fails(deposited, StakingError::CrankFirst);
        }
    }
    // Not what io_emissions wrote.
    let emission = pda::node_emission(&fixture.node).0;
    let data = fixture.world.data(&emission);
    fixture
        .world
        .put(emission, io_mint::ID, data.clone(), false);
    assert_fails(
        fixture.try_deposit(&operator, 1, 1),
        StakingError::WrongAccount,
    );
    fixture
        .world
        .put(emission, io_emissions::ID, data[..100].to_vec(), false);
    assert_fails(
        fixture.try_deposit(&operator, 1, 1),
        StakingError::WrongAccount,
    );
    // It takes no stake on trust, but lets everyone out.
    fixture.request(&operator, MIN / 2);
    fixture.try_halt().expect("open");
}
