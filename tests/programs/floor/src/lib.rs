//! The floor under each hot instruction's compute units.
//!
//! Makes the same calls and writes the same accounts as the real instruction, checks nothing,
//! computes nothing, and must never be deployed. The benchmark runs it beside the real program, in
//! the same runtime, and prints the ratio.
//!
//! Instruction data: `[operation][bump of b"floor"][bump of the new account]`. All amounts are 1.
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
    sysvars::{Sysvar, rent::Rent},
};

program_entrypoint!(process, 32);
no_allocator!();
nostd_panic_handler!();

const DEPOSIT: u8 = 0;
const REQUEST_UNSTAKE: u8 = 1;
const WITHDRAW: u8 = 2;
const CLAIM: u8 = 3;
const PAY: u8 = 4;
const PAY_UNRECEIPTED: u8 = 5;
const MINT: u8 = 6;
const ADVANCE: u8 = 7;
const DISTRIBUTE: u8 = 8;
const HARVEST: u8 = 9;
/// What a self-call that carries an event looks like.
const EVENT: u8 = 255;

/// Bytes of the event that each operation records.
const EVENT_LEN: usize = 160;
/// Bytes of the account that `PAY` creates.
const RECEIPT_LEN: u64 = 264;

const TRANSFER: [u8; 9] = [3, 1, 0, 0, 0, 0, 0, 0, 0];
const MINT_TO: [u8; 9] = [7, 1, 0, 0, 0, 0, 0, 0, 0];

pub fn process(program: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let [operation, bump, new_bump, ..] = data else {
        return Ok(());
    };
    if *operation == EVENT {
        return Ok(());
    }
    let floor_bump = [*bump];
    let floor = [Seed::from(b"floor"), Seed::from(&floor_bump)];
    // The program and its PDA come last, as event authority and program do in the real ones.
    let [accounts @ .., authority, itself] = accounts else {
        return Err(ProgramError::NotEnoughAccountKeys);
    };
    match (*operation, accounts) {
        (DEPOSIT, [owner, node, position, source, vault, token]) => {
            touch(node);
            touch(position);
            call(
                token.address(),
                &TRANSFER,
                [write(source), write(vault), sign(owner)],
                [source, vault, owner],
                &[],
            );
        }
        (REQUEST_UNSTAKE, [_owner, node, position, ticket]) => {
            touch(node);
            touch(position);
            touch(ticket);
        }
        (
            WITHDRAW,
            [
                node,
                position,
                ticket,
                vault,
                destination,
                rent_payer,
                token,
            ],
        ) => {
            touch(node);
            touch(position);
            call(
                token.address(),
                &TRANSFER,
                [write(vault), write(destination), sign(authority)],
                [vault, destination, authority],
                &floor,
            );
            rent_payer.set_lamports(rent_payer.lamports().wrapping_add(ticket.lamports()));
            ticket.set_lamports(0);
            // SAFETY: nothing else refers to the account.
            unsafe { ticket.close_unchecked() };
        }
        (CLAIM, [node, position, vault, destination, token]) => {
            touch(node);
            touch(position);
            call(
                token.address(),
                &TRANSFER,
                [write(vault), write(destination), sign(authority)],
                [vault, destination, authority],
                &floor,
            );
        }
        (PAY, [payer, source, destination, receipt, token, system]) => {
            create(payer, receipt, system, RECEIPT_LEN, program, *new_bump)?;
            touch(receipt);
            call(
                token.address(),
                &TRANSFER,
                [write(source), write(destination), sign(payer)],
                [source, destination, payer],
                &[],
            );
        }
        (PAY_UNRECEIPTED, [payer, source, destination, token]) => call(
            token.address(),
            &TRANSFER,
            [write(source), write(destination), sign(payer)],
            [source, destination, payer],
            &[],
        ),
        (MINT, [config, minter, mint, destination, token]) => {
            touch(config);
            touch(minter);
            call(
                token.address(),
                &MINT_TO,
                [write(mint), write(destination), sign(authority)],
                [mint, destination, authority],
                &floor,
            );
        }
        (
            ADVANCE,
            [
                config,
                pool,
                minter_config,
                minter,
                mint,
                vault,
                bounty,
                token,
            ],
        ) => {
            touch(config);
            touch(pool);
            call(
                program,
                &[MINT, *bump, 0],
                [
                    write(minter_config),
                    write(minter),
                    write(mint),
                    write(vault),
                    read(token),
                    sign(authority),
                    read(itself),
                ],
                [minter_config, minter, mint, vault, token, authority, itself],
                &floor,
            );
            call(
                token.address(),
                &TRANSFER,
                [write(vault), write(bounty), sign(authority)],
                [vault, bounty, authority],
                &floor,
            );
        }
        (DISTRIBUTE, [node, _vault]) => touch(node),
        (HARVEST, [pool, node_emission, node, vault, reward_vault, token]) => {
            touch(pool);
            touch(node_emission);
            call(
                token.address(),
                &TRANSFER,
                [write(vault), write(reward_vault), sign(authority)],
                [vault, reward_vault, authority],
                &floor,
            );
            call(
                program,
                &[DISTRIBUTE, *bump, 0],
                [
                    write(node),
                    read(reward_vault),
                    sign(authority),
                    read(itself),
                ],
                [node, reward_vault, authority, itself],
                &floor,
            );
        }
        _ => return Err(ProgramError::InvalidInstructionData),
    }
    let mut event = [0; EVENT_LEN];
    event[0] = EVENT;
    call(program, &event, [sign(authority)], [authority], &floor);
    Ok(())
}

/// Writes 16 bytes of state.
#[inline(always)]
fn touch(account: &mut AccountView) {
    // SAFETY: nothing else refers to the data.
    let data = unsafe { account.borrow_unchecked_mut() };
    if let Some(word) = data.get_mut(8..24) {
        word.copy_from_slice(&[1; 16]);
    }
}

#[inline(always)]
fn create(
    payer: &AccountView,
    account: &AccountView,
    system: &AccountView,
    space: u64,
    owner: &Address,
    bump: u8,
) -> ProgramResult {
    let space_usize = usize::try_from(space).map_err(|_| ProgramError::InvalidArgument)?;
    let rent = Rent::get()?.try_minimum_balance(space_usize)?;
    let mut data = [0; 52];
    data[4..12].copy_from_slice(&rent.to_le_bytes());
    data[12..20].copy_from_slice(&space.to_le_bytes());
    data[20..].copy_from_slice(owner.as_ref());
    let bump = [bump];
    call(
        system.address(),
        &data,
        [
            InstructionAccount::writable_signer(payer.address()),
            InstructionAccount::writable_signer(account.address()),
        ],
        [payer, account],
        &[
            Seed::from(b"new"),
            Seed::from(payer.address().as_ref()),
            Seed::from(&bump),
        ],
    );
    Ok(())
}

fn write(account: &AccountView) -> InstructionAccount<'_> {
    InstructionAccount::writable(account.address())
}

fn read(account: &AccountView) -> InstructionAccount<'_> {
    InstructionAccount::readonly(account.address())
}

fn sign(account: &AccountView) -> InstructionAccount<'_> {
    InstructionAccount::readonly_signer(account.address())
}

#[inline(always)]
fn call<const N: usize>(
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
    // SAFETY: no reference into the data of these accounts is alive here.
    unsafe {
        if seeds.is_empty() {
            invoke_signed_unchecked(&instruction, accounts, &[]);
        } else {
            invoke_signed_unchecked(&instruction, accounts, &[Signer::from(seeds)]);
        }
    }
}
