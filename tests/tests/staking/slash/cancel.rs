//! Slashes that are cancelled.

use super::HALF;
use crate::{
    asserts::assert_reason,
    fixture::{CONFIG, Fixture, terms},
};
use io_client::{
    pda,
    shared::{
        constants::{DAY, SLASH_DELAY, SLASH_LAPSE},
        errors::StakingError,
        events::SlashCancelled,
        ids::{io_mint, io_staking},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn guardian_or_authority_cancels_and_anyone_once_it_has_lapsed() {
    for (by, wait) in [
        (0, 0),
        (1, SLASH_LAPSE - 1),
        (2, SLASH_LAPSE),
        (3, 90 * DAY),
    ] {
        let mut fixture = Fixture::new();
        let by = [
            fixture.guardian.insecure_clone(),
            fixture.authority(),
            fixture.world.wallet(),
            fixture.operator.insecure_clone(),
        ][by]
            .insecure_clone();
        let slasher = fixture.slasher.pubkey();
        fixture.halt();
        let before = fixture.world.lamports(&slasher);
        fixture.propose(HALF);
        fixture.world.advance(wait);
        let outcome = fixture.try_cancel_slash(&by).expect("allowed");
        assert_eq!(
            outcome.event::<SlashCancelled>(),
            SlashCancelled {
                node: fixture.node,
                by: by.pubkey()
            }
        );
        assert!(!fixture.world.exists(&pda::slash(&fixture.node).0));
        assert_eq!(fixture.world.lamports(&slasher), before);
        assert_eq!(fixture.node().slash_lapses_at, 0);
        books::check(&fixture.world).expect("the books add up");
        // The node can go on, or be proposed for again.
        fixture.resume();
        fixture.halt();
        fixture.propose(1);
    }
}

#[test]
fn cancel_slash_refuses() {
    let mut fixture = Fixture::new();
    let (node, other_node) = (fixture.node, fixture.register(&terms(2)));
    let (slasher, stranger) = (fixture.slasher.insecure_clone(), fixture.world.wallet());
    let operator = fixture.operator.insecure_clone();
    for node in [other_node, node] {
        fixture.node = node;
        fixture.halt();
        fixture.propose(HALF);
    }
    for wait in [0, SLASH_DELAY, SLASH_LAPSE - 1] {
        fixture.world.set_clock(GENESIS + wait);
        for by in [&slasher, &stranger, &operator] {
            assert_fails(fixture.try_cancel_slash(by), StakingError::Unauthorized);
        }
    }
    let guardian = fixture.guardian.insecure_clone();
    let good = staking::cancel_slash(&guardian.pubkey(), &node, &slasher.pubkey());
    let [config, foreign_config] =
        [io_staking::ID, io_mint::ID].map(|id| fixture.copy(&CONFIG, id));
    let foreign_proposal = fixture.copy(&pda::slash(&node).0, io_mint::ID);
    let keys = [&guardian, &stranger];
    fixture.assert_swaps(
        &good,
        &keys,
        [
            (0, stranger.pubkey(), Ok(StakingError::Unauthorized)),
            (1, config, Ok(StakingError::WrongAccount)),
            (1, foreign_config, Err(InstructionError::IllegalOwner)),
            (2, other_node, Ok(StakingError::WrongNode)),
            (3, pda::slash(&other_node).0, Ok(StakingError::WrongNode)),
            (3, foreign_proposal, Err(InstructionError::IllegalOwner)),
            (3, other_node, Err(InstructionError::InvalidAccountData)),
            (4, stranger.pubkey(), Ok(StakingError::WrongRentPayer)),
            (
                5,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (6, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    fixture.assert_signed(&good);
    fixture.world.run(&[good.clone()], &[&guardian]);
    assert_reason(
        fixture.world.send(&[good], &[&guardian]),
        &InstructionError::AccountDataTooSmall,
    );
}
