//! Nodes that are emptied and closed, and registered again.

use crate::{
    asserts::{ANCHOR_DUPLICATE, TOKEN_MINT_MISMATCH, assert_reason, assert_rounded, swapped},
    fixture::{Fixture, MIN, MINT, POOL, RISKY, Staker, terms},
};
use io_client::{
    pda,
    shared::{
        constants::{COOLDOWN, IO, SLASH_DELAY, SLASH_LAPSE},
        errors::StakingError,
        events::NodeClosed,
        ids::{io_mint, io_staking},
        state::Node,
    },
    staking::{self, NodeTerms},
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn close_node_leaves_nothing() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    let spent = {
        let rents = [
            fixture.world.lamports(&fixture.node),
            fixture.world.lamports(&pda::stake_vault(&fixture.node).0),
            fixture.world.lamports(&pda::reward_vault(&fixture.node).0),
        ];
        rents.iter().sum::<u64>()
    };
    fixture.deposit(&operator, MIN);
    fixture.retire();
    fixture.leave(&operator);
    // A donation to either vault, and rewards that came when nobody was left.
    let (stake_vault, reward_vault) = (
        pda::stake_vault(&fixture.node).0,
        pda::reward_vault(&fixture.node).0,
    );
    fixture.donate(stake_vault, 3);
    fixture.reward(700);
    let owner = fixture.operator.insecure_clone();
    fixture
        .try_close_position(&owner, &operator)
        .expect("empty");
    let before = (
        fixture.balance(&operator),
        fixture.world.lamports(&owner.pubkey()),
    );
    let outcome = fixture.try_close_node(&operator.tokens).expect("empty");
    assert_eq!(
        outcome.event::<NodeClosed>(),
        NodeClosed {
            node: fixture.node,
            operator: owner.pubkey(),
            stake_left: 3,
            rewards_left: 700,
        }
    );
    assert_eq!(fixture.balance(&operator), before.0 + 703);
    assert_eq!(fixture.world.lamports(&owner.pubkey()), before.1 + spent);
    for account in [fixture.node, stake_vault, reward_vault] {
        assert!(!fixture.world.exists(&account));
    }
}

