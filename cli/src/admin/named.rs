//! What only administrators type.

use crate::output::short;
use io_client::{
    Pubkey,
    amount::{self, AmountError},
    rpc::Network,
};

/// An address, or `none` for nobody.
pub fn somebody(text: &str) -> Result<Pubkey, String> {
    if text == "none" {
        return Ok(Pubkey::default());
    }
    text.parse()
        .map_err(|_| "neither an address nor `none`".to_owned())
}

/// Raw IO of an amount in IO, or `none` for no limit.
pub fn limit(text: &str) -> Result<u64, AmountError> {
    match text {
        "none" => Ok(u64::MAX),
        text => amount::parse_io(text),
    }
}

/// A mint: `io` and `usdc` for the cluster's own, or its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mint {
    Io,
    Usdc,
    Other(Pubkey),
}

/// A mint that somebody typed.
pub fn mint(text: &str) -> Result<Mint, String> {
    match text.to_ascii_lowercase().as_str() {
        "io" => Ok(Mint::Io),
        "usdc" => Ok(Mint::Usdc),
        _ => text
            .parse()
            .map(Mint::Other)
            .map_err(|_| "neither io, usdc nor a mint's address".to_owned()),
    }
}

impl Mint {
    pub async fn address(self, network: &Network) -> io_client::rpc::Result<Pubkey> {
        match self {
            Self::Io => network.io_mint().await,
            Self::Usdc => network.usdc_mint().await,
            Self::Other(address) => Ok(address),
        }
    }

    /// What its amounts are called.
    pub fn ticker(self) -> String {
        match self {
            Self::Io => "IO".into(),
            Self::Usdc => "USDC".into(),
            Self::Other(address) => short(&address),
        }
    }
}

/// 32 bytes of 64 hexadecimal digits.
pub fn hash(text: &str) -> Result<[u8; 32], String> {
    bytes(text)?
        .try_into()
        .map_err(|_| "write 64 hexadecimal digits".to_owned())
}

/// A venue's discriminator: 1 to 8 bytes in hexadecimal.
pub fn discriminator(text: &str) -> Result<Discriminator, String> {
    let bytes = bytes(text)?;
    if (1..=8).contains(&bytes.len()) {
        Ok(Discriminator(bytes))
    } else {
        Err("a discriminator has 1 to 8 bytes; write them in hexadecimal, like 01".to_owned())
    }
}

/// The first bytes of a venue's instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discriminator(pub Vec<u8>);

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || "not hexadecimal; write two digits for each byte".to_owned();
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(wrong());
    }
    pairs
        .iter()
        .map(|pair| {
            let pair = core::str::from_utf8(pair).map_err(|_| wrong())?;
            u8::from_str_radix(pair, 16).map_err(|_| wrong())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_administrators_type_is_read_or_refused() {
        let address = Pubkey::new_from_array([7; 32]);
        assert_eq!(somebody("none"), Ok(Pubkey::default()));
        assert_eq!(somebody(&address.to_string()), Ok(address));
        assert!(somebody("nobody").is_err());

        assert_eq!(limit("none"), Ok(u64::MAX));
        assert_eq!(limit("1.5"), Ok(150_000_000));
        assert!(limit("all").is_err());

        assert_eq!(mint("IO"), Ok(Mint::Io));
        assert_eq!(mint(&address.to_string()), Ok(Mint::Other(address)));
        assert!(mint("sol").is_err());

        assert_eq!(discriminator("01"), Ok(Discriminator(vec![1])));
        assert_eq!(discriminator("0x0a0B"), Ok(Discriminator(vec![10, 11])));
        for wrong in ["", "1", "0g", "010203040506070809", "é1"] {
            assert!(discriminator(wrong).is_err(), "{wrong}");
        }
        assert_eq!(hash(&"0f".repeat(32)), Ok([15; 32]));
        assert!(hash("0f").is_err());
    }
}
