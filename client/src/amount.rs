//! Amounts as people write them: "1.5" IO is 150,000,000 raw.

use core::fmt;
use io_shared::constants::{IO_DECIMALS, USDC_DECIMALS};

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// Something else than digits, `_` and one point.
    NotANumber,
    /// More digits after the point than the token has decimals.
    TooManyDecimals(u8),
    /// More than fits a token account.
    TooLarge,
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("not an amount; write it like 1234.56"),
            Self::TooManyDecimals(decimals) => {
                write!(
                    f,
                    "this token has {decimals} decimals; write no more of them"
                )
            }
            Self::TooLarge => f.write_str("larger than any token account can hold"),
        }
    }
}

impl std::error::Error for AmountError {}

/// Raw units of `text`, a decimal number of tokens; `_` may separate groups of digits.
pub fn parse(text: &str, decimals: u8) -> Result<u64, AmountError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = whole.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(AmountError::NotANumber);
    }
    if !fraction.chars().all(|c| c.is_ascii_digit()) || text.ends_with('.') {
        return Err(AmountError::NotANumber);
    }
    if fraction.len() > usize::from(decimals) {
        return Err(AmountError::TooManyDecimals(decimals));
    }
    let padded = format!("{digits}{fraction:0<width$}", width = usize::from(decimals));
    padded.parse().map_err(|_| AmountError::TooLarge)
}

/// `raw` as a decimal number of tokens, with groups of three and without trailing zeros.
pub fn format(raw: u64, decimals: u8) -> String {
    let width = usize::from(decimals);
    let digits = format!("{raw:0>width$}", width = width.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(width));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len().saturating_sub(index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        grouped
    } else {
        format!("{grouped}.{fraction}")
    }
}

/// Raw IO of a decimal number of IO.
pub fn parse_io(text: &str) -> Result<u64, AmountError> {
    parse(text, IO_DECIMALS)
}

/// Raw USDC of a decimal number of USDC.
pub fn parse_usdc(text: &str) -> Result<u64, AmountError> {
    parse(text, USDC_DECIMALS)
}

/// Raw IO as a decimal number of IO.
pub fn format_io(raw: u64) -> String {
    format(raw, IO_DECIMALS)
}

/// Raw USDC as a decimal number of USDC.
pub fn format_usdc(raw: u64) -> String {
    format(raw, USDC_DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_round_trip() {
        for (text, raw, shown) in [
            ("0", 0, "0"),
            ("1.5", 150_000_000, "1.5"),
            ("0.00000001", 1, "0.00000001"),
            ("500_000_000", 50_000_000_000_000_000, "500,000,000"),
            ("1234.5", 123_450_000_000, "1,234.5"),
        ] {
            assert_eq!(parse_io(text), Ok(raw));
            assert_eq!(format_io(raw), shown);
        }
        assert_eq!(format_io(u64::MAX), "184,467,440,737.09551615");
    }

    #[test]
    fn what_is_not_an_amount_says_why() {
        for text in ["", ".", "1.", ".5", "-1", "1e3", "1,5", "１", "1.5.0", "_"] {
            assert_eq!(parse_io(text), Err(AmountError::NotANumber), "{text}");
        }
        assert_eq!(
            parse_usdc("1.0000001"),
            Err(AmountError::TooManyDecimals(6))
        );
        assert_eq!(
            parse_io("184467440737.09551616"),
            Err(AmountError::TooLarge)
        );
    }
}
