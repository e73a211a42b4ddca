//! What a node weighs in its reward pool.

use super::fee::BPS;
use super::fixed::{mul_div_floor, mul_wide};

/// The stake boost in basis points (10,000 = 1×), for a node with `stake` between its minimum and maximum.
///
/// ```text
/// 10,000 + floor((max_boost_bps − 10,000) × (min(stake, max) − min) ÷ (max − min))
/// ```
///
/// 0 below the minimum, which is the only way to be under 1×. A range that is empty (`max` ≤ `min`) or a
/// `max_boost_bps` under 10,000 gives 1×.
#[inline]
#[must_use]
pub const fn boost_bps(stake: u64, min: u64, max: u64, max_boost_bps: u64) -> u64 {
    if stake < min {
        return 0;
    }
    let range = max.saturating_sub(min);
    let extra = max_boost_bps.saturating_sub(BPS);
    let above = stake.saturating_sub(min);
    if above >= range {
        return if range == 0 {
            BPS
        } else {
            BPS.saturating_add(extra)
        };
    }
    match mul_div_floor(extra, above, range) {
        Some(boost) => BPS.saturating_add(boost),
        None => BPS,
    }
}

/// The emission weight of a node.
///
/// ```text
/// floor(multiplier_milli × processors × boost_bps × score_bps ÷ 10,000)
/// ```
///
/// `None` if the score is above 10,000, or if the product does not fit a word at full score.
///
/// Unit: 10^-7 of one processor of a 1× class at 1× boost and full score, which weighs 10,000,000.
#[inline]
#[must_use]
pub fn node_weight(
    multiplier_milli: u32,
    processors: u16,
    score_bps: u16,
    boost_bps: u64,
) -> Option<u64> {
    let score = u64::from(score_bps);
    if score > BPS {
        return None;
    }
    // Below 2^48.
    let size = u64::from(multiplier_milli).wrapping_mul(u64::from(processors));
    match mul_wide(size, boost_bps) {
        (0, full) => mul_div_floor(full, score, BPS),
        _ => None,
    }
}
