//! Amounts as people write them.
#![no_main]

use io_client::amount::{self, AmountError};
use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;

/// What `text` means in exact arithmetic: digits and `_`, then maybe a point and digits.
fn exact(text: &str, decimals: u8) -> Result<u64, AmountError> {
    let bytes = text.as_bytes();
    let point = bytes.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &bytes[..0]),
    };
    let whole: Vec<u8> = whole.iter().copied().filter(|byte| *byte != b'_').collect();
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    if whole.is_empty() || !digits(&whole) || !digits(fraction) {
        return Err(AmountError::NotANumber);
    }
    if point.is_some() && fraction.is_empty() {
        return Err(AmountError::NotANumber);
    }
    let shift = usize::from(decimals)
        .checked_sub(fraction.len())
        .ok_or(AmountError::TooManyDecimals(decimals))?;
    let raw = [whole.as_slice(), fraction]
        .concat()
        .into_iter()
        .fold(BigUint::ZERO, |sum, digit| sum * 10_u8 + (digit - b'0'));
    let shift = u32::try_from(shift).expect("at most 255");
    u64::try_from(raw * BigUint::from(10_u8).pow(shift)).map_err(|_| AmountError::TooLarge)
}

fuzz_target!(|input: (u8, u64, &str)| {
    let (decimals, raw, text) = input;
    assert_eq!(amount::parse(text, decimals), exact(text, decimals));

    let shown = amount::format(raw, decimals);
    let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
    assert!(!fraction.ends_with('0'), "{shown}");
    for (index, group) in whole.split(',').enumerate() {
        assert!(group.len() == 3 || index == 0 && (1..3).contains(&group.len()));
    }
    assert_eq!(amount::parse(&shown.replace(',', "_"), decimals), Ok(raw));
});
