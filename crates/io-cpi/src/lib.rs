//! Every cross-program call of the IO Coin programs.
//!
//! Calls are built on the stack from [`AccountView`]s and skip the runtime borrow checks of
//! `anchor-lang`, which cost several hundred compute units each. That is sound because no function
//! here holds a reference into account data across a call, and callers read token accounts only
//! through [`token::TokenAccount`], which copies.
#![no_std]

pub mod account;
pub mod event;
pub mod loader;
pub mod metadata;
pub mod mint;
pub mod relay;
pub mod staking;
pub mod token;

use anchor_lang::pinocchio::{
    account::AccountView,
    address::Address,
    cpi::{CpiAccount, Seed, Signer, invoke_signed_unchecked},
    instruction::{InstructionAccount, InstructionView},
};
use core::mem::MaybeUninit;

/// Calls `program` with `N` accounts, signed by the PDA of `seeds` unless that is empty.
#[inline(always)]
fn invoke<const N: usize>(
    program: &Address,
    data: &[u8],
    metas: [InstructionAccount; N],
    views: [&AccountView; N],
    seeds: &[Seed],
) {
    let mut accounts = [const { MaybeUninit::<CpiAccount>::uninit() }; N];
    for (view, slot) in views.into_iter().zip(accounts.iter_mut()) {
        CpiAccount::init_from_account_view(view, slot);
    }
    // SAFETY: the loop above initialised all `N` slots, and `MaybeUninit` is transparent.
    let accounts =
        unsafe { core::slice::from_raw_parts(accounts.as_ptr().cast::<CpiAccount>(), N) };
    let instruction = InstructionView {
        program_id: program,
        data,
        accounts: &metas,
    };
    // SAFETY: no reference into the data of these accounts is alive here (see the crate's text).
    unsafe {
        if seeds.is_empty() {
            invoke_signed_unchecked(&instruction, accounts, &[]);
        } else {
            invoke_signed_unchecked(&instruction, accounts, &[Signer::from(seeds)]);
        }
    }
}
