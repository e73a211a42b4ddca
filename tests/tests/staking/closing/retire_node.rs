//! Nodes that are given up.

use crate::fixture::{CONFIG, Fixture, MIN, POOL, terms};
use io_client::{
    pda,
    shared::{
        constants::COOLDOWN,
        errors::StakingError,
        events::NodeRetired,
        ids::io_mint,
        state::{NodeStatus, TrancheKind},
    },
    staking::{self, Stake},
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

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
    let config = CONFIG;
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
    fixture.assert_signed(&good);
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
