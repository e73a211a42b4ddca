//! `math::weight` against exact rational arithmetic.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use io_shared::math::weight::{boost_bps, node_weight};
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

fn exact_boost(stake: u64, min: u64, max: u64, max_boost: u64) -> BigInt {
    if stake < min {
        return BigInt::from(0);
    }
    if max <= min || max_boost <= 10_000 {
        return BigInt::from(10_000);
    }
    let range = BigInt::from(max - min);
    let above = BigInt::from(stake.min(max) - min);
    let extra = BigRational::new(above * (max_boost - 10_000), range);
    (extra + BigInt::from(10_000)).floor().to_integer()
}

fn check_boost(stake: u64, min: u64, max: u64, max_boost: u64) {
    let exact = exact_boost(stake, min, max, max_boost);
    let found = BigInt::from(boost_bps(stake, min, max, max_boost));
    assert_eq!(
        found, exact,
        "boost of {stake} in {min}..{max} up to {max_boost}"
    );
}

fn check_weight(multiplier: u32, processors: u16, score: u16, boost: u64) {
    let product = BigInt::from(multiplier) * processors * score * boost / 10_000;
    // The product before the score is taken must fit a word too.
    let full = BigInt::from(multiplier) * processors * boost;
    let exact = (score <= 10_000 && u64::try_from(full).is_ok()).then_some(product);
    let found = node_weight(multiplier, processors, score, boost).map(BigInt::from);
    assert_eq!(
        found, exact,
        "{multiplier} × {processors} × {score} × {boost}"
    );
}

#[test]
fn edges() {
    const EDGES: [u64; 9] = [
        0,
        1,
        2,
        9_999,
        10_000,
        10_001,
        20_000,
        u64::MAX - 1,
        u64::MAX,
    ];
    for stake in EDGES {
        for min in EDGES {
            for max in EDGES {
                for boost in EDGES {
                    check_boost(stake, min, max, boost);
                }
            }
        }
    }
    for multiplier in [0, 1, 1_000, u32::MAX] {
        for processors in [0, 1, 8, u16::MAX] {
            for score in [0, 1, 9_999, 10_000, 10_001, u16::MAX] {
                for boost in EDGES {
                    check_weight(multiplier, processors, score, boost);
                }
            }
        }
    }
}

#[test]
fn plain_cases() {
    // 200 IO minimum, five times that at most, twice the weight at most.
    let (min, max) = (20_000_000_000, 100_000_000_000);
    assert_eq!(boost_bps(min - 1, min, max, 20_000), 0);
    assert_eq!(boost_bps(min, min, max, 20_000), 10_000);
    assert_eq!(boost_bps(3 * min, min, max, 20_000), 15_000);
    assert_eq!(boost_bps(max, min, max, 20_000), 20_000);
    assert_eq!(boost_bps(max + 1, min, max, 20_000), 20_000);
    assert_eq!(node_weight(1_000, 1, 10_000, 10_000), Some(10_000_000));
    assert_eq!(node_weight(2_500, 8, 5_000, 20_000), Some(200_000_000));
    assert_eq!(
        node_weight(u32::MAX, u16::MAX, 10_000, 50_000),
        Some(14_073_534_083_891_250_000)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn boost(stake in any::<u64>(), min in any::<u64>(), max in any::<u64>(), shift in 0u32..64, top in 0u64..60_000) {
        check_boost(stake >> shift, min >> shift, max >> shift, top);
        check_boost(stake, min, max, max >> shift);
    }

    #[test]
    fn boost_rises_with_stake(a in 0u64..1 << 50, b in 0u64..1 << 50, min in 1u64..1 << 48, range in 0u64..1 << 49) {
        let of = |stake| boost_bps(stake, min, min + range, 20_000);
        prop_assert!(of(a.min(b)) <= of(a.max(b)));
        prop_assert!(of(a) <= 20_000);
    }

    #[test]
    fn weight(multiplier in any::<u32>(), processors in any::<u16>(), score in 0u16..10_002, boost in 0u64..200_000, wide in any::<u64>()) {
        check_weight(multiplier, processors, score, boost);
        check_weight(multiplier, processors, score, wide);
        check_weight(multiplier % 100_000, processors % 64, score, boost);
    }
}
