//! Slashes that are executed: what they burn.

use super::{HALF, REASON};
use crate::{
    asserts::{ANCHOR_DUPLICATE, assert_reason},
    fixture::{Fixture, MIN, MINT, terms},
};
use io_client::{
    pda,
    shared::{
        constants::{COOLDOWN, SLASH_DELAY},
        errors::{MintError, StakingError},
        events::{Burned, NodeSlashed, Withdrawn},
        ids::{io_mint, io_staking},
        state::NodeStatus,
    },
    staking,
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn execute_slash_burns_the_operators_stake_active_and_cooling() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 3 * MIN);
    fixture.deposit(&delegator, MIN);
    let index = fixture.request(&operator, MIN);
    let others = fixture.request(&delegator, MIN / 2);
    let slasher = fixture.slasher.pubkey();
    let before = fixture.world.lamports(&slasher);
    fixture.halt();
    fixture.propose(2_000);
    fixture.world.advance(SLASH_DELAY);
    fixture.count_supply();
    let supply = fixture.world.supply(&MINT);

    let outcome = fixture.try_execute().expect("ripe");
    // A fifth of 600 IO at risk, two to one.
    let (active, cooling) = (2 * MIN / 5, MIN / 5);
    assert_eq!(
        outcome.event::<NodeSlashed>(),
        NodeSlashed {
            node: fixture.node,
            bps: 2_000,
            operator_active: active,
            operator_cooling: cooling,
            delegators_active: 0,
            delegators_cooling: 0,
        }
    );
    let node = fixture.node();
    assert_eq!(
        outcome.event::<Burned>(),
        Burned {
            source: node.stake_vault,
            authority: fixture.node,
            amount: active + cooling,
            burned: active + cooling,
        }
    );
    assert_eq!(fixture.burned(), active + cooling);
    assert_eq!(fixture.world.supply(&MINT), supply - active - cooling);
    assert_eq!(fixture.stake_vault(), 4 * MIN - active - cooling);
    assert_eq!(
        node.tranches.map(|tranche| (tranche.stake, tranche.shares)),
        [(2 * MIN - active, 2 * MIN), (MIN / 2, MIN / 2), (0, 0)]
    );
    assert_eq!(
        node.cooling.map(|cooling| (cooling.stake, cooling.shares)),
        [(MIN - cooling, MIN), (MIN / 2, MIN / 2), (0, 0)]
    );
    // Halted as before, with no proposal and its rent paid back.
    assert_eq!(
        (node.status, node.slash_lapses_at),
        (NodeStatus::Halted as u8, 0)
    );
    assert!(!fixture.world.exists(&pda::slash(&fixture.node).0));
    assert_eq!(fixture.world.lamports(&slasher), before);

    fixture.world.advance(COOLDOWN);
    for (staker, index, paid) in [
        (&operator, index, MIN - cooling),
        (&delegator, others, MIN / 2),
    ] {
        let outcome = fixture.try_withdraw(staker, index).expect("cooled down");
        assert_eq!(outcome.event::<Withdrawn>().amount, paid);
    }
    assert_eq!(fixture.value(&operator), 2 * MIN - active);
    assert_eq!(fixture.value(&delegator), MIN / 2);
}

#[test]
fn execute_slash_takes_from_delegators_what_the_operator_cannot_pay() {
    let mut fixture = Fixture::risky();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.request(&delegator, MIN / 4);
    let gone = fixture.request(&operator, MIN * 3 / 4);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, gone).expect("cooled down");
    // Of 250 IO at risk half: the operator's 50 but for what a pool keeps, and 75 of the delegator's 200.
    let slashed = fixture.slash(HALF);
    assert_eq!(slashed.operator_cooling, 0);
    assert!(slashed.operator_active < MIN / 4 && slashed.operator_active > MIN / 4 - 10_000);
    assert_eq!(slashed.delegators_active, MIN * 3 / 8 * 3 / 4);
    assert_eq!(slashed.delegators_cooling, MIN * 3 / 8 / 4);
    assert_eq!(fixture.value(&delegator), MIN * 5 / 8 * 3 / 4);
    let taken = slashed.operator_active + MIN * 3 / 8;
    assert_eq!(fixture.stake_vault(), MIN * 5 / 4 - taken);
    assert_eq!(fixture.burned(), taken);
}

