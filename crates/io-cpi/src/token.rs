//! The SPL token program: what we read of its accounts and call of its instructions.

use crate::{account::create_pda, invoke};
use anchor_lang::{
    Result,
    pinocchio::{
        account::AccountView, address::Address, cpi::Seed, instruction::InstructionAccount,
    },
    prelude::ProgramError,
};
use io_shared::ids::TOKEN_PROGRAM;

const TRANSFER: u8 = 3;
const SET_AUTHORITY: u8 = 6;
const MINT_TO: u8 = 7;
const BURN: u8 = 8;
const CLOSE_ACCOUNT: u8 = 9;
const INITIALIZE_ACCOUNT_3: u8 = 18;
const INITIALIZE_MINT_2: u8 = 20;

/// Length of a token account.
pub const ACCOUNT_LEN: usize = 165;
/// Length of a mint.
pub const MINT_LEN: usize = 82;

const STATE_INITIALIZED: u8 = 1;
/// What Token-2022 writes behind an account that has extensions.
const EXTENDED_ACCOUNT: u8 = 2;

/// What a token account says, copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAccount {
    pub mint: Address,
    pub owner: Address,
    pub amount: u64,
    /// Someone may move tokens besides the owner.
    pub has_delegate: bool,
    /// Someone may close the account besides the owner.
    pub has_close_authority: bool,
}

impl TokenAccount {
    /// Reads an initialised account of the SPL token program; `None` for anything else.
    #[inline(always)]
    pub fn read(view: &AccountView) -> Option<Self> {
        if view.owned_by(&TOKEN_PROGRAM) {
            Self::read_own(view)
        } else {
            None
        }
    }

    /// Reads an initialised account of `program`, the SPL token program or Token-2022, whatever its
    /// extensions; `None` for anything else.
    pub fn read_of(view: &AccountView, program: &Address) -> Option<Self> {
        if !view.owned_by(program) || !is_account(view) {
            return None;
        }
        // SAFETY: the bytes are copied out before anything else can run.
        let data = unsafe { view.borrow_unchecked() };
        Self::of(data.first_chunk()?)
    }

    /// Like [`TokenAccount::read`], for an account at an address of the calling program's that is a
    /// token account, or nothing if it was closed: no other program can own it.
    #[inline(always)]
    pub fn read_own(view: &AccountView) -> Option<Self> {
        if view.data_len() != ACCOUNT_LEN {
            return None;
        }
        // SAFETY: the bytes are copied out before anything else can run.
        let data = unsafe { view.borrow_unchecked() };
        Self::of(data.try_into().ok()?)
    }

    #[inline(always)]
    fn of(data: &[u8; ACCOUNT_LEN]) -> Option<Self> {
        if data[108] != STATE_INITIALIZED {
            return None;
        }
        Some(Self {
            mint: address(data, 0)?,
            owner: address(data, 32)?,
            amount: u64_at(data, 64)?,
            has_delegate: u32_at(data, 72)? != 0,
            has_close_authority: u32_at(data, 129)? != 0,
        })
    }
}

/// Whether an account is as long as a token account, or says behind that to be one with extensions.
#[inline(always)]
fn is_account(view: &AccountView) -> bool {
    let len = view.data_len();
    // SAFETY: only compared below; nothing else runs meanwhile.
    len == ACCOUNT_LEN
        || unsafe { view.borrow_unchecked() }.get(ACCOUNT_LEN) == Some(&EXTENDED_ACCOUNT)
}

/// Whether an account says to hold tokens for `owner`, in whatever state: a frozen one can be thawed,
/// and closed if it is empty.
#[inline(always)]
pub fn is_held_by(view: &AccountView, owner: &Address) -> bool {
    // Extensions of Token-2022 follow the account.
    if view.data_len() < ACCOUNT_LEN {
        return false;
    }
    // SAFETY: only compared below; nothing else runs meanwhile.
    same(unsafe { view.borrow_unchecked() }, 32, owner)
}

