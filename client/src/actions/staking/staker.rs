//! Staking on a node, and leaving it.

use super::{Holding, NodeState};
use crate::{
    Instruction, Pubkey,
    actions::{Actor, emissions, receiving, spending},
    amount::format_io,
    rpc::{At, Error, Network, Result},
    staking::{self, Stake},
};
use core::mem::offset_of;
use io_shared::state::{Layout, Position, Ticket, TrancheKind};
use std::collections::BTreeSet;

/// Nodes that one transaction harvests and claims from, without a lookup table.
const CLAIMS_AT_ONCE: usize = 4;
/// Tickets that one transaction pays, without a lookup table.
const WITHDRAWALS_AT_ONCE: usize = 6;

/// Claims of rewards.
#[derive(Clone, Debug)]
pub struct Claims {
    pub instructions: Vec<Instruction>,
    /// Nodes with rewards that did not fit into the transaction.
    pub left: usize,
}

/// Withdrawals of stake that has cooled down.
#[derive(Clone, Debug)]
pub struct Withdrawals {
    pub instructions: Vec<Instruction>,
    /// Tickets that are ripe as well and did not fit into the transaction.
    pub left: usize,
    /// When the next ticket is ripe that is not yet; `None` if there is no such.
    pub next: Option<i64>,
}

/// Stakes `amount` raw IO of the wallet on a node, or if the node has less room what fits, down to
/// `min_accepted`: as its operator, or as a delegator on the class's terms of now. Rewards of the stake
/// that is there already are shared out in front.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such node, [`Error::Unusable`] if the wallet holds too little.
pub async fn stake(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
    amount: u64,
    min_accepted: u64,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let stake = Stake {
        node: *node,
        owner: actor.wallet,
        tranche: state.kind_of(&actor.wallet)?,
    };
    let source = spending(network, &actor.wallet, &state.config.mint, amount, shown).await?;
    let mut instructions = settle(network, actor, &state).await?;
    if network.find::<Position>(&stake.position()).await?.is_none() {
        instructions.push(staking::open_position(&actor.payer, &stake));
    }
    let pool = state.pool_id();
    instructions.push(staking::deposit(
        &stake,
        &source,
        pool,
        amount,
        min_accepted,
    ));
    Ok(instructions)
}

/// Starts the cooldown of `amount` raw IO of the wallet's stake on a node, of all of it if `None`; stake
/// that a slash can reach goes first. Rewards are shared out in front, unless `harvest` says no: the way out
/// if that should ever fail.
///
/// # Errors
///
/// [`Error::Unusable`] if the wallet has less on the node.
pub async fn unstake(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
    amount: Option<u64>,
    harvest: bool,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let mut holdings = state.holdings(network, &actor.wallet).await?;
    holdings.retain(|holding| holding.value > 0);
    let held = holdings
        .iter()
        .fold(0, |sum: u64, holding| sum.saturating_add(holding.value));
    if holdings.is_empty() || amount.is_some_and(|amount| amount > held) {
        return Err(Error::Unusable(format!(
            "{} has {} on this node; name at most that",
            actor.wallet,
            shown(held)
        )));
    }
    let rent = network.rent(Ticket::SPACE).await?;
    let mut instructions: Vec<_> = state.harvest().filter(|_| harvest).into_iter().collect();
    let mut left = amount;
    for Holding {
        stake,
        position,
        value,
        ..
    } in holdings
    {
        let part = match left {
            Some(0) => break,
            // All, whatever a slash or rounding makes of it until then.
            None => u64::MAX,
            Some(amount) => amount.min(value),
        };
        left = left.map(|amount| amount.saturating_sub(part));
        instructions.extend(staking::request_unstake(
            &actor.payer,
            &stake,
            state.pool_id(),
            position.next_ticket,
            part,
            rent,
        ));
    }
    Ok(instructions)
}

