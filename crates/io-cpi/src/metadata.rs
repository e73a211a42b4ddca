//! Metaplex Token Metadata: where wallets read a classic mint's name, symbol and URI.

use crate::invoke;
use anchor_lang::{
    Result,
    pinocchio::{account::AccountView, cpi::Seed, instruction::InstructionAccount},
    prelude::ProgramError,
};
use io_shared::ids::METADATA_PROGRAM;

const UPDATE_METADATA_ACCOUNT_V2: u8 = 15;
const CREATE_METADATA_ACCOUNT_V3: u8 = 33;

/// Longest texts that the metadata program takes, in bytes.
pub const MAX_NAME: usize = 32;
pub const MAX_SYMBOL: usize = 10;
pub const MAX_URI: usize = 200;

/// Accounts of either call; the metadata program checks them.
pub struct Accounts<'a> {
    /// `[b"metadata", metadata program, mint]`.
    pub metadata: &'a AccountView,
    pub mint: &'a AccountView,
    /// Authority of the mint and of its metadata.
    pub authority: &'a AccountView,
    /// Pays for a new account.
    pub payer: &'a AccountView,
    pub system_program: &'a AccountView,
}

/// Sets the texts, creating the account if need be; `seeds` sign for the authority. Errs if the texts
/// are longer than [`MAX_NAME`], [`MAX_SYMBOL`] and [`MAX_URI`] together. Returns whether the account was
/// created.
pub fn set(
    accounts: &Accounts,
    name: &str,
    symbol: &str,
    uri: &str,
    seeds: &[Seed],
) -> Result<bool> {
    let Accounts {
        metadata,
        mint,
        authority,
        payer,
        system_program,
    } = *accounts;
    let mut data = Data::default();
    let exists = metadata.owned_by(&METADATA_PROGRAM);
    if exists {
        // The data are `Some`.
        data.push(&[UPDATE_METADATA_ACCOUNT_V2, 1])?;
    } else {
        data.push(&[CREATE_METADATA_ACCOUNT_V3])?;
    }
    for text in [name, symbol, uri] {
        data.push_text(text)?;
    }
    // No royalty, creators, collection or uses.
    data.push(&[0; 5])?;
    if exists {
        // The same update authority, the first sale as it was, mutable as it was.
        data.push(&[0; 3])?;
        let metas = [
            InstructionAccount::writable(metadata.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ];
        let views = [metadata, authority];
        invoke(&METADATA_PROGRAM, data.bytes(), metas, views, seeds);
    } else {
        // Mutable; no collection details.
        data.push(&[1, 0])?;
        let metas = [
            InstructionAccount::writable(metadata.address()),
            InstructionAccount::readonly(mint.address()),
            InstructionAccount::readonly_signer(authority.address()),
            InstructionAccount::writable_signer(payer.address()),
            InstructionAccount::readonly_signer(authority.address()),
            InstructionAccount::readonly(system_program.address()),
        ];
        let views = [metadata, mint, authority, payer, authority, system_program];
        invoke(&METADATA_PROGRAM, data.bytes(), metas, views, seeds);
    }
    Ok(!exists)
}

const DATA_LEN: usize = 2 + 3 * 4 + MAX_NAME + MAX_SYMBOL + MAX_URI + 8;

/// Instruction data on the stack, long enough for either call.
struct Data {
    bytes: [u8; DATA_LEN],
    len: usize,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            bytes: [0; DATA_LEN],
            len: 0,
        }
    }
}

impl Data {
    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let slot = self
            .bytes
            .get_mut(self.len..)
            .and_then(|rest| rest.get_mut(..bytes.len()))
            .ok_or(ProgramError::InvalidArgument)?;
        slot.copy_from_slice(bytes);
        self.len = self.len.wrapping_add(bytes.len());
        Ok(())
    }

    /// Borsh of a string: its length (`u32`), then its bytes.
    fn push_text(&mut self, text: &str) -> Result<()> {
        let len = u32::try_from(text.len()).map_err(|_| ProgramError::InvalidArgument)?;
        self.push(&len.to_le_bytes())?;
        self.push(text.as_bytes())
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