/// Whether an account says that `authority` may move its tokens, as owner or as delegate, in whatever
/// state.
#[inline(always)]
pub fn is_moved_by(view: &AccountView, authority: &Address) -> bool {
    // SAFETY: only compared below; nothing else runs meanwhile.
    let data = unsafe { view.borrow_unchecked() };
    // Extensions of Token-2022 follow the account.
    let Some(data) = data.first_chunk::<ACCOUNT_LEN>() else {
        return false;
    };
    // Nearly always the first word tells.
    let begins = |offset| u64_at(data, offset) == u64_at(authority.as_ref(), 0);
    (begins(32) && same(data, 32, authority))
        || (begins(76) && same(data, 76, authority) && u32_at(data, 72) != Some(0))
}

/// Whether an account says to hold tokens of `mint` for `owner`.
///
/// Leaner than [`TokenAccount::read`], and enough for an account that tokens are sent to in the same
/// instruction: the token program cannot write to an account that is not its own.
#[inline(always)]
pub fn is_account_of(view: &AccountView, owner: &Address, mint: &Address) -> bool {
    if view.data_len() != ACCOUNT_LEN {
        return false;
    }
    // SAFETY: only compared below; nothing else runs meanwhile.
    let data = unsafe { view.borrow_unchecked() };
    same(data, 32, owner) && same(data, 0, mint)
}

#[inline(always)]
fn same(data: &[u8], offset: usize, expected: &Address) -> bool {
    data.get(offset..)
        .and_then(|data| data.first_chunk::<32>())
        .is_some_and(|bytes| bytes == expected.as_array())
}

/// Balance of a token account that is known to be one; 0 for anything else.
#[inline(always)]
pub fn balance(view: &AccountView) -> u64 {
    TokenAccount::read(view).map_or(0, |account| account.amount)
}

/// What a mint says, copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    pub authority: Option<Address>,
    pub supply: u64,
    pub decimals: u8,
    pub has_freeze_authority: bool,
}

impl Mint {
    /// Reads an initialised mint of the SPL token program; `None` for anything else.
    pub fn read(view: &AccountView) -> Option<Self> {
        Self::read_of(view, &TOKEN_PROGRAM)
    }

    /// Reads an initialised mint of `program`, the SPL token program or Token-2022, that has no
    /// extension: no transfer fee, hook or permanent delegate, and its accounts begin unfrozen. `None`
    /// for anything else.
    pub fn read_of(view: &AccountView, program: &Address) -> Option<Self> {
        if !view.owned_by(program) || view.data_len() != MINT_LEN {
            return None;
        }
        // SAFETY: the bytes are copied out before anything else can run.
        let data = unsafe { view.borrow_unchecked() };
        if *data.get(45)? == 0 {
            return None;
        }
        Some(Self {
            authority: if u32_at(data, 0)? == 0 {
                None
            } else {
                Some(address(data, 4)?)
            },
            supply: u64_at(data, 36)?,
            decimals: *data.get(44)?,
            has_freeze_authority: u32_at(data, 46)? != 0,
        })
    }
}

#[inline(always)]
fn address(data: &[u8], offset: usize) -> Option<Address> {
    let (bytes, _) = data.get(offset..)?.split_first_chunk::<32>()?;
    Some(Address::new_from_array(*bytes))
}

#[inline(always)]
fn u64_at(data: &[u8], offset: usize) -> Option<u64> {
    let (bytes, _) = data.get(offset..)?.split_first_chunk::<8>()?;
    Some(u64::from_le_bytes(*bytes))
}

