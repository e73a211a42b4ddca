//! Stake that begins to cool down, and stake that is taken back before it has.

use crate::{
    asserts::{assert_reason, swapped},
    fixture::{Fixture, MIN, POOL, terms, ticket_of},
};
use io_client::{
    pda,
    shared::{
        constants::{COOLDOWN, VERSION},
        errors::StakingError,
        events::{UnstakeCancelled, UnstakeRequested},
        ids::{SYSTEM_PROGRAM, io_mint, io_staking},
        state::Ticket,
    },
    staking,
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

// request_unstake

#[test]
fn request_unstake_makes_a_ticket() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    let sponsor = fixture.world.wallet();
    let before = fixture.world.lamports(&sponsor.pubkey());
    let stake = operator.stake;
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let request = staking::request_unstake(&sponsor.pubkey(), &stake, POOL, 0, MIN / 2, rent);
    let outcome = fixture.world.run(&request, &[&sponsor, &operator.wallet]);

    let address = stake.ticket(0);
    let ticket: Ticket = fixture.world.read(&address);
    assert_eq!((ticket.version, ticket.tranche), (VERSION, 0));
    assert_eq!(
        (ticket.node, ticket.position),
        (fixture.node, stake.position())
    );
    assert_eq!(
        (ticket.index, ticket.amount, ticket.shares),
        (0, MIN / 2, MIN / 2)
    );
    assert_eq!(
        (ticket.requested_at, ticket.unlock_at),
        (GENESIS, GENESIS + COOLDOWN)
    );
    assert_eq!(ticket.rent_payer, sponsor.pubkey());
    assert_eq!(fixture.world.lamports(&address), rent);
    assert_eq!(fixture.world.lamports(&sponsor.pubkey()), before - rent);
    let node = fixture.node();
    assert_eq!(
        (node.active_stake(), node.cooling_stake(), node.tickets),
        (MIN * 3 / 2, MIN / 2, 1)
    );
    let position = fixture.position(&operator);
    assert_eq!(
        (position.next_ticket, position.open_tickets, position.shares),
        (1, 1, MIN * 3 / 2)
    );
    assert_eq!(
        outcome.event::<UnstakeRequested>(),
        UnstakeRequested {
            node: fixture.node,
            position: stake.position(),
            ticket: address,
            index: 0,
            amount: MIN / 2,
            shares: MIN / 2,
            cooling_shares: MIN / 2,
            unlock_at: GENESIS + COOLDOWN,
        }
    );

    let index = fixture.request(&operator, u64::MAX);
    let ticket: Ticket = fixture.world.read(&ticket_of(&operator, index));
    assert_eq!(
        (index, ticket.amount, fixture.value(&operator)),
        (1, MIN * 3 / 2, 0)
    );
    assert_eq!(ticket.rent_payer, stake.owner);
    assert_eq!(fixture.node().active_stake(), 0);
}

#[test]
fn request_unstake_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    assert_fails(
        fixture.try_request(&operator, u64::MAX),
        StakingError::ZeroAmount,
    );
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    assert_fails(fixture.try_request(&operator, 0), StakingError::ZeroAmount);
    assert_fails(
        fixture.try_request(&operator, MIN + 1),
        StakingError::InsufficientStake,
    );

    let [pay, make, good] = fixture.request_instructions(&operator, 1);
    let result = fixture.send_by(good.clone(), &[&operator.wallet]);
    assert_fails(result, StakingError::TicketNotBlank);
    fixture.world.run(&[pay, make], &[&operator.wallet]);
    let keys = [&operator.wallet, &delegator.wallet];
    fixture.assert_swaps(
        &good,
        &keys,
        [
            (0, delegator.stake.owner, Ok(StakingError::NotOwner)),
            (1, other_node, Ok(StakingError::WrongNode)),
            (2, delegator.stake.position(), Ok(StakingError::NotOwner)),
            (2, other_node, Err(InstructionError::InvalidAccountData)),
            (
                5,
                pda::reward_pool(POOL + 1).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                6,
                pda::node_emission(&other_node).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                7,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (8, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    // Not a ticket's account: nothing, one in use, too small, of another program, another layout's.
    let size = usize::try_from(staking::TICKET_SPACE).expect("small");
    let used = fixture.request(&delegator, 1);
    let [small, foreign] = [0, 1].map(|_| fixture.world.fresh_address());
    fixture
        .world
        .put(small, io_staking::ID, vec![0; size - 1], false);
    fixture
        .world
        .put(foreign, io_mint::ID, vec![0; size], false);
    for wrong in [
        ticket_of(&operator, 7),
        ticket_of(&delegator, used),
        small,
        foreign,
        delegator.stake.position(),
    ] {
        let result = fixture.send_by(swapped(&good, 3, wrong), &keys);
        assert_fails(result, StakingError::TicketNotBlank);
    }
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    // The owner is not the one who paid, or would sign all the same.
    unsigned.accounts[4].pubkey = delegator.stake.owner;
    let result = fixture.world.send(&[unsigned], &[&delegator.wallet]);
    assert_reason(result, &InstructionError::MissingRequiredSignature);
    fixture.world.run(&[good], &[&operator.wallet]);
}

#[test]
fn lamports_sent_to_a_ticket_beforehand_do_not_stop_it() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let ticket = ticket_of(&operator, 0);
    fixture
        .world
        .svm
        .airdrop(&ticket, 1_000_000)
        .expect("the faucet pays");
    let index = fixture.request(&operator, MIN);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, index).expect("cooled down");
    assert_eq!(fixture.balance(&operator), 100 * MIN);
}

/// An account without lamports is gone when its transaction ends, and the stake would be with it.
#[test]
fn a_ticket_that_nobody_paid_for_is_refused() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let [_, make, request] = fixture.request_instructions(&operator, MIN);
    assert_fails(
        fixture.world.send(&[make, request], &[&operator.wallet]),
        StakingError::TicketNotBlank,
    );
    fixture.request(&operator, MIN);
}

