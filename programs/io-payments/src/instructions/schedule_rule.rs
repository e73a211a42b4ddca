use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::PaymentsError,
    events::{BuyBackScheduled, PayoutFeeScheduled, TreasuryScheduled},
    ids::io_payments,
    state::PaymentsConfig,
};

/// Schedules a rule of the config, to take over after `RULE_CHANGE_DELAY`.
///
/// - `authority` signs and is the config's
/// - a fee is at most 500 basis points
/// - a treasury is not the zero address, the router or the config
#[derive(Accounts)]
pub struct ScheduleRule {
    #[account(address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ScheduleRule {
    pub fn schedule_payout_fee(&mut self, fee_bps: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.config.schedule_payout_fee(fee_bps, now)?;
        record(
            &self.event_authority,
            PayoutFeeScheduled {
                fee_bps,
                effective_at,
            },
        );
        Ok(())
    }

    pub fn schedule_buy_back(&mut self, daily: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.config.schedule_buy_back(daily, now)?;
        record(
            &self.event_authority,
            BuyBackScheduled {
                daily,
                effective_at,
            },
        );
        Ok(())
    }

    pub fn schedule_treasury(&mut self, treasury: Address) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.config.schedule_treasury(treasury, now)?;
        record(
            &self.event_authority,
            TreasuryScheduled {
                treasury,
                effective_at,
            },
        );
        Ok(())
    }
}
