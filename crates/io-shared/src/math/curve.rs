//! The emission schedule: how much has been emitted when a number of epochs is over.
//!
//! Emission falls by a constant factor f from epoch to epoch, so that after n epochs it sums to
//!
//! ```text
//! cumulative(n) = min(cap, round(A × (1 − f^n))),   A = first ÷ (1 − f)
//! ```
//!
//! in raw IO (1 IO = 10^8 raw), rounded to nearest. The emission of any span of epochs is a difference
//! of two such values, so rounding never adds up, however the span was cut.
//!
//! # Precision
//!
//! n is written in base 64: at most three digits. The powers f^(digit × 64^place) are computed when the crate is
//! compiled, with 128 bits of fraction, and stored rounded to the nearest Q64. At run time A, held with 9 bits of
//! fraction, is multiplied by one of them for each digit that is not 0, rounding to nearest each time. Against the
//! exact value that errs by at most
//!
//! - 3 × A × 2^-65 < 0.003 raw from the table,
//! - 3 × 2^-10 < 0.003 raw from the multiplications,
//! - 2 × 2^-10 < 0.002 raw from A,
//! - 0.5 raw from the last rounding,
//!
//! together less than 0.51 raw. `tests/math_curve.rs` checks it for every n of both curves.

use super::fixed::mul_hi_round_u64;

/// Bits of a digit of the epoch count.
const DIGIT_BITS: u32 = 6;

/// Mask of the last digit.
const DIGIT_MASK: u64 = (1 << DIGIT_BITS) - 1;

/// Values that a digit takes.
const RADIX: usize = 1 << DIGIT_BITS;

/// Digits of the largest epoch count that a curve may have, 2^18 - 1.
const DIGITS: usize = 3;

/// f^(digit × 64^place) × 2^64, rounded to nearest; digit 0, which would not fit, is left 0.
type Powers = [[u64; RADIX]; DIGITS];

/// Bits of fraction that A is held with. A × 2^9 < 2^64 for both curves.
const FRACTION: u32 = 9;

/// Half a raw unit at that fraction.
const HALF: u64 = 1 << (FRACTION - 1);

/// An emission schedule. Two exist: [`Curve::HOURLY`] and [`Curve::MONTHLY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Curve {
    /// Number by which accounts refer to the curve.
    pub id: u8,
    /// Emission of the first epoch, raw: numerator of the exact fraction.
    pub first_numerator: u64,
    /// Emission of the first epoch, raw: denominator of the exact fraction.
    pub first_denominator: u64,
    /// 1 − f, what emission loses from one epoch to the next: numerator of the exact fraction.
    pub decay_numerator: u64,
    /// 1 − f: denominator of the exact fraction.
    pub decay_denominator: u64,
    /// Number of epochs; nothing is emitted after the last.
    pub epochs: u64,
    /// Length of an epoch, seconds.
    pub epoch_seconds: u64,
    /// What the curve emits in all, raw. Reached exactly in the last epoch.
    pub cap: u64,
    /// A × 2^9, rounded to nearest.
    asymptote: u64,
    powers: &'static Powers,
}

/// 1 − f of [`Curve::HOURLY`], as an exact fraction.
const HOURLY_DECAY: (u64, u64) = (138_869_523_959_793, 10_000_000_000_000_000_000);

/// 1 − f of [`Curve::MONTHLY`], as an exact fraction.
const MONTHLY_DECAY: (u64, u64) = (10_150_801, 1_000_000_000);

static HOURLY_POWERS: Powers = powers(HOURLY_DECAY);
static MONTHLY_POWERS: Powers = powers(MONTHLY_DECAY);

impl Curve {
    /// IO tokenomics, hourly: 500M IO × 8 % ÷ 8,760 in the first of 175,319 hours, then
    /// × (1 − 0.000013886952395979300) per hour. The exact sum is 300,000,000.00044 IO; the last hour is cut
    /// to end on 300,000,000.
    pub const HOURLY: Self = Self::new(
        0,
        (4_000_000_000_000_000, 8_760),
        HOURLY_DECAY,
        175_319,
        3_600,
        &HOURLY_POWERS,
    );

    /// IO tokenomics, monthly: 500M IO × 8 % ÷ 12 = 3,333,333.333… IO in the first of 240 months, then
    /// × 0.989849199 per month. The documents print 3,333,333.33; the fraction they mean is used. A month is
    /// 365 days ÷ 12. The exact sum is 300,005,578.78 IO, as the factor is published with nine digits; the
    /// last month is cut from 290,990.19 to 285,411.40 IO, to end on 300,000,000.
    pub const MONTHLY: Self = Self::new(
        1,
        (4_000_000_000_000_000, 12),
        MONTHLY_DECAY,
        240,
        2_628_000,
        &MONTHLY_POWERS,
    );

