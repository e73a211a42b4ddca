//! `math::price` against exact rational arithmetic.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use io_shared::math::price::{BPS, MAX_SHIFT, Valued, covers};
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

fn value(valued: &Valued) -> BigRational {
    let worth = BigRational::from(BigInt::from(valued.amount) * valued.price);
    let power = BigRational::from(BigInt::from(10)).pow(valued.exponent);
    worth * power
}

fn exact(received: &Valued, spent: &Valued, deviation: u64) -> bool {
    let kept = BigRational::new((BPS - deviation).into(), BPS.into());
    value(received) >= value(spent) * kept
}

/// The least amount that covers, by exact arithmetic.
fn floor(spent: &Valued, deviation: u64, price: u64, exponent: i32) -> BigInt {
    let unit = Valued {
        amount: 1,
        price,
        exponent,
    };
    let kept = BigRational::new((BPS - deviation).into(), BPS.into());
    (value(spent) * kept / value(&unit)).ceil().to_integer()
}

#[test]
fn what_the_words_cannot_hold_is_refused() {
    let valued = |exponent| Valued {
        amount: u64::MAX,
        price: u64::MAX,
        exponent,
    };
    let shift = MAX_SHIFT.cast_signed();
    for (a, b) in [(0, shift), (shift, 0), (-18, shift - 18)] {
        let (a, b) = (valued(a), valued(b));
        assert_eq!(covers(&a, &b, 0), Some(exact(&a, &b, 0)));
    }
    assert_eq!(covers(&valued(0), &valued(shift + 1), 0), None);
    assert_eq!(covers(&valued(shift + 1), &valued(0), 0), None);
    assert_eq!(covers(&valued(i32::MIN), &valued(i32::MAX), 0), None);
    assert_eq!(covers(&valued(0), &valued(0), BPS), Some(true));
    assert_eq!(covers(&valued(0), &valued(0), BPS + 1), None);
}

/// 100 USDC at 1 USD, IO at 0.15 USD: 666.66666667 IO, rounded up against the venue.
#[test]
fn a_plain_payment() {
    let spent = Valued {
        amount: 100_000_000,
        price: 100_000_000,
        exponent: -8 - 6,
    };
    let received = |amount| Valued {
        amount,
        price: 15_000_000,
        exponent: -8 - 8,
    };
    assert_eq!(covers(&received(66_666_666_667), &spent, 0), Some(true));
    assert_eq!(covers(&received(66_666_666_666), &spent, 0), Some(false));
    // 1 % less: 660 IO to the raw unit.
    assert_eq!(covers(&received(66_000_000_000), &spent, 100), Some(true));
    assert_eq!(covers(&received(65_999_999_999), &spent, 100), Some(false));
}

fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0_u32..64).prop_map(|bits| u64::MAX >> bits),
        0_u64..1_000_000,
        Just(0),
        Just(1),
        Just(u64::MAX),
    ]
}

prop_compose! {
    fn valued()(amount in word(), price in word(), exponent in -30_i32..=0) -> Valued {
        Valued { amount, price, exponent }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn comparisons_are_exact(
        received in valued(),
        spent in valued(),
        deviation in 0..=BPS,
    ) {
        prop_assert_eq!(
            covers(&received, &spent, deviation),
            Some(exact(&received, &spent, deviation))
        );
    }

    /// At the floor itself, where a rounding error would show.
    #[test]
    fn the_floor_is_exact_to_the_raw_unit(
        spent in valued(),
        deviation in 0..=BPS,
        price in 1..=u64::MAX,
        exponent in -30_i32..=0,
    ) {
        let least = floor(&spent, deviation, price, exponent);
        if let Ok(amount) = u64::try_from(&least) {
            let received = |amount| Valued { amount, price, exponent };
            prop_assert_eq!(covers(&received(amount), &spent, deviation), Some(true));
            if let Some(less) = amount.checked_sub(1) {
                prop_assert_eq!(covers(&received(less), &spent, deviation), Some(false));
            }
        }
    }
}
