//! `cumulative(n)` = A · (1 − fⁿ), clamped, with 200 bits behind the point.

use super::{Raw, Time, exact::big};
use num_bigint::BigInt;

const BITS: u32 = 200;

/// Length of an epoch, number of epochs, first emission in raw IO and 1 − f as fractions.
struct Terms {
    seconds: Raw,
    epochs: Raw,
    first: (Raw, Raw),
    loss: (Raw, Raw),
}

/// The curves by id: hourly, monthly (decision 3).
const TERMS: [Terms; 2] = [
    Terms {
        seconds: 3_600,
        epochs: 175_319,
        // 500M × 8 % ÷ 8,760.
        first: (4_000_000_000_000_000, 8_760),
        loss: (138_869_523_959_793, 10_000_000_000_000_000_000),
    },
    Terms {
        seconds: 2_628_000,
        epochs: 240,
        first: (4_000_000_000_000_000, 12),
        loss: (10_150_801, 1_000_000_000),
    },
];

/// What either emits in all.
pub const CAP: Raw = 30_000_000_000_000_000;

/// An emission curve by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve(u8);

impl Curve {
    pub fn by_id(id: u8) -> Option<Self> {
        (usize::from(id) < TERMS.len()).then_some(Self(id))
    }

    fn terms(self) -> &'static Terms {
        &TERMS[usize::from(self.0)]
    }

    /// Epochs that are over.
    pub fn elapsed(self, start: Time, now: Time) -> Raw {
        ((Raw::from(now) - Raw::from(start)) / self.terms().seconds).max(0)
    }

    /// When an epoch opens.
    pub fn opens(self, start: Time, epoch: Raw) -> Time {
        Time::try_from(Raw::from(start) + epoch * self.terms().seconds).unwrap_or(Time::MAX)
    }

    /// Emitted after `epochs`, in units of 2^-[`BITS`] raw.
    fn cumulative(self, epochs: Raw) -> BigInt {
        let terms = self.terms();
        let one = BigInt::from(1) << BITS;
        let fraction = |(n, d): (Raw, Raw)| (big(n) << BITS) / big(d);
        let mut factor = &one - fraction(terms.loss);
        let (mut power, mut left) = (one.clone(), epochs);
        while left > 0 {
            if left % 2 == 1 {
                power = (power * &factor) >> BITS;
            }
            factor = (&factor * &factor) >> BITS;
            left /= 2;
        }
        let ((n, d), (loss_n, loss_d)) = (terms.first, terms.loss);
        big(n) * big(loss_d) * (one - power) / (big(d) * big(loss_n))
    }

    /// Emitted after `epochs`, rounded to the nearest raw unit.
    pub fn emitted(self, epochs: Raw) -> Raw {
        if epochs >= self.terms().epochs {
            return CAP;
        }
        let half = BigInt::from(1) << (BITS - 1);
        let raw: BigInt = (self.cumulative(epochs) + half) >> BITS;
        Raw::try_from(raw).expect("below the cap").min(CAP)
    }

    /// Whether `told` errs by less than 1 raw from what is emitted after `epochs`; exactly the cap at the end.
    pub fn agrees(self, epochs: Raw, told: Raw) -> bool {
        if epochs >= self.terms().epochs {
            return told == CAP;
        }
        let error = (big(told) << BITS) - self.cumulative(epochs);
        let one = BigInt::from(1) << BITS;
        told <= CAP && (told == CAP || (error < one && error > -one))
    }
}
