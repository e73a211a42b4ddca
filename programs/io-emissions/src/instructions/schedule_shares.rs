use crate::{record, remaining::for_each_pool};
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    constants::RULE_CHANGE_DELAY,
    errors::EmissionsError,
    events::PoolSharesScheduled,
    ids::io_emissions,
    state::{EmissionsConfig, PoolShares, count_pools},
};

/// Changes the split over the pools after `RULE_CHANGE_DELAY`, all shares at the same moment, in place
/// of a change that waits.
///
/// - `authority` signs and is the config's
/// - there is a share above 0 for each pool, and they sum to 10,000
/// - the pools come after the declared accounts: all of them, in the order of their ids
#[derive(Accounts)]
pub struct ScheduleShares {
    #[account(address = config.governance.authority @ EmissionsError::Unauthorized)]
    pub authority: Signer,
    #[account(address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ScheduleShares {
    pub fn schedule_shares(
        &mut self,
        pools: &[AccountView],
        pool_shares: &PoolShares,
    ) -> Result<()> {
        require!(
            count_pools(pool_shares) == Some(self.config.pool_count),
            EmissionsError::WrongShares
        );
        let now = Clock::get()?.unix_timestamp;
        let mut effective_at = 0;
        for_each_pool(pools, &self.config, |index, pool| {
            let share = pool_shares.get(index).ok_or(EmissionsError::WrongShares)?;
            pool.share_bps
                .schedule(*share, now, RULE_CHANGE_DELAY)
                .ok_or(EmissionsError::Overflow)?;
            (_, effective_at) = pool
                .share_bps
                .pending(now)
                .ok_or(EmissionsError::Overflow)?;
            Ok(())
        })?;
        record(
            &self.event_authority,
            PoolSharesScheduled {
                pool_shares: *pool_shares,
                effective_at,
            },
        );
        Ok(())
    }
}
