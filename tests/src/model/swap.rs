//! Venues as the router sees them, and the oracle that bounds swaps.

use super::{
    Account, IO, Model, Outcome, Raw, Reason, Refused, Time, USDC, Who,
    exact::{big, part, part_up},
    payments::Feed,
};
use io_client::shared::{
    constants::{BPS, MAX_LEFT_BPS},
    errors::PaymentsError,
};
use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

/// What the pool keeps of a trade for its liquidity and its owner: both of what is paid in.
const POOL_FEES: [Raw; 2] = [25, 5];
/// Venues: the pool, and the one that does what it is told.
pub const POOL: u8 = 0;
pub const SCRIPT: u8 = 1;

/// Something that a venue does besides swapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trick {
    Honest,
    /// Fails.
    Fail,
    /// Makes itself delegate of the transit account.
    Delegate,
    /// Takes tokens of a stranger who gave it none.
    Steal(Who),
    /// Names a writable account of the router besides the two transits.
    Expose,
    /// Is called by other data than what is listed.
    OtherData,
}

/// How a swap is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Route {
    /// The pool of IO and USDC swaps so much of what it is given.
    Pool { amount: u64 },
    /// A scripted venue takes and gives.
    Script { take: u64, give: u64, trick: Trick },
}

impl Route {
    pub fn venue(&self) -> u8 {
        match self {
            Self::Pool { .. } => POOL,
            Self::Script { .. } => SCRIPT,
        }
    }
}

/// What a swap came to.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    pub spent: Raw,
    pub received: Raw,
}

/// A price account's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub price: i64,
    pub confidence: u64,
    pub exponent: i32,
    pub published: Time,
    pub verified: bool,
    /// It is of the feed that is listed for the token.
    pub right_id: bool,
}

/// The price accounts by token.
pub type Oracle = [Option<Price>; 3];

/// Decimals by token.
pub const DECIMALS: [i32; 3] = [8, 6, 9];

impl Model {
    /// Constant product: out of it comes floor(reserve − product ÷ (reserve + amount less fees)), and it takes no
    /// more than it needs for that.
    fn trade(&self, from: u8, amount: Raw) -> Option<Swap> {
        let to = if from == IO { USDC } else { IO };
        let fees: Raw = POOL_FEES
            .iter()
            .map(|bps| part(amount, *bps, Raw::from(BPS)).max(1))
            .sum();
        let (held_in, held_out) = (
            self.tokens.of(Account::Reserve(from)),
            self.tokens.of(Account::Reserve(to)),
        );
        if amount < fees {
            return None;
        }
        let offered = held_in + amount - fees;
        let kept = part_up(held_in, held_out, offered);
        let received = held_out - kept;
        let product: BigInt = big(held_in) * big(held_out);
        let whole = big(kept) * big(offered) == product;
        let needed = if whole {
            offered
        } else {
            part_up(held_in, held_out, kept)
        };
        (received > 0).then_some(Swap {
            spent: needed - held_in + fees,
            received,
        })
    }

    /// Swaps `asked`, which is in transit: what the venue did, or why that is refused. Only the tokens count.
    pub(super) fn swap(
        &mut self,
        route: &Route,
        [from, to]: [u8; 2],
        asked: Raw,
        refused: &mut Refused,
    ) -> Outcome<Swap> {
        match self.payments.venues.get(&route.venue()) {
            None => refused.unless(false, Reason::Account),
            Some(venue) => refused.unless(venue.enabled, PaymentsError::VenueDisabled),
        }
        let swap = match *route {
            Route::Pool { amount } => {
                let amount = Raw::from(amount);
                let pooled = from != to && from <= USDC && to <= USDC;
                let trade = if pooled {
                    self.trade(from, amount)
                } else {
                    None
                };
                match trade.filter(|swap| swap.spent <= asked) {
                    None => Err(Reason::Venue),
                    Some(swap) => {
                        self.tokens.add(Account::Reserve(from), swap.spent);
                        self.tokens.add(Account::Reserve(to), -swap.received);
                        Ok(swap)
                    }
                }
            }
            Route::Script { take, give, trick } => {
                let swap = Swap {
                    spent: take.into(),
                    received: give.into(),
                };
                let can =
                    swap.spent <= asked && swap.received <= self.tokens.of(Account::Hoard(to));
                match trick {
                    Trick::OtherData => {
                        refused.unless(false, PaymentsError::WrongVenueInstruction);
                    }
                    Trick::Expose => {
                        // A token that is not listed has no account to expose.
                        refused.unless(false, PaymentsError::RouterAccountExposed);
                        refused.unless(false, Reason::Venue);
                    }
                    Trick::Delegate => refused.unless(false, PaymentsError::TransitTampered),
                    Trick::Fail | Trick::Steal(_) => refused.unless(false, Reason::Venue),
                    Trick::Honest => {}
                }
                if can {
                    self.tokens.add(Account::Hoard(from), swap.spent);
                    self.tokens.add(Account::Hoard(to), -swap.received);
                    Ok(swap)
                } else {
                    Err(Reason::Venue)
                }
            }
        };
        match swap {
            Ok(swap) => {
                refused.unless(swap.received > 0, PaymentsError::ReceivedTooLittle);
                Ok(swap)
            }
            Err(reason) => {
                refused.unless(false, reason);
                Err(std::mem::take(refused))
            }
        }
    }

