//! Stake that others take out of a retired node, for its owner.

use crate::{
    asserts::{ANCHOR_DUPLICATE, assert_code, assert_rounded, swapped},
    fixture::{Fixture, MIN, MINT, POOL, terms},
    live::{CLASS, Live, Member, POOL as LIVE_POOL},
};
use io_client::{
    Pubkey, emissions, pda,
    shared::{
        constants::{COOLDOWN, IO},
        errors::StakingError,
        events::{Claimed, UnstakeRequested, Withdrawn},
        ids::{io_mint, io_staking},
        state::{Node, Ticket, TrancheKind},
    },
    staking::{self, Stake},
};
use io_tests::{GENESIS, assert_fails};
use solana_keypair::Keypair;
use solana_signer::Signer;

#[test]
fn anyone_takes_all_of_a_position_out_of_a_retired_node_and_only_all_of_it() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    let stranger = fixture.world.wallet();
    let (_, open) = fixture.try_unstake_for(&stranger, &delegator);
    assert_fails(open, StakingError::NodeNotRetired);
    fixture.halt();
    let (_, halted) = fixture.try_unstake_for(&stranger, &delegator);
    assert_fails(halted, StakingError::NodeNotRetired);
    fixture.retire();
    let (key, rent) = (stranger.pubkey(), fixture.world.rent(staking::TICKET_SPACE));
    for part in [0, 1, MIN, u64::MAX] {
        let (ticket, [pay, make, _]) = staking::unstake_retired(&key, &delegator.stake, rent);
        let [.., request] = staking::request_unstake(&key, &delegator.stake, POOL, 0, part, rent);
        let request = swapped(&swapped(&request, 0, key), 3, ticket);
        let result = fixture.world.send(&[pay, make, request], &[&stranger]);
        assert_fails(result, StakingError::NotOwner);
    }
    // Nor while rewards that it takes part in are not shared out.
    fixture.donate(pda::reward_vault(&fixture.node).0, 1_000);
    let (_, early) = fixture.try_unstake_for(&stranger, &delegator);
    assert_fails(early, StakingError::HarvestFirst);
    fixture
        .world
        .run(&[staking::distribute(&fixture.node)], &[]);
    // The owner still takes out what they like.
    fixture.request(&delegator, MIN / 4);

    let lamports = fixture.world.lamports(&stranger.pubkey());
    let (ticket, result) = fixture.try_unstake_for(&stranger, &delegator);
    let outcome = result.expect("anyone may");
    let rest = MIN * 3 / 4;
    assert_eq!(
        outcome.event::<UnstakeRequested>(),
        UnstakeRequested {
            node: fixture.node,
            position: delegator.stake.position(),
            ticket,
            index: 1,
            amount: rest,
            shares: rest,
            cooling_shares: rest,
            unlock_at: GENESIS + COOLDOWN,
        }
    );
    let state: Ticket = fixture.world.read(&ticket);
    assert_eq!(
        (state.position, state.rent_payer, state.amount),
        (delegator.stake.position(), stranger.pubkey(), rest)
    );
    // Nothing twice.
    let (_, again) = fixture.try_unstake_for(&stranger, &delegator);
    again.expect_err("the ticket is in use, and nothing is left");
    let other = fixture.world.wallet();
    let (_, again) = fixture.try_unstake_for(&other, &delegator);
    assert_fails(again, StakingError::ZeroAmount);

    // It is paid to the owner, and the caller has the rent back.
    fixture.world.advance(COOLDOWN);
    let withdraw = |to: &Pubkey, rent_to: &Pubkey| {
        staking::withdraw_ticket(&delegator.stake, &ticket, to, rent_to)
    };
    let theirs = fixture
        .world
        .create_token_account(&stranger.pubkey(), &MINT, 0);
    assert_fails(
        fixture
            .world
            .send(&[withdraw(&theirs, &stranger.pubkey())], &[]),
        StakingError::WrongDestination,
    );
    assert_fails(
        fixture
            .world
            .send(&[withdraw(&delegator.tokens, &delegator.stake.owner)], &[]),
        StakingError::WrongRentPayer,
    );
    let before = fixture.balance(&delegator);
    let outcome = fixture
        .world
        .run(&[withdraw(&delegator.tokens, &stranger.pubkey())], &[]);
    assert_eq!(outcome.event::<Withdrawn>().amount, rest);
    assert_eq!(fixture.balance(&delegator), before + rest);
    assert_eq!(fixture.world.lamports(&stranger.pubkey()), lamports);
    // What it earned before is still the owner's to claim.
    let claimed: Claimed = fixture.try_claim(&delegator).expect("earned").event();
    assert_rounded(claimed.amount, 450 * IO + 450, 1);
}

#[test]
fn unstake_retired_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.retire();
    let stranger = fixture.world.wallet();
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let (_, [pay, make, good]) =
        staking::unstake_retired(&stranger.pubkey(), &delegator.stake, rent);
    for (index, wrong, expected) in [
        (1, other_node, StakingError::WrongNode),
        (
            3,
            fixture.world.fresh_address(),
            StakingError::TicketNotBlank,
        ),
        (
            4,
            pda::reward_vault(&other_node).0,
            StakingError::WrongVault,
        ),
        (
            4,
            pda::stake_vault(&fixture.node).0,
            StakingError::WrongVault,
        ),
        (
            5,
            pda::node_emission(&other_node).0,
            StakingError::WrongAccount,
        ),
        (
            6,
            io_mint::EVENT_AUTHORITY.address,
            StakingError::WrongAccount,
        ),
        (7, io_mint::ID, StakingError::WrongAccount),
    ] {
        let bad = swapped(&good, index, wrong);
        let result = fixture
            .world
            .send(&[pay.clone(), make.clone(), bad], &[&stranger]);
        assert_fails(result, expected);
    }
    fixture.world.run(&[pay, make, good], &[&stranger]);
}

