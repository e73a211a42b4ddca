//! What a cluster's TOML file says.
//!
//! What a key may leave out, it leaves open: a plan does not touch it, and [`crate::verify`] reports
//! what is in use on the chain all the same. So a pause by the guardian, say, ends only where the file
//! says `paused = false`.

mod check;
mod parse;
#[cfg(test)]
mod tests;

use crate::{Operator, Program};
use anyhow::{Context, Result, ensure};
use io_client::{Pubkey, shared::state};
use parse::{cap, curve, feed, hash, hex_bytes, io, pubkey, some_io, some_pubkey, some_usdc, usdc};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A cluster as it should be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    pub name: String,
    #[serde(default)]
    pub programs: Programs,
    /// Who governs the cluster once it is set up; the operator if the file says nothing.
    pub handover: Option<Handover>,
    pub roles: Roles,
    #[serde(default)]
    pub mint: Mint,
    #[serde(default)]
    pub allocations: Vec<Allocation>,
    #[serde(default)]
    pub minters: Vec<Minter>,
    pub emissions: Emissions,
    pub staking: Staking,
    pub payments: Payments,
    #[serde(default)]
    pub classes: Vec<Class>,
    #[serde(default)]
    pub assets: Vec<Asset>,
    #[serde(default)]
    pub venues: Vec<Venue>,
    #[serde(default)]
    pub gateways: Vec<Gateway>,
}

/// What must run at the four programs' addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// Folder with the binaries that a deployment takes, `io_mint.so` and so on; relative to the file.
    pub binaries: Option<PathBuf>,
    /// SHA-256 of each program's binary without the zeros that it may end on, as verifiable builds
    /// give it.
    #[serde(default)]
    pub sha256: BTreeMap<Program, Hash>,
}

/// A SHA-256 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hash(#[serde(deserialize_with = "hash")] pub [u8; 32]);

/// Who takes over.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// Becomes the authority of the four configs: the vault of a multisig, which signs for it, or a
    /// wallet. `"multisig"` elsewhere in the file stands for it.
    #[serde(deserialize_with = "pubkey")]
    pub authority: Pubkey,
    /// Becomes the programs' upgrade authority; the same if the file says nothing.
    #[serde(default, deserialize_with = "some_pubkey")]
    pub upgrade_authority: Option<Pubkey>,
    /// The next upgrade authority signs beside the operator when it takes over. A wallet can; a
    /// multisig cannot, so it has to accept the configs first.
    #[serde(default)]
    pub upgrade_authority_signs: bool,
}

impl Handover {
    pub fn upgrade_authority(&self) -> Pubkey {
        self.upgrade_authority.unwrap_or(self.authority)
    }
}

/// Who may do what besides the authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    pub guardian: Role,
    pub slasher: Role,
    pub scorer: Role,
    pub treasury: Role,
}

/// A wallet by its address, or by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The one that runs the migration.
    Authority,
    /// The one that takes over.
    Multisig,
    Wallet(Pubkey),
}

/// The IO mint; created, without metadata, if the file says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mint {
    /// A mint that exists and whose authority the migration's authority is, to take over instead.
    #[serde(default, deserialize_with = "some_pubkey")]
    pub adopt: Option<Pubkey>,
    pub metadata: Option<Metadata>,
    /// Whether minting is paused.
    pub paused: Option<bool>,
}

/// What wallets show of the mint. The cluster needs Metaplex Token Metadata for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub name: String,
    pub symbol: String,
    pub uri: String,
}

/// IO minted at genesis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    pub name: String,
    pub owner: Role,
    #[serde(deserialize_with = "io")]
    pub amount: u64,
}

