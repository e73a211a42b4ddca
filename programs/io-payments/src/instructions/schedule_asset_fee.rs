use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::PaymentsError,
    events::AssetFeeScheduled,
    ids::io_payments,
    state::{Asset, PaymentsConfig},
};

/// Schedules the renter's fee on payments in a token, to take over after `RULE_CHANGE_DELAY`.
///
/// - `authority` signs and is the config's
/// - `fee_bps` is at most 500, and 0 for IO
#[derive(Accounts)]
pub struct ScheduleAssetFee {
    #[account(address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut)]
    pub asset: Account<Asset>,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ScheduleAssetFee {
    pub fn schedule_asset_fee(&mut self, fee_bps: u64) -> Result<()> {
        let mint = self.asset.mint;
        let is_io = mint == self.config.io_mint;
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.asset.schedule_fee(fee_bps, is_io, now)?;
        record(
            &self.event_authority,
            AssetFeeScheduled {
                mint,
                fee_bps,
                effective_at,
            },
        );
        Ok(())
    }
}
