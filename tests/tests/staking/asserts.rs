//! What the tests assert of refusals and of amounts.

use crate::fixture::{CONFIG, Fixture};
use io_client::{
    Instruction, Pubkey,
    shared::{
        errors::StakingError,
        ids::{io_mint, io_staking},
    },
};
use io_tests::{Failure, Outcome, assert_fails};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_error::ProgramError;
use solana_signer::Signer;

pub(crate) const TOKEN_INSUFFICIENT_FUNDS: u32 = 1;
pub(crate) const TOKEN_MINT_MISMATCH: u32 = 3;
pub(crate) const TOKEN_OWNER_MISMATCH: u32 = 4;
pub(crate) const ANCHOR_DUPLICATE: u32 = 2_040;
/// The system program's "already in use".
pub(crate) const IN_USE: u32 = 0;

/// The instruction with another account at `index`.
pub(crate) fn swapped(instruction: &Instruction, index: usize, other: Pubkey) -> Instruction {
    let mut instruction = instruction.clone();
    assert_ne!(instruction.accounts[index].pubkey, other);
    instruction.accounts[index].pubkey = other;
    instruction
}

#[track_caller]
pub(crate) fn assert_code(result: Result<Outcome, Failure>, code: u32) {
    let result = result
        .map(|_| "succeeded")
        .map_err(|failure| failure.code().ok_or(failure.error));
    assert_eq!(result, Err(Ok(code)));
}

#[track_caller]
pub(crate) fn assert_reason(result: Result<Outcome, Failure>, reason: &InstructionError) {
    let failure = result.expect_err("should have failed");
    assert_eq!(failure.reason(), Some(reason));
}

/// Asserts that rewards are `expected` but for what rounding down keeps in the vault: less than 1 raw for
/// each time a position settled.
#[track_caller]
pub(crate) fn assert_rounded(actual: u64, expected: u64, settled: u64) {
    assert!(
        actual <= expected && actual + settled >= expected,
        "{actual} for {expected}"
    );
}

impl Fixture {
    /// Each account of `good` replaced by a wrong one.
    #[track_caller]
    pub(crate) fn assert_swaps<E: std::fmt::Debug + Clone>(
        &mut self,
        good: &Instruction,
        keys: &[&Keypair],
        swaps: impl IntoIterator<Item = (usize, Pubkey, Result<E, InstructionError>)>,
    ) where
        ProgramError: From<E>,
    {
        for (index, wrong, expected) in swaps {
            let result = self.send_by(swapped(good, index, wrong), keys);
            match expected {
                Ok(error) => assert_fails(result, error),
                Err(reason) => assert_reason(result, &reason),
            }
        }
    }

    /// Nothing happens if the first account of `good` has not signed.
    #[track_caller]
    pub(crate) fn assert_signed(&mut self, good: &Instruction) {
        let mut unsigned = good.clone();
        unsigned.accounts[0].is_signer = false;
        assert_reason(
            self.world.send(&[unsigned], &[]),
            &InstructionError::MissingRequiredSignature,
        );
    }
}

/// Each account of a governance instruction replaced by a wrong one; `class` is the index of the class, if
/// the instruction has one.
#[track_caller]
pub(crate) fn assert_pinned(
    fixture: &mut Fixture,
    good: &Instruction,
    by: &Keypair,
    class: Option<usize>,
) {
    let (node, last) = (fixture.node, good.accounts.len() - 1);
    // The same bytes elsewhere, of ours and of another program.
    let config = fixture.world.data(&CONFIG);
    let [ours, foreign] = [io_staking::ID, io_mint::ID].map(|owner| {
        let copy = fixture.world.fresh_address();
        fixture.world.put(copy, owner, config.clone(), false);
        copy
    });
    fixture.assert_swaps(
        good,
        &[by],
        [
            (1, ours, Ok(StakingError::WrongAccount)),
            (1, foreign, Err(InstructionError::IllegalOwner)),
            (1, node, Err(InstructionError::InvalidAccountData)),
            (
                last - 1,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (last, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    if let Some(class) = class {
        let result = fixture.world.send(&[swapped(good, class, node)], &[by]);
        assert_reason(result, &InstructionError::InvalidAccountData);
    }
    if by.pubkey() != fixture.authority().pubkey() {
        fixture.assert_signed(good);
    }
}
