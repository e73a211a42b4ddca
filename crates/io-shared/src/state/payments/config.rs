use super::{
    super::{Governance, Scheduled, layout},
    feed::ScheduledFeed,
    supplier::is_nobody,
};
use crate::{
    Address,
    constants::{DAY, MAX_FEE_BPS, MAX_PAYMENT_VALIDITY, RULE_CHANGE_DELAY, VERSION},
    errors::PaymentsError,
    ids,
    math::window,
};
use bytemuck::{Pod, Zeroable};

/// `[b"payments"]`: the router's rules.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct PaymentsConfig {
    pub version: u8,
    pub bump: u8,
    /// 1 while the guardian has paused payments. Payouts and refunds are never paused.
    pub paused: u8,
    pub padding: [u8; 5],
    pub governance: Governance,
    /// Owner of the token accounts that fees go to.
    pub treasury: Address,
    /// Waits to replace `treasury` at `next_treasury_at`; all zero while nothing waits.
    pub next_treasury: Address,
    pub next_treasury_at: i64,
    /// The IO mint.
    pub io_mint: Address,
    /// The mint that suppliers may be paid out in.
    pub usdc_mint: Address,
    /// The router's token account of the IO mint; all zero until IO is listed.
    pub io_transit: Address,
    /// The router's token account of the USDC mint; all zero until USDC is listed.
    pub usdc_transit: Address,
    /// The config's token account with the fees taken in USDC; all zero until USDC is listed.
    pub usdc_fees: Address,
    /// Fee on earnings taken in USDC, in basis points.
    pub payout_fee_bps: Scheduled,
    /// Most raw USDC of fees that may buy IO back in a day; 0 for none.
    pub buy_back_daily: Scheduled,
    /// Raw USDC counted against `buy_back_daily` at `buy_back_at`.
    pub buy_back_used: u64,
    pub buy_back_at: i64,
    /// The same as in the assets of IO and USDC, so that a swap needs no account more for them.
    pub io_feed: ScheduledFeed,
    pub usdc_feed: ScheduledFeed,
    /// When the config was created. Venues listed within [`RULE_CHANGE_DELAY`] of it are usable at once.
    pub created_at: i64,
    pub reserved: [u8; 56],
}

layout!(PaymentsConfig, ids::io_payments::ID);

impl PaymentsConfig {
    /// The rules at the start.
    pub fn new(
        governance: Governance,
        treasury: Address,
        io_mint: Address,
        usdc_mint: Address,
        payout_fee_bps: u64,
        now: i64,
        bump: u8,
    ) -> Result<Self, PaymentsError> {
        if is_nobody(&treasury) {
            return Err(PaymentsError::NobodyNamed);
        }
        if payout_fee_bps > MAX_FEE_BPS {
            return Err(PaymentsError::FeeTooHigh);
        }
        Ok(Self {
            version: VERSION,
            bump,
            governance,
            treasury,
            io_mint,
            usdc_mint,
            payout_fee_bps: Scheduled::new(payout_fee_bps),
            created_at: now,
            ..Self::zeroed()
        })
    }

    /// When a venue that is listed at `now` may be used; `None` if the clock would overflow.
    pub const fn venue_usable_from(&self, now: i64) -> Option<i64> {
        match (
            self.created_at.checked_add(RULE_CHANGE_DELAY),
            now.checked_add(RULE_CHANGE_DELAY),
        ) {
            (Some(settled), Some(_)) if now < settled => Some(now),
            (Some(_), Some(from)) => Some(from),
            _ => None,
        }
    }

    /// Pauses or resumes payments. The authority may do both, the guardian only pause.
    pub fn set_paused(&mut self, paused: bool, signer: &Address) -> Result<(), PaymentsError> {
        self.may_switch(!paused, signer)?;
        self.paused = u8::from(paused);
        Ok(())
    }

    /// The authority may switch things on and off, the guardian only off.
    pub fn may_switch(&self, on: bool, signer: &Address) -> Result<(), PaymentsError> {
        let guardian_stops = !on && *signer == self.governance.guardian;
        if guardian_stops || *signer == self.governance.authority {
            Ok(())
        } else {
            Err(PaymentsError::Unauthorized)
        }
    }

