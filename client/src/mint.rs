//! Instructions of `io_mint`.

use crate::{
    Instruction, Pubkey,
    instruction::{build, read, sign, write, write_sign},
    pda,
};
use io_shared::{
    ids::{METADATA_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM, io_mint},
    state::{MintPolicy, MinterTerms},
};
use solana_program::instruction::AccountMeta;

/// Creates the config and the IO mint. Signed by the program's upgrade authority, which pays and
/// becomes the authority.
pub fn initialize(authority: &Pubkey, guardian: &Pubkey) -> Instruction {
    mint_instruction(
        "initialize",
        &guardian.to_bytes(),
        vec![
            write_sign(*authority),
            read(io_mint::PROGRAM_DATA),
            write(io_mint::CONFIG.address),
            write(io_mint::MINT.address),
            read(TOKEN_PROGRAM),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Creates the config for `mint`, which exists already, in place of [`initialize`]. Signed by the
/// program's upgrade authority, which pays and becomes the authority, and by `mint_authority`, which
/// hands its mint over.
pub fn adopt(
    authority: &Pubkey,
    mint_authority: &Pubkey,
    mint: &Pubkey,
    guardian: &Pubkey,
) -> Instruction {
    mint_instruction(
        "adopt",
        &guardian.to_bytes(),
        vec![
            write_sign(*authority),
            sign(*mint_authority),
            read(io_mint::PROGRAM_DATA),
            write(io_mint::CONFIG.address),
            write(*mint),
            read(TOKEN_PROGRAM),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Sets name (at most 32 bytes), symbol (10) and URI (200) of the IO mint, as wallets read them. Signed
/// by the authority, which pays for metadata that does not exist yet.
pub fn set_metadata(
    authority: &Pubkey,
    mint: &Pubkey,
    name: &str,
    symbol: &str,
    uri: &str,
) -> Instruction {
    mint_instruction(
        "set_metadata",
        &(name, symbol, uri),
        vec![
            write_sign(*authority),
            read(io_mint::CONFIG.address),
            read(*mint),
            write(pda::metadata(mint).0),
            read(METADATA_PROGRAM),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Gives `minter_authority` the right to mint on `terms`. Signed by the authority, which pays the
/// rent.
pub fn add_minter(
    authority: &Pubkey,
    minter_authority: &Pubkey,
    terms: &MinterTerms,
) -> Instruction {
    let accounts = vec![
        write_sign(*authority),
        write(io_mint::CONFIG.address),
        write(pda::minter(minter_authority).0),
        read(SYSTEM_PROGRAM),
    ];
    let minter = minter_authority.to_bytes();
    let window = (terms.window_limit, terms.window_seconds);
    // Borsh of the policy: the number of the variant, then its fields.
    match terms.policy {
        MintPolicy::Allowance { amount } => {
            mint_instruction("add_minter", &(minter, 0_u8, amount, window), accounts)
        }
        MintPolicy::Schedule { curve, start_at } => {
            let policy = (1_u8, curve, start_at);
            mint_instruction("add_minter", &(minter, policy, window), accounts)
        }
    }
}

/// Sets the total of `minter_authority`'s allowance: a higher one after a delay, any other at once.
/// Signed by the authority.
pub fn raise_minter(authority: &Pubkey, minter_authority: &Pubkey, next_total: u64) -> Instruction {
    mint_instruction(
        "raise_minter",
        &next_total,
        vec![
            sign(*authority),
            write(io_mint::CONFIG.address),
            write(pda::minter(minter_authority).0),
        ],
    )
}

/// Drops a raise of `minter_authority`'s allowance that waits. Signed by the guardian or the authority.
pub fn cancel_raise(signer: &Pubkey, minter_authority: &Pubkey) -> Instruction {
    mint_instruction(
        "cancel_raise",
        &(),
        vec![
            sign(*signer),
            write(io_mint::CONFIG.address),
            write(pda::minter(minter_authority).0),
        ],
    )
}

/// Takes the right to mint from `minter_authority` at once; its rent goes to `rent_payer`, whom the
/// minter names. Signed by the authority or, while the minter is not active yet, by the guardian.
pub fn revoke_minter(
    signer: &Pubkey,
    minter_authority: &Pubkey,
    rent_payer: &Pubkey,
) -> Instruction {
    mint_instruction(
        "revoke_minter",
        &(),
        vec![
            sign(*signer),
            write(io_mint::CONFIG.address),
            write(pda::minter(minter_authority).0),
            write(*rent_payer),
        ],
    )
}

/// Mints `amount` raw IO to the token account `destination`. Signed by the minter's authority. `mint` is
/// the IO mint.
pub fn mint_to(
    minter_authority: &Pubkey,
    mint: &Pubkey,
    destination: &Pubkey,
    amount: u64,
) -> Instruction {
    mint_instruction(
        "mint_to",
        &amount,
        vec![
            sign(*minter_authority),
            write(pda::minter(minter_authority).0),
            write(io_mint::CONFIG.address),
            write(*mint),
            write(*destination),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Burns `amount` raw IO of the token account `source`. Signed by its owner or delegate. `mint` is the
/// IO mint.
pub fn burn(owner: &Pubkey, mint: &Pubkey, source: &Pubkey, amount: u64) -> Instruction {
    mint_instruction(
        "burn",
        &amount,
        vec![
            sign(*owner),
            write(*source),
            write(io_mint::CONFIG.address),
            write(*mint),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Pauses or resumes minting. Signed by the authority or, to pause, by the guardian.
pub fn set_paused(signer: &Pubkey, paused: bool) -> Instruction {
    govern("set_paused", signer, &paused)
}

/// Nominates the next authority; the zero address withdraws a nomination. Signed by the authority.
pub fn nominate_authority(authority: &Pubkey, nominee: &Pubkey) -> Instruction {
    govern("nominate_authority", authority, &nominee.to_bytes())
}

/// Makes the nominee the authority. Signed by the nominee.
pub fn accept_authority(nominee: &Pubkey) -> Instruction {
    govern("accept_authority", nominee, &())
}

/// Replaces the guardian; the zero address leaves none. Signed by the authority.
pub fn set_guardian(authority: &Pubkey, guardian: &Pubkey) -> Instruction {
    govern("set_guardian", authority, &guardian.to_bytes())
}

/// An instruction that `signer` changes only the config with.
fn govern(name: &str, signer: &Pubkey, arguments: &impl borsh::BorshSerialize) -> Instruction {
    let accounts = vec![sign(*signer), write(io_mint::CONFIG.address)];
    mint_instruction(name, arguments, accounts)
}

/// An instruction of `io_mint`, with the two accounts that each ends on.
fn mint_instruction(
    name: &str,
    arguments: &impl borsh::BorshSerialize,
    mut accounts: Vec<AccountMeta>,
) -> Instruction {
    accounts.extend([read(io_mint::EVENT_AUTHORITY.address), read(io_mint::ID)]);
    build(io_mint::ID, name, arguments, accounts)
}
