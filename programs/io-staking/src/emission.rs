//! What `io_emissions` knows about a node, read in place.

use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::StakingError,
    ids::io_emissions,
    state::{Layout, Node, NodeEmission, RewardPool},
};

/// The node's emission account; `None` while `io_emissions` does not know the node.
///
/// The caller has pinned its address to that in the node, as the pool's. They are program derived
/// addresses of `io_emissions`, so an account with data there is its own and of the layout that the
/// seeds say.
#[inline(always)]
fn read_emission(node_emission: &UncheckedAccount) -> Result<Option<&NodeEmission>> {
    if node_emission.account().data_len() == 0 {
        return Ok(None);
    }
    Ok(Some(read(node_emission)?))
}

/// An account of `io_emissions`, in place.
#[inline(always)]
fn read<L: Layout>(account: &UncheckedAccount) -> Result<&L> {
    let account = account.account();
    if !account.owned_by(&io_emissions::ID) {
        return Err(StakingError::WrongAccount.into());
    }
    // SAFETY: an account of another program, which this one never writes nor passes on.
    let data = unsafe { account.borrow_unchecked() };
    L::read(data).ok_or_else(|| StakingError::WrongAccount.into())
}

/// Refuses new stake, or a higher commission, while rewards earned before are not shared out: see [`Node::check_harvested`].
#[inline(always)]
pub fn require_harvested(
    reward_pool: &UncheckedAccount,
    node_emission: &UncheckedAccount,
) -> Result<()> {
    let Some(emission) = read_emission(node_emission)? else {
        return Ok(());
    };
    if emission.weight == 0 && emission.owed == 0 {
        return Ok(());
    }
    let now = Clock::get()?.unix_timestamp;
    Node::check_harvested(emission, read(reward_pool)?, now)?;
    Ok(())
}

/// Refuses to take somebody else's stake out while rewards that it earned are not shared out: they would go
/// to whoever is left.
pub fn require_nothing_earned(node_emission: &UncheckedAccount) -> Result<()> {
    match read_emission(node_emission)? {
        Some(emission) if emission.weight != 0 || emission.owed != 0 => {
            Err(StakingError::HarvestFirst.into())
        }
        _ => Ok(()),
    }
}

/// Refuses new terms while emissions have something to settle by the old: see [`Node::check_settled`].
pub fn require_settled(
    node: &Node,
    reward_pool: &UncheckedAccount,
    node_emission: &UncheckedAccount,
) -> Result<()> {
    if let Some(emission) = read_emission(node_emission)? {
        node.check_settled(emission, read(reward_pool)?)?;
    }
    Ok(())
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
    if let (Ok(Some(emission)), Ok(pool)) = (
        read_emission(node_emission),
        read::<RewardPool>(reward_pool),
    ) {
        let stake = node.earning_stake(now);
        node.record_drop(emission.settlements, pool.acc_per_weight, stake);
    }
}
