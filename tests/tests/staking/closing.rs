//! Nodes that are given up, emptied and closed, and positions that are closed.

use crate::{
    Fixture, MIN, MINT, POOL, RISKY, Staker, assert_code, assert_reason, assert_rounded,
    live::{CLASS, Live, Member, POOL as LIVE_POOL},
    swapped, terms,
};
use io_client::{
    Pubkey, emissions, pda,
    shared::{
        constants::{COOLDOWN, DAY, HOUR, IO, SLASH_DELAY, SLASH_LAPSE},
        errors::{EmissionsError, StakingError},
        events::{Claimed, NodeClosed, NodeRetired, PositionClosed, UnstakeRequested, Withdrawn},
        ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_staking},
        state::{Node, NodeStatus, Position, Ticket, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::{Failure, GENESIS, Outcome, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Account as TokenAccount;

impl Fixture {
    pub fn try_retire(&mut self) -> Result<Outcome, Failure> {
        let operator = self.operator.insecure_clone();
        let retire = staking::retire_node(&operator.pubkey(), &self.node, POOL);
        self.world.send(&[retire], &[&operator])
    }

    #[track_caller]
    pub fn retire(&mut self) -> Outcome {
        self.try_retire().expect("not retired yet")
    }

    /// Asked for by `caller`; the ticket.
    fn try_unstake_for(
        &mut self,
        caller: &Keypair,
        staker: &Staker,
    ) -> (Pubkey, Result<Outcome, Failure>) {
        let rent = self.world.rent(staking::TICKET_SPACE);
        let (ticket, instructions) =
            staking::unstake_retired(&caller.pubkey(), &staker.stake, rent);
        (ticket, self.world.send(&instructions, &[caller]))
    }

    fn try_close_position(&mut self, by: &Keypair, staker: &Staker) -> Result<Outcome, Failure> {
        let close = staking::close_position(&by.pubkey(), &staker.stake, &staker.stake.owner);
        self.world.send(&[close], &[by])
    }

    /// What was left goes to `destination`; signed by nobody in particular.
    fn try_close_node(&mut self, destination: &Pubkey) -> Result<Outcome, Failure> {
        let close = staking::close_node(&self.node, destination, &self.operator.pubkey());
        self.world.send(&[close], &[])
    }

    /// What anyone can do for an absent staker on a retired node.
    fn help_out(&mut self, caller: &Keypair, staker: &Staker) {
        if self.position(staker).shares > 0 {
            let (ticket, result) = self.try_unstake_for(caller, staker);
            result.expect("anyone may");
            self.world.advance(COOLDOWN);
            let withdraw =
                staking::withdraw_ticket(&staker.stake, &ticket, &staker.tokens, &caller.pubkey());
            self.world.run(&[withdraw], &[]);
        }
        let _ = self.try_claim(staker);
        self.try_close_position(caller, staker).expect("empty");
    }
}

// retire_node

#[test]
fn an_operator_gives_a_node_up_open_or_halted() {
    for halted in [false, true] {
        let mut fixture = Fixture::new();
        let operator = fixture.operator();
        fixture.deposit(&operator, MIN);
        fixture.put_emission(|emission, pool| {
            emission.settlements = 3;
            pool.acc_per_weight = 40_u128.into();
        });
        if halted {
            fixture.halt();
        }
        let outcome = fixture.retire();
        let node = fixture.node();
        assert_eq!(node.status, NodeStatus::Retired as u8);
        assert_eq!(
            outcome.event::<NodeRetired>(),
            NodeRetired { node: fixture.node }
        );
        // It earns nothing from now on.
        assert_eq!(
            (node.drop_settlement, node.drop_acc.get(), node.drop_stake),
            (3, 40, 0)
        );
        // For good, and for everyone.
        assert_fails(fixture.try_retire(), StakingError::NodeRetired);
        assert_fails(fixture.try_halt(), StakingError::NodeNotOpen);
        let authority = fixture.authority().pubkey();
        let resume = staking::resume_node(&authority, &fixture.node);
        assert_fails(
            fixture.world.send(&[resume], &[]),
            StakingError::NodeNotHalted,
        );
        assert_fails(
            fixture.try_deposit(&operator, 1, 1),
            StakingError::NodeNotOpen,
        );
        let index = fixture.request(&operator, MIN / 2);
        assert_fails(
            fixture.try_cancel(&operator, index),
            StakingError::NodeNotOpen,
        );
        let wallet = fixture.world.wallet();
        let stake = Stake {
            node: fixture.node,
            owner: wallet.pubkey(),
            tranche: TrancheKind::Protected,
        };
        let open = staking::open_position(&wallet.pubkey(), &stake);
        assert_fails(
            fixture.world.send(&[open], &[&wallet]),
            StakingError::NodeNotOpen,
        );
    }
}

#[test]
fn retire_node_refuses() {
    let mut fixture = Fixture::new();
    let (node, other_node) = (fixture.node, fixture.register(&terms(2)));
    let (operator, guardian) = (
        fixture.operator.insecure_clone(),
        fixture.guardian.insecure_clone(),
    );
    let authority = fixture.authority();
    let good = staking::retire_node(&operator.pubkey(), &node, POOL);
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let config = crate::CONFIG;
    fixture.assert_swaps(
        &good,
        &[&operator, &guardian, &authority],
        [
            (0, guardian.pubkey(), Ok(StakingError::NotOperator)),
            (0, authority.pubkey(), Ok(StakingError::NotOperator)),
            (1, foreign_node, Err(InstructionError::IllegalOwner)),
            (1, config, Err(InstructionError::AccountDataTooSmall)),
            (
                2,
                pda::reward_pool(POOL + 1).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                3,
                pda::node_emission(&other_node).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                4,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (5, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    assert_reason(
        fixture.world.send(&[unsigned], &[]),
        &InstructionError::MissingRequiredSignature,
    );
    fixture.world.run(&[good], &[&operator]);
}

#[test]
fn a_retired_node_can_still_be_slashed() {
    for retired_first in [true, false] {
        let mut fixture = Fixture::new();
        let operator = fixture.operator();
        fixture.deposit(&operator, 2 * MIN);
        let index = fixture.request(&operator, MIN);
        if retired_first {
            fixture.retire();
            fixture.propose(5_000);
        } else {
            fixture.halt();
            fixture.propose(5_000);
            fixture.retire();
        }
        fixture.world.advance(COOLDOWN);
        assert_fails(
            fixture.try_withdraw(&operator, index),
            StakingError::SlashOpen,
        );
        // Others may help it out meanwhile; its stake waits all the same.
        let stranger = fixture.world.wallet();
        let (ticket, result) = fixture.try_unstake_for(&stranger, &operator);
        result.expect("retired");
        fixture.try_execute().expect("ripe");
        fixture.try_withdraw(&operator, index).expect("no proposal");
        fixture.world.advance(COOLDOWN);
        let withdraw = staking::withdraw_ticket(
            &operator.stake,
            &ticket,
            &operator.tokens,
            &stranger.pubkey(),
        );
        fixture.world.run(&[withdraw], &[]);
        assert_eq!(fixture.balance(&operator), 99 * MIN);
    }
}

// request_unstake by others

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
    assert_code(result, crate::ANCHOR_DUPLICATE);
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

// close_position

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
    let (node, config) = (fixture.node, crate::CONFIG);
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
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    assert_reason(
        fixture.world.send(&[unsigned], &[]),
        &InstructionError::MissingRequiredSignature,
    );
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

// close_node

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
    let duplicate = || Err(InstructionError::Custom(crate::ANCHOR_DUPLICATE));
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
                Err(InstructionError::Custom(crate::TOKEN_MINT_MISMATCH)),
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
    let mut fixture = Fixture::with_terms(NodeTerms {
        class: RISKY,
        ..terms(1)
    });
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
    let mut fixture = Fixture::with_terms(NodeTerms {
        class: RISKY,
        ..terms(1)
    });
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

// With io_emissions

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

#[test]
fn a_nodes_whole_life_leaves_no_account_and_no_raw_io_behind() {
    let mut live = Live::new();
    // Another node, so that the pool goes on.
    let other = live.join(CLASS, 1);
    let accounts = |live: &mut Live| {
        let mut all: Vec<_> = [io_staking::ID, io_emissions::ID, TOKEN_PROGRAM]
            .iter()
            .flat_map(|program| live.world().svm.get_program_accounts(program))
            .map(|(address, _)| address)
            .collect();
        all.sort();
        all
    };
    // Wallets and their token accounts are there before.
    let (operator, one, two) = (
        live.world().wallet(),
        live.world().wallet(),
        live.world().wallet(),
    );
    let wallets = [&operator, &one, &two];
    let tokens = wallets.map(|wallet| live.give_io(&wallet.pubkey(), 10_000 * IO));
    let before = accounts(&mut live);
    let lamports = wallets.map(|wallet| live.world().lamports(&wallet.pubkey()));
    let keeper_before = {
        let authority = live.authority();
        live.world().lamports(&authority)
    };

    // register -> open -> deposit
    let key = operator.pubkey();
    let terms = NodeTerms {
        node_id: [7; 32],
        class: CLASS,
        processors: 1,
        commission_bps: 1_000,
        delegation_open: true,
    };
    let node = pda::node(&key, &terms.node_id).0;
    let stakes = wallets.map(|wallet| Stake {
        node,
        owner: wallet.pubkey(),
        tranche: if wallet.pubkey() == key {
            TrancheKind::Operator
        } else {
            TrancheKind::Protected
        },
    });
    live.world().run(
        &[
            staking::register_node(&key, &key, &MINT, &terms),
            staking::open_position(&key, &stakes[0]),
            staking::open_position(&one.pubkey(), &stakes[1]),
            staking::open_position(&two.pubkey(), &stakes[2]),
            emissions::enroll_node(&key, &node, LIVE_POOL),
        ],
        &wallets,
    );
    for ((stake, tokens), amount) in stakes.iter().zip(&tokens).zip([400 * IO, 333, 77 * IO]) {
        let deposit = staking::deposit(stake, tokens, LIVE_POOL, amount, amount);
        live.run_by(&[deposit], &wallets);
    }
    let member = Member {
        wallet: operator.insecure_clone(),
        class: CLASS,
        stake: stakes[0],
        tokens: tokens[0],
    };
    // earn, with a claim and a part of one position taken out on the way
    for round in 0..6_u64 {
        live.epoch(&[&other, &member]);
        live.harvest(&other);
        if round == 3 {
            live.harvest(&member);
            live.run(&[staking::claim(&stakes[1], &tokens[1])]);
        }
    }
    let rent = live.world().rent(staking::TICKET_SPACE);
    let request = staking::request_unstake(&two.pubkey(), &stakes[2], LIVE_POOL, 0, 30 * IO, rent);
    live.run_by(&request, &wallets);
    live.epoch(&[&other, &member]);
    // retire -> everybody out, two of them helped
    let retire = staking::retire_node(&key, &node, LIVE_POOL);
    live.run_by(&[retire], &wallets);
    live.epoch(&[&other]);
    let early = emissions::close_node_emission(&node, LIVE_POOL, &key);
    assert_fails(
        live.world().send(&[early], &[]),
        EmissionsError::HarvestFirst,
    );
    assert!(live.harvest(&member) > 0);
    let authority = live.authority();
    let mut tickets = vec![(2, stakes[2].ticket(0), two.pubkey())];
    for index in [1, 2] {
        let (ticket, instructions) = staking::unstake_retired(&authority, &stakes[index], rent);
        live.run(&instructions);
        tickets.push((index, ticket, authority));
    }
    let request = staking::request_unstake(&key, &stakes[0], LIVE_POOL, 0, u64::MAX, rent);
    live.run_by(&request, &wallets);
    tickets.push((0, stakes[0].ticket(0), key));
    live.check();
    live.world().advance(COOLDOWN + DAY);
    for (index, ticket, rent_payer) in tickets {
        let withdraw =
            staking::withdraw_ticket(&stakes[index], &ticket, &tokens[index], &rent_payer);
        live.run(&[withdraw]);
    }
    for (stake, tokens) in stakes.iter().zip(&tokens) {
        live.run(&[staking::claim(stake, tokens)]);
    }
    live.check();
    // close_node_emission -> close_position -> close_node, all by anyone and in one transaction
    let mut end = vec![emissions::close_node_emission(&node, LIVE_POOL, &key)];
    end.extend(
        stakes
            .iter()
            .map(|stake| staking::close_position(&authority, stake, &stake.owner)),
    );
    end.push(staking::close_node(&node, &tokens[0], &key));
    let closed: NodeClosed = live.run(&end).event();
    assert!(
        closed.stake_left == 0 && closed.rewards_left <= 4,
        "{closed:?}"
    );
    live.crank();

    assert_eq!(accounts(&mut live), before, "no account is left");
    assert_eq!(
        wallets.map(|wallet| live.world().lamports(&wallet.pubkey())),
        lamports,
        "all rents are back with who paid them"
    );
    // The authority paid the fees and the tickets' rents; fees are 5,000 lamports for each signature.
    let keeper_after = live.world().lamports(&authority);
    assert_eq!((keeper_before - keeper_after) % 5_000, 0);
    // No raw IO is left: what the accounts hold is the supply, and what nodes hold is the other's.
    let held: u64 = live
        .world()
        .svm
        .get_program_accounts(&TOKEN_PROGRAM)
        .iter()
        .filter_map(|(_, account)| TokenAccount::unpack(&account.data).ok())
        .filter(|account| account.mint == MINT)
        .map(|account| account.amount)
        .sum();
    assert_eq!(held, live.world().supply(&MINT));
    for tokens in &tokens {
        assert!(live.world().token_balance(tokens) >= 10_000 * IO);
    }
    let books = books::check_untouched(live.world()).expect("the books add up");
    assert_eq!((books.nodes, books.positions, books.tickets), (1, 1, 0));
}

/// Rewards that come when everyone has left are the operator's, and block nothing.
#[test]
fn rewards_that_arrive_after_everyone_left_go_to_the_operator() {
    let mut live = Live::new();
    let (a, other) = (live.join(CLASS, 2), live.join(CLASS, 1));
    for _ in 0..4 {
        live.epoch(&[&a, &other]);
    }
    // Out before the harvest, knowingly.
    live.unstake(&a, u64::MAX);
    let retire = staking::retire_node(&a.stake.owner, &a.node(), LIVE_POOL);
    live.world().run(&[retire], &[&a.wallet]);
    live.world().advance(COOLDOWN);
    live.crank();
    let earned = live.harvest(&a);
    assert!(earned > 0);
    let owner = a.stake.owner;
    let withdraw = staking::withdraw(&a.stake, 0, &a.tokens, &owner);
    let closed: NodeClosed = live
        .run(&[
            withdraw,
            emissions::close_node_emission(&a.node(), LIVE_POOL, &live.authority()),
            staking::close_position(&live.authority(), &a.stake, &owner),
            staking::close_node(&a.node(), &a.tokens, &owner),
        ])
        .event();
    assert_eq!((closed.stake_left, closed.rewards_left), (0, earned));
    assert_eq!(live.world().token_balance(&a.tokens), 100_000 * IO + earned);
    live.world().advance(HOUR);
    live.crank();
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
