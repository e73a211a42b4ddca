//! A pool of stake divided into shares.
//!
//! A pool holds `stake` (raw IO) against `shares` in all. One virtual raw IO and one virtual share stand
//! beside them, so that a share is worth (stake + 1) ÷ (shares + 1), and so that an empty pool has a price (1)
//! that no first depositor can choose.
//!
//! Stake moves in three ways: a deposit adds stake and shares, an exit takes both, a slash takes stake.
//! Let *gap* = shares − stake. While nothing else moves it (rewards never enter here; compounding is a
//! deposit):
//!
//! 1. **gap ≥ 0**, that is, a share is never worth more than 1 raw. A deposit issues
//!    amount + floor(amount × gap ÷ (stake + 1)) shares, so the gap does not shrink. An exit of amount ≤ stake burns
//!    amount + ceil(amount × gap ÷ (stake + 1)) ≤ amount + gap. An exit of all of `part` burns `part` for
//!    part − ceil(part × gap ÷ (shares + 1)) ≥ part − gap raw. A slash widens the gap. So a deposit of one raw or more
//!    always gets at least that many shares. (Who gives shares up for less than they are worth, as a ticket
//!    that pays at most its amount, could close it and more: there the pool's stake is cut to its shares.)
//! 2. **Σ values ≤ stake.** Unrounded, they sum to shares × (stake + 1) ÷ (shares + 1) < stake + 1.
//! 3. **The last one leaves with everything.** For part = shares that sum is stake + gap ÷ (shares + 1), whose floor is
//!    `stake` when gap ≥ 0: the rule in [`value_of`] is the formula, not an exception to it, so nobody gains
//!    by becoming or ceasing to be the only holder.
//! 4. **Nobody pays for another's move.** A deposit issues at most, an exit burns at least what the price asks,
//!    so the price (stake + 1) ÷ (shares + 1) falls only in a slash: a deposit or an exit never lowers the
//!    value of another's shares, not by a single raw.
//! 5. **Nobody gains by moving.** What was just deposited is worth at most the deposit, and however a holder
//!    splits deposits and exits, what comes out is at most what went in. What rounding keeps back, less than
//!    1 raw each time, raises the price for all.
//!
//! `tests/math_shares.rs` checks the five on random pools and random sequences of moves.

use super::fixed::{mul_div_ceil, mul_div_floor};

/// Shares issued for a deposit of `amount`: floor(amount × (shares + 1) ÷ (stake + 1)).
///
/// `None` if the pool's shares or stake would reach `u64::MAX`, beyond which no exit could be computed.
#[inline]
#[must_use]
pub const fn shares_for_deposit(amount: u64, stake: u64, shares: u64) -> Option<u64> {
    let issued = if stake == shares {
        amount
    } else {
        match convert(stake, shares) {
            Some((stake, shares)) => match mul_div_floor(amount, shares, stake) {
                Some(issued) => issued,
                None => return None,
            },
            None => return None,
        }
    };
    match (issued.checked_add(shares), amount.checked_add(stake)) {
        (Some(shares), Some(stake)) if shares < u64::MAX && stake < u64::MAX => Some(issued),
        _ => None,
    }
}

/// Shares burned for an exit of `amount`: ceil(amount × (shares + 1) ÷ (stake + 1)).
///
/// At most the holder's shares if `amount` is at most their value. `None` if `amount` is above `stake`. To
/// leave with everything use [`shares_to_burn`], which leaves no worthless shares behind.
#[inline]
#[must_use]
pub const fn shares_for_exit(amount: u64, stake: u64, shares: u64) -> Option<u64> {
    if amount > stake {
        return None;
    }
    if stake == shares {
        return Some(amount);
    }
    match convert(stake, shares) {
        Some((stake, shares)) => mul_div_ceil(amount, shares, stake),
        None => None,
    }
}

/// Shares that a holder of `part` burns to take out `amount`: all of them if that is all they are worth, else
/// [`shares_for_exit`]. `None` if they are worth less than `amount`.
#[inline]
#[must_use]
pub const fn shares_to_burn(amount: u64, part: u64, stake: u64, shares: u64) -> Option<u64> {
    match value_of(part, stake, shares) {
        Some(value) if amount == value => Some(part),
        Some(value) if amount < value => shares_for_exit(amount, stake, shares),
        _ => None,
    }
}

/// Raw IO that `part` of the pool's shares are worth: floor(part × (stake + 1) ÷ (shares + 1)), or all of
/// `stake` if `part` is all shares. Never above `stake`. `None` if `part` is above `shares`.
#[inline]
#[must_use]
pub const fn value_of(part: u64, stake: u64, shares: u64) -> Option<u64> {
    if part > shares {
        return None;
    }
    if part == shares {
        return Some(stake);
    }
    if stake == shares {
        return Some(part);
    }
    // Below stake + 1, as part ≤ shares.
    match convert(stake, shares) {
        Some((stake, shares)) => mul_div_floor(part, stake, shares),
        None => None,
    }
}

/// Stake and shares with the virtual one of each.
#[inline]
const fn convert(stake: u64, shares: u64) -> Option<(u64, u64)> {
    match (stake.checked_add(1), shares.checked_add(1)) {
        (Some(stake), Some(shares)) => Some((stake, shares)),
        _ => None,
    }
}