/// Takes the wallet's ticket at `ticket` back into its stake; rewards are shared out in front.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such ticket, [`Error::Unusable`] if it is another wallet's.
pub async fn cancel_unstake(
    network: &Network,
    actor: &Actor,
    ticket: &Pubkey,
) -> Result<Vec<Instruction>> {
    let found: Ticket = network.account(ticket).await?;
    let position: Position = network.account(&found.position).await?;
    if position.owner != actor.wallet {
        return Err(Error::Unusable(format!(
            "the ticket is {}'s; sign with that wallet",
            position.owner
        )));
    }
    let state = NodeState::read(network, &position.node).await?;
    let mut instructions = settle(network, actor, &state).await?;
    let stake = stake_of(&position)?;
    if stake.ticket(found.index) != *ticket {
        return Err(Error::Unusable(
            "the ticket was made for a retired node, which takes no stake back; withdraw it".into(),
        ));
    }
    let pool = state.pool_id();
    instructions.push(staking::cancel_unstake(
        &stake,
        pool,
        found.index,
        &found.rent_payer,
    ));
    Ok(instructions)
}

/// Pays every ticket of the wallet that has cooled down, on one node or on all, to its payout wallet; no
/// instructions if none has.
///
/// # Errors
///
/// [`Error::Rpc`] alone.
pub async fn withdraw(
    network: &Network,
    actor: &Actor,
    node: Option<&Pubkey>,
) -> Result<Withdrawals> {
    let now = network.clock().await?.now;
    let mut ripe = Vec::new();
    let mut next: Option<i64> = None;
    for (position, tickets) in tickets_of(network, &actor.wallet, node).await? {
        for (address, ticket) in tickets {
            if ticket.unlock_at <= now {
                ripe.push((position, address, ticket));
            } else {
                next = Some(next.map_or(ticket.unlock_at, |at| at.min(ticket.unlock_at)));
            }
        }
    }
    let left = ripe.len().saturating_sub(WITHDRAWALS_AT_ONCE);
    ripe.truncate(WITHDRAWALS_AT_ONCE);
    let mint = network.io_mint().await?;
    let mut instructions = Vec::new();
    let mut made = BTreeSet::new();
    for (position, address, ticket) in ripe {
        let (destination, make) = receiving(network, &actor.payer, &position.payout, &mint).await?;
        if made.insert(destination) {
            instructions.extend(make);
        }
        let stake = stake_of(&position)?;
        let rent_payer = ticket.rent_payer;
        instructions.push(staking::withdraw_ticket(
            &stake,
            &address,
            &destination,
            &rent_payer,
        ));
    }
    Ok(Withdrawals {
        instructions,
        left,
        next,
    })
}

/// Pays the wallet's rewards, on one node or on all, to its payout wallet; what the nodes earned is shared
/// out in front.
///
/// # Errors
///
/// [`Error::Unusable`] if there are none.
pub async fn claim(network: &Network, actor: &Actor, node: Option<&Pubkey>) -> Result<Claims> {
    let mut nodes: Vec<Pubkey> = match node {
        Some(node) => vec![*node],
        None => {
            let positions = positions_of(network, &actor.wallet).await?;
            positions
                .iter()
                .map(|(_, position)| position.node)
                .collect()
        }
    };
    nodes.sort_unstable();
    nodes.dedup();
    let mint = network.io_mint().await?;
    let mut instructions = Vec::new();
    let mut made = BTreeSet::new();
    let (mut claimed, mut left) = (0_usize, 0_usize);
    for node in nodes {
        let state = NodeState::read(network, &node).await?;
        let mut holdings = state.holdings(network, &actor.wallet).await?;
        holdings.retain(|holding| holding.claimable > 0);
        if holdings.is_empty() {
            continue;
        }
        if claimed >= CLAIMS_AT_ONCE {
            left = left.saturating_add(1);
            continue;
        }
        claimed = claimed.saturating_add(1);
        instructions.extend(state.harvest());
        for holding in holdings {
            let payout = holding.position.payout;
            let (destination, make) = receiving(network, &actor.payer, &payout, &mint).await?;
            if made.insert(destination) {
                instructions.extend(make);
            }
            instructions.push(staking::claim(&holding.stake, &destination));
        }
    }
    if claimed == 0 {
        return Err(Error::Unusable(format!(
            "{} has no rewards to claim; come back when its nodes have earned some",
            actor.wallet
        )));
    }
    Ok(Claims { instructions, left })
}

