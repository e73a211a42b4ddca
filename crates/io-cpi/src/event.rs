//! Events by self-call: they stand in the transaction's inner instructions, where a truncated log
//! cannot lose them, and no one but the program can make one.

use crate::invoke;
use anchor_lang::pinocchio::{
    account::AccountView, address::Address, cpi::Seed, instruction::InstructionAccount,
};
use io_shared::{events::Event, seeds};

/// Tag of Anchor's event instruction, then the event's discriminator, then the event.
#[repr(C)]
struct Wire<E> {
    tag: u64,
    discriminator: [u8; 8],
    event: E,
}

/// Records `event`. `authority` is the program's `[b"__event_authority"]` PDA; a wrong one fails
/// the transaction, since the program cannot sign for it.
#[inline(always)]
pub fn emit<E: Event>(program: &Address, authority: &AccountView, bump: u8, event: E) {
    const { assert!(size_of::<Wire<E>>() == 16 + size_of::<E>()) };
    let wire = Wire {
        tag: anchor_lang::event::EVENT_IX_TAG,
        discriminator: E::DISCRIMINATOR,
        event,
    };
    // SAFETY: `Wire<E>` is `repr(C)`, `E` is `Pod`, and the assertion rules out padding.
    let data = unsafe {
        core::slice::from_raw_parts((&raw const wire).cast::<u8>(), size_of::<Wire<E>>())
    };
    emit_bytes(program, authority, bump, data);
}

/// Records an event whose bytes (tag and discriminator included) are built already.
#[inline(always)]
pub fn emit_bytes(program: &Address, authority: &AccountView, bump: u8, data: &[u8]) {
    invoke(
        program,
        data,
        [InstructionAccount::readonly_signer(authority.address())],
        [authority],
        &[Seed::from(seeds::EVENT_AUTHORITY), Seed::from(&[bump])],
    );
}
