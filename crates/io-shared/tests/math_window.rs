//! `math::window` against exact rational arithmetic.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use io_shared::math::window::{available, decayed, spend};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use proptest::prelude::*;

fn exact(used: u64, window: u64, since: i64, now: i64) -> BigInt {
    let elapsed = (BigInt::from(now) - since).max(BigInt::zero());
    if window == 0 || elapsed.is_zero() {
        return used.into();
    }
    let left = BigInt::from(window) - elapsed.min(window.into());
    BigRational::new(left * used, window.into())
        .ceil()
        .to_integer()
}

fn check(limit: u64, used: u64, window: u64, since: i64, now: i64) {
    let left = exact(used, window, since, now);
    assert_eq!(
        BigInt::from(decayed(used, window, since, now)),
        left,
        "{used} {window} {since} {now}"
    );
    let free = (BigInt::from(limit) - left).max(BigInt::zero());
    assert_eq!(
        BigInt::from(available(limit, used, window, since, now)),
        free
    );
}

#[test]
fn edges() {
    const WORDS: [u64; 6] = [0, 1, 2, 86_400, u64::MAX - 1, u64::MAX];
    const TIMES: [i64; 7] = [i64::MIN, -1, 0, 1, 86_399, i64::MAX - 1, i64::MAX];
    for limit in WORDS {
        for used in WORDS {
            for window in WORDS {
                for since in TIMES {
                    for now in TIMES {
                        check(limit, used, window, since, now);
                    }
                }
            }
        }
    }
}

#[test]
fn plain_cases() {
    assert_eq!(decayed(1_000, 100, 50, 50), 1_000);
    assert_eq!(decayed(1_000, 100, 50, 75), 750);
    assert_eq!(decayed(1_000, 100, 50, 149), 10);
    assert_eq!(decayed(1_000, 100, 50, 150), 0);
    assert_eq!(decayed(1_001, 100, 50, 51), 991);
    assert_eq!(decayed(1_000, 100, 50, 49), 1_000);
    assert_eq!(available(1_200, 1_000, 100, 50, 75), 450);
    assert_eq!(available(700, 1_000, 100, 50, 75), 0);
    // Not configured: holds.
    assert_eq!(available(1_000, 1_000, 0, 0, i64::MAX), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn any_input(limit in any::<u64>(), used in any::<u64>(), window in any::<u64>(), since in any::<i64>(), now in any::<i64>(), shift in 0u32..64) {
        check(limit, used, window, since, now);
        check(limit >> shift, used >> shift, (window >> shift) % 100_000, since >> 32, now >> 32);
        check(limit, used, window % 1_000_000, since >> 1, (since >> 1) + i64::try_from(window % 1_100_000).unwrap());
    }

    /// Spending as much as allowed, as often as one likes: at most twice the limit within one window, with a
    /// clock that may go back.
    #[test]
    fn twice_the_limit_at_most(limit in 0u64..1 << 40, steps in proptest::collection::vec((-20i64..60, 0u64..=100), 1..80)) {
        let window = 1_000u64;
        let (mut used, mut since, mut clock) = (0u64, 0i64, 0i64);
        let mut spent: Vec<(i64, u64)> = Vec::new();
        for (seconds, percent) in steps {
            clock += seconds;
            let now = clock.max(since);
            let most = available(limit, used, window, since, clock);
            prop_assert_eq!(spend(most + 1, limit, used, window, since, clock), None);
            let amount = most / 100 * percent;
            let spent_now = spend(amount, limit, used, window, since, clock);
            used = decayed(used, window, since, clock) + amount;
            since = now;
            prop_assert_eq!(spent_now, Some((used, since)));
            prop_assert!(used <= limit);
            spent.push((now, amount));
            let recent: u64 = spent.iter().filter(|(at, _)| now - at < 1_000).map(|(_, amount)| amount).sum();
            prop_assert!(recent <= 2 * limit, "{recent} of {limit}");
        }
    }
}
