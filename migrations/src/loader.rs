//! What the upgradeable loader's accounts say.

use crate::{Program, chain::Chain};
use anyhow::{Context, Result};
use io_client::{Pubkey, shared::ids::UPGRADEABLE_LOADER};
use sha2::{Digest, Sha256};
use solana_account::Account;
use solana_loader_v3_interface::state::UpgradeableLoaderState;

/// A program's address on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deployed {
    /// No program yet; the lamports that lie there.
    Nothing {
        lamports: u64,
    },
    /// The program was closed. The loader never takes anything at its address again.
    Closed,
    /// Something else is there.
    Foreign,
    Running(Running),
}

/// A program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    /// `None` if nobody can change it any more.
    pub upgrade_authority: Option<Pubkey>,
    /// The binary, with the zeros behind it.
    pub elf: Vec<u8>,
}

/// Looks up one of the four programs.
pub(crate) fn deployed(chain: &impl Chain, program: Program) -> Result<Deployed> {
    let Some(account) = chain.account(&program.id())? else {
        return Ok(Deployed::Nothing { lamports: 0 });
    };
    if account.owner != UPGRADEABLE_LOADER {
        let untouched = account.data.is_empty() && !account.executable;
        return Ok(if untouched {
            Deployed::Nothing {
                lamports: account.lamports,
            }
        } else {
            Deployed::Foreign
        });
    }
    let expected = UpgradeableLoaderState::Program {
        programdata_address: program.program_data(),
    };
    if state(&account)? != expected {
        return Ok(Deployed::Foreign);
    }
    let Some(data) = chain
        .account(&program.program_data())?
        .filter(|data| data.owner == UPGRADEABLE_LOADER)
    else {
        return Ok(Deployed::Closed);
    };
    let UpgradeableLoaderState::ProgramData {
        upgrade_authority_address,
        ..
    } = state(&data)?
    else {
        return Ok(Deployed::Closed);
    };
    let header = UpgradeableLoaderState::size_of_programdata_metadata();
    let elf = data.data.get(header..).unwrap_or_default().to_vec();
    Ok(Deployed::Running(Running {
        upgrade_authority: upgrade_authority_address,
        elf,
    }))
}

/// An account that a binary is written into before it is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Buffer {
    pub authority: Option<Pubkey>,
    pub elf: Vec<u8>,
}

/// The buffer at `address`, if there is one.
pub(crate) fn buffer(account: &Account) -> Result<Option<Buffer>> {
    if account.owner != UPGRADEABLE_LOADER {
        return Ok(None);
    }
    let UpgradeableLoaderState::Buffer { authority_address } = state(account)? else {
        return Ok(None);
    };
    let header = UpgradeableLoaderState::size_of_buffer_metadata();
    let elf = account.data.get(header..).unwrap_or_default().to_vec();
    Ok(Some(Buffer {
        authority: authority_address,
        elf,
    }))
}

fn state(account: &Account) -> Result<UpgradeableLoaderState> {
    bincode::deserialize(&account.data).context("an account of the loader has another layout")
}

/// A binary without the zeros that it may end on: the loader pads it with them.
fn trimmed(elf: &[u8]) -> &[u8] {
    let end = elf.iter().rposition(|byte| *byte != 0);
    elf.get(..=end.unwrap_or(0)).unwrap_or_default()
}

/// SHA-256 of a binary without the zeros that it may end on.
pub(crate) fn hash(elf: &[u8]) -> [u8; 32] {
    Sha256::digest(trimmed(elf)).into()
}

/// Whether two binaries are the same but for zeros at the end.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    trimmed(a) == trimmed(b)
}
