//! What a cluster's TOML file says.

use anyhow::{Context, Result, bail};
use io_client::{
    Pubkey, amount,
    shared::{
        constants::{BPS, HARD_CAP, MAX_FEE_BPS},
        math::curve::Curve,
    },
};
use serde::Deserialize;
use std::path::Path;

/// A cluster as it should be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    pub name: String,
    pub roles: Roles,
    #[serde(default)]
    pub mint: Mint,
    #[serde(default)]
    pub allocations: Vec<Allocation>,
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

/// Who may do what besides the authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    pub guardian: Role,
    pub slasher: Role,
    pub scorer: Role,
    pub treasury: Role,
}

/// A wallet, or the one that runs the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Authority,
    Wallet(Pubkey),
}

impl Role {
    pub fn resolve(self, authority: &Pubkey) -> Pubkey {
        match self {
            Self::Authority => *authority,
            Self::Wallet(wallet) => wallet,
        }
    }
}

/// The IO mint; created, without metadata, if the file says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mint {
    /// A mint that exists and whose authority the migration's authority is, to take over instead.
    #[serde(default, deserialize_with = "some_pubkey")]
    pub adopt: Option<Pubkey>,
    pub metadata: Option<Metadata>,
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
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    pub payout_fee_bps: u64,
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
}

/// A mint by name or address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    #[serde(deserialize_with = "hex")]
    pub discriminator: Vec<u8>,
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
}

impl Cluster {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", path.display()))
    }

    /// Reads and checks a file's text.
    pub fn parse(text: &str) -> Result<Self> {
        let cluster: Self = toml::from_str(text)?;
        cluster.check()?;
        Ok(cluster)
    }

    /// Genesis supply, raw IO.
    pub fn genesis(&self) -> Option<u64> {
        self.allocations
            .iter()
            .try_fold(0_u64, |sum, allocation| sum.checked_add(allocation.amount))
    }

    /// What the programs would refuse, found before anything is sent.
    fn check(&self) -> Result<()> {
        let curve = Curve::by_id(self.emissions.curve).context("no such emission curve")?;
        let total = self
            .genesis()
            .and_then(|genesis| genesis.checked_add(curve.cap));
        if total.is_none_or(|total| total > HARD_CAP) {
            bail!(
                "allocations and emissions exceed the cap of 800,000,000 IO; lower an allocation"
            );
        }
        if self.mint.adopt.is_some() && !self.allocations.is_empty() {
            bail!("an adopted mint has its supply already; remove the allocations");
        }
        if let Some(Metadata { name, symbol, uri }) = &self.mint.metadata
            && (name.len() > 32 || symbol.len() > 10 || uri.len() > 200)
        {
            bail!("the mint's name may have 32 bytes, its symbol 10, its URI 200");
        }
        let pools = self.emissions.pools.iter();
        if pools.sum::<u64>() != BPS {
            bail!("the pools' parts must sum to 10,000 basis points");
        }
        let assets = self.assets.iter().map(|asset| asset.fee_bps);
        let gateways = self.gateways.iter().map(|gateway| gateway.fee_bps);
        let others = [self.payments.payout_fee_bps];
        for fee_bps in assets.chain(gateways).chain(others) {
            if fee_bps > MAX_FEE_BPS {
                bail!("a fee may be at most {MAX_FEE_BPS} basis points, not {fee_bps}");
            }
        }
        for class in &self.classes {
            if class.name.len() > 16 {
                bail!("class name {:?} is longer than 16 bytes", class.name);
            }
            if usize::from(class.pool) >= self.emissions.pools.len() {
                bail!(
                    "class {:?} names pool {}, which does not exist",
                    class.name,
                    class.pool
                );
            }
        }
        for venue in &self.venues {
            if venue.discriminator.is_empty() || venue.discriminator.len() > 8 {
                bail!("a venue's discriminator has 1 to 8 bytes");
            }
        }
        Ok(())
    }
}

fn io<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    amount::parse_io(&text).map_err(|error| serde::de::Error::custom(format!("{text:?}: {error}")))
}

fn usdc<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    amount::parse_usdc(&text)
        .map_err(|error| serde::de::Error::custom(format!("{text:?}: {error}")))
}

