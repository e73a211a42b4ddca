use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::StakingAuthorityNominated,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Names who may become the authority; all zero to take that back.
///
/// - `authority` signs and is the config's
#[derive(Accounts)]
pub struct NominateAuthority {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl NominateAuthority {
    pub fn nominate_authority(&mut self, nominee: Address) -> Result<()> {
        self.config.governance.nominate(nominee);
        crate::emit(
            &self.event_authority,
            StakingAuthorityNominated {
                authority: *self.authority.address(),
                nominee,
            },
        );
        Ok(())
    }
}
