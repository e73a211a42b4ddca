use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::PaymentsError,
    events::{GatewayEnabled, GatewayLimitLowered},
    ids::io_payments,
    state::{Gateway, PaymentsConfig},
};

/// Enables or disables a gateway, or lowers its daily limit at once.
///
/// - `signer` signs and is the authority, or, to disable and to lower, the guardian
/// - a lowered limit is below the one in force
#[derive(Accounts)]
pub struct SwitchGateway {
    pub signer: Signer,
    #[account(mut)]
    pub gateway: Account<Gateway>,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SwitchGateway {
    pub fn set_gateway_enabled(&mut self, enabled: bool) -> Result<()> {
        let by = *self.signer.address();
        self.config.may_switch(enabled, &by)?;
        self.gateway.enabled = u8::from(enabled);
        record(
            &self.event_authority,
            GatewayEnabled {
                gateway: *self.gateway.address(),
                by,
                enabled: u64::from(enabled),
            },
        );
        Ok(())
    }

    pub fn lower_gateway_limit(&mut self, daily_limit: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let by = *self.signer.address();
        self.config.may_switch(false, &by)?;
        self.gateway.lower_limit(daily_limit, now)?;
        record(
            &self.event_authority,
            GatewayLimitLowered {
                gateway: *self.gateway.address(),
                by,
                daily_limit,
            },
        );
        Ok(())
    }
}
