use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError, events::PaymentsGuardianSet, ids::io_payments, state::PaymentsConfig,
};

/// Replaces the guardian; the zero address leaves none.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct SetGuardian {
    #[account(address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetGuardian {
    pub fn set_guardian(&mut self, guardian: Address) -> Result<()> {
        self.config.governance.guardian = guardian;
        record(&self.event_authority, PaymentsGuardianSet { guardian });
        Ok(())
    }
}
