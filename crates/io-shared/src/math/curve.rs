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
//! Squaring f in Q64 at run time would double its error at each step: far more than 1 raw after 175,319
//! epochs. So the powers f^(2^k) are computed when the crate is compiled, with 128 bits of fraction, and
//! stored rounded to the nearest Q64. At run time A, held with 9 bits of fraction, is multiplied by
//! those of them that n has a bit for, at most 18, rounding to nearest each time. Against the exact value that
//! errs by at most
//!
//! - 18 × A × 2^-65 < 0.017 raw from the table,
//! - 18 × 2^-10 < 0.018 raw from the multiplications,
//! - 2 × 2^-10 < 0.002 raw from A,
//! - 0.5 raw from the last rounding,
//!
//! together less than 0.54 raw. The largest over every n of both curves is 0.504 raw (`tests/math_curve.rs`).

use super::fixed::mul_hi_round_u64;

/// The bits of the largest epoch count a curve may have; one entry in the table for each.
const BITS: usize = 18;

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
    /// f^(2^k) × 2^64, rounded to nearest.
    powers: [u64; BITS],
}

impl Curve {
    /// IO tokenomics, hourly: 500M IO × 8 % ÷ 8,760 in the first of 175,319 hours, then
    /// × (1 − 0.000013886952395979300) per hour. The exact sum is 300,000,000.00044 IO; the last hour is cut
    /// to end on 300,000,000.
    pub const HOURLY: Self = Self::new(
        0,
        (4_000_000_000_000_000, 8_760),
        (138_869_523_959_793, 10_000_000_000_000_000_000),
        175_319,
        3_600,
    );

    /// IO tokenomics, monthly: 500M IO × 8 % ÷ 12 = 3,333,333.333… IO in the first of 240 months, then
    /// × 0.989849199 per month. The documents print 3,333,333.33; the fraction they mean is used. A month is
    /// 365 days ÷ 12. The exact sum is 300,005,578.78 IO, as the factor is published with nine digits; the
    /// last month is cut from 290,990.19 to 285,411.40 IO, to end on 300,000,000.
    pub const MONTHLY: Self = Self::new(
        1,
        (4_000_000_000_000_000, 12),
        (10_150_801, 1_000_000_000),
        240,
        2_628_000,
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
    /// 0 for 0, the cap from the last epoch on, strictly rising in between; errs by less than 0.54 raw.
    #[inline]
    #[must_use]
    pub fn cumulative(&self, epochs: u64) -> u64 {
        if epochs >= self.epochs {
            return self.cap;
        }
        let mut left = self.asymptote;
        let mut bits = epochs;
        for power in &self.powers {
            if bits == 0 {
                break;
            }
            if bits & 1 == 1 {
                left = mul_hi_round_u64(left, *power);
            }
            bits >>= 1;
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
    ) -> Self {
        let d = first_denominator as u128 * decay_numerator as u128;
        let n = first_numerator as u128 * decay_denominator as u128;
        assert!(n <= u128::MAX >> FRACTION);
        let asymptote = ((n << FRACTION) + d / 2) / d;
        assert!(asymptote <= u64::MAX as u128);
        assert!(epochs < 1 << BITS && epoch_seconds > 0);

        let mut powers = [0; BITS];
        let mut power = fraction(decay_denominator - decay_numerator, decay_denominator);
        let mut k = 0;
        while k < BITS {
            powers[k] = ((power + (1 << 63)) >> 64) as u64;
            power = square(power);
            k += 1;
        }

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

/// floor(x² ÷ 2^128): the square of a fraction with 128 bits.
#[allow(
    clippy::arithmetic_side_effects,
    reason = "compile-time only: overflow fails the build"
)]
const fn square(x: u128) -> u128 {
    let (high, low) = (x >> 64, x & LOW);
    let cross = high * low;
    let rest = 2 * (cross & LOW) + ((low * low) >> 64);
    high * high + 2 * (cross >> 64) + (rest >> 64)
}

/// Mask of the low half of a double word.
const LOW: u128 = 0xFFFF_FFFF_FFFF_FFFF;
