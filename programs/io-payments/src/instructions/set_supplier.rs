use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError,
    events::SupplierChanged,
    ids::io_payments,
    state::{PayoutPreference, Supplier},
};

/// Changes how a supplier is paid from now on. What is in its vault stays there.
///
/// - `owner` signs and is the supplier's
/// - `preference` is 0 (IO) or 1 (USDC)
/// - `payout` is not the zero address
#[derive(Accounts)]
pub struct SetSupplier {
    #[account(address = supplier.owner @ PaymentsError::Unauthorized)]
    pub owner: Signer,
    #[account(mut)]
    pub supplier: Account<Supplier>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetSupplier {
    pub fn set_supplier(
        &mut self,
        preference: u8,
        payout: Address,
        keeper_min_price: u64,
    ) -> Result<()> {
        let preference = PayoutPreference::from_u8(preference)?;
        self.supplier.change(preference, payout, keeper_min_price)?;
        record(
            &self.event_authority,
            SupplierChanged {
                supplier: *self.supplier.address(),
                payout,
                preference: preference as u64,
                keeper_min_price,
            },
        );
        Ok(())
    }
}
