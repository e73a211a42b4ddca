//! A venue that does whatever its instruction data says with what the router lends it.
//!
//! Instruction data is a script: `[SCRIPT][bump of b"venue"]`, then steps. Each step is one of
//!
//! - `[CALL][account of the program][count]`, `count` × `[account][flags]`, `[length: u16][data]`:
//!   calls a program; accounts are positions in this instruction's own list, flags are
//!   [`WRITABLE`] and [`SIGNER`]. The venue's PDA signs where it is named.
//! - `[SAY][length: u16][data]`: sets the return data.
//! - `[PAY][from][to][lamports: u64]`: moves lamports by itself, as if both accounts were its own.
//!
//! So an attack, or an honest swap, is a script that stands in the test.
#![cfg_attr(target_os = "solana", no_std)]

#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

use core::mem::MaybeUninit;
use pinocchio::{
    AccountView, Address, ProgramResult,
    cpi::{CpiAccount, Seed, Signer, invoke_signed_unchecked},
    error::ProgramError,
    instruction::{InstructionAccount, InstructionView},
    no_allocator, nostd_panic_handler, program_entrypoint,
};

program_entrypoint!(process, 64);
no_allocator!();
nostd_panic_handler!();

/// First byte of the only instruction.
const SCRIPT: u8 = 66;
const CALL: u8 = 0;
const SAY: u8 = 1;
const PAY: u8 = 2;

/// Flag of an account that a called program may write to.
const WRITABLE: u8 = 1;
/// Flag of an account that signs a call.
const SIGNER: u8 = 2;

/// Most accounts that one call passes on.
const MAX_ACCOUNTS: usize = 24;

pub fn process(_program: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let [SCRIPT, bump, script @ ..] = data else {
        return Err(ProgramError::InvalidInstructionData);
    };
    let mut script = Script(script);
    while !script.0.is_empty() {
        match script.byte()? {
            CALL => call(accounts, &mut script, *bump)?,
            SAY => say(script.bytes()?),
            PAY => {
                let (from, to) = (script.byte()?, script.byte()?);
                let lamports = u64::from_le_bytes(*script.take::<8>()?);
                pay(accounts, from, to, lamports)?;
            }
            _ => return Err(ProgramError::InvalidInstructionData),
        }
    }
    Ok(())
}

/// What is left of the script.
struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], ProgramError> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(ProgramError::InvalidInstructionData)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ProgramError> {
        self.take::<1>().map(|[byte]| *byte)
    }

    fn bytes(&mut self) -> Result<&'a [u8], ProgramError> {
        let length = usize::from(u16::from_le_bytes(*self.take::<2>()?));
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(ProgramError::InvalidInstructionData)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn account(accounts: &[AccountView], position: u8) -> Result<&AccountView, ProgramError> {
    accounts
        .get(usize::from(position))
        .ok_or(ProgramError::NotEnoughAccountKeys)
}

#[inline(never)]
fn call(accounts: &[AccountView], script: &mut Script, bump: u8) -> ProgramResult {
    let program = account(accounts, script.byte()?)?;
    let count = usize::from(script.byte()?);
    if count > MAX_ACCOUNTS {
        return Err(ProgramError::InvalidInstructionData);
    }
    let mut metas = [const { MaybeUninit::<InstructionAccount>::uninit() }; MAX_ACCOUNTS];
    let mut views = [const { MaybeUninit::<CpiAccount>::uninit() }; MAX_ACCOUNTS];
    for (meta, passed) in metas.iter_mut().zip(&mut views).take(count) {
        let [position, flags] = *script.take::<2>()?;
        let view = account(accounts, position)?;
        meta.write(InstructionAccount::new(
            view.address(),
            flags & WRITABLE != 0,
            flags & SIGNER != 0,
        ));
        CpiAccount::init_from_account_view(view, passed);
    }
    let data = script.bytes()?;
    // SAFETY: the loop initialised the first `count` slots of both, `MaybeUninit` is transparent, and
    // no reference into the data of any account is alive.
    unsafe {
        invoke_signed_unchecked(
            &InstructionView {
                program_id: program.address(),
                data,
                accounts: core::slice::from_raw_parts(metas.as_ptr().cast(), count),
            },
            core::slice::from_raw_parts(views.as_ptr().cast::<CpiAccount>(), count),
            &[Signer::from(&[Seed::from(b"venue"), Seed::from(&[bump])])],
        );
    }
    Ok(())
}

fn say(data: &[u8]) {
    #[cfg(target_os = "solana")]
    // SAFETY: pointer and length are those of a slice.
    unsafe {
        solana_define_syscall::definitions::sol_set_return_data(
            data.as_ptr(),
            u64::try_from(data.len()).unwrap_or(0),
        );
    }
    #[cfg(not(target_os = "solana"))]
    let _ = data;
}

fn pay(accounts: &mut [AccountView], from: u8, to: u8, lamports: u64) -> ProgramResult {
    let (mut from, mut to) = (*account(accounts, from)?, *account(accounts, to)?);
    from.set_lamports(from.lamports().wrapping_sub(lamports));
    to.set_lamports(to.lamports().wrapping_add(lamports));
    Ok(())
}
