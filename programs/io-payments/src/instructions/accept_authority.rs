use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError, events::PaymentsAuthorityAccepted, ids::io_payments,
    state::PaymentsConfig,
};

/// Makes the nominee the authority.
///
/// - `nominee` signs and was nominated
#[derive(Accounts)]
pub struct AcceptAuthority {
    pub nominee: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl AcceptAuthority {
    pub fn accept_authority(&mut self) -> Result<()> {
        let nominee = *self.nominee.address();
        require!(
            self.config.governance.accept(&nominee),
            PaymentsError::NotNominated
        );
        record(
            &self.event_authority,
            PaymentsAuthorityAccepted { authority: nominee },
        );
        Ok(())
    }
}
