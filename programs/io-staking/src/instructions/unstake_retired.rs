use crate::{cooling, emission};
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    ids::io_staking::EVENT_AUTHORITY,
    state::{Node, Position},
};

/// Starts the cooldown of somebody's whole position on a retired node, so that nobody's absence keeps the
/// node from closing. It is paid to the position's payout wallet as ever.
///
/// Everything the node earned was shared out before, or whoever leaves last would take it.
///
/// - `caller` signs and gets the ticket's rent when it is closed; anyone may
/// - the node is retired, all that it earned is harvested, and nothing in the reward vault waits to be
///   shared out
/// - the position holds stake
/// - `ticket` is a blank account of this program with the space of a ticket, paid for
#[derive(Accounts)]
pub struct UnstakeRetired {
    pub caller: Signer,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut)]
    pub ticket: UncheckedAccount,
    #[account(address = node.reward_vault @ StakingError::WrongVault)]
    pub reward_vault: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl UnstakeRetired {
    pub fn unstake_retired(&mut self) -> Result<()> {
        require!(self.node.is_retired(), StakingError::NodeNotRetired);
        emission::require_nothing_earned(&self.node_emission)?;
        require!(
            io_cpi::token::balance(self.reward_vault.account()) == self.node.rewards_owed,
            StakingError::HarvestFirst
        );
        let now = Clock::get()?.unix_timestamp;
        let requested = cooling::start(
            &mut self.node,
            &mut self.position,
            &self.ticket,
            self.caller.address(),
            u64::MAX,
            now,
        )?;
        crate::emit(&self.event_authority, requested);
        Ok(())
    }
}
