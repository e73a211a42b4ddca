use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    constants::RULE_CHANGE_DELAY,
    errors::EmissionsError,
    events::EmissionsRuleScheduled,
    ids::io_emissions,
    state::{EmissionsConfig, EmissionsRule},
};

/// Changes a rule after `RULE_CHANGE_DELAY`, in place of a change to it that waits.
///
/// - `authority` signs and is the config's
/// - `rule` is the number of an `EmissionsRule`, `next` within its bounds
#[derive(Accounts)]
pub struct ScheduleRule {
    #[account(address = config.governance.authority @ EmissionsError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl ScheduleRule {
    pub fn schedule_rule(&mut self, rule: u8, next: u64) -> Result<()> {
        let rule = EmissionsRule::from_byte(rule)
            .filter(|rule| rule.allows(next))
            .ok_or(EmissionsError::RuleOutOfBounds)?;
        let now = Clock::get()?.unix_timestamp;
        let scheduled = self.config.rule_mut(rule);
        scheduled
            .schedule(next, now, RULE_CHANGE_DELAY)
            .ok_or(EmissionsError::Overflow)?;
        let (_, effective_at) = scheduled.pending(now).ok_or(EmissionsError::Overflow)?;
        record(
            &self.event_authority,
            EmissionsRuleScheduled {
                rule: u64::from(rule as u8),
                next,
                effective_at,
            },
        );
        Ok(())
    }
}
