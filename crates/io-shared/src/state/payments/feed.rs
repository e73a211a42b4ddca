use crate::{
    Address,
    constants::{MAX_FEED_AGE, MAX_FEED_CONFIDENCE_BPS, MAX_FEED_DEVIATION_BPS, RULE_CHANGE_DELAY},
    errors::PaymentsError,
    math::{
        fixed::mul_wide,
        price::{BPS, Valued, covers},
    },
};
use bytemuck::{Pod, Zeroable};

/// A price feed that bounds swaps, and how far it is trusted. All zero for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Feed {
    /// Program that owns the price accounts.
    pub owner: Address,
    /// The feed's id inside the price account.
    pub id: [u8; 32],
    /// Oldest price accepted, in seconds.
    pub max_age: u64,
    /// Widest confidence interval accepted, in basis points of the price.
    pub max_confidence_bps: u64,
    /// How far below the oracle's price a swap of this token may deliver, in basis points.
    pub max_deviation_bps: u64,
}

/// What a price account says, as far as it is trusted: the price is between `low` and `high`, times
/// 10^`exponent` USD for a whole token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    pub low: u64,
    pub high: u64,
    pub exponent: i32,
}

/// Discriminator of Pyth's `PriceUpdateV2`.
const PRICE_UPDATE: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];
/// Verification level: enough guardians of the bridge signed. Any other shifts what follows.
const FULLY_VERIFIED: u8 = 1;
/// Exponents that prices are accepted with.
const EXPONENTS: core::ops::RangeInclusive<i32> = -12..=0;
/// Most decimals of a token that a price bounds.
const MAX_DECIMALS: u8 = 18;

impl Feed {
    /// No feed.
    pub const NONE: Self = Self {
        owner: Address::new_from_array([0; 32]),
        id: [0; 32],
        max_age: 0,
        max_confidence_bps: 0,
        max_deviation_bps: 0,
    };

    /// Whether there is one.
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.max_age != 0
    }

    /// The feed itself if it may bound swaps of a token with so many decimals, or is none.
    pub fn checked(self, decimals: u8) -> Result<Self, PaymentsError> {
        let good = self.owner != Self::NONE.owner
            && self.id != Self::NONE.id
            && (1..=MAX_FEED_AGE).contains(&self.max_age)
            && (1..=MAX_FEED_CONFIDENCE_BPS).contains(&self.max_confidence_bps)
            && self.max_deviation_bps <= MAX_FEED_DEVIATION_BPS
            && decimals <= MAX_DECIMALS;
        if good || self == Self::NONE {
            Ok(self)
        } else {
            Err(PaymentsError::BadFeed)
        }
    }

    /// Reads a `PriceUpdateV2` account in place.
    ///
    /// - the feed's program owns it, and it is a fully verified price of the feed
    /// - it is at most `max_age` seconds from `now`, either way: the chain's clock may lag
    /// - the price is positive, and its confidence interval narrow enough
    pub fn read(&self, owner: &Address, data: &[u8], now: i64) -> Result<Price, PaymentsError> {
        let unknown = PaymentsError::WrongPriceAccount;
        if *owner != self.owner {
            return Err(unknown);
        }
        let (discriminator, data) = take::<8>(data).ok_or(unknown)?;
        let (_write_authority, data) = take::<32>(data).ok_or(unknown)?;
        let ([verification], data) = take::<1>(data).ok_or(unknown)?;
        if *discriminator != PRICE_UPDATE {
            return Err(unknown);
        }
        if *verification != FULLY_VERIFIED {
            return Err(PaymentsError::PriceNotVerified);
        }
        let (id, data) = take::<32>(data).ok_or(unknown)?;
        let (price, data) = take::<8>(data).ok_or(unknown)?;
        let (confidence, data) = take::<8>(data).ok_or(unknown)?;
        let (exponent, data) = take::<4>(data).ok_or(unknown)?;
        let (published, _) = take::<8>(data).ok_or(unknown)?;
        if *id != self.id {
            return Err(unknown);
        }
        if i64::from_le_bytes(*published).abs_diff(now) > self.max_age {
            return Err(PaymentsError::PriceStale);
        }
        let exponent = i32::from_le_bytes(*exponent);
        let price = u64::try_from(i64::from_le_bytes(*price)).unwrap_or(0);
        if price == 0 || !EXPONENTS.contains(&exponent) {
            return Err(PaymentsError::PriceUnusable);
        }
        let confidence = u64::from_le_bytes(*confidence);
        if mul_wide(confidence, BPS) > mul_wide(price, self.max_confidence_bps) {
            return Err(PaymentsError::PriceTooWide);
        }
        // The interval is narrower than the price itself, and the price below 2^63.
        Ok(Price {
            low: price.saturating_sub(confidence),
            high: price.saturating_add(confidence),
            exponent,
        })
    }
}