/// Moves the wallet's rewards on a node into its stake, all of them or if the node has less room what fits,
/// down to `min_accepted`; what the node earned is shared out in front.
///
/// # Errors
///
/// [`Error::Unusable`] if the wallet has no rewards there.
pub async fn compound(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
    min_accepted: u64,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let mut holdings = state.holdings(network, &actor.wallet).await?;
    holdings.retain(|holding| holding.claimable > 0);
    if holdings.is_empty() {
        return Err(Error::Unusable(format!(
            "{} has no rewards on this node; come back when it has earned some",
            actor.wallet
        )));
    }
    let mut instructions = settle(network, actor, &state).await?;
    let pool = state.pool_id();
    instructions.extend(
        holdings
            .iter()
            .map(|holding| staking::compound(&holding.stake, pool, min_accepted)),
    );
    Ok(instructions)
}

/// Closes the wallet's empty positions on a node; their rents go back to whoever paid them.
///
/// # Errors
///
/// [`Error::Unusable`] if none is empty.
pub async fn close_positions(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let holdings = state.holdings(network, &actor.wallet).await?;
    let empty = holdings.iter().filter(|holding| {
        holding.position.shares == 0 && holding.claimable == 0 && holding.position.open_tickets == 0
    });
    let instructions: Vec<_> = empty
        .map(|holding| {
            let rent_payer = &holding.position.rent_payer;
            staking::close_position(&actor.wallet, &holding.stake, rent_payer)
        })
        .collect();
    if instructions.is_empty() {
        return Err(Error::Unusable(format!(
            "{} has no empty position on this node; unstake, withdraw and claim first",
            actor.wallet
        )));
    }
    Ok(instructions)
}

/// Pays claims and withdrawals of the wallet's positions on a node to `payout` from now on.
///
/// # Errors
///
/// [`Error::Unusable`] if it has none.
pub async fn set_payout(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
    payout: &Pubkey,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let holdings = state.holdings(network, &actor.wallet).await?;
    let set = |holding: &Holding| staking::set_payout(&holding.stake, payout);
    let instructions: Vec<_> = holdings.iter().map(set).collect();
    if instructions.is_empty() {
        return Err(Error::Unusable(format!(
            "{} has no position on this node; stake first",
            actor.wallet
        )));
    }
    Ok(instructions)
}

/// Every position of a wallet, with its address.
///
/// # Errors
///
/// [`Error::Rpc`] alone.
pub async fn positions_of(network: &Network, owner: &Pubkey) -> Result<Vec<(Pubkey, Position)>> {
    let owned = At::field(offset_of!(Position, owner), owner);
    network.scan(&[owned]).await
}

/// Every position of a wallet that has tickets, on one node or on all, with them, the oldest first.
///
/// # Errors
///
/// [`Error::Rpc`] alone.
pub async fn tickets_of(
    network: &Network,
    owner: &Pubkey,
    node: Option<&Pubkey>,
) -> Result<Vec<(Position, Vec<(Pubkey, Ticket)>)>> {
    let mut found = Vec::new();
    for (address, position) in positions_of(network, owner).await? {
        if position.open_tickets == 0 || node.is_some_and(|node| *node != position.node) {
            continue;
        }
        let of = At::field(offset_of!(Ticket, position), address);
        let mut tickets = network.scan::<Ticket>(&[of]).await?;
        tickets.sort_unstable_by_key(|(_, ticket)| ticket.unlock_at);
        found.push((position, tickets));
    }
    Ok(found)
}

/// What has to come before new stake: a crank if one is overdue, and a harvest.
pub(super) async fn settle(
    network: &Network,
    actor: &Actor,
    state: &NodeState,
) -> Result<Vec<Instruction>> {
    let mut instructions = Vec::new();
    if state.needs_crank() {
        instructions = emissions::advance(network, &actor.payer).await?;
    }
    instructions.extend(state.harvest());
    Ok(instructions)
}

pub(super) fn stake_of(position: &Position) -> Result<Stake> {
    let tranche = TrancheKind::from_byte(position.tranche)
        .ok_or_else(|| Error::Unusable("the position is of no known kind".into()))?;
    Ok(Stake {
        node: position.node,
        owner: position.owner,
        tranche,
    })
}

fn shown(raw: u64) -> String {
    format!("{} IO", format_io(raw))
}
