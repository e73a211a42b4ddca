use crate::emission;
use anchor_lang::{address_eq, prelude::*};
use io_shared::{
    constants::{COOLDOWN, VERSION},
    errors::StakingError,
    events::UnstakeRequested,
    ids::io_staking::EVENT_AUTHORITY,
    state::{Node, Position, Ticket},
};

/// Moves stake from active to cooling and fills in a ticket for it, whatever the node's status and
/// whether or not the program is paused.
///
/// The ticket's account is made by the system program in the instructions before, which costs a fourth
/// of making it from here.
///
/// - `by` signs and is the position's owner; anyone if the node is retired and it is for all, and all that the
///   node earned is harvested
/// - the position is worth `amount` or more; `u64::MAX` stands for all of it
/// - `ticket` is a blank account of this program with the space of a ticket, paid for
/// - `rent_payer` signs
#[derive(Accounts)]
pub struct RequestUnstake {
    pub by: Signer,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut)]
    pub ticket: UncheckedAccount,
    /// Gets the ticket's rent when it is closed: who paid for it, says the caller. Signs, so that it is an
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
        if !address_eq(self.by.address(), &self.position.owner) {
            require!(
                self.node.is_retired() && amount == u64::MAX,
                StakingError::NotOwner
            );
            emission::require_nothing_earned(&self.node_emission)?;
        }
        let now = Clock::get()?.unix_timestamp;
        let unlock_at = now.checked_add(COOLDOWN).ok_or(StakingError::Overflow)?;
        let index = self.position.next_ticket;
        let tranche = self.position.tranche;
        let unstaked = self.node.unstake(&mut self.position, amount)?;
        emission::record_drop(&mut self.node, &self.reward_pool, &self.node_emission, now);

        let (node, position) = (*self.node.address(), *self.position.address());
        let rent_payer = *self.rent_payer.address();
        io_cpi::account::fill_blank(self.ticket.account(), |ticket: &mut Ticket| {
            ticket.version = VERSION;
            ticket.tranche = tranche;
            ticket.node = node;
            ticket.position = position;
            ticket.rent_payer = rent_payer;
            ticket.index = index;
            ticket.amount = unstaked.amount;
            ticket.shares = unstaked.cooling_shares;
            ticket.requested_at = now;
            ticket.unlock_at = unlock_at;
        })
        .ok_or(StakingError::TicketNotBlank)?;
        crate::emit(
            &self.event_authority,
            UnstakeRequested {
                node,
                position,
                ticket: *self.ticket.address(),
                index,
                amount: unstaked.amount,
                shares: unstaked.shares,
                cooling_shares: unstaked.cooling_shares,
                unlock_at,
            },
        );
        Ok(())
    }
}