fn take<const N: usize>(data: &[u8]) -> Option<(&[u8; N], &[u8])> {
    data.split_first_chunk::<N>()
}

/// One side of a swap: raw units, decimals and price of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub amount: u64,
    pub decimals: u8,
    pub price: Price,
}

impl Side {
    const fn at(&self, price: u64) -> Valued {
        Valued {
            amount: self.amount,
            price,
            exponent: self.price.exponent.wrapping_sub(self.decimals as i32),
        }
    }
}

/// Refuses a swap that delivers less than the oracle's prices say, less the deviation:
/// `received` ≥ `spent` × (its price − confidence) ÷ (the other's + confidence) × (1 − deviation).
pub fn require_fair(
    spent: &Side,
    received: &Side,
    deviation_bps: u64,
) -> Result<(), PaymentsError> {
    let spent = spent.at(spent.price.low);
    let received = received.at(received.price.high);
    match covers(&received, &spent, deviation_bps) {
        Some(true) => Ok(()),
        Some(false) => Err(PaymentsError::BelowOraclePrice),
        None => Err(PaymentsError::Overflow),
    }
}

/// A feed and the change that waits to replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct ScheduledFeed {
    value: Feed,
    next: Feed,
    /// When `next` takes over; 0 while nothing waits.
    effective_at: i64,
}

impl ScheduledFeed {
    /// The feed in force at `now`.
    #[inline(always)]
    pub const fn at(&self, now: i64) -> &Feed {
        if self.effective_at != 0 && now >= self.effective_at {
            &self.next
        } else {
            &self.value
        }
    }

    /// The waiting change, if any, with the time it takes over.
    pub const fn pending(&self, now: i64) -> Option<(&Feed, i64)> {
        if self.effective_at != 0 && now < self.effective_at {
            Some((&self.next, self.effective_at))
        } else {
            None
        }
    }