#[test]
fn execute_slash_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let (node, other_node) = (fixture.node, fixture.register(&terms(2)));
    for node in [other_node, node] {
        fixture.node = node;
        let operator = fixture.operator();
        fixture.deposit(&operator, MIN);
        fixture.halt();
        fixture.propose(HALF);
    }
    fixture.world.advance(SLASH_DELAY);
    fixture.count_supply();
    let good = fixture.execution();
    let stranger = fixture.world.wallet().pubkey();
    let foreign_proposal = fixture.copy(&pda::slash(&node).0, io_mint::ID);
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture.world.create_token_account(&node, &usdc, MIN);
    let duplicate = InstructionError::Custom(ANCHOR_DUPLICATE);
    fixture.assert_swaps(
        &good,
        &[],
        [
            (0, other_node, Ok(StakingError::WrongNode)),
            (0, foreign_node, Err(InstructionError::IllegalOwner)),
            (1, pda::slash(&other_node).0, Ok(StakingError::WrongNode)),
            (1, foreign_proposal, Err(InstructionError::IllegalOwner)),
            (
                2,
                pda::stake_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (2, pda::reward_vault(&node).0, Ok(StakingError::WrongVault)),
            (2, dollars, Ok(StakingError::WrongVault)),
            (3, stranger, Ok(StakingError::WrongRentPayer)),
            (4, node, Err(duplicate.clone())),
            (5, pda::stake_vault(&node).0, Err(duplicate)),
            (6, io_staking::ID, Ok(StakingError::WrongAccount)),
            (8, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                9,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (10, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    // What io_mint checks.
    let data = fixture.world.data(&io_mint::CONFIG.address);
    let copy = fixture.world.fresh_address();
    fixture.world.put(copy, io_mint::ID, data, false);
    fixture.assert_swaps(
        &good,
        &[],
        [
            (4, copy, Ok(MintError::WrongAccount)),
            (5, usdc, Ok(MintError::WrongAccount)),
            (
                7,
                io_staking::EVENT_AUTHORITY.address,
                Ok(MintError::WrongAccount),
            ),
        ],
    );
    fixture.try_execute().expect("ripe");
}

/// It ends as any other, without a burn.
#[test]
fn a_slash_with_nothing_at_risk_burns_nothing() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.leave(&operator);
    fixture.halt();
    fixture.propose(HALF);
    fixture.world.advance(SLASH_DELAY);
    let outcome = fixture.try_execute().expect("ripe");
    assert_eq!(outcome.events::<Burned>(), []);
    assert_eq!(
        outcome.event::<NodeSlashed>(),
        NodeSlashed {
            node: fixture.node,
            bps: HALF,
            operator_active: 0,
            operator_cooling: 0,
            delegators_active: 0,
            delegators_cooling: 0,
        }
    );
    assert_eq!((fixture.burned(), fixture.stake_vault()), (0, MIN));
    assert!(fixture.proposal().is_none());
    assert_eq!(fixture.leave(&delegator), MIN);
}

#[test]
fn nothing_is_slashed_twice_for_one_proposal() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    fixture.halt();
    fixture.propose(HALF);
    fixture.world.advance(SLASH_DELAY);
    fixture.count_supply();
    // In one transaction, with whatever in between, or one after the other.
    let (execute, slasher) = (fixture.execution(), fixture.slasher.insecure_clone());
    let propose = staking::propose_slash(&slasher.pubkey(), &fixture.node, HALF, REASON);
    let twice = fixture.world.send(&[execute.clone(), execute.clone()], &[]);
    assert_reason(twice, &InstructionError::AccountDataTooSmall);
    let again = fixture
        .world
        .send(&[execute.clone(), propose, execute.clone()], &[&slasher]);
    assert_fails(again, StakingError::SlashNotRipe);
    assert_eq!(fixture.value(&operator), 2 * MIN);
    fixture.try_execute().expect("ripe");
    assert_reason(
        fixture.try_execute(),
        &InstructionError::AccountDataTooSmall,
    );
    assert_eq!((fixture.value(&operator), fixture.burned()), (MIN, MIN));
}

#[test]
fn two_proposals_one_after_the_other() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 4 * MIN);
    let index = fixture.request(&operator, 2 * MIN);
    fixture.halt();
    for round in 1..=2_u32 {
        fixture.propose(HALF);
        fixture.world.advance(SLASH_DELAY);
        fixture.try_execute().expect("ripe");
        let left = (2 * MIN) >> round;
        assert_eq!(fixture.value(&operator), left);
        assert_eq!(fixture.stake_vault(), 2 * left);
    }
    assert_eq!(fixture.burned(), 3 * MIN);
    fixture.try_withdraw(&operator, index).expect("cooled down");
    fixture.resume();
    assert_eq!(fixture.leave(&operator), MIN / 2);
    assert_eq!(fixture.balance(&operator), 97 * MIN);
}