fn curve<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "hourly" => Ok(Curve::HOURLY.id),
        "monthly" => Ok(Curve::MONTHLY.id),
        other => Err(serde::de::Error::custom(format!(
            "no emission curve {other:?}; there are \"hourly\" and \"monthly\""
        ))),
    }
}

fn parse_pubkey<E: serde::de::Error>(text: &str) -> Result<Pubkey, E> {
    text.parse()
        .map_err(|_| E::custom(format!("{text:?} is not an address")))
}

fn pubkey<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pubkey, D::Error> {
    parse_pubkey(&String::deserialize(deserializer)?)
}

fn some_pubkey<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Pubkey>, D::Error> {
    pubkey(deserializer).map(Some)
}

fn hex<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.as_bytes();
    digits
        .chunks(2)
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .filter(|pair| {
                    pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit())
                })
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect::<Option<Vec<u8>>>()
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not hexadecimal")))
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "authority" => Ok(Self::Authority),
            address => parse_pubkey(address).map(Self::Wallet),
        }
    }
}

impl<'de> Deserialize<'de> for MintName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "io" => Ok(Self::Io),
            "usdc" => Ok(Self::Usdc),
            address => parse_pubkey(address).map(Self::Address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCALNET: &str = include_str!("../clusters/localnet.toml");

    #[test]
    fn the_committed_file_is_sound() {
        let cluster = Cluster::parse(LOCALNET).expect("localnet.toml");
        assert_eq!(
            cluster.genesis(),
            Some(io_client::shared::constants::GENESIS_SUPPLY)
        );
        assert_eq!(cluster.classes.len(), 9);
    }

    #[test]
    fn anchor_toml_names_the_same_programs() {
        use io_client::shared::ids::{io_emissions, io_mint, io_payments, io_staking};
        let anchor: toml::Table = include_str!("../../Anchor.toml")
            .parse()
            .expect("Anchor.toml");
        for (cluster, programs) in anchor["programs"].as_table().expect("programs") {
            let programs = programs.as_table().expect("a table of programs");
            assert_eq!(programs.len(), 4, "{cluster}");
            for (name, id) in [
                ("io_mint", io_mint::ID),
                ("io_staking", io_staking::ID),
                ("io_emissions", io_emissions::ID),
                ("io_payments", io_payments::ID),
            ] {
                assert_eq!(
                    programs[name].as_str(),
                    Some(id.to_string().as_str()),
                    "{cluster}"
                );
            }
        }
    }

    #[test]
    fn a_bad_file_says_why() {
        for (from, to, why) in [
            ("500_000_000", "500_000_001", "exceed the cap"),
            ("500_000_000", "5.000000001", "8 decimals"),
            ("[7_000, 3_000]", "[7_000, 2_999]", "sum to 10,000"),
            ("\"hourly\"", "\"daily\"", "no emission curve"),
            ("fee_bps = 200", "fee_bps = 501", "at most 500"),
            (
                "discriminator = \"01\"",
                "discriminator = \"\"",
                "1 to 8 bytes",
            ),
            (
                "discriminator = \"01\"",
                "discriminator = \"+1\"",
                "not hexadecimal",
            ),
            (
                "guardian = \"authority\"",
                "guardian = \"me\"",
                "not an address",
            ),
            ("pool = 1", "pool = 2", "does not exist"),
            (
                "fee_bps = 200\ndaily",
                "fee_bps = 501\ndaily",
                "at most 500",
            ),
            ("\"10_000\"", "\"0.0000001\"", "6 decimals"),
            (
                "[[allocations]]",
                "[mint]\nadopt = \"BZLbGTNCSFfoth2GYDtwr7e4imWzpR5jqcUuGEwr646K\"\n[[allocations]]",
                "has its supply already",
            ),
            (
                "[[allocations]]",
                "[mint.metadata]\nname = \"IO\"\nsymbol = \"elevenbytes\"\nuri = \"\"\n[[allocations]]",
                "its symbol 10",
            ),
        ] {
            assert!(LOCALNET.contains(from));
            let error = Cluster::parse(&LOCALNET.replace(from, to)).expect_err(why);
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }
}
