use crate::record;
use anchor_lang::prelude::*;
use io_shared::{
    errors::PaymentsError, events::PaymentsAuthorityNominated, ids::io_payments,
    state::PaymentsConfig,
};

/// Nominates the next authority, which changes nothing until it accepts. The zero address withdraws
/// a nomination.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct NominateAuthority {
    #[account(address = config.governance.authority @ PaymentsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl NominateAuthority {
    pub fn nominate_authority(&mut self, nominee: Address) -> Result<()> {
        self.config.governance.nominate(nominee);
        record(
            &self.event_authority,
            PaymentsAuthorityNominated {
                authority: *self.authority.address(),
                nominee,
            },
        );
        Ok(())
    }
}