#[test]
fn close_node_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let operator = fixture.operator();
    let (owner, stranger) = (fixture.operator.insecure_clone(), fixture.world.wallet());
    let tokens = operator.tokens;
    let close = |fixture: &mut Fixture| fixture.try_close_node(&tokens);
    assert_fails(close(&mut fixture), StakingError::NodeNotRetired);
    fixture.deposit(&operator, MIN);
    fixture.halt();
    assert_fails(close(&mut fixture), StakingError::NodeNotRetired);
    fixture.retire();
    // A stake, a ticket, a position; then a slash.
    assert_fails(close(&mut fixture), StakingError::NodeNotEmpty);
    let index = fixture.request(&operator, u64::MAX);
    assert_fails(close(&mut fixture), StakingError::NodeNotEmpty);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, index).expect("cooled down");
    assert_fails(close(&mut fixture), StakingError::NodeNotEmpty);
    fixture
        .try_close_position(&owner, &operator)
        .expect("empty");
    fixture.propose(1);
    assert_fails(close(&mut fixture), StakingError::SlashOpen);
    // Lapsed or not: the proposal's rent is the slasher's.
    fixture.world.advance(SLASH_LAPSE);
    assert_fails(close(&mut fixture), StakingError::SlashOpen);
    fixture.try_cancel_slash(&stranger).expect("lapsed");
    fixture.put_emission(|_, _| ());
    assert_fails(close(&mut fixture), StakingError::EmissionNotClosed);
    let emission = pda::node_emission(&fixture.node).0;
    fixture.world.remove(&emission);

    let good = staking::close_node(&fixture.node, &tokens, &owner.pubkey());
    let node = fixture.node;
    let (stake_vault, reward_vault) = (pda::stake_vault(&node).0, pda::reward_vault(&node).0);
    fixture.donate(stake_vault, 1);
    fixture.donate(reward_vault, 1);
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let theirs = fixture
        .world
        .create_token_account(&stranger.pubkey(), &MINT, 0);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&owner.pubkey(), &usdc, 0);
    let duplicate = || Err(InstructionError::Custom(ANCHOR_DUPLICATE));
    fixture.assert_swaps(
        &good,
        &[],
        [
            (0, foreign_node, Err(InstructionError::IllegalOwner)),
            (0, other_node, Ok(StakingError::WrongVault)),
            (
                1,
                pda::stake_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (1, reward_vault, duplicate()),
            (
                2,
                pda::reward_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (2, stake_vault, duplicate()),
            (
                3,
                pda::node_emission(&other_node).0,
                Ok(StakingError::WrongAccount),
            ),
            (4, theirs, Ok(StakingError::WrongDestination)),
            (4, owner.pubkey(), duplicate()),
            (4, stake_vault, duplicate()),
            (
                4,
                dollars,
                Err(InstructionError::Custom(TOKEN_MINT_MISMATCH)),
            ),
            (5, stranger.pubkey(), Ok(StakingError::WrongRentPayer)),
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
fn anyone_empties_a_retired_node() {
    let mut fixture = Fixture::risky();
    let operator = fixture.operator();
    let stakers = [fixture.delegator(), fixture.delegator()];
    fixture.deposit(&operator, 2 * MIN);
    for staker in &stakers {
        fixture.deposit(staker, MIN);
    }
    fixture.reward(1_000 * IO);
    // One of them has half a position cooling already, and sends what it gets elsewhere.
    let index = fixture.request(&stakers[0], MIN / 2);
    let (cold, tokens) = fixture.wallet_with(0);
    let payout = staking::set_payout(&stakers[0].stake, &cold.pubkey());
    fixture.world.run(&[payout], &[&stakers[0].wallet]);
    fixture.retire();
    // A quarter of 800 IO at risk, half of the operator's.
    fixture.propose(2_500);
    fixture.world.advance(SLASH_DELAY);
    fixture.try_execute().expect("ripe");
    fixture.world.advance(COOLDOWN);
    fixture.set_paused(true);

    let keeper = fixture.world.wallet();
    let lamports = fixture.world.lamports(&keeper.pubkey());
    let paid_elsewhere = Staker {
        wallet: stakers[0].wallet.insecure_clone(),
        stake: stakers[0].stake,
        tokens,
    };
    fixture
        .try_withdraw(&paid_elsewhere, index)
        .expect("cooled down");
    // The operator last: the others' stake may still bring it commission.
    for staker in [&paid_elsewhere, &stakers[1], &operator] {
        fixture.help_out(&keeper, staker);
    }
    // Half of the operator's is gone and nobody else's, and the keeper has its lamports back.
    assert_eq!(fixture.world.lamports(&keeper.pubkey()), lamports);
    assert_rounded(fixture.balance(&operator), 99 * MIN + 550 * IO, 1);
    assert_rounded(fixture.world.token_balance(&tokens), MIN + 225 * IO, 1);
    assert_rounded(fixture.balance(&stakers[1]), 100 * MIN + 225 * IO, 1);
    let outcome = fixture.try_close_node(&operator.tokens).expect("empty");
    let left: NodeClosed = outcome.event();
    assert!(left.stake_left == 0 && left.rewards_left <= 2);
}

/// Less than 1 raw, which nobody could unstake.
#[test]
fn shares_that_a_slash_left_worthless_keep_no_node_open() {
    let mut fixture = Fixture::risky();
    let operator = fixture.operator();
    let (large, small) = (fixture.delegator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&large, MIN / 2);
    fixture.deposit(&small, 1);
    fixture.leave(&operator);
    fixture.halt();
    fixture.propose(5_000);
    fixture.world.advance(SLASH_DELAY);
    fixture.try_execute().expect("ripe");
    fixture.retire();
    let keeper = fixture.world.wallet();
    assert_eq!(fixture.value(&small), 0);
    let (_, nothing) = fixture.try_unstake_for(&keeper, &small);
    assert_fails(nothing, StakingError::ZeroAmount);
    fixture
        .try_close_position(&keeper, &small)
        .expect("worthless");
    fixture.help_out(&keeper, &large);
    fixture
        .try_close_position(&keeper, &operator)
        .expect("empty");
    fixture.try_close_node(&operator.tokens).expect("empty");
}

#[test]
fn a_node_closed_and_registered_again_with_the_same_id_starts_clean() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    fixture.reward(1_000);
    fixture.slash(5_000);
    fixture.retire();
    fixture.leave(&operator);
    fixture.try_claim(&operator).expect("earned");
    let owner = fixture.operator.insecure_clone();
    fixture
        .try_close_position(&owner, &operator)
        .expect("empty");
    let old = fixture.node;
    // In one transaction.
    let key = owner.pubkey();
    let close = staking::close_node(&old, &operator.tokens, &key);
    let new = NodeTerms {
        class: RISKY,
        processors: 2,
        ..terms(1)
    };
    let register = staking::register_node(&key, &key, &MINT, &new);
    let open = staking::open_position(&key, &operator.stake);
    fixture.world.run(&[close, register, open], &[&owner]);
    let node = fixture.node();
    // As one that was never there.
    let mut other = Fixture::new();
    other.world.set_clock(fixture.world.now());
    let fresh = other.register(&NodeTerms {
        node_id: [9; 32],
        ..new
    });
    let fresh: Node = other.world.read(&fresh);
    assert_eq!(
        (node.status, node.class, node.processors, node.positions),
        (fresh.status, RISKY, 2, 1)
    );
    assert_eq!(
        (node.tranches, node.cooling),
        (fresh.tranches, fresh.cooling)
    );
    assert_eq!(
        (node.rewards_owed, node.commission_owed, node.tickets),
        (0, 0, 0)
    );
    assert_eq!(
        (node.slash_lapses_at, node.halted_at, node.drop_settlement),
        (0, 0, u64::MAX)
    );
    assert_eq!(
        (node.registered_at, node.min_stake, node.max_stake),
        (fresh.registered_at, fresh.min_stake, fresh.max_stake)
    );
    for vault in [node.stake_vault, node.reward_vault] {
        assert_eq!(fixture.world.token_balance(&vault), 0);
    }
    fixture.deposit(&operator, 2 * MIN);
    assert_eq!(fixture.value(&operator), 2 * MIN);
    assert_fails(fixture.try_claim(&operator), StakingError::NothingToClaim);
    assert_eq!(fixture.slash(5_000).operator_active, MIN);
    assert_eq!(fixture.leave(&operator), MIN);
}

/// What a swapped instruction would do if it were let through is the same for all: nothing.
#[test]
fn a_closed_node_answers_nothing() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.retire();
    let owner = fixture.operator.insecure_clone();
    fixture
        .try_close_position(&owner, &operator)
        .expect("empty");
    fixture.try_close_node(&operator.tokens).expect("empty");
    let gone = InstructionError::AccountDataTooSmall;
    assert_reason(fixture.try_close_node(&operator.tokens), &gone);
    assert_reason(fixture.try_retire(), &gone);
    assert_reason(fixture.try_propose(1), &gone);
    let other = fixture.register(&terms(2));
    let retire = staking::retire_node(&owner.pubkey(), &other, POOL);
    let node = fixture.node;
    let result = fixture.world.send(&[swapped(&retire, 1, node)], &[&owner]);
    assert_reason(result, &gone);
}
