use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::ClassSuspended,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{DeviceClass, StakingConfig},
};

/// Suspends a class, or ends that: it takes no new nodes, and each of its nodes earns nothing from its next
/// `sync_class` on. Everyone may leave.
///
/// - `by` signs and is the config's authority, or to suspend its guardian
#[derive(Accounts)]
pub struct SuspendClass {
    pub by: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub class: Account<DeviceClass>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SuspendClass {
    pub fn suspend_class(&mut self, suspended: bool) -> Result<()> {
        let by = *self.by.address();
        self.config.suspend_class(&mut self.class, &by, suspended)?;
        crate::emit(
            &self.event_authority,
            ClassSuspended {
                class: *self.class.address(),
                by,
                suspended: suspended.into(),
            },
        );
        Ok(())
    }
}