#[inline(always)]
fn u32_at(data: &[u8], offset: usize) -> Option<u32> {
    let (bytes, _) = data.get(offset..)?.split_first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

#[inline(always)]
fn with_amount(instruction: u8, amount: u64) -> [u8; 9] {
    let mut data = [instruction; 9];
    data[1..].copy_from_slice(&amount.to_le_bytes());
    data
}

/// Moves `amount` raw units; `seeds` sign for a PDA authority, empty for a wallet that signed.
#[inline(always)]
pub fn transfer(
    from: &AccountView,
    to: &AccountView,
    authority: &AccountView,
    amount: u64,
    seeds: &[Seed],
) {
    transfer_of(&TOKEN_PROGRAM, from, to, authority, amount, seeds);
}

/// Like [`transfer`], by `program`, which the accounts belong to.
#[inline(always)]
pub fn transfer_of(
    program: &Address,
    from: &AccountView,
    to: &AccountView,
    authority: &AccountView,
    amount: u64,
    seeds: &[Seed],
) {
    invoke(
        program,
        &with_amount(TRANSFER, amount),
        [
            InstructionAccount::writable(from.address()),
            InstructionAccount::writable(to.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        [from, to, authority],
        seeds,
    );
}

/// Mints `amount` raw units.
#[inline(always)]
pub fn mint_to(
    mint: &AccountView,
    to: &AccountView,
    authority: &AccountView,
    amount: u64,
    seeds: &[Seed],
) {
    invoke(
        &TOKEN_PROGRAM,
        &with_amount(MINT_TO, amount),
        [
            InstructionAccount::writable(mint.address()),
            InstructionAccount::writable(to.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        [mint, to, authority],
        seeds,
    );
}

/// Burns `amount` raw units.
#[inline(always)]
pub fn burn(
    from: &AccountView,
    mint: &AccountView,
    authority: &AccountView,
    amount: u64,
    seeds: &[Seed],
) {
    invoke(
        &TOKEN_PROGRAM,
        &with_amount(BURN, amount),
        [
            InstructionAccount::writable(from.address()),
            InstructionAccount::writable(mint.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        [from, mint, authority],
        seeds,
    );
}

/// Creates the PDA of `seeds` as a token account of `mint` owned by `owner`.
pub fn create_account(
    payer: &AccountView,
    account: &AccountView,
    mint: &AccountView,
    owner: &Address,
    seeds: &[Seed],
) -> Result<()> {
    create_account_of(&TOKEN_PROGRAM, payer, account, mint, owner, seeds)
}

/// Like [`create_account`], by `program`, which a mint without extensions belongs to.
pub fn create_account_of(
    program: &Address,
    payer: &AccountView,
    account: &AccountView,
    mint: &AccountView,
    owner: &Address,
    seeds: &[Seed],
) -> Result<()> {
    create_pda(payer, account, ACCOUNT_LEN, program, seeds)?;
    let mut data = [INITIALIZE_ACCOUNT_3; 33];
    data[1..].copy_from_slice(owner.as_ref());
    invoke(
        program,
        &data,
        [
            InstructionAccount::writable(account.address()),
            InstructionAccount::readonly(mint.address()),
        ],
        [account, mint],
        &[],
    );
    Ok(())
}

/// Creates the PDA of `seeds` as a mint with `authority` and no freeze authority.
pub fn create_mint(
    payer: &AccountView,
    mint: &AccountView,
    decimals: u8,
    authority: &Address,
    seeds: &[Seed],
) -> Result<()> {
    create_pda(payer, mint, MINT_LEN, &TOKEN_PROGRAM, seeds)?;
    let mut data = [0; 35];
    data[0] = INITIALIZE_MINT_2;
    data[1] = decimals;
    data[2..34].copy_from_slice(authority.as_ref());
    invoke(
        &TOKEN_PROGRAM,
        &data,
        [InstructionAccount::writable(mint.address())],
        [mint],
        &[],
    );
    Ok(())
}

/// Hands the right to mint from `authority`, a wallet that signed, to `next`.
pub fn set_mint_authority(mint: &AccountView, authority: &AccountView, next: &Address) {
    const MINT_TOKENS: u8 = 0;
    let mut data = [0; 35];
    data[..3].copy_from_slice(&[SET_AUTHORITY, MINT_TOKENS, 1]);
    data[3..].copy_from_slice(next.as_ref());
    invoke(
        &TOKEN_PROGRAM,
        &data,
        [
            InstructionAccount::writable(mint.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        [mint, authority],
        &[],
    );
}

/// Closes an empty token account; its rent goes to `rent_payer`.
pub fn close_account(
    account: &AccountView,
    rent_payer: &AccountView,
    authority: &AccountView,
    seeds: &[Seed],
) -> Result<()> {
    if balance(account) != 0 {
        return Err(ProgramError::InvalidAccountData);
    }
    invoke(
        &TOKEN_PROGRAM,
        &[CLOSE_ACCOUNT],
        [
            InstructionAccount::writable(account.address()),
            InstructionAccount::writable(rent_payer.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        [account, rent_payer, authority],
        seeds,
    );
    Ok(())
}
