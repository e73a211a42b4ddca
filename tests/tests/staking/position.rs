//! Positions: the tranche they are in, and the wallet they are paid out to.

use crate::{
    asserts::{IN_USE, assert_code},
    fixture::{Fixture, MIN, RISKY, terms},
};
use io_client::{
    pda,
    shared::{
        constants::VERSION,
        errors::StakingError,
        events::PositionOpened,
        ids::{io_mint, io_staking},
        state::{Position, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

// open_position

#[test]
fn open_position_writes_the_position() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.reward(1_000);
    let (owner, sponsor) = (fixture.world.wallet(), fixture.world.wallet());
    let stake = Stake {
        node: fixture.node,
        owner: owner.pubkey(),
        tranche: TrancheKind::Protected,
    };
    let instruction = staking::open_position(&sponsor.pubkey(), &stake);
    let outcome = fixture.world.run(&[instruction], &[&owner, &sponsor]);
    let (address, bump) = pda::position(&stake.node, &stake.owner, stake.tranche);
    let position: Position = fixture.world.read(&address);
    assert_eq!(
        (position.version, position.bump, position.tranche),
        (VERSION, bump, 1)
    );
    assert_eq!(
        (position.node, position.owner, position.payout),
        (stake.node, stake.owner, stake.owner)
    );
    assert_eq!(position.rent_payer, sponsor.pubkey());
    assert_eq!((position.shares, position.rewards_owed), (0, 0));
    assert_eq!(
        position.rewards_paid_per_share,
        fixture
            .node()
            .tranche(TrancheKind::Protected)
            .rewards_per_share
    );
    assert_eq!(fixture.node().positions, 2);
    assert_eq!(
        outcome.event::<PositionOpened>(),
        PositionOpened {
            position: address,
            node: stake.node,
            owner: stake.owner,
            tranche: 1
        }
    );
}

#[test]
fn the_tranche_is_the_operators_or_the_classes() {
    let mut fixture = Fixture::new();
    let risky = fixture.register(&NodeTerms {
        class: RISKY,
        ..terms(2)
    });
    let (operator, other) = (fixture.operator.insecure_clone(), fixture.world.wallet());
    use TrancheKind::{Exposed, Operator, Protected};
    for (wallet, node, allowed) in [
        (&operator, fixture.node, Operator),
        (&operator, risky, Operator),
        (&other, fixture.node, Protected),
        (&other, risky, Exposed),
    ] {
        for tranche in [Operator, Protected, Exposed] {
            let stake = Stake {
                node,
                owner: wallet.pubkey(),
                tranche,
            };
            let instruction = staking::open_position(&wallet.pubkey(), &stake);
            let result = fixture.world.send(&[instruction], &[wallet]);
            if tranche == allowed {
                assert_eq!(
                    result.expect("allowed").event::<PositionOpened>().tranche,
                    tranche as u64
                );
            } else {
                assert_fails(result, StakingError::WrongTranche);
            }
        }
    }
}

#[test]
fn open_position_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let owner = fixture.world.wallet();
    let stake = Stake {
        node: fixture.node,
        owner: owner.pubkey(),
        tranche: TrancheKind::Protected,
    };
    let good = staking::open_position(&owner.pubkey(), &stake);
    fixture.assert_swaps(
        &good,
        &[&owner],
        [
            (
                2,
                pda::device_class(RISKY).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (2, other_node, Err(InstructionError::InvalidSeeds)),
            (
                3,
                pda::position(&other_node, &stake.owner, stake.tranche).0,
                Err(InstructionError::InvalidSeeds),
            ),
            (4, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                5,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (6, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    fixture.try_halt().expect("open");
    let result = fixture.world.send(&[good.clone()], &[&owner]);
    assert_fails(result, StakingError::NodeNotOpen);
    let authority = fixture.authority().pubkey();
    fixture
        .world
        .run(&[staking::resume_node(&authority, &stake.node)], &[]);
    // A pause stops deposits, not this.
    fixture.set_paused(true);
    fixture.world.run(&[good.clone()], &[&owner]);
    assert_code(fixture.world.send(&[good], &[&owner]), IN_USE);
}

// set_payout

#[test]
fn only_the_owner_sets_the_payout_wallet() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let mut instruction = staking::set_payout(&delegator.stake, &operator.stake.owner);
    instruction.accounts[0].pubkey = operator.stake.owner;
    let result = fixture.world.send(&[instruction], &[&operator.wallet]);
    assert_fails(result, StakingError::NotOwner);
    assert_eq!(fixture.position(&delegator).payout, delegator.stake.owner);
}
