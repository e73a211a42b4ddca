use anchor_lang::{address_eq, prelude::*};
use io_shared::{
    errors::StakingError,
    events::SlashCancelled,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{Node, SlashProposal, StakingConfig},
};

/// Takes a slash proposal back; its rent goes to whoever paid it.
///
/// - `by` signs and is the config's guardian or authority, or anyone once the proposal has lapsed
/// - `proposal` is the node's
#[derive(Accounts)]
pub struct CancelSlash {
    pub by: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut, address = proposal.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub proposal: Account<SlashProposal>,
    #[account(mut, unsafe(dup), address = proposal.rent_payer @ StakingError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl CancelSlash {
    pub fn cancel_slash(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let by = *self.by.address();
        let governance = &self.config.governance;
        require!(
            address_eq(&by, &governance.guardian)
                || address_eq(&by, &governance.authority)
                || self.proposal.has_lapsed(now),
            StakingError::Unauthorized
        );
        self.node.end_slash();
        crate::emit(
            &self.event_authority,
            SlashCancelled {
                node: *self.node.address(),
                by,
            },
        );
        io_cpi::account::close(self.proposal.account(), self.rent_payer.account())
    }
}
