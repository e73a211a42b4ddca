//! A fee in basis points.

/// 100 % in basis points.
pub const BPS: u64 = 10_000;

/// ceil(amount × bps ÷ 10,000), in the unit of `amount`. `None` if `bps` is above 10,000.
///
/// Rounded up, for the protocol; never above `amount`. With amount = q × 10,000 + r it equals
/// q × bps + ceil(r × bps ÷ 10,000), where no term can overflow.
#[inline]
#[must_use]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "division by a constant other than 0"
)]
pub const fn fee_of(amount: u64, bps: u64) -> Option<u64> {
    if bps > BPS {
        return None;
    }
    // q × bps ≤ amount, and r × bps < 10^8.
    let whole = (amount / BPS).wrapping_mul(bps);
    let part = (amount % BPS).wrapping_mul(bps).div_ceil(BPS);
    whole.checked_add(part)
}
