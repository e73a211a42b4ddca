use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::StakingAuthorityAccepted,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::StakingConfig,
};

/// Makes the nominee the authority.
///
/// - `nominee` signs and was nominated
#[derive(Accounts)]
pub struct AcceptAuthority {
    pub nominee: Signer,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl AcceptAuthority {
    pub fn accept_authority(&mut self) -> Result<()> {
        let authority = *self.nominee.address();
        require!(
            self.config.governance.accept(&authority),
            StakingError::NotNominated
        );
        crate::emit(
            &self.event_authority,
            StakingAuthorityAccepted { authority },
        );
        Ok(())
    }
}
