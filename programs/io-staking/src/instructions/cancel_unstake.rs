use crate::emission;
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::UnstakeCancelled,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{Node, Position, StakingConfig, Ticket},
};

/// Takes a ticket's stake back into its position and closes the ticket.
///
/// - `owner` signs and is the position's
/// - a deposit of what the ticket is worth would be accepted in full (see `deposit`)
#[derive(Accounts)]
pub struct CancelUnstake {
    #[account(address = position.owner @ StakingError::NotOwner)]
    pub owner: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut, address = ticket.position @ StakingError::WrongPosition)]
    pub position: Account<Position>,
    #[account(mut)]
    pub ticket: Account<Ticket>,
    #[account(mut, unsafe(dup), address = ticket.rent_payer @ StakingError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
    #[account(address = node.reward_pool @ StakingError::WrongAccount)]
    pub reward_pool: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl CancelUnstake {
    pub fn cancel_unstake(&mut self) -> Result<()> {
        require!(self.config.paused == 0, StakingError::Paused);
        emission::require_harvested(&self.reward_pool, &self.node_emission)?;
        let (amount, shares) = self.node.restake(&mut self.position, &self.ticket)?;
        crate::emit(
            &self.event_authority,
            UnstakeCancelled {
                node: *self.node.address(),
                position: *self.position.address(),
                ticket: *self.ticket.address(),
                amount,
                shares,
            },
        );
        io_cpi::account::close(self.ticket.account(), self.rent_payer.account())
    }
}
