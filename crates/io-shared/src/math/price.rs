//! What two oracle prices say about a swap: exact comparisons, without a division.

use super::fixed::mul_wide;

/// 100 % in basis points.
pub const BPS: u64 = 10_000;

/// Largest difference between two exponents that can be compared.
pub const MAX_SHIFT: u32 = 30;

const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1_u64; 20];
    let mut n = 1;
    while n < 20 {
        powers[n] = powers[n.wrapping_sub(1)].wrapping_mul(10);
        n = n.wrapping_add(1);
    }
    powers
};

/// `amount` raw units of a token at `price` × 10^`exponent` each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valued {
    pub amount: u64,
    pub price: u64,
    pub exponent: i32,
}

/// Whether `received` is worth at least `spent` less `deviation_bps`:
/// received × 10,000 ≥ spent × (10,000 − deviation), in exact arithmetic.
///
/// `None` if the deviation is above 10,000 or the exponents are more than [`MAX_SHIFT`] apart.
#[must_use]
pub const fn covers(received: &Valued, spent: &Valued, deviation_bps: u64) -> Option<bool> {
    let Some(kept) = BPS.checked_sub(deviation_bps) else {
        return None;
    };
    let shift = received.exponent.abs_diff(spent.exponent);
    if shift > MAX_SHIFT {
        return None;
    }
    let (mut received_shift, mut spent_shift) = (0, 0);
    if received.exponent > spent.exponent {
        received_shift = shift;
    } else {
        spent_shift = shift;
    }
    // Each side is below 2^64 × 2^64 × 10^30 × 2^14 < 2^242.
    let received = Wide::product(received.amount, received.price)
        .shifted(received_shift)
        .times(BPS);
    let spent = Wide::product(spent.amount, spent.price)
        .shifted(spent_shift)
        .times(kept);
    Some(received.is_at_least(&spent))
}

/// A number of four words, the lowest first.
#[derive(Clone, Copy)]
struct Wide([u64; 4]);

impl Wide {
    const fn product(a: u64, b: u64) -> Self {
        let (high, low) = mul_wide(a, b);
        Self([low, high, 0, 0])
    }

    /// Times a factor; what does not fit four words is lost.
    const fn times(self, factor: u64) -> Self {
        let Self([a, b, c, d]) = self;
        let (carry, a) = mul_wide(a, factor);
        let (carry, b) = add_product(b, factor, carry);
        let (carry, c) = add_product(c, factor, carry);
        let (_, d) = add_product(d, factor, carry);
        Self([a, b, c, d])
    }

    /// Times 10^`shift`, which is at most [`MAX_SHIFT`].
    const fn shifted(self, shift: u32) -> Self {
        match shift {
            0 => self,
            1..=19 => self.times(POWERS_OF_TEN[shift as usize]),
            _ => self
                .times(POWERS_OF_TEN[19])
                .times(POWERS_OF_TEN[(shift.wrapping_sub(19)) as usize]),
        }
    }

    const fn is_at_least(&self, other: &Self) -> bool {
        let (Self([a, b, c, d]), Self([e, f, g, h])) = (self, other);
        if *d != *h {
            return *d > *h;
        }
        if *c != *g {
            return *c > *g;
        }
        if *b != *f {
            return *b > *f;
        }
        *a >= *e
    }
}

/// a × b + carry as (high word, low word), which always fits.
const fn add_product(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let (high, low) = mul_wide(a, b);
    let (low, over) = low.overflowing_add(carry);
    (high.wrapping_add(over as u64), low)
}
