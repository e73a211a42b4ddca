//! `math::fixed` against exact big-integer arithmetic.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used
)]

use io_shared::math::fixed::{
    div_q64, mul_div_ceil, mul_div_floor, mul_hi_round_u64, mul_hi_u64, mul_q64, mul_wide,
};
use num_bigint::BigUint;
use num_traits::Zero;
use proptest::prelude::*;

/// Words of every length, and those next to the places where arithmetic breaks.
fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0u32..64, any::<u64>()).prop_map(|(shift, x)| x >> shift),
        (0u32..64, 0u64..3).prop_map(|(k, d)| (1u64 << k).wrapping_add(d).wrapping_sub(1)),
        (0u64..3).prop_map(|d| u64::MAX - d),
    ]
}

fn big(x: u64) -> BigUint {
    BigUint::from(x)
}

fn small(x: &BigUint) -> Option<u64> {
    u64::try_from(x).ok()
}

fn check_mul_div(a: u64, b: u64, d: u64) {
    let (floor, ceil) = if d == 0 {
        (None, None)
    } else {
        let product = big(a) * big(b);
        let floor = &product / big(d);
        let ceil = (&product + big(d - 1)) / big(d);
        (small(&floor), small(&ceil))
    };
    assert_eq!(mul_div_floor(a, b, d), floor, "floor({a} * {b} / {d})");
    assert_eq!(mul_div_ceil(a, b, d), ceil, "ceil({a} * {b} / {d})");
}

const EDGES: [u64; 17] = [
    0,
    1,
    2,
    3,
    10_000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFE,
    0xFFFF_FFFF,
    0x1_0000_0000,
    0x1_0000_0001,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    0x8000_0000_FFFF_FFFF,
    0xFFFF_FFFF_0000_0000,
    u64::MAX - 1,
    u64::MAX,
];

#[test]
fn edges() {
    for a in EDGES {
        for b in EDGES {
            for d in EDGES {
                check_mul_div(a, b, d);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8_192))]

    #[test]
    fn mul_div(a in word(), b in word(), d in word()) {
        check_mul_div(a, b, d);
    }

    /// Quotients that fit although the product does not: the long division.
    #[test]
    fn mul_div_wide(a in word(), b in word(), extra in word()) {
        let (high, _) = mul_wide(a, b);
        check_mul_div(a, b, high.saturating_add(1));
        check_mul_div(a, b, high.saturating_add(extra));
    }

    #[test]
    fn products(a in word(), b in word()) {
        let product = big(a) * big(b);
        let high: BigUint = &product >> 64;
        let low = &product - (&high << 64u32);
        let rounded: BigUint = (&product + (big(1) << 63u32)) >> 64;
        prop_assert_eq!(mul_wide(a, b), (small(&high).unwrap(), small(&low).unwrap()));
        prop_assert_eq!(Some(mul_hi_u64(a, b)), small(&high));
        prop_assert_eq!(Some(mul_hi_round_u64(a, b)), small(&rounded));
    }

    #[test]
    fn q64(amount in word(), d in word(), high in word(), low in word()) {
        let quotient = (!d.is_zero()).then(|| (big(amount) << 64u32) / big(d));
        prop_assert_eq!(div_q64(amount, d).map(BigUint::from), quotient);

        let q = u128::from(high) << 64 | u128::from(low);
        for q in [q, u128::from(low)] {
            let product: BigUint = (BigUint::from(q) * big(amount)) >> 64;
            prop_assert_eq!(mul_q64(q, amount), small(&product));
        }
    }

    /// An amount per unit of weight, paid out again over the weights, never exceeds the amount.
    #[test]
    fn round_trip(amount in word(), parts in proptest::collection::vec(0u64..1 << 50, 1..20)) {
        let total: u64 = parts.iter().sum();
        if let Some(q) = div_q64(amount, total) {
            let paid: u128 = parts.iter().map(|part| u128::from(mul_q64(q, *part).unwrap())).sum();
            prop_assert!(paid <= u128::from(amount));
            // Each part loses less than 2 raw: one to its own rounding, and total × 2^-64 < 1 to q's.
            prop_assert!(u128::from(amount) - paid < 2 * parts.len() as u128);
        }
    }
}
