//! Stake that begins to cool, and its ticket.

use anchor_lang::prelude::*;
use io_shared::{
    constants::{COOLDOWN, VERSION},
    errors::StakingError,
    events::UnstakeRequested,
    state::{Node, Position, Ticket},
};

/// Moves `amount` of a position (`u64::MAX` for all) from active to cooling and fills in the ticket, which
/// is blank. Its rent will go to `rent_payer`.
#[inline(always)]
pub fn start(
    node: &mut Account<Node>,
    position: &mut Account<Position>,
    ticket: &UncheckedAccount,
    rent_payer: &Address,
    amount: u64,
    now: i64,
) -> Result<UnstakeRequested> {
    let unlock_at = now.checked_add(COOLDOWN).ok_or(StakingError::Overflow)?;
    let index = position.next_ticket;
    let tranche = position.tranche;
    let unstaked = node.unstake(position, amount)?;
    let (node, position) = (*node.address(), *position.address());
    io_cpi::account::fill_blank(ticket.account(), |ticket: &mut Ticket| {
        ticket.version = VERSION;
        ticket.tranche = tranche;
        ticket.node = node;
        ticket.position = position;
        ticket.rent_payer = *rent_payer;
        ticket.index = index;
        ticket.amount = unstaked.amount;
        ticket.shares = unstaked.cooling_shares;
        ticket.requested_at = now;
        ticket.unlock_at = unlock_at;
    })
    .ok_or(StakingError::TicketNotBlank)?;
    Ok(UnstakeRequested {
        node,
        position,
        ticket: *ticket.address(),
        index,
        amount: unstaked.amount,
        shares: unstaked.shares,
        cooling_shares: unstaked.cooling_shares,
        unlock_at,
    })
}
