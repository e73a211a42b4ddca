//! Accounts made, paid for and closed.

use crate::invoke;
use anchor_lang::{
    Result,
    bytemuck::{self, Pod},
    cpi::rent_exempt_lamports,
    pinocchio::{
        account::AccountView, address::Address, cpi::Seed, instruction::InstructionAccount,
    },
    prelude::ProgramError,
};
use io_shared::{
    ids::SYSTEM_PROGRAM,
    state::{DISCRIMINATOR_LEN, Layout},
};

const CREATE_ACCOUNT: u8 = 0;
const ASSIGN: u8 = 1;
const TRANSFER: u8 = 2;
const ALLOCATE: u8 = 8;

/// Creates the PDA of `seeds` (bump included) with `space` zero bytes, owned by `owner` and paid by
/// `payer`. Lamports sent there by someone beforehand do not stop it.
pub fn create_pda(
    payer: &AccountView,
    pda: &AccountView,
    space: usize,
    owner: &Address,
    seeds: &[Seed],
) -> Result<()> {
    let rent = rent_exempt_lamports(space)?;
    let space = u64::try_from(space).map_err(|_| ProgramError::InvalidArgument)?;
    let held = pda.lamports();
    if held == 0 {
        let mut data = [0; 52];
        data[0] = CREATE_ACCOUNT;
        data[4..12].copy_from_slice(&rent.to_le_bytes());
        data[12..20].copy_from_slice(&space.to_le_bytes());
        data[20..].copy_from_slice(owner.as_ref());
        invoke(
            &SYSTEM_PROGRAM,
            &data,
            [
                InstructionAccount::writable_signer(payer.address()),
                InstructionAccount::writable_signer(pda.address()),
            ],
            [payer, pda],
            seeds,
        );
        return Ok(());
    }
    if let Some(missing) = rent.checked_sub(held).filter(|missing| *missing > 0) {
        let mut data = [0; 12];
        data[0] = TRANSFER;
        data[4..].copy_from_slice(&missing.to_le_bytes());
        invoke(
            &SYSTEM_PROGRAM,
            &data,
            [
                InstructionAccount::writable_signer(payer.address()),
                InstructionAccount::writable(pda.address()),
            ],
            [payer, pda],
            &[],
        );
    }
    let mut allocate = [0; 12];
    allocate[0] = ALLOCATE;
    allocate[4..].copy_from_slice(&space.to_le_bytes());
    let mut assign = [0; 36];
    assign[0] = ASSIGN;
    assign[4..].copy_from_slice(owner.as_ref());
    for data in [&allocate[..], &assign[..]] {
        invoke(
            &SYSTEM_PROGRAM,
            data,
            [InstructionAccount::writable_signer(pda.address())],
            [pda],
            seeds,
        );
    }
    Ok(())
}

/// Makes a blank account the layout `L`: one that someone created for `L`'s program with `L`'s space and
/// that nobody wrote to. `None` if it is anything else.
///
/// It must hold lamports: without any, the runtime drops it with all its data when the transaction
/// ends; with some, the runtime insists on the whole rent.
#[inline(always)]
pub fn fill_blank<L: Layout>(account: &AccountView, fill: impl FnOnce(&mut L)) -> Option<()> {
    if !account.owned_by(&L::OWNER) || account.data_len() != L::SPACE || account.lamports() == 0 {
        return None;
    }
    let mut account = *account;
    // SAFETY: no layout begins with zeros, so nothing else refers to the data of a blank account.
    let data = unsafe { account.borrow_unchecked_mut() };
    let (discriminator, rest) = data.split_first_chunk_mut::<DISCRIMINATOR_LEN>()?;
    if *discriminator != [0; DISCRIMINATOR_LEN] {
        return None;
    }
    *discriminator = L::DISCRIMINATOR;
    fill(bytemuck::try_from_bytes_mut(rest).ok()?);
    Some(())
}

/// Creates the PDA of `seeds` with layout `L`, writes the discriminator and lets `fill` write the
/// rest (zero before).
pub fn create_layout<L: Layout>(
    payer: &AccountView,
    pda: &AccountView,
    seeds: &[Seed],
    fill: impl FnOnce(&mut L),
) -> Result<()> {
    create_pda(payer, pda, L::SPACE, &L::OWNER, seeds)?;
    let mut pda = *pda;
    // SAFETY: the account was created above; nothing else refers to its data.
    let data = unsafe { pda.borrow_unchecked_mut() };
    let (discriminator, rest) = data
        .split_at_mut_checked(DISCRIMINATOR_LEN)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    discriminator.copy_from_slice(&L::DISCRIMINATOR);
    let layout =
        bytemuck::try_from_bytes_mut(rest).map_err(|_| ProgramError::AccountDataTooSmall)?;
    fill(layout);
    Ok(())
}

/// Like [`create_layout`], with `count` items of `T` behind the layout.
#[inline(always)]
pub fn create_list<L: Layout, T: Pod>(
    payer: &AccountView,
    pda: &AccountView,
    count: usize,
    seeds: &[Seed],
    fill: impl FnOnce(&mut L, &mut [T]),
) -> Result<()> {
    let space = L::SPACE.saturating_add(count.saturating_mul(size_of::<T>()));
    create_pda(payer, pda, space, &L::OWNER, seeds)?;
    let mut pda = *pda;
    // SAFETY: the account was created above; nothing else refers to its data.
    let data = unsafe { pda.borrow_unchecked_mut() };
    let too_small = ProgramError::AccountDataTooSmall;
    let (layout, items) = data.split_at_mut_checked(L::SPACE).ok_or(too_small)?;
    let (discriminator, layout) = layout
        .split_at_mut_checked(DISCRIMINATOR_LEN)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    discriminator.copy_from_slice(&L::DISCRIMINATOR);
    fill(
        bytemuck::try_from_bytes_mut(layout).map_err(|_| ProgramError::AccountDataTooSmall)?,
        bytemuck::try_cast_slice_mut(items).map_err(|_| ProgramError::AccountDataTooSmall)?,
    );
    Ok(())
}

/// Closes an account of the calling program: all lamports go to `rent_payer`.
pub fn close(account: &AccountView, rent_payer: &AccountView) -> Result<()> {
    let (mut account, mut rent_payer) = (*account, *rent_payer);
    let lamports = rent_payer
        .lamports()
        .checked_add(account.lamports())
        .ok_or(ProgramError::ArithmeticOverflow)?;
    rent_payer.set_lamports(lamports);
    account.set_lamports(0);
    // SAFETY: nothing refers to the data of an account that its handler closes last.
    unsafe { account.close_unchecked() };
    Ok(())
}
