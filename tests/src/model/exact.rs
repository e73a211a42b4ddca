//! Exact arithmetic, and values that change with notice.

use super::{Raw, Time};
use io_client::shared::constants::RULE_CHANGE_DELAY;
use num_bigint::BigInt;
use num_rational::BigRational;

pub fn big(value: Raw) -> BigInt {
    BigInt::from(value)
}

/// a × b ÷ c, exact.
pub fn ratio(a: Raw, b: Raw, c: Raw) -> BigRational {
    BigRational::new(big(a) * big(b), big(c))
}

/// The whole number below or at `value`.
pub fn floor(value: &BigRational) -> Raw {
    Raw::try_from(value.floor().to_integer()).expect("far below 2^127")
}

/// The whole number above or at `value`.
pub fn ceil(value: &BigRational) -> Raw {
    Raw::try_from(value.ceil().to_integer()).expect("far below 2^127")
}

/// floor(a × b ÷ c).
pub fn part(a: Raw, b: Raw, c: Raw) -> Raw {
    // Exact without big numbers in nearly all cases.
    match a.checked_mul(b) {
        Some(product) => product.div_euclid(c),
        None => floor(&ratio(a, b, c)),
    }
}

/// ceil(a × b ÷ c).
pub fn part_up(a: Raw, b: Raw, c: Raw) -> Raw {
    match a.checked_mul(b) {
        Some(product) => product.div_euclid(c) + Raw::from(product.rem_euclid(c) != 0),
        None => ceil(&ratio(a, b, c)),
    }
}

/// floor(units × weight ÷ 2^64): what so many units of 2^-64 for each of `weight` come to.
pub fn of_units(units: u128, weight: Raw) -> Raw {
    Raw::try_from((BigInt::from(units) * big(weight)) >> 64_u8).expect("far below 2^127")
}

/// A value and what waits to replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled<T = Raw> {
    pub value: T,
    pub next: Option<(T, Time)>,
}

impl<T: Copy + PartialEq> Scheduled<T> {
    pub fn new(value: T) -> Self {
        Self { value, next: None }
    }

    pub fn at(&self, now: Time) -> T {
        match self.next {
            Some((next, at)) if now >= at => next,
            _ => self.value,
        }
    }

    /// Changes with `delay`, in place of what waits.
    pub fn schedule(&mut self, next: T, now: Time, delay: Time) {
        *self = Self {
            value: self.at(now),
            next: Some((next, now + delay)),
        };
    }

    /// Changes with the notice of every rule.
    pub fn schedule_rule(&mut self, next: T, now: Time) {
        self.schedule(next, now, RULE_CHANGE_DELAY);
    }

    pub fn cancel(&mut self, now: Time) {
        *self = Self::new(self.at(now));
    }
}

/// A limit on what may be used in a rolling window (decisions 15 and 16): what was used drains linearly, and
/// what is left of it is rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub used: Raw,
    pub at: Time,
}

impl Window {
    /// What is still counted at `now`.
    fn left(&self, seconds: Raw, now: Time) -> Raw {
        let passed = Raw::from(now) - Raw::from(self.at);
        if passed <= 0 {
            self.used
        } else {
            part_up(self.used, (seconds - passed).max(0), seconds)
        }
    }

    /// Counts `amount`, unless that is more than `limit` leaves.
    pub fn spend(&mut self, amount: Raw, limit: Raw, seconds: Raw, now: Time) -> bool {
        let used = self.left(seconds, now) + amount;
        if used > limit {
            return false;
        }
        *self = Self {
            used,
            at: now.max(self.at),
        };
        true
    }
}
