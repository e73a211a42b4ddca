//! Positions that are closed, by their owner or, on a retired node, by anyone.

use crate::{
    asserts::assert_reason,
    fixture::{CONFIG, Fixture, MIN, terms},
};
use io_client::{
    shared::{
        constants::{COOLDOWN, IO},
        errors::StakingError,
        events::PositionClosed,
        ids::io_mint,
        state::{Position, TrancheKind},
    },
    staking::{self, Stake},
};
use io_tests::{assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn close_position_gives_the_rent_back() {
    for (by, retired) in [("owner", false), ("owner", true), ("stranger", true)] {
        let mut fixture = Fixture::new();
        let (owner, sponsor) = (fixture.world.wallet(), fixture.world.wallet());
        let stake = Stake {
            node: fixture.node,
            owner: owner.pubkey(),
            tranche: TrancheKind::Protected,
        };
        let before = fixture.world.lamports(&sponsor.pubkey());
        let open = staking::open_position(&sponsor.pubkey(), &stake);
        fixture.world.run(&[open], &[&owner, &sponsor]);
        assert_eq!(fixture.node().positions, 1);
        if retired {
            fixture.retire();
        }
        let stranger = fixture.world.wallet();
        let by = if by == "owner" { &owner } else { &stranger };
        let close = staking::close_position(&by.pubkey(), &stake, &sponsor.pubkey());
        let outcome = fixture.world.run(&[close], &[by]);
        assert_eq!(
            outcome.event::<PositionClosed>(),
            PositionClosed {
                position: stake.position(),
                node: stake.node,
                owner: stake.owner
            }
        );
        assert!(!fixture.world.exists(&stake.position()));
        assert_eq!(fixture.world.lamports(&sponsor.pubkey()), before);
        assert_eq!(fixture.node().positions, 0);
        books::check(&fixture.world).expect("the books add up");
    }
}

#[test]
fn close_position_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let stranger = fixture.world.wallet();
    for by in [&stranger, &operator.wallet] {
        let result = fixture.try_close_position(by, &delegator);
        assert_fails(result, StakingError::NotOwner);
    }
    fixture.halt();
    assert_fails(
        fixture.try_close_position(&stranger, &delegator),
        StakingError::NotOwner,
    );
    fixture.resume();
    // Stake, then rewards, then a ticket, then nothing.
    let close = |fixture: &mut Fixture| fixture.try_close_position(&delegator.wallet, &delegator);
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    assert_fails(close(&mut fixture), StakingError::PositionNotEmpty);
    fixture.reward(1_000 * IO);
    let index = fixture.request(&delegator, u64::MAX);
    fixture.world.advance(COOLDOWN);
    assert_fails(close(&mut fixture), StakingError::PositionNotEmpty);
    fixture.try_claim(&delegator).expect("earned");
    assert_fails(close(&mut fixture), StakingError::PositionNotEmpty);
    fixture
        .try_withdraw(&delegator, index)
        .expect("cooled down");

    let good = staking::close_position(
        &delegator.stake.owner,
        &delegator.stake,
        &delegator.stake.owner,
    );
    let (node, config) = (fixture.node, CONFIG);
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let foreign_position = fixture.copy(&delegator.stake.position(), io_mint::ID);
    fixture.assert_swaps(
        &good,
        &[&delegator.wallet, &stranger],
        [
            (0, stranger.pubkey(), Ok(StakingError::NotOwner)),
            (1, other_node, Ok(StakingError::WrongNode)),
            (1, foreign_node, Err(InstructionError::IllegalOwner)),
            (
                2,
                operator.stake.position(),
                Ok(StakingError::WrongRentPayer),
            ),
            (2, foreign_position, Err(InstructionError::IllegalOwner)),
            (2, config, Err(InstructionError::InvalidAccountData)),
            (3, stranger.pubkey(), Ok(StakingError::WrongRentPayer)),
            (
                4,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (5, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    // Another's position with its rent payer: not the signer's.
    let theirs = staking::close_position(
        &delegator.stake.owner,
        &operator.stake,
        &operator.stake.owner,
    );
    assert_fails(
        fixture.world.send(&[theirs], &[&delegator.wallet]),
        StakingError::NotOwner,
    );
    fixture.assert_signed(&good);
    fixture.world.run(&[good.clone()], &[&delegator.wallet]);
    assert_reason(
        fixture.world.send(&[good], &[&delegator.wallet]),
        &InstructionError::AccountDataTooSmall,
    );
}

/// It would go to the operator's wallet with the rest of the vault, and not where it is to be paid.
#[test]
fn nobody_closes_an_operators_position_before_its_commission_is_claimed() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let (cold, tokens) = fixture.wallet_with(0);
    let payout = staking::set_payout(&operator.stake, &cold.pubkey());
    fixture.world.run(&[payout], &[&operator.wallet]);
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    let index = fixture.request(&operator, u64::MAX);
    fixture.reward(1_000 * IO);
    fixture.retire();
    fixture.world.advance(COOLDOWN);
    let withdraw = staking::withdraw(&operator.stake, index, &tokens, &operator.stake.owner);
    fixture.world.run(&[withdraw], &[]);
    let stranger = fixture.world.wallet();
    assert_fails(
        fixture.try_close_position(&stranger, &operator),
        StakingError::PositionNotEmpty,
    );
    fixture
        .world
        .run(&[staking::claim(&operator.stake, &tokens)], &[]);
    assert_eq!(fixture.world.token_balance(&tokens), MIN + 100 * IO);
    fixture.request(&delegator, u64::MAX);
    fixture
        .try_close_position(&stranger, &operator)
        .expect("empty");
}

#[test]
fn a_closed_and_reopened_position_starts_clean() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (cold, tokens) = fixture.wallet_with(0);
    let payout = staking::set_payout(&delegator.stake, &cold.pubkey());
    fixture.world.run(&[payout], &[&delegator.wallet]);
    fixture.reward(300 * IO);
    let index = fixture.request(&delegator, u64::MAX);
    fixture.world.advance(COOLDOWN);
    let owner = delegator.stake.owner;
    let withdraw = staking::withdraw(&delegator.stake, index, &tokens, &owner);
    let claim = staking::claim(&delegator.stake, &tokens);
    fixture.world.run(&[withdraw, claim], &[]);
    // Rewards of the time when it was not there, and closing and opening in one transaction.
    fixture.reward(300 * IO);
    let close = staking::close_position(&owner, &delegator.stake, &owner);
    let open = staking::open_position(&owner, &delegator.stake);
    fixture.world.run(&[close, open], &[&delegator.wallet]);
    let position: Position = fixture.position(&delegator);
    assert_eq!(
        (
            position.shares,
            position.rewards_owed,
            position.open_tickets
        ),
        (0, 0, 0)
    );
    assert_eq!((position.next_ticket, position.payout), (0, owner));
    assert_eq!(fixture.node().positions, 2);
    assert_fails(fixture.try_claim(&delegator), StakingError::NothingToClaim);
    fixture.deposit(&delegator, MIN);
    assert_fails(fixture.try_claim(&delegator), StakingError::NothingToClaim);
    // Its tickets begin at the first address again.
    assert_eq!(fixture.request(&delegator, MIN / 2), 0);
    assert_eq!(fixture.request(&delegator, u64::MAX), 1);
    fixture.world.advance(COOLDOWN);
    for index in [0, 1] {
        fixture
            .try_withdraw(&delegator, index)
            .expect("cooled down");
    }
    assert_eq!(fixture.balance(&delegator), 99 * MIN);
}
