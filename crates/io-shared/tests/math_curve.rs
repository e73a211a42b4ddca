//! `math::curve` against exact arithmetic, for every epoch of both curves.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::print_stdout
)]

use io_shared::math::curve::Curve;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed, ToPrimitive, Zero};
use proptest::prelude::*;

/// Bits of fraction of the reference.
const PRECISION: u32 = 384;

/// Raw units per IO.
const IO: u64 = 100_000_000;

/// Billionths of a raw unit: how errors are counted here.
const NANO: u64 = 1_000_000_000;

/// The largest error found, rounded up. Half a raw unit of it is the last rounding, so it is what remains that
/// tells a table or a product that is rounded down from one that is rounded to nearest.
const LARGEST_ERROR: u64 = 504_000_000;

/// Holds every epoch against exact bounds; returns the largest error, billionths of a raw unit.
///
/// `power` is f^n × 2^384, floored at each of the n steps. As f < 1 no step's loss grows afterwards, so the
/// exact value lies in [power, power + n]. With A = p ÷ q the error of a value c is
/// |c × q × 2^384 − p × (2^384 − f^n × 2^384)| ÷ (q × 2^384), taken at both ends.
fn check_every_epoch(curve: &Curve) -> u64 {
    let one = BigInt::one() << PRECISION;
    let f_numerator = BigUint::from(curve.decay_denominator - curve.decay_numerator);
    let f_denominator = BigUint::from(curve.decay_denominator);
    let p = BigInt::from(curve.first_numerator) * curve.decay_denominator;
    let q = BigInt::from(curve.first_denominator) * curve.decay_numerator;
    let scale = &q << PRECISION;
    let cap_scaled = BigInt::from(curve.cap) * &scale;
    let whole = &p * &one;

    let mut power = BigUint::one() << PRECISION;
    let mut previous = None;
    let mut worst = BigInt::zero();
    for n in 0..=curve.epochs {
        let value = curve.cumulative(n);
        assert!(value <= curve.cap, "epoch {n} is above the cap");
        assert!(previous < Some(value), "epoch {n} does not rise");
        previous = Some(value);

        let low_power = &p * BigInt::from(power.clone());
        // The exact cumulative value lies in [low, high], both × q × 2^384.
        let high = &whole - &low_power;
        let low = &high - &p * n;
        if n == curve.epochs {
            assert!(low >= cap_scaled, "the last epoch does not reach the cap");
            assert_eq!(value, curve.cap);
        } else {
            assert!(
                high < cap_scaled,
                "epoch {n} is cut although it is not the last"
            );
            let value = BigInt::from(value) * &scale;
            let error = (&value - &low).abs().max((&value - &high).abs());
            assert!(error < scale, "epoch {n} errs by 1 raw or more");
            worst = worst.max(error);
        }
        power = power * &f_numerator / &f_denominator;
    }
    ((worst * NANO) / scale).to_u64().unwrap()
}

#[test]
fn hourly_every_epoch() {
    let worst = check_every_epoch(&Curve::HOURLY);
    println!("hourly: largest error {worst} billionths of a raw unit");
    assert!(worst < LARGEST_ERROR);
}

#[test]
fn monthly_every_epoch() {
    let worst = check_every_epoch(&Curve::MONTHLY);
    println!("monthly: largest error {worst} billionths of a raw unit");
    assert!(worst < LARGEST_ERROR);
}

/// Values computed apart from this code, with 60 decimal digits.
#[test]
fn known_values() {
    let hourly = Curve::HOURLY;
    assert_eq!(hourly.cumulative(0), 0);
    assert_eq!(hourly.cumulative(1), 456_621_004_566);
    assert_eq!(hourly.cumulative(24), 10_957_154_151_339);
    assert_eq!(hourly.cumulative(8_760), 3_766_298_066_331_322);
    assert_eq!(hourly.cumulative(175_318), 29_999_959_987_055_749);
    assert_eq!(hourly.cumulative(175_319), 300_000_000 * IO);
    assert_eq!(hourly.cumulative(175_320), 300_000_000 * IO);
    assert_eq!(hourly.cumulative(u64::MAX), 300_000_000 * IO);

    let monthly = Curve::MONTHLY;
    assert_eq!(monthly.cumulative(0), 0);
    assert_eq!(monthly.cumulative(1), 333_333_333_333_333);
    assert_eq!(monthly.cumulative(12), 3_784_068_745_997_291);
    assert_eq!(monthly.cumulative(239), 29_971_458_859_523_009);
    assert_eq!(monthly.cumulative(240), 300_000_000 * IO);
    assert_eq!(monthly.cumulative(u64::MAX), 300_000_000 * IO);
}

