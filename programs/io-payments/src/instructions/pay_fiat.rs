// All of it: the accounts that are nested bring modules of their own.
use crate::instructions::pay_token::*;
// What `Nested` wants of an IDL.
#[cfg(feature = "idl-build")]
use alloc::string::ToString as _;
use anchor_lang::{
    address_eq,
    pinocchio::{account::AccountView, sysvars::Sysvar as _},
    prelude::*,
};
use io_shared::{errors::PaymentsError, state::Gateway};

/// A fiat gateway pays suppliers for a renter's order out of its own USDC: [`PayToken`] with the
/// gateway as payer, and its fee in place of the asset's.
///
/// - all that [`PayToken`] demands
/// - `payer` is the wallet of `gateway`, which is enabled
/// - the asset is USDC
/// - what leaves the gateway is within what the day's limit leaves
/// - `reference`, the processor's, is not all zero
#[derive(Accounts)]
pub struct PayFiat {
    #[account(mut)]
    pub gateway: Account<Gateway>,
    pub payment: Nested<PayToken>,
}

impl PayFiat {
    pub fn pay_fiat(
        &mut self,
        terms: &TokenTerms,
        venue_data: &[u8],
        remaining: &[AccountView],
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let payment = &self.payment;
        require!(
            address_eq(payment.payer.address(), &self.gateway.wallet),
            PaymentsError::Unauthorized
        );
        require!(
            address_eq(&payment.asset.mint, &payment.config.usdc_mint),
            PaymentsError::GatewayPaysUsdc
        );
        require!(*terms.reference != [0; 32], PaymentsError::NoReference);
        let quote = payment.quote(terms, self.gateway.fee_bps.at(now), now)?;
        self.gateway.spend(quote.gross, now)?;
        self.payment
            .settle(terms, &quote, now, venue_data, remaining)
    }
}
