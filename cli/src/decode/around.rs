//! Instructions of the programs around the four: system, loader, compute budget, token accounts.

use super::{Known, idl::hex, reader::Reader, units::text_of};
use crate::output::Shown;
use io_client::{
    Instruction,
    shared::ids::{SYSTEM_PROGRAM, UPGRADEABLE_LOADER},
    token::ASSOCIATED_TOKEN_PROGRAM,
};
use solana_loader_v3_interface::instruction::UpgradeableLoaderInstruction as Loader;
use solana_system_interface::instruction::SystemInstruction as System;

const COMPUTE_BUDGET: io_client::Pubkey =
    io_client::Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

/// What an instruction of one of these programs does; `None` if it is none that matters here.
pub fn decode(instruction: &Instruction) -> Option<Known> {
    match instruction.program_id {
        SYSTEM_PROGRAM => system(&instruction.data),
        UPGRADEABLE_LOADER => loader(instruction),
        COMPUTE_BUDGET => budget(&instruction.data),
        ASSOCIATED_TOKEN_PROGRAM => associated(&instruction.data),
        _ => None,
    }
}

fn known<const N: usize>(name: &str, arguments: Vec<(&str, Shown)>, accounts: [&str; N]) -> Known {
    Known {
        name: name.to_owned(),
        arguments: arguments
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        accounts: accounts.map(str::to_owned).to_vec(),
    }
}

fn system(data: &[u8]) -> Option<Known> {
    Some(match bincode::deserialize(data).ok()? {
        System::Transfer { lamports } => known(
            "transfer",
            vec![("lamports", Shown::Sol(lamports))],
            ["from", "to"],
        ),
        System::Allocate { space } => known(
            "allocate",
            vec![("space", Shown::Number(space))],
            ["account"],
        ),
        System::AllocateWithSeed {
            seed, space, owner, ..
        } => known(
            "allocate_with_seed",
            vec![
                ("seed", text_of(&seed)),
                ("space", Shown::Number(space)),
                ("owner", Shown::Address(owner)),
            ],
            ["account", "base"],
        ),
        System::Assign { owner } => known(
            "assign",
            vec![("owner", Shown::Address(owner))],
            ["account"],
        ),
        System::CreateAccount {
            lamports,
            space,
            owner,
        } => known(
            "create_account",
            vec![
                ("lamports", Shown::Sol(lamports)),
                ("space", Shown::Number(space)),
                ("owner", Shown::Address(owner)),
            ],
            ["payer", "account"],
        ),
        System::AdvanceNonceAccount => known(
            "advance_nonce_account",
            vec![],
            ["nonce_account", "recent_blockhashes", "authority"],
        ),
        _ => return None,
    })
}

fn loader(instruction: &Instruction) -> Option<Known> {
    Some(match bincode::deserialize(&instruction.data).ok()? {
        Loader::InitializeBuffer => known("initialize_buffer", vec![], ["buffer", "authority"]),
        Loader::Write { offset, bytes } => known(
            "write",
            vec![
                ("offset", Shown::Number(offset.into())),
                ("bytes", hex(&bytes)),
            ],
            ["buffer", "authority"],
        ),
        Loader::DeployWithMaxDataLen { max_data_len, .. } => known(
            "deploy",
            vec![(
                "max_data_len",
                Shown::Number(u64::try_from(max_data_len).ok()?),
            )],
            ["payer", "program_data", "program", "buffer"],
        ),
        Loader::Upgrade => known(
            "upgrade",
            vec![],
            [
                "program_data",
                "program",
                "buffer",
                "spill",
                "rent",
                "clock",
                "authority",
            ],
        ),
        Loader::SetAuthority if instruction.accounts.len() < 3 => known(
            "set_authority: none, nobody can change it any more",
            vec![],
            ["program_data_or_buffer", "authority"],
        ),
        Loader::SetAuthority => known(
            "set_authority",
            vec![],
            ["program_data_or_buffer", "authority", "new_authority"],
        ),
        Loader::SetAuthorityChecked => known(
            "set_authority_checked",
            vec![],
            ["program_data_or_buffer", "authority", "new_authority"],
        ),
        Loader::Close => known("close", vec![], ["account", "recipient", "authority"]),
        Loader::ExtendProgram { additional_bytes } => known(
            "extend_program",
            vec![("additional_bytes", Shown::Number(additional_bytes.into()))],
            ["program_data", "program"],
        ),
    })
}

fn budget(data: &[u8]) -> Option<Known> {
    let mut reader = Reader(data);
    Some(match reader.u8()? {
        2 => {
            let units = reader.array().map(u32::from_le_bytes)?;
            known(
                "set_compute_unit_limit",
                vec![("units", Shown::Number(units.into()))],
                [],
            )
        }
        3 => known(
            "set_compute_unit_price",
            vec![("micro_lamports", Shown::Number(reader.u64()?))],
            [],
        ),
        _ => return None,
    })
}

fn associated(data: &[u8]) -> Option<Known> {
    let name = match data {
        [] | [0] => "create",
        [1] => "create_idempotent",
        _ => return None,
    };
    Some(known(
        name,
        vec![],
        ["payer", "token_account", "wallet", "mint"],
    ))
}
