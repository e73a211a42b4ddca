//! Associated token accounts: where a wallet keeps one mint.

use crate::{
    Instruction, Pubkey,
    instruction::{read, write, write_sign},
};
use io_shared::ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM};

/// The associated token account program.
pub const ASSOCIATED_TOKEN_PROGRAM: Pubkey =
    Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// The wallet's token account of `mint`.
pub fn associated(wallet: &Pubkey, mint: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(
        &[wallet.as_ref(), TOKEN_PROGRAM.as_ref(), mint.as_ref()],
        &ASSOCIATED_TOKEN_PROGRAM,
    )
    .0
}

/// Creates the wallet's token account of `mint` unless it exists; `payer` signs and pays.
pub fn create_associated(payer: &Pubkey, wallet: &Pubkey, mint: &Pubkey) -> Instruction {
    const CREATE_IDEMPOTENT: u8 = 1;
    Instruction {
        program_id: ASSOCIATED_TOKEN_PROGRAM,
        accounts: vec![
            write_sign(*payer),
            write(associated(wallet, mint)),
            read(*wallet),
            read(*mint),
            read(SYSTEM_PROGRAM),
            read(TOKEN_PROGRAM),
        ],
        data: vec![CREATE_IDEMPOTENT],
    }
}
