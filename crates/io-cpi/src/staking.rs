//! Calls of `io_staking`.

use crate::invoke;
use anchor_lang::pinocchio::{account::AccountView, instruction::InstructionAccount};
use io_shared::{ids::io_staking, state::discriminator};

const DISTRIBUTE: [u8; 8] = discriminator("global:distribute");

/// Shares out what arrived in a node's reward vault since the last time. Anyone may.
#[inline(always)]
pub fn distribute(
    node: &AccountView,
    reward_vault: &AccountView,
    event_authority: &AccountView,
    program: &AccountView,
) {
    invoke(
        &io_staking::ID,
        &DISTRIBUTE,
        [
            InstructionAccount::writable(node.address()),
            InstructionAccount::readonly(reward_vault.address()),
            InstructionAccount::readonly(event_authority.address()),
            InstructionAccount::readonly(program.address()),
        ],
        [node, reward_vault, event_authority, program],
        &[],
    );
}