/// An allowance to mint later, e.g. for grants.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minter {
    pub name: String,
    /// Signs each mint.
    pub authority: Role,
    /// IO in all.
    #[serde(deserialize_with = "io")]
    pub total: u64,
    /// IO in one rolling window; without a limit if the file says nothing.
    #[serde(default, deserialize_with = "some_io")]
    pub window_limit: Option<u64>,
    /// Length of the window in seconds.
    pub window_seconds: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emissions {
    #[serde(deserialize_with = "curve")]
    pub curve: u8,
    pub start_at: i64,
    pub bounty_bps: u64,
    #[serde(deserialize_with = "io")]
    pub bounty_cap: u64,
    pub max_boost_bps: u64,
    pub max_score_age: u64,
    pub max_score_step_bps: u64,
    /// Part of each pool in basis points, by id.
    pub pools: Vec<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staking {
    pub min_self_stake_bps: u64,
    /// Whether deposits and new nodes are paused.
    pub paused: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// The USDC mint; the operator names it if the file does not.
    #[serde(default, deserialize_with = "some_pubkey")]
    pub usdc: Option<Pubkey>,
    pub payout_fee_bps: u64,
    /// USDC of fees that may buy IO back in a day.
    #[serde(default, deserialize_with = "some_usdc")]
    pub buy_back_daily: Option<u64>,
    /// Whether payments are paused.
    pub paused: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    pub id: u16,
    pub name: String,
    pub multiplier_milli: u64,
    pub pool: u8,
    #[serde(default = "default_multiple")]
    pub max_stake_multiple: u64,
    #[serde(default)]
    pub delegators_slashable: bool,
    /// Nodes of it earn nothing meanwhile, and no new one is accepted.
    pub suspended: Option<bool>,
    /// Its support ends, for good.
    #[serde(default)]
    pub ended: bool,
}

fn default_multiple() -> u64 {
    5
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    pub mint: MintName,
    /// The mint belongs to Token-2022.
    #[serde(default)]
    pub token_2022: bool,
    pub fee_bps: u64,
    /// Smallest payment, in tokens.
    pub minimum: String,
    /// Its price in USD, or `"none"`.
    #[serde(default, deserialize_with = "feed")]
    pub feed: Option<state::Feed>,
    /// Whether payments in it are accepted.
    pub enabled: Option<bool>,
}

/// A mint by name or address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MintName {
    Io,
    Usdc,
    Address(Pubkey),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venue {
    #[serde(deserialize_with = "pubkey")]
    pub program: Pubkey,
    /// First bytes of the swap instruction's data, in hexadecimal; 1 to 8 bytes.
    #[serde(deserialize_with = "hex_bytes")]
    pub discriminator: Vec<u8>,
    /// IO that may be swapped through it in a rolling day, or `"none"` for no limit.
    #[serde(default, deserialize_with = "cap")]
    pub daily_cap: Option<u64>,
    /// Whether swaps through it are accepted.
    pub enabled: Option<bool>,
}

/// A fiat gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    pub wallet: Role,
    pub fee_bps: u64,
    /// In USDC, fees included.
    #[serde(deserialize_with = "usdc")]
    pub daily_limit: u64,
    /// Whether it may pay.
    pub enabled: Option<bool>,
}

/// The binary of one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub program: Program,
    pub elf: Vec<u8>,
}

impl Cluster {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let mut cluster = Self::parse(&text).with_context(|| format!("in {}", path.display()))?;
        if let (Some(binaries), Some(folder)) = (&mut cluster.programs.binaries, path.parent()) {
            *binaries = folder.join(&*binaries);
        }
        Ok(cluster)
    }

    /// Reads and checks a file's text. A file in which keys are not filled in yet is refused.
    pub fn parse(text: &str) -> Result<Self> {
        parse::require_filled_in(&text.parse()?)?;
        let cluster: Self = toml::from_str(text)?;
        cluster.check()?;
        Ok(cluster)
    }

    /// The binaries that the file names; refused if one has another hash than the file says.
    pub fn binaries(&self) -> Result<Vec<Binary>> {
        let folder = self.programs.binaries.as_ref().context(
            "the file does not say where the binaries are; add `binaries` to [programs]",
        )?;
        Program::ALL
            .into_iter()
            .map(|program| {
                let path = folder.join(format!("{program}.so"));
                let elf = std::fs::read(&path).with_context(|| {
                    format!("read {}; build it with `cargo xtask build`", path.display())
                })?;
                if let Some(Hash(wanted)) = self.programs.sha256.get(&program) {
                    let found = crate::loader::hash(&elf);
                    ensure!(
                        found == *wanted,
                        "{} has the hash {}, and the file says {}; build the version that the file \
                         means, or correct `programs.sha256.{program}`",
                        path.display(),
                        parse::to_hex(&found),
                        parse::to_hex(wanted),
                    );
                }
                Ok(Binary { program, elf })
            })
            .collect()
    }

    /// Genesis supply, raw IO.
    pub fn genesis(&self) -> Option<u64> {
        self.allocations
            .iter()
            .try_fold(0_u64, |sum, allocation| sum.checked_add(allocation.amount))
    }

    /// The wallet that a role names.
    pub fn wallet(&self, role: Role, operator: &Operator) -> Pubkey {
        match role {
            Role::Authority => operator.authority,
            Role::Multisig => self.authority(operator),
            Role::Wallet(wallet) => wallet,
        }
    }

    /// Who is to be the authority of the four configs.
    pub fn authority(&self, operator: &Operator) -> Pubkey {
        self.handover
            .map_or(operator.authority, |handover| handover.authority)
    }

    /// Who is to be the upgrade authority of the four programs.
    pub fn upgrade_authority(&self, operator: &Operator) -> Pubkey {
        self.handover
            .map_or(operator.authority, |handover| handover.upgrade_authority())
    }
}

pub(crate) use parse::to_hex;