/// A ticket that is its own rent payer could never be closed, and the stake on it never withdrawn.
#[test]
fn nobody_locks_stake_in_a_ticket_that_pays_its_rent_to_itself() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.retire();
    let (stranger, ticket) = (fixture.world.wallet(), fixture.world.wallet());
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let (_, [pay, _, mut request]) =
        staking::unstake_retired(&stranger.pubkey(), &delegator.stake, rent);
    // An account with a key of its own, that signs.
    let mut allocate = pay.clone();
    allocate.accounts.truncate(1);
    allocate.accounts[0].pubkey = ticket.pubkey();
    let mut assign = allocate.clone();
    allocate.data = [
        &8_u32.to_le_bytes()[..],
        &staking::TICKET_SPACE.to_le_bytes(),
    ]
    .concat();
    assign.data = [&1_u32.to_le_bytes()[..], &io_staking::ID.to_bytes()].concat();
    request.accounts[3].pubkey = ticket.pubkey();
    request.accounts[0].pubkey = ticket.pubkey();
    let result = fixture.world.send(&[allocate, assign, request], &[&ticket]);
    assert_code(result, ANCHOR_DUPLICATE);
}

/// The key of a program can sign, and a program's account can be paid.
#[test]
fn a_ticket_that_pays_its_rent_to_a_program_is_withdrawn() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.retire();
    let (stranger, program) = (fixture.world.wallet(), fixture.world.wallet());
    fixture.world.deploy("floor", program.pubkey());
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let (ticket, [pay, make, mut request]) =
        staking::unstake_retired(&stranger.pubkey(), &delegator.stake, rent);
    request.accounts[0].pubkey = program.pubkey();
    fixture
        .world
        .run(&[pay, make, request], &[&stranger, &program]);
    fixture.world.advance(COOLDOWN);
    let withdraw = staking::withdraw_ticket(
        &delegator.stake,
        &ticket,
        &delegator.tokens,
        &program.pubkey(),
    );
    fixture.world.run(&[withdraw], &[]);
    assert_eq!(fixture.balance(&delegator), 100 * MIN);
}

/// Someone with IO who stakes on the node of `member`.
fn holder(live: &mut Live, member: &Member) -> (Keypair, Pubkey, Stake) {
    let wallet = live.world().wallet();
    let tokens = live.give_io(&wallet.pubkey(), 10_000 * IO);
    let stake = Stake {
        node: member.node(),
        owner: wallet.pubkey(),
        tranche: TrancheKind::Protected,
    };
    let open = staking::open_position(&wallet.pubkey(), &stake);
    live.world().run(&[open], &[&wallet]);
    (wallet, tokens, stake)
}

/// An operator who gives up with rewards on the way, takes everyone else out and stays for the harvest.
#[test]
fn nobody_is_taken_out_before_what_they_earned_is_shared_out() {
    let mut live = Live::new();
    let a = live.join(CLASS, 2);
    let (holder, tokens, stake) = holder(&mut live, &a);
    let deposit = staking::deposit(&stake, &tokens, LIVE_POOL, 500 * IO, 1);
    live.world().run(&[deposit], &[&holder]);
    for _ in 0..4 {
        live.epoch(&[&a]);
    }
    let rent = live.world().rent(staking::TICKET_SPACE);
    let retire = staking::retire_node(&a.stake.owner, &a.node(), LIVE_POOL);
    let (_, out) = staking::unstake_retired(&a.stake.owner, &stake, rent);
    let [pay, make, request] = out;
    let at_once = [retire.clone(), pay.clone(), make.clone(), request.clone()];
    assert_fails(
        live.world().send(&at_once, &[&a.wallet]),
        StakingError::HarvestFirst,
    );
    live.world().run(&[retire], &[&a.wallet]);
    // Nor when it is settled and not harvested.
    live.sync_node(&a);
    let late = [pay.clone(), make.clone(), request.clone()];
    assert_fails(
        live.world().send(&late, &[&a.wallet]),
        StakingError::HarvestFirst,
    );
    let harvest = emissions::harvest(&a.node(), LIVE_POOL);
    live.world()
        .run(&[harvest, pay, make, request], &[&a.wallet]);
    live.check();
    // Half of the stake, nine tenths of half of the rewards.
    let before = live.world().token_balance(&tokens);
    live.run(&[staking::claim(&stake, &tokens)]);
    let paid = live.world().token_balance(&tokens) - before;
    let node: Node = live.node(&a);
    let left = live.world().token_balance(&node.reward_vault);
    assert_rounded(paid, (paid + left) * 45 / 100, 2);
    assert!(paid > IO);
}

/// The owner is not kept by it: who leaves before the harvest knows what they leave.
#[test]
fn an_owner_leaves_a_retired_node_harvested_or_not() {
    let mut live = Live::new();
    let a = live.join(CLASS, 2);
    for _ in 0..3 {
        live.epoch(&[&a]);
    }
    let retire = staking::retire_node(&a.stake.owner, &a.node(), LIVE_POOL);
    live.world().run(&[retire], &[&a.wallet]);
    live.unstake(&a, 100 * IO);
    live.unstake_at(&a, 1, u64::MAX);
}
