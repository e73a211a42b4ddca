//! Tickets that are paid, by whomever, paused or halted.

use crate::{
    asserts::{ANCHOR_DUPLICATE, TOKEN_MINT_MISMATCH, assert_rounded},
    fixture::{Fixture, MIN, MINT, POOL, terms, ticket_of},
};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::{COOLDOWN, IO},
        errors::StakingError,
        events::{PayoutSet, Withdrawn},
        ids::{io_mint, io_staking},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn a_ticket_is_paid_from_the_second_it_has_cooled_down() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let index = fixture.request(&operator, u64::MAX);
    let ticket = ticket_of(&operator, index);
    fixture.world.set_clock(GENESIS + 14 * 86_400 - 1);
    assert_fails(
        fixture.try_withdraw(&operator, index),
        StakingError::StillCooling,
    );
    fixture.world.set_clock(GENESIS + 14 * 86_400);
    let (rent, before) = (
        fixture.world.lamports(&ticket),
        fixture.world.lamports(&operator.stake.owner),
    );
    let outcome = fixture.try_withdraw(&operator, index).expect("cooled down");
    assert_eq!(
        outcome.event::<Withdrawn>(),
        Withdrawn {
            node: fixture.node,
            position: operator.stake.position(),
            ticket,
            destination: operator.tokens,
            amount: MIN,
        }
    );
    assert_eq!(fixture.balance(&operator), 100 * MIN);
    assert!(!fixture.world.exists(&ticket));
    assert_eq!(fixture.world.lamports(&operator.stake.owner), before + rent);
    let (node, position) = (fixture.node(), fixture.position(&operator));
    assert_eq!(
        (node.cooling_stake(), node.tickets, position.open_tickets),
        (0, 0, 0)
    );
    assert_eq!(fixture.world.token_balance(&node.stake_vault), 0);
    let again = fixture
        .try_withdraw(&operator, index)
        .expect_err("paid already");
    assert_eq!(again.reason(), Some(&InstructionError::AccountDataTooSmall));
}

#[test]
fn anyone_withdraws_and_claims_for_the_payout_wallet() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let sponsor = fixture.world.wallet();
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let payer = sponsor.pubkey();
    let request = staking::request_unstake(&payer, &operator.stake, POOL, 0, MIN / 2, rent);
    fixture.world.run(&request, &[&sponsor, &operator.wallet]);
    fixture.reward(1_024);
    let (cold, tokens) = fixture.wallet_with(0);
    let instruction = staking::set_payout(&operator.stake, &cold.pubkey());
    let outcome = fixture.world.run(&[instruction], &[&operator.wallet]);
    let (position, payout) = (operator.stake.position(), cold.pubkey());
    assert_eq!(outcome.event::<PayoutSet>(), PayoutSet { position, payout });
    assert_eq!(fixture.position(&operator).payout, payout);
    fixture.world.advance(COOLDOWN);

    let rent = fixture.world.lamports(&ticket_of(&operator, 0));
    let before = fixture.world.lamports(&sponsor.pubkey());
    let withdraw = |to: &Pubkey| staking::withdraw(&operator.stake, 0, to, &sponsor.pubkey());
    let claim = |to: &Pubkey| staking::claim(&operator.stake, to);
    // Not to the owner any more.
    for wrong in [withdraw(&operator.tokens), claim(&operator.tokens)] {
        assert_fails(
            fixture.world.send(&[wrong], &[]),
            StakingError::WrongDestination,
        );
    }
    fixture.world.run(&[withdraw(&tokens), claim(&tokens)], &[]);
    assert_rounded(fixture.world.token_balance(&tokens), MIN / 2 + 1_024, 1);
    assert_eq!(fixture.world.lamports(&sponsor.pubkey()), before + rent);
}

#[test]
fn withdraw_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (own, others) = (
        fixture.request(&operator, MIN),
        fixture.request(&delegator, MIN / 2),
    );
    fixture.world.advance(COOLDOWN);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&delegator.stake.owner, &usdc, 0);
    let thief = fixture.world.wallet().pubkey();
    let stolen = fixture.world.create_token_account(&thief, &MINT, 0);
    let good = staking::withdraw(
        &delegator.stake,
        others,
        &delegator.tokens,
        &delegator.stake.owner,
    );
    fixture.assert_swaps(
        &good,
        &[],
        [
            (0, other_node, Ok(StakingError::WrongNode)),
            (
                1,
                operator.stake.position(),
                Ok(StakingError::WrongPosition),
            ),
            (
                2,
                ticket_of(&operator, own),
                Ok(StakingError::WrongPosition),
            ),
            (2, other_node, Err(InstructionError::InvalidAccountData)),
            (
                3,
                pda::stake_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (
                3,
                pda::reward_vault(&fixture.node).0,
                Ok(StakingError::WrongVault),
            ),
            (4, stolen, Ok(StakingError::WrongDestination)),
            (4, thief, Ok(StakingError::WrongDestination)),
            (
                4,
                pda::stake_vault(&fixture.node).0,
                Err(InstructionError::Custom(ANCHOR_DUPLICATE)),
            ),
            (
                4,
                dollars,
                Err(InstructionError::Custom(TOKEN_MINT_MISMATCH)),
            ),
            (5, thief, Ok(StakingError::WrongRentPayer)),
            (6, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                7,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (8, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    fixture.world.run(&[good], &[]);
}

#[test]
fn exits_and_claims_work_while_paused_and_halted() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    fixture.set_paused(true);
    fixture
        .try_halt()
        .expect("a pause does not stop the guardian");
    for staker in [&operator, &delegator] {
        let index = fixture.request(staker, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(staker, index).expect("never paused");
        fixture.try_claim(staker).expect("never paused");
    }
    assert_eq!(fixture.balance(&operator), 100 * MIN + 550 * IO);
    assert_eq!(fixture.balance(&delegator), 100 * MIN + 450 * IO);
    let node = fixture.node();
    assert_eq!(fixture.world.token_balance(&node.stake_vault), 0);
}
