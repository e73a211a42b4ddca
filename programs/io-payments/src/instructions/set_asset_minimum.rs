use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError,
    events::AssetMinimumSet,
    ids::io_payments,
    state::{Asset, PaymentsConfig},
};

/// Sets the smallest payment in a token, at once: it moves no money, and who may set it may disable the
/// token too.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetAssetMinimum {
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

impl SetAssetMinimum {
    pub fn set_asset_minimum(&mut self, minimum: u64) -> Result<()> {
        self.asset.minimum = minimum;
        record(
            &self.event_authority,
            AssetMinimumSet {
                mint: self.asset.mint,
                minimum,
            },
        );
        Ok(())
    }
}