    /// The curve that accounts call `id`.
    #[inline]
    #[must_use]
    pub const fn by_id(id: u8) -> Option<&'static Self> {
        match id {
            0 => Some(&Self::HOURLY),
            1 => Some(&Self::MONTHLY),
            _ => None,
        }
    }

    /// Raw IO emitted when `epochs` epochs are over: min(cap, round(A × (1 − f^epochs))).
    ///
    /// 0 for 0, the cap from the last epoch on, strictly rising in between; errs by less than 0.51 raw.
    #[inline]
    #[must_use]
    pub fn cumulative(&self, epochs: u64) -> u64 {
        if epochs >= self.epochs {
            return self.cap;
        }
        let mut left = self.asymptote;
        let mut rest = epochs;
        for powers in self.powers {
            let digit = usize::try_from(rest & DIGIT_MASK).unwrap_or(0);
            if digit != 0 {
                left = mul_hi_round_u64(left, powers[digit]);
            }
            rest >>= DIGIT_BITS;
        }
        let emitted = self.asymptote.saturating_sub(left).saturating_add(HALF) >> FRACTION;
        emitted.min(self.cap)
    }

    /// Whole epochs that are over at `now`, if the first opened at `start` (both Unix seconds).
    ///
    /// 0 before the start. Not limited to the curve's own number of epochs.
    #[inline]
    #[must_use]
    pub fn epochs_elapsed(&self, start: i64, now: i64) -> u64 {
        if now <= start {
            return 0;
        }
        now.abs_diff(start)
            .checked_div(self.epoch_seconds)
            .unwrap_or(0)
    }

    /// When epoch number `epoch` opens, Unix seconds: start + epoch × length. The first is number 0.
    #[inline]
    #[must_use]
    pub fn epoch_start(&self, start: i64, epoch: u64) -> Option<i64> {
        start.checked_add_unsigned(epoch.checked_mul(self.epoch_seconds)?)
    }

    /// Completes a curve from its parameters. Evaluated by the compiler only, where an overflow or a curve
    /// that does not reach its cap is a compile error.
    #[allow(
        clippy::arithmetic_side_effects,
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        reason = "compile-time only: overflow fails the build, and what is cast is checked first"
    )]
    const fn new(
        id: u8,
        (first_numerator, first_denominator): (u64, u64),
        (decay_numerator, decay_denominator): (u64, u64),
        epochs: u64,
        epoch_seconds: u64,
        powers: &'static Powers,
    ) -> Self {
        let d = first_denominator as u128 * decay_numerator as u128;
        let n = first_numerator as u128 * decay_denominator as u128;
        assert!(n <= u128::MAX >> FRACTION);
        let asymptote = ((n << FRACTION) + d / 2) / d;
        assert!(asymptote <= u64::MAX as u128);
        assert!(epochs >> (DIGIT_BITS * DIGITS as u32) == 0 && epoch_seconds > 0);

        Self {
            id,
            first_numerator,
            first_denominator,
            decay_numerator,
            decay_denominator,
            epochs,
            epoch_seconds,
            cap: CAP,
            asymptote: asymptote as u64,
            powers,
        }
    }
}

/// What either curve emits in all: 300,000,000 IO.
const CAP: u64 = 30_000_000_000_000_000;

/// floor(n × 2^128 ÷ d) for n < d: a fraction with 128 bits.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_lossless,
    reason = "compile-time only: the remainder is below d < 2^64"
)]
const fn fraction(n: u64, d: u64) -> u128 {
    assert!(n < d);
    let (n, d) = (n as u128, d as u128);
    let high = (n << 64) / d;
    let low = (((n << 64) % d) << 64) / d;
    (high << 64) | low
}

/// The table of f = 1 − decay. Evaluated by the compiler only.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "compile-time only: overflow fails the build, and a Q64 fraction below 1 fits a word"
)]
const fn powers((numerator, denominator): (u64, u64)) -> Powers {
    let mut table = [[0; RADIX]; DIGITS];
    // f^(64^place), and below f^(digit × 64^place).
    let mut base = fraction(denominator - numerator, denominator);
    let mut place = 0;
    while place < DIGITS {
        let mut power = base;
        let mut digit = 1;
        while digit < RADIX {
            table[place][digit] = ((power + (1 << 63)) >> 64) as u64;
            power = multiply(power, base);
            digit += 1;
        }
        base = power;
        place += 1;
    }
    table
}

/// floor(x × y ÷ 2^128), less at most 1 unit: the product of two fractions with 128 bits.
#[allow(
    clippy::arithmetic_side_effects,
    reason = "compile-time only: overflow fails the build"
)]
const fn multiply(x: u128, y: u128) -> u128 {
    let (x_high, x_low) = (x >> 64, x & LOW);
    let (y_high, y_low) = (y >> 64, y & LOW);
    let (left, right) = (x_high * y_low, x_low * y_high);
    let rest = (left & LOW) + (right & LOW) + ((x_low * y_low) >> 64);
    x_high * y_high + (left >> 64) + (right >> 64) + (rest >> 64)
}

/// Mask of the low half of a double word.
const LOW: u128 = 0xFFFF_FFFF_FFFF_FFFF;