    /// Whether a payment good until `expires_at` may be made at `now`.
    #[inline(always)]
    pub const fn admit(&self, now: i64, expires_at: i64) -> Result<(), PaymentsError> {
        if self.paused != 0 {
            return Err(PaymentsError::Paused);
        }
        if expires_at <= now {
            return Err(PaymentsError::Expired);
        }
        if expires_at.abs_diff(now) > MAX_PAYMENT_VALIDITY.unsigned_abs() {
            return Err(PaymentsError::ExpiresTooLate);
        }
        Ok(())
    }

    /// Remembers the token accounts of a listed `mint` that instructions need by name.
    pub fn adopt(&mut self, mint: &Address, transit: Address, fees: Address) {
        if *mint == self.io_mint {
            self.io_transit = transit;
        } else if *mint == self.usdc_mint {
            self.usdc_transit = transit;
            self.usdc_fees = fees;
        }
    }

    /// Remembers the feed of a listed `mint` that swaps need by name.
    pub fn adopt_feed(&mut self, mint: &Address, feed: &ScheduledFeed) {
        if *mint == self.io_mint {
            self.io_feed = *feed;
        } else if *mint == self.usdc_mint {
            self.usdc_feed = *feed;
        }
    }

    /// Lets `daily` raw USDC of fees buy IO back in a day, after the rule delay; the time it does.
    pub fn schedule_buy_back(&mut self, daily: u64, now: i64) -> Result<i64, PaymentsError> {
        self.buy_back_daily
            .schedule(daily, now, RULE_CHANGE_DELAY)
            .and_then(|()| self.buy_back_daily.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(PaymentsError::Overflow)
    }

    /// Counts `amount` raw USDC that buys IO back at `now` against the day's limit; a refusal
    /// changes nothing.
    pub fn buy_back(&mut self, amount: u64, now: i64) -> Result<(), PaymentsError> {
        if self.paused != 0 {
            return Err(PaymentsError::Paused);
        }
        if amount == 0 {
            return Err(PaymentsError::ZeroAmount);
        }
        let daily = self.buy_back_daily.at(now);
        let (used, at) = (self.buy_back_used, self.buy_back_at);
        (self.buy_back_used, self.buy_back_at) =
            window::spend(amount, daily, used, DAY.unsigned_abs(), at, now)
                .ok_or(PaymentsError::AboveDailyLimit)?;
        Ok(())
    }

    /// Lets the fee on earnings taken in USDC change after the rule delay; the time it does.
    pub fn schedule_payout_fee(&mut self, fee_bps: u64, now: i64) -> Result<i64, PaymentsError> {
        if fee_bps > MAX_FEE_BPS {
            return Err(PaymentsError::FeeTooHigh);
        }
        self.payout_fee_bps
            .schedule(fee_bps, now, RULE_CHANGE_DELAY)
            .and_then(|()| self.payout_fee_bps.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(PaymentsError::Overflow)
    }

    /// Part of `held` fees in `mint` that goes to the treasury: of USDC, what may buy IO back in a day
    /// stays, so that nobody can sweep it away from a buy-back.
    pub fn sweepable(&self, mint: &Address, held: u64, now: i64) -> Result<u64, PaymentsError> {
        let kept = if *mint == self.usdc_mint {
            self.buy_back_daily.at(now)
        } else {
            0
        };
        held.checked_sub(kept)
            .filter(|swept| *swept > 0)
            .ok_or(PaymentsError::NothingToSweep)
    }

    /// Owner of the token accounts that fees go to at `now`.
    #[inline]
    pub const fn treasury_at(&self, now: i64) -> &Address {
        if self.next_treasury_at != 0 && now >= self.next_treasury_at {
            &self.next_treasury
        } else {
            &self.treasury
        }
    }

    /// Lets `next` replace the treasury after the rule delay; the time it does. Replaces whatever
    /// waits.
    pub fn schedule_treasury(&mut self, next: Address, now: i64) -> Result<i64, PaymentsError> {
        if is_nobody(&next) {
            return Err(PaymentsError::NobodyNamed);
        }
        let effective_at = now
            .checked_add(RULE_CHANGE_DELAY)
            .ok_or(PaymentsError::Overflow)?;
        self.treasury = *self.treasury_at(now);
        self.next_treasury = next;
        self.next_treasury_at = effective_at;
        Ok(effective_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000;
    const AUTHORITY: Address = Address::new_from_array([1; 32]);
    const GUARDIAN: Address = Address::new_from_array([2; 32]);
    const TREASURY: Address = Address::new_from_array([3; 32]);
    const IO_MINT: Address = Address::new_from_array([4; 32]);
    const USDC_MINT: Address = Address::new_from_array([5; 32]);
    const OTHER: Address = Address::new_from_array([6; 32]);

    fn try_new(treasury: Address, fee_bps: u64) -> Result<PaymentsConfig, PaymentsError> {
        let governance = Governance::new(AUTHORITY, GUARDIAN);
        PaymentsConfig::new(governance, treasury, IO_MINT, USDC_MINT, fee_bps, NOW, 255)
    }

    fn config() -> PaymentsConfig {
        try_new(TREASURY, 200).expect("good rules")
    }

    #[test]
    fn it_starts_with_a_treasury_and_a_bounded_fee() {
        assert_eq!(config().payout_fee_bps.at(NOW), 200);
        assert!(try_new(TREASURY, MAX_FEE_BPS).is_ok());
        assert_eq!(
            try_new(TREASURY, MAX_FEE_BPS + 1).err(),
            Some(PaymentsError::FeeTooHigh)
        );
        assert_eq!(
            try_new(Address::default(), 200).err(),
            Some(PaymentsError::NobodyNamed)
        );
    }

    #[test]
    fn the_guardian_can_only_stop() {
        let mut config = config();
        let refused = Err(PaymentsError::Unauthorized);
        assert_eq!(config.set_paused(true, &OTHER), refused);
        assert_eq!(config.set_paused(true, &GUARDIAN), Ok(()));
        assert_eq!(config.admit(NOW, NOW + 1), Err(PaymentsError::Paused));
        assert_eq!(config.set_paused(false, &GUARDIAN), refused);
        assert_eq!(config.set_paused(false, &OTHER), refused);
        assert_eq!(config.set_paused(false, &AUTHORITY), Ok(()));
        assert_eq!(config.set_paused(true, &AUTHORITY), Ok(()));
    }

    #[test]
    fn a_payment_is_good_for_a_second_to_thirty_days() {
        let config = config();
        for (expires_at, expected) in [
            (i64::MIN, Err(PaymentsError::Expired)),
            (NOW, Err(PaymentsError::Expired)),
            (NOW + 1, Ok(())),
            (NOW + 30 * DAY, Ok(())),
            (NOW + 30 * DAY + 1, Err(PaymentsError::ExpiresTooLate)),
            (i64::MAX, Err(PaymentsError::ExpiresTooLate)),
        ] {
            assert_eq!(config.admit(NOW, expires_at), expected, "{expires_at}");
        }
    }

    #[test]
    fn token_accounts_of_io_and_usdc_are_remembered() {
        let mut config = config();
        let [io, usdc, fees] = [7, 8, 9].map(|n| Address::new_from_array([n; 32]));
        let nobody = Address::default();
        config.adopt(&OTHER, OTHER, OTHER);
        assert_eq!((config.io_transit, config.usdc_transit), (nobody, nobody));
        config.adopt(&IO_MINT, io, OTHER);
        assert_eq!((config.io_transit, config.usdc_fees), (io, nobody));
        config.adopt(&USDC_MINT, usdc, fees);
        assert_eq!((config.io_transit, config.usdc_transit), (io, usdc));
        assert_eq!(config.usdc_fees, fees);
    }

    #[test]
    fn buying_back_is_off_at_first_and_then_limited_by_the_day() {
        let mut config = config();
        let above = Err(PaymentsError::AboveDailyLimit);
        assert_eq!(config.buy_back(1, NOW), above);
        let from = NOW + RULE_CHANGE_DELAY;
        assert_eq!(config.schedule_buy_back(100, NOW), Ok(from));
        let overflow = Err(PaymentsError::Overflow);
        assert_eq!(config.clone().schedule_buy_back(1, i64::MAX), overflow);
        assert_eq!(config.buy_back(1, from - 1), above);
        assert_eq!(config.buy_back(0, from), Err(PaymentsError::ZeroAmount));
        assert_eq!(config.buy_back(101, from), above);
        assert_eq!(config.buy_back(60, from), Ok(()));
        assert_eq!(config.buy_back(41, from), above);
        assert_eq!(config.buy_back(40, from), Ok(()));
        assert_eq!(config.buy_back(51, from + DAY / 2), above);
        assert_eq!(config.buy_back(50, from + DAY / 2), Ok(()));
        assert_eq!(config.buy_back(100, from + 3 * DAY / 2), Ok(()));
        config.paused = 1;
        let later = from + 9 * DAY;
        assert_eq!(config.buy_back(1, later), Err(PaymentsError::Paused));
    }

    #[test]
    fn what_may_buy_back_stays_in_the_vault() {
        let mut config = config();
        let nothing = Err(PaymentsError::NothingToSweep);
        assert_eq!(config.sweepable(&USDC_MINT, 0, NOW), nothing);
        assert_eq!(config.sweepable(&USDC_MINT, 7, NOW), Ok(7));
        let from = config.schedule_buy_back(100, NOW).expect("in time");
        assert_eq!(config.sweepable(&USDC_MINT, 150, from - 1), Ok(150));
        assert_eq!(config.sweepable(&USDC_MINT, 150, from), Ok(50));
        assert_eq!(config.sweepable(&USDC_MINT, 100, from), nothing);
        assert_eq!(config.sweepable(&USDC_MINT, 99, from), nothing);
        assert_eq!(config.sweepable(&OTHER, 99, from), Ok(99));
    }

    #[test]
    fn a_new_payout_fee_waits_for_the_rule_delay() {
        let mut config = config();
        let too_high = Err(PaymentsError::FeeTooHigh);
        assert_eq!(config.schedule_payout_fee(MAX_FEE_BPS + 1, NOW), too_high);
        let overflow = Err(PaymentsError::Overflow);
        assert_eq!(config.schedule_payout_fee(100, i64::MAX), overflow);
        let effective_at = NOW + RULE_CHANGE_DELAY;
        assert_eq!(config.schedule_payout_fee(100, NOW), Ok(effective_at));
        assert_eq!(config.payout_fee_bps.at(effective_at - 1), 200);
        assert_eq!(config.payout_fee_bps.at(effective_at), 100);
    }

    #[test]
    fn a_new_treasury_waits_for_the_rule_delay() {
        let [second, third] = [7, 8].map(|n| Address::new_from_array([n; 32]));
        let mut config = config();
        assert_eq!(config.treasury_at(i64::MAX), &TREASURY);

        assert_eq!(
            config.schedule_treasury(second, 100),
            Ok(100 + RULE_CHANGE_DELAY)
        );
        assert_eq!(config.treasury_at(99 + RULE_CHANGE_DELAY), &TREASURY);
        assert_eq!(config.treasury_at(100 + RULE_CHANGE_DELAY), &second);

        // Replaced while it waits: the one in force stays.
        assert!(config.schedule_treasury(third, 101).is_ok());
        assert_eq!(config.treasury_at(100 + RULE_CHANGE_DELAY), &TREASURY);
        assert_eq!(config.treasury_at(101 + RULE_CHANGE_DELAY), &third);
        let overflow = Err(PaymentsError::Overflow);
        assert_eq!(config.schedule_treasury(second, i64::MAX), overflow);
        let nobody = Err(PaymentsError::NobodyNamed);
        assert_eq!(config.schedule_treasury(Address::default(), NOW), nobody);
    }
}
