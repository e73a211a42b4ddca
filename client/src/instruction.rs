//! How an instruction is put together.

use crate::{Instruction, Pubkey};
use borsh::BorshSerialize;
use solana_program::{hash::hash, instruction::AccountMeta};

/// Anchor's instruction data: the first 8 bytes of sha256("global:<name>"), then the arguments.
pub(crate) fn data(name: &str, arguments: &impl BorshSerialize) -> Vec<u8> {
    let mut data = hash(format!("global:{name}").as_bytes()).to_bytes()[..8].to_vec();
    arguments
        .serialize(&mut data)
        .expect("serializing into memory cannot fail");
    data
}

/// An instruction of `program`.
pub(crate) fn build(
    program: Pubkey,
    name: &str,
    arguments: &impl BorshSerialize,
    accounts: Vec<AccountMeta>,
) -> Instruction {
    Instruction {
        program_id: program,
        accounts,
        data: data(name, arguments),
    }
}

pub(crate) const fn read(key: Pubkey) -> AccountMeta {
    meta(key, false, false)
}

pub(crate) const fn write(key: Pubkey) -> AccountMeta {
    meta(key, true, false)
}

pub(crate) const fn sign(key: Pubkey) -> AccountMeta {
    meta(key, false, true)
}

pub(crate) const fn write_sign(key: Pubkey) -> AccountMeta {
    meta(key, true, true)
}

const fn meta(pubkey: Pubkey, is_writable: bool, is_signer: bool) -> AccountMeta {
    AccountMeta {
        pubkey,
        is_signer,
        is_writable,
    }
}
