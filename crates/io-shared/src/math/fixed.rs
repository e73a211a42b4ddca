//! Products and quotients wider than 64 bits, and Q64 fractions.
//!
//! SBF multiplies and divides 64-bit words in one compute unit but has no 64 × 64 → 128 multiply and
//! no 128-bit divide: the compiler calls library routines for `u128` and for `u64::checked_mul`. The
//! functions here build both from native 64-bit operations instead.

/// Mask of the low half of a word.
const LOW: u64 = 0xFFFF_FFFF;

/// floor(a × b ÷ d), or `None` if `d` is 0 or the result does not fit.
#[inline]
#[must_use]
pub const fn mul_div_floor(a: u64, b: u64, d: u64) -> Option<u64> {
    match mul_div(a, b, d) {
        Some((quotient, _)) => Some(quotient),
        None => None,
    }
}

/// ceil(a × b ÷ d), or `None` if `d` is 0 or the result does not fit.
#[inline]
#[must_use]
pub const fn mul_div_ceil(a: u64, b: u64, d: u64) -> Option<u64> {
    match mul_div(a, b, d) {
        Some((quotient, true)) => Some(quotient),
        Some((quotient, false)) => quotient.checked_add(1),
        None => None,
    }
}

/// floor(amount × 2^64 ÷ d): `amount` per unit of `d` as a Q64.64 number. `None` only if `d` is 0.
#[inline]
#[must_use]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_lossless,
    reason = "d is not 0; widening casts in a const fn; a shift by half the width"
)]
pub const fn div_q64(amount: u64, d: u64) -> Option<u128> {
    if d == 0 {
        return None;
    }
    let (fraction, _) = div_wide(amount % d, 0, d);
    Some((((amount / d) as u128) << 64) | fraction as u128)
}

/// floor(q × x ÷ 2^64): the Q64.64 number `q` times `x`. `None` if the result does not fit.
///
/// With q = h × 2^64 + l it equals h × x + floor(l × x ÷ 2^64) exactly, as h × x is whole.
#[inline]
#[must_use]
pub const fn mul_q64(q: u128, x: u64) -> Option<u64> {
    let (high, low) = split(q);
    match mul_wide(high, x) {
        (0, whole) => whole.checked_add(mul_hi_u64(low, x)),
        _ => None,
    }
}

/// floor(a × b ÷ 2^64): the high word of the product.
#[inline]
#[must_use]
pub const fn mul_hi_u64(a: u64, b: u64) -> u64 {
    mul_wide(a, b).0
}

/// round(a × b ÷ 2^64), halves up: the product of an integer and a Q64 fraction, or of two fractions.
///
/// Cannot overflow: the high word of a product is at most 2^64 − 2.
#[inline]
#[must_use]
pub const fn mul_hi_round_u64(a: u64, b: u64) -> u64 {
    let (high, low) = mul_wide(a, b);
    high.wrapping_add(low >> 63)
}

/// a × b as (high word, low word), from four products of 32-bit halves.
///
/// Nothing wraps but the low word, which is meant to: (2^32 − 1)² + 2 × (2^32 − 1) = 2^64 − 1.
#[inline]
#[must_use]
pub const fn mul_wide(a: u64, b: u64) -> (u64, u64) {
    let (a_high, a_low) = (a >> 32, a & LOW);
    let (b_high, b_low) = (b >> 32, b & LOW);
    let low = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let carry = a_low.wrapping_mul(b_high).wrapping_add(middle & LOW);
    let high = a_high
        .wrapping_mul(b_high)
        .wrapping_add(middle >> 32)
        .wrapping_add(carry >> 32);
    (high, a.wrapping_mul(b))
}

/// (a × b) ÷ d as (quotient, whether nothing remains), or `None` if `d` is 0 or the quotient does not fit.
#[inline]
#[allow(clippy::arithmetic_side_effects, reason = "d is not 0")]
const fn mul_div(a: u64, b: u64, d: u64) -> Option<(u64, bool)> {
    let (high, low) = mul_wide(a, b);
    if high >= d {
        return None;
    }
    if high == 0 {
        return Some((low / d, low.is_multiple_of(d)));
    }
    Some(div_wide(high, low, d))
}

/// (high × 2^64 + low) ÷ d as (quotient, whether nothing remains). The caller guarantees high < d.
///
/// Long division in base 2^32 (Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D).
#[allow(
    clippy::arithmetic_side_effects,
    reason = "d > high ≥ 0; shifts by zeros < 32 and 63 − zeros; no other plain operation can overflow"
)]
const fn div_wide(high: u64, low: u64, d: u64) -> (u64, bool) {
    if d <= LOW {
        // Each partial remainder is below d, so it and the next digit fit a word.
        let first = (high << 32) | (low >> 32);
        let second = ((first % d) << 32) | (low & LOW);
        return (((first / d) << 32) | (second / d), second.is_multiple_of(d));
    }
    // Scale so that the divisor's top bit is set; then each estimate is at most 2 too large.
    let zeros = d.leading_zeros();
    let scaled = d << zeros;
    let (d_high, d_low) = (scaled >> 32, scaled & LOW);
    // In two shifts, as a shift by 64 (zeros = 0) would be out of range. zeros < 32 here.
    let high = (high << zeros) | ((low >> 1) >> (63 - zeros));
    let low = low << zeros;

    let (first, rest) = div_digit(high, low >> 32, scaled, d_high, d_low);
    let (second, rest) = div_digit(rest, low & LOW, scaled, d_high, d_low);
    ((first << 32) | second, rest == 0)
}

/// One digit of [`div_wide`]: (rest × 2^32 + digit) ÷ d as (quotient, remainder), with rest < d.
#[inline]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "d_high ≥ 2^31; quotient ≥ 1 when it is lowered; left is checked to be below 2^32 before it is shifted"
)]
const fn div_digit(rest: u64, digit: u64, d: u64, d_high: u64, d_low: u64) -> (u64, u64) {
    let mut quotient = rest / d_high;
    let mut left = rest % d_high;
    // quotient ≤ 2^32 + 1, so the product does not wrap; and it is too large whenever quotient is.
    while quotient.wrapping_mul(d_low) > ((left << 32) | digit) {
        quotient -= 1;
        left += d_high;
        if left > LOW {
            break;
        }
    }
    // Exact modulo 2^64, and the true remainder is below d.
    let remainder = ((rest << 32) | digit).wrapping_sub(quotient.wrapping_mul(d));
    (quotient, remainder)
}

/// The halves of `q`: (q ÷ 2^64, q mod 2^64).
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    reason = "the low word is what is asked for"
)]
const fn split(q: u128) -> (u64, u64) {
    ((q >> 64) as u64, q as u64)
}