    /// The prices of two tokens if both have a feed in force: (low, high, exponent) of each.
    pub(super) fn prices(
        &self,
        tokens: [u8; 2],
        refused: &mut Refused,
    ) -> Option<[(Raw, Raw, i32); 2]> {
        let feeds = tokens.map(|token| self.payments.feed(token, self.now));
        if !feeds.iter().all(Feed::is_listed) {
            return None;
        }
        let read = |index: usize, refused: &mut Refused| {
            let feed = feeds[index];
            let posted = self.oracle[usize::from(tokens[index])];
            let Some(post) = posted.filter(|post| post.right_id == feed.right_id) else {
                // Verification is looked at before the id.
                if posted.is_some_and(|post| !post.verified) {
                    refused.unless(false, PaymentsError::PriceNotVerified);
                }
                refused.unless(false, PaymentsError::WrongPriceAccount);
                return (0, 0, 0);
            };
            refused.unless(post.verified, PaymentsError::PriceNotVerified);
            let age = (Raw::from(self.now) - Raw::from(post.published)).abs();
            refused.unless(age <= feed.age, PaymentsError::PriceStale);
            let usable = post.price > 0 && (-12..=0).contains(&post.exponent);
            refused.unless(usable, PaymentsError::PriceUnusable);
            let (price, confidence) = (Raw::from(post.price), Raw::from(post.confidence));
            let narrow = confidence * Raw::from(BPS) <= price * feed.confidence;
            refused.unless(narrow, PaymentsError::PriceTooWide);
            (price - confidence, price + confidence, post.exponent)
        };
        Some([read(0, refused), read(1, refused)])
    }

    /// received ≥ spent × (its price − confidence) ÷ (the other's + confidence) × (1 − deviation) (decision 16).
    pub(super) fn fair(
        &self,
        swap: Swap,
        tokens: [u8; 2],
        prices: Option<[(Raw, Raw, i32); 2]>,
        refused: &mut Refused,
    ) {
        let Some([(low, _, from_exponent), (_, high, to_exponent)]) = prices else {
            return;
        };
        let ten = |exponent: i32| BigInt::from(10).pow(exponent.unsigned_abs());
        let [from, to] = tokens.map(|token| DECIMALS[usize::from(token)]);
        // Both exponents are negative: each side times what the other is divided by.
        let kept = Raw::from(BPS) - self.payments.feed(tokens[0], self.now).deviation;
        let worth = big(swap.received) * big(high) * ten(from - from_exponent) * big(BPS.into());
        let least = big(swap.spent) * big(low) * ten(to - to_exponent) * big(kept);
        refused.unless(worth >= least, PaymentsError::BelowOraclePrice);
    }

    /// Counts raw IO against a venue's cap (decision 16).
    pub(super) fn count(&mut self, route: &Route, amount: Raw, refused: &mut Refused) {
        let now = self.now;
        if let Some(venue) = self.payments.venues.get_mut(&route.venue()) {
            let cap = venue.cap.at(now);
            let fits = cap == u64::MAX.into() || venue.window.spend(amount, cap, 86_400, now);
            refused.unless(fits, PaymentsError::VenueCapReached);
        }
    }
}

/// ceil(amount × bps ÷ 10,000).
pub fn fee_of(amount: Raw, bps: Raw) -> Raw {
    part_up(amount, bps, Raw::from(BPS))
}

/// Most of an amount that a venue may leave.
pub fn most_left(amount: Raw) -> Raw {
    fee_of(amount, MAX_LEFT_BPS.into())
}
