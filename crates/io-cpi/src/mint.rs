//! Calls of `io_mint`.

use crate::invoke;
use anchor_lang::pinocchio::{account::AccountView, cpi::Seed, instruction::InstructionAccount};
use io_shared::{ids::io_mint, state::discriminator};

const MINT_TO: [u8; 8] = discriminator("global:mint_to");
const BURN: [u8; 8] = discriminator("global:burn");

/// Accounts of `io_mint::mint_to`, which checks every one of them.
pub struct MintTo<'a> {
    /// Signs, and has a minter.
    pub authority: &'a AccountView,
    pub minter: &'a AccountView,
    pub config: &'a AccountView,
    pub mint: &'a AccountView,
    /// Token account that receives the amount.
    pub destination: &'a AccountView,
    pub token_program: &'a AccountView,
    pub event_authority: &'a AccountView,
    pub program: &'a AccountView,
}

/// Mints `amount` raw IO; `seeds` sign for the authority.
#[inline(always)]
pub fn mint_to(accounts: &MintTo, amount: u64, seeds: &[Seed]) {
    let mut data = [0; 16];
    data[..8].copy_from_slice(&MINT_TO);
    data[8..].copy_from_slice(&amount.to_le_bytes());
    invoke(
        &io_mint::ID,
        &data,
        [
            InstructionAccount::readonly_signer(accounts.authority.address()),
            InstructionAccount::writable(accounts.minter.address()),
            InstructionAccount::writable(accounts.config.address()),
            InstructionAccount::writable(accounts.mint.address()),
            InstructionAccount::writable(accounts.destination.address()),
            InstructionAccount::readonly(accounts.token_program.address()),
            InstructionAccount::readonly(accounts.event_authority.address()),
            InstructionAccount::readonly(accounts.program.address()),
        ],
        [
            accounts.authority,
            accounts.minter,
            accounts.config,
            accounts.mint,
            accounts.destination,
            accounts.token_program,
            accounts.event_authority,
            accounts.program,
        ],
        seeds,
    );
}

/// Accounts of `io_mint::burn`, which checks every one of them.
pub struct Burn<'a> {
    /// Signs, and may move the tokens of `source`.
    pub authority: &'a AccountView,
    pub source: &'a AccountView,
    pub config: &'a AccountView,
    pub mint: &'a AccountView,
    pub token_program: &'a AccountView,
    pub event_authority: &'a AccountView,
    pub program: &'a AccountView,
}

/// Burns `amount` raw IO and has it counted; `seeds` sign for the authority.
#[inline(always)]
pub fn burn(accounts: &Burn, amount: u64, seeds: &[Seed]) {
    let mut data = [0; 16];
    data[..8].copy_from_slice(&BURN);
    data[8..].copy_from_slice(&amount.to_le_bytes());
    invoke(
        &io_mint::ID,
        &data,
        [
            InstructionAccount::readonly_signer(accounts.authority.address()),
            InstructionAccount::writable(accounts.source.address()),
            InstructionAccount::writable(accounts.config.address()),
            InstructionAccount::writable(accounts.mint.address()),
            InstructionAccount::readonly(accounts.token_program.address()),
            InstructionAccount::readonly(accounts.event_authority.address()),
            InstructionAccount::readonly(accounts.program.address()),
        ],
        [
            accounts.authority,
            accounts.source,
            accounts.config,
            accounts.mint,
            accounts.token_program,
            accounts.event_authority,
            accounts.program,
        ],
        seeds,
    );
}
