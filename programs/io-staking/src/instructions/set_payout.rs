use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError, events::PayoutSet, ids::io_staking::EVENT_AUTHORITY, state::Position,
};

/// Sets the wallet whose token accounts claims and withdrawals pay.
///
/// - `owner` signs and is the position's
#[derive(Accounts)]
pub struct SetPayout {
    #[account(address = position.owner @ StakingError::NotOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SetPayout {
    pub fn set_payout(&mut self, payout: Address) -> Result<()> {
        self.position.payout = payout;
        crate::emit(
            &self.event_authority,
            PayoutSet {
                position: *self.position.address(),
                payout,
            },
        );
        Ok(())
    }
}
