//! Passing a list of accounts on to a program that is not ours.

use anchor_lang::{
    Result,
    pinocchio::{
        account::AccountView,
        address::Address,
        cpi::{CpiAccount, Seed, Signer, invoke_signed_unchecked},
        instruction::{InstructionAccount, InstructionView},
    },
    prelude::ProgramError,
};
use core::mem::MaybeUninit;
use io_shared::constants::MAX_VENUE_ACCOUNTS;

/// What the callee may do with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    /// Reads it, and has its signature by the seeds of the call.
    Sign,
}

/// Calls `program` with `data` and `accounts`, each with the access that `access` grants, signed by
/// the PDA of `seeds`. No account keeps a signature of the caller's own.
///
/// Fails if there are more than [`MAX_VENUE_ACCOUNTS`].
#[inline(never)]
pub fn relay(
    program: &Address,
    data: &[u8],
    accounts: &[AccountView],
    seeds: &[Seed],
    access: impl Fn(&AccountView) -> Result<Access>,
) -> Result<()> {
    let count = accounts.len();
    if count > MAX_VENUE_ACCOUNTS {
        return Err(ProgramError::InvalidArgument);
    }
    let mut metas = [const { MaybeUninit::<InstructionAccount>::uninit() }; MAX_VENUE_ACCOUNTS];
    let mut passed = [const { MaybeUninit::<CpiAccount>::uninit() }; MAX_VENUE_ACCOUNTS];
    for ((account, meta), passed) in accounts.iter().zip(&mut metas).zip(&mut passed) {
        let access = access(account)?;
        meta.write(InstructionAccount::new(
            account.address(),
            access == Access::Write,
            access == Access::Sign,
        ));
        CpiAccount::init_from_account_view(account, passed);
    }
    // SAFETY: the loop initialised the first `count` slots of both, which are no fewer than
    // `accounts`; `MaybeUninit` is transparent. No reference into data that the callee may change is
    // alive: callers hold such only into accounts of their own program, which no other can write.
    unsafe {
        invoke_signed_unchecked(
            &InstructionView {
                program_id: program,
                data,
                accounts: core::slice::from_raw_parts(metas.as_ptr().cast(), count),
            },
            core::slice::from_raw_parts(passed.as_ptr().cast::<CpiAccount>(), count),
            &[Signer::from(seeds)],
        );
    }
    Ok(())
}
