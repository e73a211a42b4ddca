use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError, events::RewardsShared, ids::io_staking::EVENT_AUTHORITY, state::Node,
};

/// Shares out what arrived in the reward vault since the last time: the operator's commission, the
/// rest over the active stake. Anyone may call it, and anyone may send rewards to the vault. Without
/// active stake nothing is shared out, and what is there waits for the next time.
#[derive(Accounts)]
pub struct Distribute {
    #[account(mut)]
    pub node: Account<Node>,
    #[account(address = node.reward_vault @ StakingError::WrongVault)]
    pub reward_vault: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl Distribute {
    pub fn distribute(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let amount = io_cpi::token::balance(self.reward_vault.account())
            .checked_sub(self.node.rewards_owed)
            .ok_or(StakingError::Overflow)?;
        if let Some(commission) = self.node.share_out(amount, now)? {
            crate::emit(
                &self.event_authority,
                RewardsShared {
                    node: *self.node.address(),
                    amount,
                    commission,
                    rewards_owed: self.node.rewards_owed,
                },
            );
        }
        Ok(())
    }
}
