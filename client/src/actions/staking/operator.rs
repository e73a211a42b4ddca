//! Running a node.

use super::NodeState;
use crate::{
    Instruction, Pubkey,
    actions::{Actor, receiving},
    emissions, pda,
    rpc::{Error, Network, Result},
    staking::{self, NodeTerms},
};
use io_shared::state::{DeviceClass, NodeStatus};

/// Registers the wallet's node with its vaults, and enrolls it for the emission.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such class.
pub async fn register_node(
    network: &Network,
    actor: &Actor,
    terms: &NodeTerms,
) -> Result<Vec<Instruction>> {
    let class: DeviceClass = network.account(&pda::device_class(terms.class).0).await?;
    let mint = network.io_mint().await?;
    let node = pda::node(&actor.wallet, &terms.node_id).0;
    Ok(vec![
        staking::register_node(&actor.payer, &actor.wallet, &mint, terms),
        emissions::enroll_node(&actor.payer, &node, class.pool),
    ])
}

/// Sets the operator's part of rewards; what the node earned is shared out in front.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such node.
pub async fn set_commission(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
    bps: u64,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let mut instructions = super::staker::settle(network, actor, &state).await?;
    let pool = state.pool_id();
    instructions.push(staking::set_commission(&actor.wallet, node, pool, bps));
    Ok(instructions)
}

/// Opens a node to stake of others, or closes it.
pub fn set_delegation(actor: &Actor, node: &Pubkey, open: bool) -> Vec<Instruction> {
    vec![staking::set_delegation(&actor.wallet, node, open)]
}

/// Brings a node's terms up to date with its class; what it earned is shared out in front.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such node.
pub async fn sync_class(network: &Network, node: &Pubkey) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let mut instructions: Vec<_> = state.harvest().into_iter().collect();
    let class = state.node.class;
    instructions.push(staking::sync_class(node, class, state.pool_id()));
    Ok(instructions)
}

/// Gives a node up for good.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such node.
pub async fn retire_node(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    let pool = state.pool_id();
    Ok(vec![staking::retire_node(&actor.wallet, node, pool)])
}

/// Closes a retired node that nobody has anything on, with what it earns; rents go to whoever paid them.
///
/// # Errors
///
/// [`Error::Unusable`] if it is not retired, or somebody has stake, rewards or tickets on it.
pub async fn close_node(
    network: &Network,
    actor: &Actor,
    node: &Pubkey,
) -> Result<Vec<Instruction>> {
    let state = NodeState::read(network, node).await?;
    if state.node.status != NodeStatus::Retired as u8 {
        return Err(Error::Unusable(
            "the node is not retired; retire it first".into(),
        ));
    }
    let (positions, tickets) = (state.node.positions, state.node.tickets);
    if positions > 0 || tickets > 0 {
        return Err(Error::Unusable(format!(
            "{positions} positions and {tickets} tickets are on the node; let everybody unstake, withdraw, \
             claim and close first"
        )));
    }
    let operator = &state.node.operator;
    let mint = &state.config.mint;
    let (destination, make) = receiving(network, &actor.payer, operator, mint).await?;
    let mut instructions: Vec<_> = make.into_iter().collect();
    if let Some(emission) = &state.emission {
        instructions.extend(state.harvest());
        let (pool, rent_payer) = (state.pool_id(), &emission.rent_payer);
        instructions.push(emissions::close_node_emission(node, pool, rent_payer));
    }
    let rent_payer = &state.node.rent_payer;
    instructions.push(staking::close_node(node, &destination, rent_payer));
    Ok(instructions)
}
