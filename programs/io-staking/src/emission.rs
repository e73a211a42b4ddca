//! What `io_emissions` knows about a node, read in place.

use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    ids::io_emissions,
    state::{Layout, Node, NodeEmission, RewardPool},
};

/// The node's emission account and its pool; `None` while `io_emissions` does not know the node.
///
/// The caller has pinned both addresses to those in the node. They are program derived addresses of
/// `io_emissions`, so an account with data there is its own and of the layout that the seeds say.
#[inline(always)]
pub fn read<'a>(
    reward_pool: &'a UncheckedAccount,
    node_emission: &'a UncheckedAccount,
) -> Result<Option<(&'a NodeEmission, &'a RewardPool)>> {
    let (pool, emission) = (reward_pool.account(), node_emission.account());
    if emission.data_len() == 0 {
        return Ok(None);
    }
    if !emission.owned_by(&io_emissions::ID) || !pool.owned_by(&io_emissions::ID) {
        return Err(StakingError::WrongAccount.into());
    }
    // SAFETY: accounts of another program, which this one never writes nor passes on.
    let (emission, pool) = unsafe { (emission.borrow_unchecked(), pool.borrow_unchecked()) };
    match (NodeEmission::read(emission), RewardPool::read(pool)) {
        (Some(emission), Some(pool)) => Ok(Some((emission, pool))),
        _ => Err(StakingError::WrongAccount.into()),
    }
}

/// Notes on `node` that its earning stake may have fallen: emissions pay the old weight up to now and
/// at most the new one from now on, without a call or a write to the pool.
///
/// Never fails: whatever became of `io_emissions`' accounts, it keeps nobody from leaving.
#[inline(always)]
pub fn record_drop(
    node: &mut Node,
    reward_pool: &UncheckedAccount,
    node_emission: &UncheckedAccount,
    now: i64,
) {
    if let Ok(Some((emission, pool))) = read(reward_pool, node_emission) {
        let stake = node.earning_stake(now);
        node.record_drop(emission.settlements, pool.acc_per_weight, stake);
    }
}
