//! Paying and being paid.

use solana_program::hash::hash;

/// The id of an order: 64 hexadecimal digits as such, any other text by its sha256.
pub fn order_id(text: &str) -> [u8; 32] {
    super::from_hex(text).unwrap_or_else(|| hash(text.as_bytes()).to_bytes())
}
