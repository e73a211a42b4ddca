use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError, events::PaymentsPaused, ids::io_payments, state::PaymentsConfig,
};

/// Pauses or resumes payments and buy-backs. Pay-outs, refunds and sweeps go on.
///
/// - `signer` signs and is the authority, or, to pause, the guardian
#[derive(Accounts)]
pub struct SetPaused {
    pub signer: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetPaused {
    pub fn set_paused(&mut self, paused: bool) -> Result<()> {
        let by = *self.signer.address();
        self.config.set_paused(paused, &by)?;
        record(
            &self.event_authority,
            PaymentsPaused {
                by,
                paused: u64::from(paused),
            },
        );
        Ok(())
    }
}
