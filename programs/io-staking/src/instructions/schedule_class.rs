use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::ClassRuleScheduled,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{ClassRule, DeviceClass, StakingConfig},
};

/// Changes a rule of a class after `RULE_CHANGE_DELAY`, in place of a change to it that waits. Nodes follow
/// when they are synced (see `sync_class`).
///
/// - `authority` signs and is the config's
/// - `rule` is the number of a `ClassRule`, `next` within its bounds
#[derive(Accounts)]
pub struct ScheduleClass {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub class: Account<DeviceClass>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ScheduleClass {
    pub fn schedule_class(&mut self, rule: u8, next: u64) -> Result<()> {
        let rule = ClassRule::from_byte(rule).ok_or(StakingError::ClassOutOfBounds)?;
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.class.schedule(rule, next, now)?;
        crate::emit(
            &self.event_authority,
            ClassRuleScheduled {
                class: *self.class.address(),
                rule: u64::from(rule as u8),
                next,
                effective_at,
            },
        );
        Ok(())
    }
}