    /// Replaces whatever waits by `next`, to take over after the rule delay; the time it does.
    pub fn schedule(&mut self, next: Feed, now: i64) -> Result<i64, PaymentsError> {
        let effective_at = now
            .checked_add(RULE_CHANGE_DELAY)
            .ok_or(PaymentsError::Overflow)?;
        self.value = *self.at(now);
        self.next = next;
        self.effective_at = effective_at;
        Ok(effective_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const NOW: i64 = 1_000_000;
    const OWNER: Address = Address::new_from_array([1; 32]);

    fn feed() -> Feed {
        Feed {
            owner: OWNER,
            id: [2; 32],
            max_age: 60,
            max_confidence_bps: 100,
            max_deviation_bps: 50,
        }
    }

    /// A fully verified price of 0.15 ± 0.001 USD from a second ago.
    fn account() -> Vec<u8> {
        let mut data = PRICE_UPDATE.to_vec();
        data.extend_from_slice(&[9; 32]);
        data.push(FULLY_VERIFIED);
        data.extend_from_slice(&[2; 32]);
        data.extend_from_slice(&15_000_000_i64.to_le_bytes());
        data.extend_from_slice(&100_000_u64.to_le_bytes());
        data.extend_from_slice(&(-8_i32).to_le_bytes());
        data.extend_from_slice(&(NOW - 1).to_le_bytes());
        // Previous publish time, the two averages, the slot.
        data.resize(134, 0);
        data
    }

    fn read(change: impl FnOnce(&mut Vec<u8>)) -> Result<Price, PaymentsError> {
        let mut data = account();
        change(&mut data);
        feed().read(&OWNER, &data, NOW)
    }

    fn put<const N: usize>(at: usize, bytes: [u8; N]) -> impl FnOnce(&mut Vec<u8>) {
        move |data| {
            for (slot, byte) in data.iter_mut().skip(at).zip(bytes) {
                *slot = byte;
            }
        }
    }

    #[test]
    fn a_good_price_is_read_where_pyth_writes_it() {
        assert_eq!(
            read(|_| ()),
            Ok(Price {
                low: 14_900_000,
                high: 15_100_000,
                exponent: -8
            })
        );
    }

    #[test]
    fn a_price_of_anything_else_is_refused() {
        let wrong = Err(PaymentsError::WrongPriceAccount);
        let other = Address::new_from_array([3; 32]);
        assert_eq!(feed().read(&other, &account(), NOW), wrong);
        assert_eq!(read(put(0, [0])), wrong, "discriminator");
        assert_eq!(read(put(72, [3])), wrong, "feed id");
        for len in 0..101 {
            assert_eq!(read(|data| data.truncate(len)), wrong, "{len} bytes");
        }
        assert!(read(|data| data.truncate(101)).is_ok());
        for level in [0, 2, 255] {
            let refused = Err(PaymentsError::PriceNotVerified);
            assert_eq!(read(put(40, [level])), refused);
        }
    }

    #[test]
    fn a_price_is_good_for_so_long() {
        let at = |time: i64| read(put(93, time.to_le_bytes())).map(|_| ());
        let stale = Err(PaymentsError::PriceStale);
        assert_eq!(at(NOW - 60), Ok(()));
        assert_eq!(at(NOW - 61), stale);
        assert_eq!(at(NOW + 60), Ok(()));
        assert_eq!(at(NOW + 61), stale);
        assert_eq!(at(i64::MIN), stale);
        assert_eq!(at(i64::MAX), stale);
    }

    #[test]
    fn a_price_is_positive_and_its_exponent_sane() {
        let unusable = Err(PaymentsError::PriceUnusable);
        for price in [0, -1, -15_000_000, i64::MIN] {
            assert_eq!(read(put(73, price.to_le_bytes())), unusable, "{price}");
        }
        assert!(read(put(73, i64::MAX.to_le_bytes())).is_ok());
        for (exponent, good) in [(1, false), (0, true), (-12, true), (-13, false)] {
            let read = read(put(89, i32::to_le_bytes(exponent)));
            assert_eq!(read.is_ok(), good, "{exponent}");
            assert!(good || read == unusable);
        }
    }

    #[test]
    fn a_price_is_narrow_enough() {
        let with = |confidence: u64| read(put(81, confidence.to_le_bytes())).map(|_| ());
        assert_eq!(with(0), Ok(()));
        assert_eq!(with(150_000), Ok(()), "exactly 1 %");
        assert_eq!(with(150_001), Err(PaymentsError::PriceTooWide));
        assert_eq!(with(u64::MAX), Err(PaymentsError::PriceTooWide));
    }

    #[test]
    fn a_feed_has_bounds() {
        let check = |feed: Feed, decimals| feed.checked(decimals).err();
        let bad = Some(PaymentsError::BadFeed);
        assert_eq!(check(feed(), 18), None);
        assert_eq!(check(feed(), 19), bad);
        assert_eq!(check(Feed::NONE, 255), None, "none at all");
        for wrong in [
            Feed {
                owner: Address::default(),
                ..feed()
            },
            Feed {
                id: [0; 32],
                ..feed()
            },
            Feed {
                max_age: 0,
                ..feed()
            },
            Feed {
                max_age: MAX_FEED_AGE + 1,
                ..feed()
            },
            Feed {
                max_confidence_bps: 0,
                ..feed()
            },
            Feed {
                max_confidence_bps: MAX_FEED_CONFIDENCE_BPS + 1,
                ..feed()
            },
            Feed {
                max_deviation_bps: MAX_FEED_DEVIATION_BPS + 1,
                ..feed()
            },
        ] {
            assert_eq!(check(wrong, 6), bad);
        }
        let widest = Feed {
            max_age: MAX_FEED_AGE,
            max_confidence_bps: MAX_FEED_CONFIDENCE_BPS,
            max_deviation_bps: MAX_FEED_DEVIATION_BPS,
            ..feed()
        };
        assert_eq!(check(widest, 6), None);
    }

    #[test]
    fn the_floor_takes_both_intervals_against_the_venue() {
        // 98 USDC at 0.99 for IO at 0.151: 642.516… IO, less half a per cent.
        let spent = Side {
            amount: 98_000_000,
            decimals: 6,
            price: Price {
                low: 99_000_000,
                high: 101_000_000,
                exponent: -8,
            },
        };
        let received = |amount| Side {
            amount,
            decimals: 8,
            price: Price {
                low: 149,
                high: 151,
                exponent: -3,
            },
        };
        let exact = 98_000_000_u128 * 99 * 9_950 / 151 / 10;
        let least = u64::try_from(exact + 1).expect("fits");
        assert_eq!(require_fair(&spent, &received(least), 50), Ok(()));
        let below = Err(PaymentsError::BelowOraclePrice);
        assert_eq!(require_fair(&spent, &received(least - 1), 50), below);
    }

    #[test]
    fn a_new_feed_waits_for_the_rule_delay() {
        let mut scheduled = ScheduledFeed::zeroed();
        assert!(!scheduled.at(NOW).is_listed());
        let first = NOW + RULE_CHANGE_DELAY;
        assert_eq!(scheduled.schedule(feed(), NOW), Ok(first));
        assert!(!scheduled.at(first - 1).is_listed());
        assert_eq!(scheduled.pending(first - 1), Some((&feed(), first)));
        assert_eq!(scheduled.pending(first), None);
        assert_eq!(*scheduled.at(first), feed());
        // Replaced in time it never comes; later it stays until the next takes over.
        assert!(scheduled.schedule(Feed::NONE, first).is_ok());
        assert_eq!(*scheduled.at(first), feed());
        assert!(!scheduled.at(first + RULE_CHANGE_DELAY).is_listed());
        let overflow = Err(PaymentsError::Overflow);
        assert_eq!(scheduled.schedule(feed(), i64::MAX), overflow);
    }
}
