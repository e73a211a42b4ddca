use super::super::{Scheduled, layout};
use crate::{
    Address,
    constants::{DAY, MAX_FEE_BPS, RULE_CHANGE_DELAY, VERSION},
    errors::PaymentsError,
    ids,
    math::window,
};
use bytemuck::{Pod, Zeroable};

/// `[b"gateway", wallet]`: a fiat processor that pays on renters' behalf out of its own USDC.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Gateway {
    pub version: u8,
    pub bump: u8,
    /// 0 while it may not pay.
    pub enabled: u8,
    pub padding: [u8; 5],
    /// Signs the payments and owns the USDC.
    pub wallet: Address,
    /// The renter's fee on its payments, in basis points.
    pub fee_bps: Scheduled,
    /// Raw USDC, fees included, that it may pay in a day.
    pub daily_limit: Scheduled,
    /// Raw USDC counted against `daily_limit` at `used_at`.
    pub used: u64,
    pub used_at: i64,
    pub reserved: [u8; 32],
}

layout!(Gateway, ids::io_payments::ID);

fn allowed(fee_bps: u64) -> Result<u64, PaymentsError> {
    if fee_bps > MAX_FEE_BPS {
        Err(PaymentsError::FeeTooHigh)
    } else {
        Ok(fee_bps)
    }
}

fn schedule(rule: &mut Scheduled, next: u64, now: i64) -> Result<i64, PaymentsError> {
    rule.schedule(next, now, RULE_CHANGE_DELAY)
        .and_then(|()| rule.pending(now))
        .map(|(_, effective_at)| effective_at)
        .ok_or(PaymentsError::Overflow)
}

impl Gateway {
    /// A newly listed gateway, enabled.
    pub fn new(
        wallet: Address,
        fee_bps: u64,
        daily_limit: u64,
        bump: u8,
    ) -> Result<Self, PaymentsError> {
        if wallet == Address::default() {
            return Err(PaymentsError::NobodyNamed);
        }
        Ok(Self {
            version: VERSION,
            bump,
            enabled: 1,
            wallet,
            fee_bps: Scheduled::new(allowed(fee_bps)?),
            daily_limit: Scheduled::new(daily_limit),
            ..Self::zeroed()
        })
    }

    /// Lets the renter's fee change after the rule delay; the time it does.
    pub fn schedule_fee(&mut self, fee_bps: u64, now: i64) -> Result<i64, PaymentsError> {
        schedule(&mut self.fee_bps, allowed(fee_bps)?, now)
    }

    /// Lets the daily limit change after the rule delay; the time it does.
    pub fn schedule_limit(&mut self, daily_limit: u64, now: i64) -> Result<i64, PaymentsError> {
        schedule(&mut self.daily_limit, daily_limit, now)
    }

    /// Lowers the daily limit at once and drops the change that waits, if any.
    pub fn lower_limit(&mut self, daily_limit: u64, now: i64) -> Result<(), PaymentsError> {
        if daily_limit >= self.daily_limit.at(now) {
            return Err(PaymentsError::LimitNotLower);
        }
        self.daily_limit = Scheduled::new(daily_limit);
        Ok(())
    }

    /// Counts a payment of `gross` raw USDC at `now`; a refusal changes nothing.
    pub fn spend(&mut self, gross: u64, now: i64) -> Result<(), PaymentsError> {
        if self.enabled == 0 {
            return Err(PaymentsError::GatewayDisabled);
        }
        let limit = self.daily_limit.at(now);
        (self.used, self.used_at) = window::spend(
            gross,
            limit,
            self.used,
            DAY.unsigned_abs(),
            self.used_at,
            now,
        )
        .ok_or(PaymentsError::AboveDailyLimit)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000;
    const WALLET: Address = Address::new_from_array([1; 32]);

    fn gateway() -> Gateway {
        Gateway::new(WALLET, 200, 1_000, 255).expect("good terms")
    }

    #[test]
    fn it_starts_with_a_wallet_and_a_bounded_fee() {
        assert_eq!(gateway().fee_bps.at(NOW), 200);
        assert!(Gateway::new(WALLET, MAX_FEE_BPS, 0, 255).is_ok());
        let too_high = Gateway::new(WALLET, MAX_FEE_BPS + 1, 0, 255);
        assert_eq!(too_high.err(), Some(PaymentsError::FeeTooHigh));
        let nobody = Gateway::new(Address::default(), 200, 0, 255);
        assert_eq!(nobody.err(), Some(PaymentsError::NobodyNamed));
    }

    #[test]
    fn rules_change_after_the_delay() {
        let mut gateway = gateway();
        let from = NOW + RULE_CHANGE_DELAY;
        assert_eq!(gateway.schedule_fee(100, NOW), Ok(from));
        assert_eq!(gateway.schedule_limit(5_000, NOW), Ok(from));
        let rules = |gateway: &Gateway, now| (gateway.fee_bps.at(now), gateway.daily_limit.at(now));
        assert_eq!(rules(&gateway, from - 1), (200, 1_000));
        assert_eq!(rules(&gateway, from), (100, 5_000));
        let too_high = Err(PaymentsError::FeeTooHigh);
        assert_eq!(gateway.schedule_fee(MAX_FEE_BPS + 1, NOW), too_high);
        let overflow = Err(PaymentsError::Overflow);
        assert_eq!(gateway.schedule_fee(1, i64::MAX), overflow);
        assert_eq!(gateway.schedule_limit(1, i64::MAX), overflow);
    }

    #[test]
    fn a_limit_is_lowered_at_once_and_the_waiting_one_dropped() {
        let mut gateway = gateway();
        gateway.schedule_limit(5_000, NOW).expect("in time");
        let refused = Err(PaymentsError::LimitNotLower);
        assert_eq!(gateway.lower_limit(1_000, NOW), refused);
        assert_eq!(gateway.lower_limit(999, NOW), Ok(()));
        assert_eq!(gateway.daily_limit, Scheduled::new(999));
    }

    #[test]
    fn a_day_takes_the_limit_and_no_more() {
        let mut gateway = gateway();
        let above = Err(PaymentsError::AboveDailyLimit);
        assert_eq!(gateway.spend(1_001, NOW), above);
        assert_eq!(gateway.spend(600, NOW), Ok(()));
        assert_eq!(gateway.spend(401, NOW), above);
        assert_eq!(gateway.spend(u64::MAX, NOW), above);
        assert_eq!(gateway.spend(400, NOW), Ok(()));
        assert_eq!(gateway.spend(1, NOW - 1), above, "a clock that went back");
        assert_eq!(gateway.spend(501, NOW + DAY / 2), above);
        assert_eq!(gateway.spend(500, NOW + DAY / 2), Ok(()));
        gateway.enabled = 0;
        let disabled = Err(PaymentsError::GatewayDisabled);
        assert_eq!(gateway.spend(1, NOW + 9 * DAY), disabled);
    }
}
