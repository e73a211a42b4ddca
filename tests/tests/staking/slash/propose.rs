//! Slashes that are proposed.

use super::REASON;
use crate::fixture::{CONFIG, Fixture, SAFE, terms};
use io_client::{
    pda,
    shared::{
        constants::{DAY, VERSION},
        errors::StakingError,
        events::SlashProposed,
        ids::{io_mint, io_staking},
        state::{Layout, SlashProposal},
    },
    staking,
};
use io_tests::{GENESIS, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn propose_slash_opens_a_proposal() {
    for retired in [false, true] {
        let mut fixture = Fixture::new();
        let slasher = fixture.slasher.pubkey();
        if retired {
            fixture.retire();
        } else {
            fixture.halt();
        }
        let before = fixture.world.lamports(&slasher);
        let outcome = fixture.propose(1_234);
        let (address, bump) = pda::slash(&fixture.node);
        let proposal = fixture.proposal().expect("proposed");
        assert_eq!((proposal.version, proposal.bump), (VERSION, bump));
        assert_eq!(
            (proposal.node, proposal.rent_payer, proposal.reason_hash),
            (fixture.node, slasher, REASON)
        );
        assert_eq!((proposal.bps, proposal.proposed_at), (1_234, GENESIS));
        assert_eq!(
            (proposal.executable_at, proposal.lapses_at),
            (GENESIS + 7 * DAY, GENESIS + 30 * DAY)
        );
        let rent = fixture.world.rent(SlashProposal::SPACE as u64);
        assert_eq!(fixture.world.lamports(&address), rent);
        assert_eq!(fixture.world.lamports(&slasher), before - rent);
        assert_eq!(fixture.node().slash_lapses_at, GENESIS + 30 * DAY);
        assert_eq!(
            outcome.event::<SlashProposed>(),
            SlashProposed {
                node: fixture.node,
                slasher,
                reason_hash: REASON,
                bps: 1_234,
                executable_at: GENESIS + 7 * DAY,
                lapses_at: GENESIS + 30 * DAY,
            }
        );
        books::check(&fixture.world).expect("the books add up");
    }
}

#[test]
fn propose_slash_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    assert_fails(fixture.try_propose(1), StakingError::HaltFirst);
    fixture.halt();
    for bps in [0, 5_001, u64::MAX] {
        assert_fails(fixture.try_propose(bps), StakingError::SlashOutOfBounds);
    }
    let (slasher, authority) = (fixture.slasher.insecure_clone(), fixture.authority());
    let good = staking::propose_slash(&slasher.pubkey(), &fixture.node, 1, REASON);
    let (guardian, operator) = (
        fixture.guardian.insecure_clone(),
        fixture.operator.insecure_clone(),
    );
    let [config, foreign_config] =
        [io_staking::ID, io_mint::ID].map(|id| fixture.copy(&CONFIG, id));
    let node = fixture.node;
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let keys = [&slasher, &guardian, &operator, &authority];
    fixture.assert_swaps(
        &good,
        &keys,
        [
            (0, authority.pubkey(), Ok(StakingError::Unauthorized)),
            (0, guardian.pubkey(), Ok(StakingError::Unauthorized)),
            (0, operator.pubkey(), Ok(StakingError::Unauthorized)),
            (1, config, Ok(StakingError::WrongAccount)),
            (1, foreign_config, Err(InstructionError::IllegalOwner)),
            // Open, and not the proposal's.
            (2, other_node, Ok(StakingError::WrongAccount)),
            (2, foreign_node, Err(InstructionError::IllegalOwner)),
            (
                2,
                pda::device_class(SAFE).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (3, pda::slash(&other_node).0, Ok(StakingError::WrongAccount)),
            (4, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                5,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (6, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    fixture.assert_signed(&good);
    fixture.world.run(&[good], &[&slasher]);
    for bps in [1, 2] {
        assert_fails(fixture.try_propose(bps), StakingError::SlashOpen);
    }
}

/// Lamports at the proposal's address cannot keep a node from being slashed.
#[test]
fn lamports_sent_to_a_proposal_beforehand_do_not_stop_it() {
    let mut fixture = Fixture::new();
    fixture.halt();
    fixture.world.fund(&pda::slash(&fixture.node).0);
    fixture.propose(1);
    let before = fixture.world.lamports(&fixture.slasher.pubkey());
    let guardian = fixture.guardian.insecure_clone();
    fixture.try_cancel_slash(&guardian).expect("the guardian's");
    let after = fixture.world.lamports(&fixture.slasher.pubkey());
    assert_eq!(after - before, 1_000_000_000_000);
}
