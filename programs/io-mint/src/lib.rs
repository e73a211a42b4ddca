//! `io_mint`: the IO mint and its monetary policy.
//!
//! The config PDA is the mint's only authority. It mints for accounts that hold a `Minter`, each
//! within the bounds of its own policy and all together within the hard cap, so that even a broken
//! distributor cannot mint past the schedule. Burning works always.
//!
//! Layouts with the rules that move money are in `io_shared::state::mint`, calls in `io_cpi`; here
//! stands who may do what with which accounts.
#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

mod instructions;

use alloc::string::String;
use anchor_lang::prelude::*;
use instructions::*;
use io_shared::{ids::io_mint::EVENT_AUTHORITY, state::MinterTerms};

declare_id!("ioMT3Hv9F2KkR6eafztRKtin9JjCyZ2HnJ8AcLvE2mv");

const _: () = assert!(
    io_shared::ids::same(&ID, &io_shared::ids::io_mint::ID),
    "declare_id! and io_shared::ids differ"
);

io_shared::security_txt!("io_mint");

// The dispatcher tries handlers in this order: the hot ones come first.
#[program]
pub mod io_mint {
    use super::*;

    /// Mints within the signing minter's policy.
    pub fn mint_to(ctx: &mut Context<MintTo>, amount: u64) -> Result<()> {
        ctx.accounts.mint_to(amount)
    }

    /// Burns tokens of the signer; never paused.
    pub fn burn(ctx: &mut Context<Burn>, amount: u64) -> Result<()> {
        ctx.accounts.burn(amount)
    }

    /// Creates the config and the IO mint.
    pub fn initialize(ctx: &mut Context<Initialize>, guardian: Address) -> Result<()> {
        ctx.accounts.initialize(guardian)
    }

    /// Creates the config for a mint that exists already.
    pub fn adopt(ctx: &mut Context<Adopt>, guardian: Address) -> Result<()> {
        ctx.accounts.adopt(guardian)
    }

    /// Sets what wallets call the mint.
    pub fn set_metadata(
        ctx: &mut Context<SetMetadata>,
        name: String,
        symbol: String,
        uri: String,
    ) -> Result<()> {
        ctx.accounts.set_metadata(&name, &symbol, &uri)
    }

    /// Gives an account the right to mint on terms.
    pub fn add_minter(
        ctx: &mut Context<AddMinter>,
        minter_authority: Address,
        terms: MinterTerms,
    ) -> Result<()> {
        ctx.accounts.add_minter(minter_authority, terms)
    }

    /// Raises an allowance after a delay, or lowers it at once.
    pub fn raise_minter(ctx: &mut Context<RaiseMinter>, next_total: u64) -> Result<()> {
        ctx.accounts.raise_minter(next_total)
    }

    /// Drops a raise that waits.
    pub fn cancel_raise(ctx: &mut Context<CancelRaise>) -> Result<()> {
        ctx.accounts.cancel_raise()
    }

    /// Takes the right to mint away at once.
    pub fn revoke_minter(ctx: &mut Context<RevokeMinter>) -> Result<()> {
        ctx.accounts.revoke_minter()
    }

    /// Pauses or resumes minting.
    pub fn set_paused(ctx: &mut Context<SetPaused>, paused: bool) -> Result<()> {
        ctx.accounts.set_paused(paused)
    }

    /// First step of a hand-over of the authority.
    pub fn nominate_authority(
        ctx: &mut Context<NominateAuthority>,
        nominee: Address,
    ) -> Result<()> {
        ctx.accounts.nominate_authority(nominee)
    }

    /// Second step of a hand-over of the authority.
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
        ctx.accounts.accept_authority()
    }

    /// Replaces the guardian.
    pub fn set_guardian(ctx: &mut Context<SetGuardian>, guardian: Address) -> Result<()> {
        ctx.accounts.set_guardian(guardian)
    }
}

/// Records an event by a call of this program to itself.
#[inline(always)]
fn record<E: io_shared::events::Event>(event_authority: &UncheckedAccount, event: E) {
    io_cpi::event::emit(&ID, event_authority.account(), EVENT_AUTHORITY.bump, event);
}
