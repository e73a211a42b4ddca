use crate::{record, remaining::for_each_pool};
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::EmissionsError,
    events::EmissionsChangesCancelled,
    ids::io_emissions,
    state::{EmissionsConfig, EmissionsRule},
};

/// Drops every change of rules and shares that waits. What is in force stays.
///
/// - `signer` signs and is the config's guardian or authority
/// - the pools come after the declared accounts: all of them, in the order of their ids
#[derive(Accounts)]
pub struct CancelChanges {
    #[account(
        constraint = *signer.address() == config.governance.guardian
            || *signer.address() == config.governance.authority @ EmissionsError::Unauthorized,
    )]
    pub signer: Signer,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl CancelChanges {
    pub fn cancel_changes(&mut self, pools: &[AccountView]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        for rule in EmissionsRule::ALL {
            self.config.rule_mut(rule).cancel(now);
        }
        for_each_pool(pools, &self.config, |_, pool| {
            pool.share_bps.cancel(now);
            Ok(())
        })?;
        record(
            &self.event_authority,
            EmissionsChangesCancelled {
                signer: *self.signer.address(),
            },
        );
        Ok(())
    }
}
