use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::PaymentsError,
    events::{GatewayFeeScheduled, GatewayLimitScheduled},
    ids::io_payments,
    state::{Gateway, PaymentsConfig},
};

/// Schedules a gateway's fee or daily limit, to take over after `RULE_CHANGE_DELAY`.
///
/// - `authority` signs and is the config's
/// - a fee is at most 500 basis points
#[derive(Accounts)]
pub struct ScheduleGateway {
    #[account(address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut)]
    pub gateway: Account<Gateway>,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ScheduleGateway {
    pub fn schedule_gateway_fee(&mut self, fee_bps: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.gateway.schedule_fee(fee_bps, now)?;
        record(
            &self.event_authority,
            GatewayFeeScheduled {
                gateway: *self.gateway.address(),
                fee_bps,
                effective_at,
            },
        );
        Ok(())
    }

    pub fn schedule_gateway_limit(&mut self, daily_limit: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.gateway.schedule_limit(daily_limit, now)?;
        record(
            &self.event_authority,
            GatewayLimitScheduled {
                gateway: *self.gateway.address(),
                daily_limit,
                effective_at,
            },
        );
        Ok(())
    }
}
