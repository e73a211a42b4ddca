use super::{
    super::{Scheduled, layout},
    feed::{Feed, ScheduledFeed},
};
use crate::{
    Address,
    constants::{MAX_FEE_BPS, RULE_CHANGE_DELAY, VERSION},
    errors::PaymentsError,
    ids,
    math::fee::fee_of,
};
use bytemuck::{Pod, Zeroable};

/// `[b"asset", mint]`: a token that renters may pay in.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Asset {
    pub version: u8,
    pub bump: u8,
    /// 0 while no payment in it is accepted.
    pub enabled: u8,
    pub decimals: u8,
    pub padding: [u8; 4],
    pub mint: Address,
    pub token_program: Address,
    /// The router's own token account of this mint, empty between transactions.
    pub transit: Address,
    /// Token account of the config with the fees taken in this mint, until they are swept.
    pub fees: Address,
    /// The renter's fee, in basis points.
    pub fee_bps: Scheduled,
    /// Smallest payment, raw units of this mint.
    pub minimum: u64,
    /// Its price in USD: a swap is bounded if both its tokens have one.
    pub feed: ScheduledFeed,
    pub reserved: [u8; 64],
}

layout!(Asset, ids::io_payments::ID);

/// What a token is listed with.
#[derive(Clone, Copy, Debug)]
pub struct AssetTerms {
    /// The renter's fee, in basis points.
    pub fee_bps: u64,
    /// Smallest payment, raw units.
    pub minimum: u64,
    /// It is the IO mint, on which there is no fee.
    pub is_io: bool,
    /// The program that its mint belongs to.
    pub token_program: Address,
}

/// `fee_bps` if it may be the fee on payments in a token.
fn allowed(fee_bps: u64, is_io: bool) -> Result<u64, PaymentsError> {
    if fee_bps > MAX_FEE_BPS || (is_io && fee_bps != 0) {
        Err(PaymentsError::FeeTooHigh)
    } else {
        Ok(fee_bps)
    }
}

/// How an amount in an asset divides into fee and what is swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Leaves the payer: `fee` + `net`.
    pub gross: u64,
    /// Stays in the fee vault.
    pub fee: u64,
    /// Is swapped to IO.
    pub net: u64,
}

impl Asset {
    /// A newly listed token, enabled and without a feed.
    pub fn new(
        mint: Address,
        decimals: u8,
        transit: Address,
        fees: Address,
        terms: AssetTerms,
        bump: u8,
    ) -> Result<Self, PaymentsError> {
        Ok(Self {
            version: VERSION,
            bump,
            enabled: 1,
            decimals,
            mint,
            token_program: terms.token_program,
            transit,
            fees,
            fee_bps: Scheduled::new(allowed(terms.fee_bps, terms.is_io)?),
            minimum: terms.minimum,
            ..Self::zeroed()
        })
    }

    /// Lets the renter's fee change after the rule delay; the time it does.
    pub fn schedule_fee(
        &mut self,
        fee_bps: u64,
        is_io: bool,
        now: i64,
    ) -> Result<i64, PaymentsError> {
        self.fee_bps
            .schedule(allowed(fee_bps, is_io)?, now, RULE_CHANGE_DELAY)
            .and_then(|()| self.fee_bps.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(PaymentsError::Overflow)
    }

    /// Lets another price feed, or none, bound swaps of this token after the rule delay; the time it
    /// does.
    pub fn schedule_feed(&mut self, feed: Feed, now: i64) -> Result<i64, PaymentsError> {
        self.feed.schedule(feed.checked(self.decimals)?, now)
    }
}

impl Quote {
    /// What a payment of `amount` costs. The fee is ceil(amount × fee ÷ 10,000), either part of
    /// `amount` or on top of it. `None` if that overflows.
    #[inline]
    pub fn new(amount: u64, fee_bps: u64, fee_on_top: bool) -> Option<Self> {
        let fee = fee_of(amount, fee_bps)?;
        if fee_on_top {
            Some(Self {
                gross: amount.checked_add(fee)?,
                fee,
                net: amount,
            })
        } else {
            Some(Self {
                gross: amount,
                fee,
                net: amount.checked_sub(fee)?,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fee_is_bounded_and_none_on_io() {
        let nobody = Address::default();
        let listed = |fee_bps, is_io| {
            let terms = AssetTerms {
                fee_bps,
                minimum: 1,
                is_io,
                token_program: ids::TOKEN_PROGRAM,
            };
            Asset::new(nobody, 6, nobody, nobody, terms, 255).map(|asset| asset.fee_bps.at(0))
        };
        assert_eq!(listed(MAX_FEE_BPS, false), Ok(MAX_FEE_BPS));
        assert_eq!(
            listed(MAX_FEE_BPS + 1, false),
            Err(PaymentsError::FeeTooHigh)
        );
        assert_eq!(listed(0, true), Ok(0));
        assert_eq!(listed(1, true), Err(PaymentsError::FeeTooHigh));
    }

    #[test]
    fn a_new_fee_waits_for_the_rule_delay() {
        let mut asset = Asset {
            fee_bps: Scheduled::new(200),
            ..Asset::zeroed()
        };
        assert_eq!(asset.schedule_fee(100, false, 5), Ok(5 + RULE_CHANGE_DELAY));
        assert_eq!(asset.fee_bps.at(4 + RULE_CHANGE_DELAY), 200);
        assert_eq!(asset.fee_bps.at(5 + RULE_CHANGE_DELAY), 100);
        assert_eq!(
            asset.schedule_fee(100, true, 5),
            Err(PaymentsError::FeeTooHigh)
        );
        assert_eq!(
            asset.schedule_fee(501, false, 5),
            Err(PaymentsError::FeeTooHigh)
        );
        assert_eq!(
            asset.schedule_fee(1, false, i64::MAX),
            Err(PaymentsError::Overflow)
        );
    }

    fn quote(amount: u64, fee_on_top: bool) -> Option<Quote> {
        Quote::new(amount, 200, fee_on_top)
    }

    #[test]
    fn the_fee_is_inside_or_on_top_and_rounds_up() {
        // amount, fee at 2 %
        for (amount, fee) in [(1, 1), (49, 1), (50, 1), (51, 2), (1_000_001, 20_001)] {
            let inside = quote(amount, false).expect("fits");
            assert_eq!(
                (inside.gross, inside.fee, inside.net),
                (amount, fee, amount - fee)
            );
            let on_top = quote(amount, true).expect("fits");
            assert_eq!(
                (on_top.gross, on_top.fee, on_top.net),
                (amount + fee, fee, amount)
            );
        }
        assert!(quote(u64::MAX, false).is_some());
        assert_eq!(quote(u64::MAX, true), None);
    }
}
