//! Nodes that an operator registers, and opens to delegators or not.

use crate::{
    asserts::{IN_USE, assert_code, assert_reason},
    fixture::{Fixture, MAX, MIN, MINT, POOL, RISKY, SAFE, terms},
};
use io_client::{
    pda,
    shared::{
        constants::VERSION,
        errors::StakingError,
        events::{DelegationSet, NodeRegistered},
        ids::{io_mint, io_staking},
        state::{DeviceClass, Node, NodeStatus},
    },
    staking::{self, NodeTerms},
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

// register_node

#[test]
fn register_node_writes_the_node_and_creates_its_vaults() {
    let mut fixture = Fixture::new();
    let (operator, sponsor) = (fixture.operator.insecure_clone(), fixture.world.wallet());
    let terms = NodeTerms {
        node_id: [3; 32],
        class: RISKY,
        processors: 8,
        commission_bps: 2_500,
        delegation_open: false,
    };
    let instruction = staking::register_node(&sponsor.pubkey(), &operator.pubkey(), &MINT, &terms);
    let outcome = fixture.world.run(&[instruction], &[&sponsor, &operator]);

    let (address, bump) = pda::node(&operator.pubkey(), &[3; 32]);
    let node: Node = fixture.world.read(&address);
    assert!(node.invariant());
    assert_eq!(
        (node.version, node.bump, node.status),
        (VERSION, bump, NodeStatus::Open as u8)
    );
    assert_eq!(
        (node.class, node.processors, node.delegation_open),
        (RISKY, 8, 0)
    );
    assert_eq!((node.operator, node.node_id), (operator.pubkey(), [3; 32]));
    assert_eq!(node.rent_payer, sponsor.pubkey());
    assert_eq!(node.reward_pool, pda::reward_pool(POOL).0);
    assert_eq!(node.node_emission, pda::node_emission(&address).0);
    assert_eq!(
        (node.min_stake.at(GENESIS), node.max_stake),
        (8 * MIN, 8 * MAX)
    );
    assert_eq!(
        (node.multiplier_milli, node.min_self_stake_bps),
        (1_000, 5_000)
    );
    assert_eq!(
        (node.commission_bps.at(GENESIS), node.drop_settlement),
        (2_500, u64::MAX)
    );
    assert_eq!(
        (node.active_stake(), node.cooling_stake(), node.rewards_owed),
        (0, 0, 0)
    );
    assert_eq!(node.registered_at, GENESIS);
    assert_eq!((node.positions, node.tickets, node.halted_at), (0, 0, 0));
    assert!(!node.slash_open());
    for (vault, derived) in [
        (node.stake_vault, pda::stake_vault(&address).0),
        (node.reward_vault, pda::reward_vault(&address).0),
    ] {
        assert_eq!(vault, derived);
        let account = fixture.world.token_account(&vault);
        assert_eq!(
            (account.owner, account.mint, account.amount),
            (address, MINT, 0)
        );
        assert!(account.delegate.is_none() && account.close_authority.is_none());
    }
    assert_eq!(
        outcome.event::<NodeRegistered>(),
        NodeRegistered {
            node: address,
            operator: operator.pubkey(),
            node_id: [3; 32],
            class: u64::from(RISKY),
            processors: 8,
            min_stake: 8 * MIN,
            max_stake: 8 * MAX,
            min_self_stake_bps: 5_000,
            commission_bps: 2_500,
            delegation_open: 0,
        }
    );
}

#[test]
fn register_node_refuses() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator.insecure_clone();
    let register = |terms: &NodeTerms| {
        staking::register_node(&operator.pubkey(), &operator.pubkey(), &MINT, terms)
    };
    for (wrong, error) in [
        (
            NodeTerms {
                processors: 0,
                ..terms(5)
            },
            StakingError::ProcessorsOutOfBounds,
        ),
        (
            NodeTerms {
                processors: 1_025,
                ..terms(5)
            },
            StakingError::ProcessorsOutOfBounds,
        ),
        (
            NodeTerms {
                commission_bps: 10_001,
                ..terms(5)
            },
            StakingError::CommissionTooHigh,
        ),
    ] {
        assert_fails(fixture.world.send(&[register(&wrong)], &[&operator]), error);
    }
    let again = fixture.world.send(&[register(&terms(1))], &[&operator]);
    assert_code(again, IN_USE);

    let mut unsigned = register(&terms(5));
    unsigned.accounts[0].pubkey = fixture.world.authority.pubkey();
    unsigned.accounts[1].is_signer = false;
    let result = fixture.world.send(&[unsigned], &[]);
    assert_reason(result, &InstructionError::MissingRequiredSignature);

    let usdc = fixture.world.create_mint(6);
    let node = fixture.node;
    fixture.assert_swaps(
        &register(&terms(5)),
        &[&operator],
        [
            (
                2,
                pda::device_class(SAFE).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (2, MINT, Err(InstructionError::IllegalOwner)),
            (3, node, Err(InstructionError::InvalidAccountData)),
            (
                4,
                pda::node(&operator.pubkey(), &[6; 32]).0,
                Err(InstructionError::InvalidSeeds),
            ),
            (
                5,
                pda::stake_vault(&node).0,
                Err(InstructionError::InvalidSeeds),
            ),
            (
                6,
                pda::reward_vault(&node).0,
                Err(InstructionError::InvalidSeeds),
            ),
            (7, usdc, Ok(StakingError::WrongAccount)),
            (8, io_staking::ID, Ok(StakingError::WrongAccount)),
            (9, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                10,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (11, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );

    fixture.edit::<DeviceClass>(&pda::device_class(SAFE).0, |class| class.suspended = 1);
    let result = fixture.world.send(&[register(&terms(5))], &[&operator]);
    assert_fails(result, StakingError::ClassClosed);
    fixture.edit::<DeviceClass>(&pda::device_class(SAFE).0, |class| class.suspended = 0);
    fixture.set_paused(true);
    let result = fixture.world.send(&[register(&terms(5))], &[&operator]);
    assert_fails(result, StakingError::Paused);
    fixture.set_paused(false);
    fixture.world.run(&[register(&terms(5))], &[&operator]);
}

// set_delegation

#[test]
fn set_delegation_is_the_operators() {
    let mut fixture = Fixture::new();
    let (operator, node) = (fixture.operator.insecure_clone(), fixture.node);
    for open in [false, true] {
        let instruction = staking::set_delegation(&operator.pubkey(), &node, open);
        let outcome = fixture.world.run(&[instruction], &[&operator]);
        assert_eq!(fixture.node().delegation_open, u8::from(open));
        let event = outcome.event::<DelegationSet>();
        assert_eq!(
            event,
            DelegationSet {
                node,
                open: open.into()
            }
        );
    }
    let authority = fixture.authority().pubkey();
    let result = fixture
        .world
        .send(&[staking::set_delegation(&authority, &node, false)], &[]);
    assert_fails(result, StakingError::NotOperator);
}
