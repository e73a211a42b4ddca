//! `math::fee` against exact big-integer arithmetic.

#![allow(clippy::arithmetic_side_effects)]

use io_shared::math::fee::{BPS, fee_of};
use proptest::prelude::*;

fn exact(amount: u64, bps: u64) -> Option<u128> {
    (bps <= 10_000).then(|| (u128::from(amount) * u128::from(bps)).div_ceil(10_000))
}

fn check(amount: u64, bps: u64) {
    let fee = fee_of(amount, bps);
    assert_eq!(fee.map(u128::from), exact(amount, bps), "{amount} at {bps}");
    assert!(fee.is_none_or(|fee| fee <= amount));
}

#[test]
fn edges() {
    assert_eq!(BPS, 10_000);
    for amount in [
        0,
        1,
        49,
        50,
        51,
        9_999,
        10_000,
        10_001,
        u64::MAX - 1,
        u64::MAX,
    ] {
        for bps in [0, 1, 200, 500, 9_999, 10_000, 10_001, u64::MAX] {
            check(amount, bps);
        }
    }
    assert_eq!(fee_of(1, 200), Some(1));
    assert_eq!(fee_of(1_000_000, 200), Some(20_000));
    assert_eq!(fee_of(1_000_001, 200), Some(20_001));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8_192))]

    #[test]
    fn any_amount(amount in any::<u64>(), shift in 0u32..64, bps in 0u64..10_002) {
        check(amount >> shift, bps);
    }

    /// Splitting a payment never saves fee.
    #[test]
    fn splitting_saves_nothing(a in 0u64..1 << 62, b in 0u64..1 << 62, bps in 0u64..=10_000) {
        prop_assert!(fee_of(a, bps).zip(fee_of(b, bps)).map(|(a, b)| a + b) >= fee_of(a + b, bps));
    }
}
