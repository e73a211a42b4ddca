//! Taking everybody off a retired node.

use super::{NodeState, staker::stake_of};
use crate::{
    Instruction, Pubkey,
    actions::{Actor, receiving},
    rpc::{At, Error, Network, Result},
    staking,
};
use core::mem::offset_of;
use io_shared::state::{Layout, NodeStatus, Position, Ticket, TrancheKind};
use std::collections::{BTreeSet, HashMap};

/// Positions that one transaction moves on, without a lookup table.
const POSITIONS_AT_ONCE: usize = 3;

/// The next steps of clearing a node.
#[derive(Clone, Debug)]
pub struct Clearing {
    /// None if nothing can be done now.
    pub instructions: Vec<Instruction>,
    /// Positions that can be moved on as well and did not fit into the transaction.
    pub left: usize,
    /// When the next ticket is ripe that is not yet; `None` if there is no such.
    pub next: Option<i64>,
}

/// Moves everybody on a retired node one step on: pays rewards and starts the cooldown of stake, pays tickets
/// that have cooled down, closes positions that are empty. Everything goes to whom it belongs; anyone may.
///
/// # Errors
///
/// [`Error::Unusable`] if the node is not retired.
pub async fn clear_node(network: &Network, actor: &Actor, node: &Pubkey) -> Result<Clearing> {
    let state = NodeState::read(network, node).await?;
    if state.node.status != NodeStatus::Retired as u8 {
        return Err(Error::Unusable(
            "the node is not retired; retire it first".into(),
        ));
    }
    let of_node = At::field(offset_of!(Position, node), node);
    let positions = network.scan::<Position>(&[of_node]).await?;
    let of_node = At::field(offset_of!(Ticket, node), node);
    let mut tickets: HashMap<Pubkey, Vec<(Pubkey, Ticket)>> = HashMap::new();
    for (address, ticket) in network.scan::<Ticket>(&[of_node]).await? {
        tickets
            .entry(ticket.position)
            .or_default()
            .push((address, ticket));
    }
    let mut clearing = Clearing {
        instructions: Vec::new(),
        left: 0,
        next: None,
    };
    let rent = network.rent(Ticket::SPACE).await?;
    let mut made = BTreeSet::new();
    let mut moved = 0_usize;
    for (address, position) in positions {
        let tickets = tickets.remove(&address).unwrap_or_default();
        let (ripe, waiting): (Vec<_>, Vec<_>) = tickets
            .into_iter()
            .partition(|(_, ticket)| is_ripe(&state, ticket));
        let next = waiting.iter().map(|(_, ticket)| ticket.unlock_at).min();
        clearing.next = clearing.next.into_iter().chain(next).min();
        let step = step(&state, actor, &position, &ripe, rent)?;
        if step.instructions.is_empty() {
            continue;
        }
        if moved >= POSITIONS_AT_ONCE {
            clearing.left = clearing.left.saturating_add(1);
            continue;
        }
        moved = moved.saturating_add(1);
        if step.pays && made.insert(position.payout) {
            let mint = &state.config.mint;
            let (_, make) = receiving(network, &actor.payer, &position.payout, mint).await?;
            clearing.instructions.extend(make);
        }
        clearing.instructions.extend(step.instructions);
    }
    if !clearing.instructions.is_empty() {
        // Whoever leaves last would take what was not shared out.
        let shared = state
            .harvest()
            .into_iter()
            .chain([staking::distribute(node)]);
        clearing.instructions.splice(0..0, shared);
    }
    Ok(clearing)
}

fn is_ripe(state: &NodeState, ticket: &Ticket) -> bool {
    let held = ticket.tranche == TrancheKind::Operator as u8 && state.node.slash_binds(state.now);
    ticket.unlock_at <= state.now && !held
}

/// What can be done for one position now.
struct Step {
    instructions: Vec<Instruction>,
    /// Its payout wallet gets IO.
    pays: bool,
}

fn step(
    state: &NodeState,
    actor: &Actor,
    position: &Position,
    ripe: &[(Pubkey, Ticket)],
    rent: u64,
) -> Result<Step> {
    let stake = stake_of(position)?;
    let holding = state.holding(stake, *position);
    let destination = crate::token::associated(&position.payout, &state.config.mint);
    let mut instructions = Vec::new();
    if holding.claimable > 0 {
        instructions.push(staking::claim(&stake, &destination));
    }
    if holding.value > 0 {
        instructions.extend(staking::unstake_retired(&actor.wallet, &stake, rent).1);
    }
    for (ticket, Ticket { rent_payer, .. }) in ripe {
        instructions.push(staking::withdraw_ticket(
            &stake,
            ticket,
            &destination,
            rent_payer,
        ));
    }
    let tickets = u64::try_from(ripe.len()).unwrap_or(u64::MAX);
    if position.shares == 0 && position.open_tickets == tickets {
        let rent_payer = &position.rent_payer;
        instructions.push(staking::close_position(&actor.wallet, &stake, rent_payer));
    }
    Ok(Step {
        instructions,
        pays: holding.claimable > 0 || !ripe.is_empty(),
    })
}
