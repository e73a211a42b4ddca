use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError,
    events::AssetEnabled,
    ids::io_payments,
    state::{Asset, PaymentsConfig},
};

/// Enables or disables payments in a token.
///
/// - `signer` signs and is the authority, or, to disable, the guardian
#[derive(Accounts)]
pub struct SetAssetEnabled {
    pub signer: Signer,
    #[account(mut)]
    pub asset: Account<Asset>,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetAssetEnabled {
    pub fn set_asset_enabled(&mut self, enabled: bool) -> Result<()> {
        let by = *self.signer.address();
        self.config.may_switch(enabled, &by)?;
        self.asset.enabled = u8::from(enabled);
        record(
            &self.event_authority,
            AssetEnabled {
                mint: self.asset.mint,
                by,
                enabled: u64::from(enabled),
            },
        );
        Ok(())
    }
}