/// Otherwise an address that cannot be paid would keep the ticket from ever being closed.
#[test]
fn who_gets_the_rent_back_signs_the_request() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let vault = fixture.node().stake_vault;
    for unpayable in [SYSTEM_PROGRAM, vault] {
        let [pay, make, mut request] = fixture.request_instructions(&operator, MIN);
        request.accounts[4].pubkey = unpayable;
        request.accounts[4].is_signer = false;
        assert_reason(
            fixture
                .world
                .send(&[pay, make, request], &[&operator.wallet]),
            &InstructionError::MissingRequiredSignature,
        );
    }
}

#[test]
fn a_drop_in_stake_is_recorded_for_emissions() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 3 * MIN);
    // Not known to io_emissions yet: nothing to record.
    fixture.request(&operator, 1);
    assert_eq!(fixture.node().drop_settlement, u64::MAX);

    let stake = 3 * MIN - 1;
    let mut settlement = |settlements: u64, acc: u64, unstaked: u64| {
        fixture.put_emission(|emission, pool| {
            emission.settlements = settlements;
            pool.acc_per_weight = u128::from(acc).into();
        });
        fixture.request(&operator, unstaked);
        let node = fixture.node();
        (node.drop_settlement, node.drop_acc.get(), node.drop_stake)
    };
    assert_eq!(settlement(7, 500, 9), (7, 500, stake - 9));
    // Before the next settlement: the first moment, the lowest stake.
    assert_eq!(settlement(7, 600, 1), (7, 500, stake - 10));
    // Below the minimum it earns nothing.
    assert_eq!(settlement(8, 700, 2 * MIN), (8, 700, 0));

    let mut halted = Fixture::new();
    let operator = halted.operator();
    halted.deposit(&operator, MIN);
    halted.put_emission(|emission, pool| {
        emission.settlements = 3;
        pool.acc_per_weight = 40_u128.into();
    });
    halted.try_halt().expect("open");
    let node = halted.node();
    assert_eq!(
        (node.drop_settlement, node.drop_acc.get(), node.drop_stake),
        (3, 40, 0)
    );
}

// cancel_unstake

#[test]
fn cancel_unstake_takes_the_ticket_back() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let index = fixture.request(&operator, MIN / 4);
    let ticket = ticket_of(&operator, index);
    let (rent, before) = (
        fixture.world.lamports(&ticket),
        fixture.world.lamports(&operator.stake.owner),
    );
    let outcome = fixture.try_cancel(&operator, index).expect("there is room");
    assert_eq!(
        outcome.event::<UnstakeCancelled>(),
        UnstakeCancelled {
            node: fixture.node,
            position: operator.stake.position(),
            ticket,
            amount: MIN / 4,
            shares: MIN / 4,
        }
    );
    assert!(!fixture.world.exists(&ticket));
    assert_eq!(fixture.world.lamports(&operator.stake.owner), before + rent);
    let (node, position) = (fixture.node(), fixture.position(&operator));
    assert_eq!(
        (node.active_stake(), node.cooling_stake(), node.tickets),
        (MIN, 0, 0)
    );
    assert_eq!(
        (position.shares, position.open_tickets, position.next_ticket),
        (MIN, 0, 1)
    );
}

#[test]
fn cancel_unstake_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (own, others) = (
        fixture.request(&operator, MIN),
        fixture.request(&delegator, MIN),
    );

    fixture.set_paused(true);
    assert_fails(fixture.try_cancel(&operator, own), StakingError::Paused);
    fixture.set_paused(false);
    let owner = operator.stake.owner;
    let good = staking::cancel_unstake(&operator.stake, POOL, own, &owner);
    let stranger = fixture.world.wallet().pubkey();
    for (index, wrong, error) in [
        (0, delegator.stake.owner, StakingError::NotOwner),
        (2, other_node, StakingError::WrongNode),
        (3, delegator.stake.position(), StakingError::NotOwner),
        (
            4,
            ticket_of(&delegator, others),
            StakingError::WrongPosition,
        ),
        (5, stranger, StakingError::WrongRentPayer),
        (6, pda::reward_pool(POOL + 1).0, StakingError::WrongAccount),
        (
            7,
            pda::node_emission(&stranger).0,
            StakingError::WrongAccount,
        ),
    ] {
        let keys = [&operator.wallet, &delegator.wallet];
        assert_fails(fixture.send_by(swapped(&good, index, wrong), &keys), error);
    }
    // All of it or nothing.
    fixture.deposit(&operator, 4 * MIN - 1);
    assert_fails(fixture.try_cancel(&operator, own), StakingError::NodeFull);
    assert_fails(
        fixture.try_cancel(&delegator, others),
        StakingError::NodeFull,
    );
    let freed = fixture.request(&operator, 4 * MIN);
    assert_fails(
        fixture.try_cancel(&delegator, others),
        StakingError::OperatorStakeTooLow,
    );
    fixture.try_halt().expect("open");
    assert_fails(
        fixture.try_cancel(&operator, freed),
        StakingError::NodeNotOpen,
    );
}
