use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::MinSelfStakeScheduled,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Changes the operator's smallest part of a node's stake, in place of a change that waits: a raise after
/// `MIN_STAKE_GRACE`, a lower one after `RULE_CHANGE_DELAY`. Nodes follow when they are synced (see
/// `sync_class`).
///
/// - `authority` signs and is the config's
/// - `bps` is at most 10,000
#[derive(Accounts)]
pub struct ScheduleMinSelfStake {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ScheduleMinSelfStake {
    pub fn schedule_min_self_stake(&mut self, bps: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.config.schedule_min_self_stake(bps, now)?;
        crate::emit(
            &self.event_authority,
            MinSelfStakeScheduled {
                next: bps,
                effective_at,
            },
        );
        Ok(())
    }
}
