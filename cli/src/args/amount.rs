//! Amounts and percentages.

use io_client::{
    amount::{self, AmountError},
    shared::constants::BPS,
};

/// Decimals of a percentage: one basis point is 0.01 %.
const PERCENT_DECIMALS: u8 = 2;

/// Raw IO of an amount in IO.
pub fn io(text: &str) -> Result<u64, AmountError> {
    amount::parse_io(text)
}

/// Raw USDC of an amount in USDC.
pub fn usdc(text: &str) -> Result<u64, AmountError> {
    amount::parse_usdc(text)
}

/// Basis points of a percentage, as `2.5` or `2.5%`.
pub fn percent(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    match amount::parse(number, PERCENT_DECIMALS) {
        Ok(bps) if bps <= BPS => Ok(bps),
        Ok(_) => Err("more than 100 %; write a percentage like 2.5".into()),
        Err(AmountError::TooManyDecimals(_)) => {
            Err("finer than a basis point; write at most two decimals".into())
        }
        Err(_) => Err("not a percentage; write it like 2.5".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_basis_points() {
        for (text, bps) in [("0", 0), ("0.5", 50), ("2.25%", 225), ("100 %", 10_000)] {
            assert_eq!(percent(text), Ok(bps), "{text}");
        }
        for text in ["", "%", "-1", "100.01", "0.001", "1e1"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