#[test]
fn parameters() {
    let hourly = Curve::HOURLY;
    assert_eq!(hourly.first_numerator, 500_000_000 * IO * 8 / 100);
    assert_eq!(hourly.first_denominator, 8_760);
    assert_eq!((hourly.epochs, hourly.epoch_seconds), (175_319, 3_600));
    let monthly = Curve::MONTHLY;
    assert_eq!(monthly.first_numerator, 500_000_000 * IO * 8 / 100);
    assert_eq!(monthly.first_denominator, 12);
    assert_eq!(monthly.epochs, 240);
    assert_eq!(monthly.epoch_seconds * 12, 365 * 86_400);
    for curve in [hourly, monthly] {
        assert_eq!(curve.cap, 300_000_000 * IO);
        assert_eq!(Curve::by_id(curve.id), Some(&curve));
    }
    assert_eq!((hourly.id, monthly.id), (0, 1));
    assert_eq!(Curve::by_id(2), None);
    assert_eq!(Curve::by_id(u8::MAX), None);
}

#[test]
fn clock() {
    let curve = Curve::HOURLY;
    let start = 1_719_316_800;
    for (now, epochs) in [
        (i64::MIN, 0),
        (start - 1, 0),
        (start, 0),
        (start + 3_599, 0),
        (start + 3_600, 1),
        (start + 7_199, 1),
        (start + 3_600 * 175_319, 175_319),
        (start + 3_600 * 175_320, 175_320),
    ] {
        assert_eq!(curve.epochs_elapsed(start, now), epochs, "at {now}");
    }
    assert_eq!(curve.epochs_elapsed(i64::MIN, i64::MAX), u64::MAX / 3_600);
    assert_eq!(curve.epoch_start(start, 0), Some(start));
    assert_eq!(curve.epoch_start(start, 2), Some(start + 7_200));
    assert_eq!(curve.epoch_start(start, u64::MAX), None);
    assert_eq!(curve.epoch_start(start, u64::MAX / 3_600), None);
    assert_eq!(curve.epoch_start(i64::MAX, 1), None);
    assert_eq!(curve.epoch_start(i64::MAX, 0), Some(i64::MAX));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    /// The number of epochs elapsed is the one whose opening is the last not after now.
    #[test]
    fn elapsed_and_start_agree(start in -(1i64 << 40)..1 << 40, after in 0i64..1 << 40, id in 0u8..2) {
        let curve = Curve::by_id(id).unwrap();
        let now = start + after;
        let elapsed = curve.epochs_elapsed(start, now);
        prop_assert!(curve.epoch_start(start, elapsed).unwrap() <= now);
        prop_assert!(curve.epoch_start(start, elapsed + 1).unwrap() > now);
    }

    #[test]
    fn total_on_any_input(start in any::<i64>(), now in any::<i64>(), n in any::<u64>(), id in 0u8..2) {
        let curve = Curve::by_id(id).unwrap();
        let elapsed = curve.epochs_elapsed(start, now);
        prop_assert_eq!(elapsed == 0, now < start.saturating_add_unsigned(curve.epoch_seconds) );
        prop_assert!(curve.cumulative(elapsed) <= curve.cap);
        prop_assert!(curve.cumulative(n) <= curve.cap);
        let opens = curve.epoch_start(start, n);
        let exact = i128::from(start) + i128::from(n) * i128::from(curve.epoch_seconds);
        prop_assert_eq!(opens, i64::try_from(exact).ok());
    }
}
