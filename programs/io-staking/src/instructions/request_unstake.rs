use crate::{cooling, emission};
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    ids::io_staking::EVENT_AUTHORITY,
    state::{Node, Position},
};

/// Moves stake from active to cooling and fills in a ticket for it, whatever the node's status and
/// whether or not the program is paused.
///
/// The ticket's account is made by the system program in the instructions before, which costs a fourth
/// of making it from here.
///
/// - `owner` signs and is the position's
/// - the position is worth `amount` or more; `u64::MAX` stands for all of it
/// - `ticket` is a blank account of this program with the space of a ticket, paid for
/// - `rent_payer` signs
#[derive(Accounts)]
pub struct RequestUnstake {
    #[account(address = position.owner @ StakingError::NotOwner)]
    pub owner: Signer,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut)]
    pub ticket: UncheckedAccount,
    /// Gets the ticket's rent when it is closed: who paid for it, says the owner. Signs, so that it is an
    /// account that can be paid: a ticket with one that cannot, as a sysvar or a vault, would never close.
    pub rent_payer: Signer,
    #[account(address = node.reward_pool @ StakingError::WrongAccount)]
    pub reward_pool: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl RequestUnstake {
    pub fn request_unstake(&mut self, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let requested = cooling::start(
            &mut self.node,
            &mut self.position,
            &self.ticket,
            self.rent_payer.address(),
            amount,
            now,
        )?;
        emission::record_drop(&mut self.node, &self.reward_pool, &self.node_emission, now);
        crate::emit(&self.event_authority, requested);
        Ok(())
    }
}
