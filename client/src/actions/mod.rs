//! What people do, from what they know: reads the chain for the rest and gives the instructions.

pub mod payments;
pub mod staking;

/// 32 bytes of as many pairs of hexadecimal digits.
fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let start = index.saturating_mul(2);
        let pair = text.get(start..start.saturating_add(2))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{payments::order_id, staking::node_id};

    #[test]
    fn ids_are_hexadecimal_or_text() {
        let hex = "0123456789abcdefABCDEF0000000000000000000000000000000000000000ff";
        let bytes = order_id(hex);
        assert_eq!(
            (bytes[0], bytes[7], bytes[8], bytes[31]),
            (0x01, 0xef, 0xab, 0xff)
        );
        assert_eq!(node_id(hex), Some(bytes));
        // sha256("abc")
        assert_eq!(order_id("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_ne!(order_id(&hex[1..]), bytes);

        let name = node_id("gpu-7").expect("a name");
        assert_eq!((&name[..5], &name[5..]), (&b"gpu-7"[..], &[0; 27][..]));
        assert!(node_id(&"x".repeat(32)).is_some());
        assert_eq!(node_id(""), None);
        assert_eq!(node_id(&"x".repeat(33)), None);
    }
}
