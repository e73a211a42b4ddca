use crate::emission;
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError, events::CommissionSet, ids::io_staking::EVENT_AUTHORITY, state::Node,
};

/// Sets the operator's part of rewards: a lower one at once, dropping a raise that waits; a raise after
/// `COOLDOWN`, in place of one that waits, so that everyone can leave before it.
///
/// - `operator` signs and is the node's
/// - `bps` is at most 10,000
/// - for a raise, the node's rewards are shared out (see [`Node::check_harvested`]): it must not take part
///   in what was earned before anyone heard of it
#[derive(Accounts)]
pub struct SetCommission {
    #[account(address = node.operator @ StakingError::NotOperator)]
    pub operator: Signer,
    #[account(mut)]
    pub node: Account<Node>,
    #[account(address = node.reward_pool @ StakingError::WrongAccount)]
    pub reward_pool: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SetCommission {
    pub fn set_commission(&mut self, bps: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let effective_at = self.node.set_commission(bps, now)?;
        if effective_at > now {
            emission::require_harvested(&self.reward_pool, &self.node_emission)?;
        }
        crate::emit(
            &self.event_authority,
            CommissionSet {
                node: *self.node.address(),
                commission_bps: bps,
                effective_at,
            },
        );
        Ok(())
    }
}
