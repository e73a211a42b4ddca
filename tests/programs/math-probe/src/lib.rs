//! 128-bit arithmetic as the toolchain compiles it, so that a test can compare it with exact
//! arithmetic: a wrong routine would corrupt balances silently.
//!
//! The first byte of the instruction data chooses the mode, see [`process`]. Account 0 holds
//! operands, account 1 (writable) receives results; numbers are little-endian, 16 bytes each.

#![cfg_attr(target_os = "solana", no_std)]

#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

use core::hint::black_box;

use pinocchio::{
    AccountView, Address, ProgramResult, error::ProgramError, no_allocator, nostd_panic_handler,
    program_entrypoint,
};

program_entrypoint!(process);
no_allocator!();
nostd_panic_handler!();

/// Bytes of one pair of operands.
const PAIR: usize = 32;
/// Bytes of one pair's results.
const RESULTS: usize = 13 * 16;

/// Mode 0: for each pair of operands in account 0, every operation's result into account 1.
/// Mode 1: for each pair, the operation numbered by the second byte between two log lines.
fn process(_id: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let [operands, results, ..] = accounts else {
        return Err(ProgramError::NotEnoughAccountKeys);
    };
    let operands = operands.try_borrow()?;
    let mut results = results.try_borrow_mut()?;
    let pairs = operands
        .chunks_exact(PAIR)
        .map(|pair| (number(pair, 0), number(pair, 16)));
    match data {
        [0] => {
            for ((a, b), out) in pairs.zip(results.chunks_exact_mut(RESULTS)) {
                compute(a, b, out);
            }
        }
        [1, operation] => {
            for (a, b) in pairs {
                measure(*operation, a, b)?;
            }
        }
        _ => return Err(ProgramError::InvalidInstructionData),
    }
    Ok(())
}

/// Every operation on one pair; `b` is not zero. The order is that of the test's expectation.
fn compute(a: u128, b: u128, out: &mut [u8]) {
    let (sa, sb) = (a as i128, b as i128);
    let shift = (b % 128) as u32;
    let (product, overflow) = a.overflowing_mul(b);
    let (signed_product, signed_overflow) = sa.overflowing_mul(sb);
    let values = [
        a.wrapping_mul(b),
        a / b,
        a % b,
        sa.wrapping_div(sb) as u128,
        sa.wrapping_rem(sb) as u128,
        product,
        signed_product as u128,
        u128::from(overflow) | u128::from(signed_overflow) << 1,
        u128::from(a as u64) * u128::from(b as u64),
        a << shift,
        a >> shift,
        (sa >> shift) as u128,
        a.wrapping_add(b) ^ a.wrapping_sub(b),
    ];
    for (value, out) in values.iter().zip(out.chunks_exact_mut(16)) {
        out.copy_from_slice(&value.to_le_bytes());
    }
}

/// Performs one operation between two log lines with the remaining compute units. Operation 0 does
/// nothing: what it costs is the cost of measuring.
fn measure(operation: u8, a: u128, b: u128) -> ProgramResult {
    match operation {
        0 => between_logs(a, b, |a, _| a),
        1 => between_logs(a, b, |a, b| a.wrapping_mul(b)),
        2 => between_logs(a, b, |a, b| a / b),
        3 => between_logs(a, b, |a, b| a % b),
        4 => between_logs(a, b, |a, b| (a as i128).wrapping_div(b as i128) as u128),
        5 => between_logs(a, b, |a, b| (a as i128).wrapping_rem(b as i128) as u128),
        6 => between_logs(a, b, |a, b| a.checked_mul(b).unwrap_or(1)),
        7 => between_logs(a, b, |a, b| {
            (a as i128).checked_mul(b as i128).unwrap_or(1) as u128
        }),
        8 => between_logs(a, b, |a, b| u128::from(a as u64) * u128::from(b as u64)),
        9 => between_logs(a, b, |a, b| a << (b as u32 & 127)),
        10 => between_logs(a, b, |a, b| a >> (b as u32 & 127)),
        _ => return Err(ProgramError::InvalidInstructionData),
    }
    Ok(())
}

#[inline(always)]
fn between_logs(a: u128, b: u128, operation: impl Fn(u128, u128) -> u128) {
    log_compute_units();
    // In here, or the compiler moves the operation out of the measured stretch.
    let (a, b) = (black_box(a), black_box(b));
    black_box(operation(a, b));
    log_compute_units();
}

fn log_compute_units() {
    #[cfg(target_os = "solana")]
    // SAFETY: the syscall takes nothing and only writes a log line.
    unsafe {
        solana_define_syscall::definitions::sol_log_compute_units_();
    }
}

fn number(bytes: &[u8], at: usize) -> u128 {
    let mut number = [0; 16];
    number.copy_from_slice(&bytes[at..at + 16]);
    u128::from_le_bytes(number)
}
