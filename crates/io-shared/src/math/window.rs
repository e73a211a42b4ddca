//! A limit per rolling window of time.
//!
//! What was used drains linearly over a window. The account stores `used` and the time it was last
//! brought up to date. To spend: `amount` ≤ [`available`], then store [`decayed`] + `amount` with the **later** of the stored
//! time and `now`, so that a clock that went back cannot drain the same second twice.
//!
//! Each update restarts the drain from what is left, which drains slower than without it: at most the
//! limit at once, and at most twice the limit within any one window.

use super::fixed::mul_div_ceil;

/// What is left of `used` at `now`: ceil(used × (window − elapsed) ÷ window), rounded against the spender.
///
/// 0 once a whole window has passed; all of it if the clock went back. A window of 0 seconds never
/// drains: a limit that was not configured holds rather than vanishes.
#[inline]
#[must_use]
pub const fn decayed(used: u64, window_seconds: u64, since: i64, now: i64) -> u64 {
    if now <= since {
        return used;
    }
    let remaining = window_seconds.saturating_sub(now.abs_diff(since));
    // As remaining ≤ window the quotient fits: `None` means a window of 0.
    match mul_div_ceil(used, remaining, window_seconds) {
        Some(left) => left,
        None => used,
    }
}

/// What may still be spent at `now`: limit − decayed(used), 0 if that is negative.
#[inline]
#[must_use]
pub const fn available(
    limit: u64,
    used: u64,
    window_seconds: u64,
    window_start: i64,
    now: i64,
) -> u64 {
    limit.saturating_sub(decayed(used, window_seconds, window_start, now))
}

/// What to store once `amount` is spent at `now`, as (used, at); `None` if that is more than is
/// available.
#[inline]
#[must_use]
pub const fn spend(
    amount: u64,
    limit: u64,
    used: u64,
    window_seconds: u64,
    at: i64,
    now: i64,
) -> Option<(u64, i64)> {
    match decayed(used, window_seconds, at, now).checked_add(amount) {
        Some(used) if used <= limit => Some((used, if now > at { now } else { at })),
        _ => None,
    }
}
