use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::PaymentsError,
    events::VenueCapSet,
    ids::io_payments,
    state::{PaymentsConfig, Venue},
};

/// Changes how much may be swapped through a venue in a rolling day: a lower cap counts at once, a
/// higher one after `RULE_CHANGE_DELAY`.
///
/// - `signer` signs and is the authority, or, to lower it, the guardian
#[derive(Accounts)]
pub struct SetVenueCap {
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

impl SetVenueCap {
    pub fn set_venue_cap(&mut self, cap: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let by = *self.signer.address();
        let effective_at = self.venue.set_cap(cap, &by, &self.config.governance, now)?;
        record(
            &self.event_authority,
            VenueCapSet {
                venue: *self.venue.address(),
                by,
                cap,
                effective_at,
            },
        );
        Ok(())
    }
}
