//! How the file's values are written.

use super::{MintName, Role};
use anyhow::{Result, bail};
use io_client::{
    Pubkey, amount,
    shared::{math::curve::Curve, state},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::fmt;

/// The word for a feed, or a limit, that there is none.
const NONE: &str = "none";

/// Refuses a file with a value that begins with `<`, which stands for what nobody knows yet.
pub(super) fn require_filled_in(file: &toml::Table) -> Result<()> {
    let mut open = Vec::new();
    for (key, value) in file {
        find_open(key, value, &mut open);
    }
    if open.is_empty() {
        return Ok(());
    }
    bail!("not filled in yet: {}", open.join(", "))
}

fn find_open(path: &str, value: &toml::Value, open: &mut Vec<String>) {
    match value {
        toml::Value::String(text) if text.starts_with('<') => open.push(format!("{path} = {text}")),
        toml::Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                find_open(&format!("{path}[{index}]"), value, open);
            }
        }
        toml::Value::Table(table) => {
            for (key, value) in table {
                find_open(&format!("{path}.{key}"), value, open);
            }
        }
        _ => {}
    }
}

fn text<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(|error| D::Error::custom(format!("{text:?}: {error}")))
}

pub(super) fn io<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    text(deserializer, amount::parse_io)
}

pub(super) fn some_io<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    io(deserializer).map(Some)
}

pub(super) fn usdc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    text(deserializer, amount::parse_usdc)
}

pub(super) fn some_usdc<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    usdc(deserializer).map(Some)
}

/// Raw IO, `u64::MAX` for none.
pub(super) fn cap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    text(deserializer, |text| match text {
        NONE => Ok(Some(u64::MAX)),
        text => amount::parse_io(text).map(Some),
    })
}

pub(super) fn curve<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "hourly" => Ok(Curve::HOURLY.id),
        "monthly" => Ok(Curve::MONTHLY.id),
        other => Err(D::Error::custom(format!(
            "no emission curve {other:?}; there are \"hourly\" and \"monthly\""
        ))),
    }
}

fn parse_pubkey<E: Error>(text: &str) -> Result<Pubkey, E> {
    text.parse()
        .map_err(|_| E::custom(format!("{text:?} is not an address")))
}

pub(super) fn pubkey<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pubkey, D::Error> {
    parse_pubkey(&String::deserialize(deserializer)?)
}

pub(super) fn some_pubkey<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Pubkey>, D::Error> {
    pubkey(deserializer).map(Some)
}

/// Bytes of a hexadecimal text, which may begin with `0x`.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            let whole = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            whole.then(|| u8::from_str_radix(pair, 16).ok())?
        })
        .collect()
}

/// `bytes` in hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn hex_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    text(deserializer, |text| {
        from_hex(text).ok_or("this is not hexadecimal")
    })
}

/// 32 bytes in hexadecimal.
pub(super) fn hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    text(deserializer, |text| {
        from_hex(text)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or("this is not 64 hexadecimal digits")
    })
}

/// A price feed as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Feed {
    #[serde(deserialize_with = "pubkey")]
    owner: Pubkey,
    #[serde(deserialize_with = "hash")]
    id: [u8; 32],
    max_age: u64,
    max_confidence_bps: u64,
    max_deviation_bps: u64,
}

pub(super) fn feed<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<state::Feed>, D::Error> {
    struct FeedOrNone;

    impl<'de> Visitor<'de> for FeedOrNone {
        type Value = state::Feed;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a price feed or \"none\"")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            if text == NONE {
                Ok(state::Feed::NONE)
            } else {
                Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            let feed = Feed::deserialize(MapAccessDeserializer::new(map))?;
            Ok(state::Feed {
                owner: feed.owner,
                id: feed.id,
                max_age: feed.max_age,
                max_confidence_bps: feed.max_confidence_bps,
                max_deviation_bps: feed.max_deviation_bps,
            })
        }
    }

    deserializer.deserialize_any(FeedOrNone).map(Some)
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "authority" => Ok(Self::Authority),
            "multisig" => Ok(Self::Multisig),
            address => parse_pubkey(address).map(Self::Wallet),
        }
    }
}

impl<'de> Deserialize<'de> for MintName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "io" => Ok(Self::Io),
            "usdc" => Ok(Self::Usdc),
            address => parse_pubkey(address).map(Self::Address),
        }
    }
}
