//! What must add up, to the raw unit.

use anyhow::{Context, Result, ensure};
use io_shared::{
    math::fixed::mul_q64,
    state::{Position, TrancheKind},
};

use crate::{
    fleet::Fleet,
    ledger::{Ledger, move_in},
    member::Member,
    mint::Crank,
    plan::Plan,
};

/// Where one pool's money is, raw IO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// In the distributor's vault, accrued to nodes.
    pub owed: u64,
    /// In the distributor's vault, for the next epoch.
    pub carry: u64,
    /// In the nodes' reward vaults, or claimed from them.
    pub harvested: u64,
}

impl Holdings {
    pub const fn of(ledger: &Ledger) -> Self {
        Self {
            owed: ledger.pool.owed,
            carry: ledger.pool.carry,
            harvested: ledger.harvested,
        }
    }

    fn sum(&self) -> Option<u64> {
        self.owed
            .checked_add(self.carry)?
            .checked_add(self.harvested)
    }
}

/// After every epoch: all that the pool was given is owed, carried or harvested.
pub fn check_pool(ledger: &Ledger) -> Result<()> {
    let holdings = Holdings::of(ledger);
    ensure!(
        holdings.sum() == Some(ledger.received),
        "conservation: pool {} was given {} raw IO by epoch {}, and has {holdings:?}",
        ledger.pool.id,
        ledger.received,
        ledger.epoch
    );
    Ok(())
}

/// For every epoch: all that was minted by then is in a pool, harvested or a bounty; and no more or less
/// was minted than the curve says.
pub fn check_network(plan: &Plan, cranks: &[Crank], pools: &[Vec<Holdings>]) -> Result<()> {
    ensure!(
        pools.iter().all(|pool| pool.len() == cranks.len()),
        "a pool was not kept through every epoch"
    );
    let genesis = plan.cluster.genesis().context("genesis")?;
    for (index, (epoch, crank)) in (0_u64..).zip(cranks).enumerate() {
        let mut placed = crank.bounties;
        for pool in pools {
            let holdings = pool.get(index).context("an epoch is missing")?;
            move_in(&mut placed, holdings.sum().context("a pool overflows")?)?;
        }
        ensure!(
            placed == crank.emitted
                && crank.emitted == plan.settings.curve.cumulative(epoch)
                && Some(crank.supply) == genesis.checked_add(crank.emitted),
            "conservation: in epoch {epoch} {placed} raw IO are accounted for, {} were emitted, {} are in existence",
            crank.emitted,
            crank.supply
        );
    }
    Ok(())
}

/// What walking over every account of a pool found, raw IO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// What rounding keeps in the pool: owed and no node's.
    pub dust: u64,
    /// Nodes that exist, retired ones that wait for their stake included.
    pub nodes: u64,
}

/// Once a year: the pool's sums are those of its nodes, and every node's own books hold.
pub fn audit(fleet: &Fleet) -> Result<Audit> {
    let ledger = &fleet.ledger;
    let pool = &ledger.pool;
    let (mut weight, mut owed, mut vaults, mut staked, mut nodes) = (0, 0, 0, 0, 0);
    for member in fleet.members() {
        check_member(member)?;
        let since = pool
            .acc_per_weight
            .get()
            .wrapping_sub(member.emission.acc_paid.get());
        let accrued = mul_q64(since, member.emission.weight).context("an accrual overflows")?;
        move_in(&mut weight, member.emission.weight)?;
        move_in(&mut owed, member.emission.owed)?;
        move_in(&mut owed, accrued)?;
        move_in(&mut vaults, member.reward_vault)?;
        move_in(&mut staked, member.stake_vault)?;
        move_in(&mut nodes, 1)?;
    }
    ensure!(
        weight == pool.total_weight,
        "audit: pool {} weighs {} in epoch {}, its nodes {weight}",
        pool.id,
        pool.total_weight,
        ledger.epoch
    );
    ensure!(
        staked == ledger.staked,
        "audit: the stake vaults of pool {} hold {staked} raw IO, {} were paid in",
        pool.id,
        ledger.staked
    );
    let paid = ledger
        .claimed
        .checked_add(ledger.stranded)
        .and_then(|paid| paid.checked_add(vaults));
    ensure!(
        paid == Some(ledger.harvested),
        "audit: {} raw IO were harvested from pool {}, and {paid:?} arrived",
        ledger.harvested,
        pool.id
    );
    // Less than 1 raw is lost in each settlement, in each epoch, and in each sum above.
    let bound = ledger
        .settlements
        .saturating_add(ledger.epoch)
        .saturating_add(nodes);
    let dust = pool
        .owed
        .checked_sub(owed)
        .filter(|dust| *dust <= bound)
        .with_context(|| {
            format!(
                "audit: pool {} owes {} raw IO in epoch {}, its nodes are owed {owed}; rounding explains {bound}",
                pool.id, pool.owed, ledger.epoch
            )
        })?;
    Ok(Audit { dust, nodes })
}

/// One node's stake and rewards.
fn check_member(member: &Member) -> Result<()> {
    let node = &member.node;
    ensure!(
        node.invariant() && member.emission.invariant(),
        "audit: an invariant of a node is broken"
    );
    let stake = node.active_stake().checked_add(node.cooling_stake());
    ensure!(
        stake == Some(member.stake_vault),
        "audit: a stake vault holds {} raw IO for {stake:?} staked",
        member.stake_vault
    );
    let kinds = [TrancheKind::Operator, member.delegators_kind()?];
    let mut claimable = node.commission_owed;
    for (position, kind) in [member.operator, member.delegators].iter().zip(kinds) {
        let mut settled: Position = *position;
        settled
            .settle(node.tranche(kind))
            .map_err(|error| anyhow::anyhow!("audit: {}", error.message()))?;
        move_in(&mut claimable, settled.rewards_owed)?;
    }
    ensure!(
        claimable <= node.rewards_owed && node.rewards_owed <= member.reward_vault,
        "audit: {claimable} raw IO can be claimed from a node that owes {} out of {}",
        node.rewards_owed,
        member.reward_vault
    );
    Ok(())
}
