//! Names that are 32 bytes on chain.

use io_client::actions::staking;

/// A node's id: 64 hexadecimal digits, or a name of at most 32 bytes, zero padded.
pub fn node_id(text: &str) -> Result<[u8; 32], String> {
    staking::node_id(text).ok_or_else(|| {
        "a node's id is a name of 1 to 32 bytes, or 64 hexadecimal digits".to_owned()
    })
}
