//! Metaplex Token Metadata 1.6.5 as an on-chain program: the crate's own entrypoint, unmodified.
//!
//! Its SDK hands the runtime Rust structs as the compiler laid them out in 2022, which today's does not.
//! So the call that the SDK makes to invoke another program is answered here: it goes to the same
//! syscall's other form, which takes C structs.
#![cfg(target_os = "solana")]

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

pub use mpl_token_metadata;
use solana_program::{account_info::AccountInfo, instruction::Instruction, pubkey::Pubkey};

#[repr(C)]
struct CInstruction {
    program_id: *const Pubkey,
    accounts: *const CMeta,
    accounts_len: u64,
    data: *const u8,
    data_len: u64,
}

#[repr(C)]
struct CMeta {
    pubkey: *const Pubkey,
    is_writable: bool,
    is_signer: bool,
}

#[repr(C)]
struct CAccount {
    key: *const Pubkey,
    lamports: *mut u64,
    data_len: u64,
    data: *mut u8,
    owner: *const Pubkey,
    rent_epoch: u64,
    is_signer: bool,
    is_writable: bool,
    executable: bool,
}

unsafe extern "C" {
    fn sol_invoke_signed_c(
        instruction: *const CInstruction,
        accounts: *const CAccount,
        accounts_len: u64,
        seeds: *const u8,
        seeds_len: u64,
    ) -> u64;
}

/// In place of the syscall of this name. Inlined, or the linker would take a call of it for the syscall.
///
/// # Safety
/// As `solana_program::program::invoke_signed_unchecked` calls it.
#[unsafe(no_mangle)]
#[expect(
    unused_attributes,
    reason = "rustc warns that it ignores this, and LLVM obeys it"
)]
#[inline(always)]
pub unsafe extern "C" fn sol_invoke_signed_rust(
    instruction: *const Instruction,
    accounts: *const AccountInfo<'static>,
    accounts_len: u64,
    seeds: *const u8,
    seeds_len: u64,
) -> u64 {
    // SAFETY: the caller's references.
    let instruction = unsafe { &*instruction };
    // SAFETY: the caller's slice.
    let accounts = unsafe { core::slice::from_raw_parts(accounts, accounts_len as usize) };
    let metas: Vec<CMeta> = instruction
        .accounts
        .iter()
        .map(|meta| CMeta {
            pubkey: &meta.pubkey,
            is_writable: meta.is_writable,
            is_signer: meta.is_signer,
        })
        .collect();
    let views: Vec<CAccount> = accounts
        .iter()
        .map(|account| {
            // SAFETY: nothing else runs between these reads.
            let (lamports, data) = unsafe {
                (
                    &mut **account.lamports.as_ptr(),
                    &mut **account.data.as_ptr(),
                )
            };
            CAccount {
                key: account.key,
                lamports,
                data_len: data.len() as u64,
                data: data.as_mut_ptr(),
                owner: account.owner,
                rent_epoch: account.rent_epoch,
                is_signer: account.is_signer,
                is_writable: account.is_writable,
                executable: account.executable,
            }
        })
        .collect();
    let c = CInstruction {
        program_id: &instruction.program_id,
        accounts: metas.as_ptr(),
        accounts_len: metas.len() as u64,
        data: instruction.data.as_ptr(),
        data_len: instruction.data.len() as u64,
    };
    // SAFETY: all of it lives until the call returns; a slice of slices is a list of pointers and lengths,
    // as the C form wants its seeds.
    let result =
        unsafe { sol_invoke_signed_c(&c, views.as_ptr(), views.len() as u64, seeds, seeds_len) };
    for (account, view) in accounts.iter().zip(&views) {
        // SAFETY: the runtime keeps the length that it wrote into `view` within the account's memory.
        unsafe {
            let len = core::ptr::read_volatile(&view.data_len) as usize;
            *account.data.as_ptr() = core::slice::from_raw_parts_mut(view.data, len);
        }
    }
    result
}
