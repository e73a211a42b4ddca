use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError,
    events::VenueEnabled,
    ids::io_payments,
    state::{PaymentsConfig, Venue},
};

/// Enables or disables swaps through a venue.
///
/// - `signer` signs and is the authority, or, to disable, the guardian
#[derive(Accounts)]
pub struct SetVenueEnabled {
    pub signer: Signer,
    #[account(mut)]
    pub venue: Account<Venue>,
    #[account(address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetVenueEnabled {
    pub fn set_venue_enabled(&mut self, enabled: bool) -> Result<()> {
        let by = *self.signer.address();
        self.config.may_switch(enabled, &by)?;
        self.venue.enabled = u8::from(enabled);
        record(
            &self.event_authority,
            VenueEnabled {
                venue: *self.venue.address(),
                by,
                enabled: u64::from(enabled),
            },
        );
        Ok(())
    }
}
