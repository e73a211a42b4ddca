//! The emission: where it stands, and moving it on.

use super::{receiving, staking::NodeState};
use crate::{
    Instruction, Pubkey, emissions, pda,
    rpc::{Error, Network, Result},
};
use io_shared::{
    ids::io_emissions,
    math::curve::Curve,
    state::{EmissionsConfig, RewardPool},
};

/// Where the emission stands.
#[derive(Clone, Debug)]
pub struct EmissionState {
    pub config: EmissionsConfig,
    pub curve: &'static Curve,
    /// By id.
    pub pools: Vec<RewardPool>,
    /// Unix seconds, as programs see them.
    pub now: i64,
}

impl EmissionState {
    /// # Errors
    ///
    /// [`Error::Missing`] on a cluster that was not set up.
    pub async fn read(network: &Network) -> Result<Self> {
        let address = io_emissions::CONFIG.address;
        let config: EmissionsConfig = network.account(&address).await?;
        let curve = Curve::by_id(config.curve);
        let mut pools = Vec::new();
        for id in 0..config.pool_count {
            pools.push(network.account(&pda::reward_pool(id).0).await?);
        }
        Ok(Self {
            config,
            curve: curve.ok_or(Error::WrongAccount {
                what: "config of a curve that this library knows",
                address,
            })?,
            pools,
            now: network.clock().await?.now,
        })
    }

    /// The epoch that is open.
    pub fn epoch(&self) -> u64 {
        self.config.epoch(self.now)
    }

    /// When the open epoch is over; `None` if no clock gets there.
    pub fn next_epoch_at(&self) -> Option<i64> {
        let next = self.epoch().saturating_add(1);
        self.curve.epoch_start(self.config.start_at, next)
    }

    /// When a pool is due its part of the first epoch that it was not paid for; `None` if no clock gets
    /// there. What the pool itself says is that of the last crank, nothing before the first.
    pub fn due_at(&self, pool: &RewardPool) -> Option<i64> {
        let over = pool.epochs_done.saturating_add(1);
        self.curve.epoch_start(self.config.start_at, over)
    }

    /// What the open epoch will emit, raw IO.
    pub fn emission_of_epoch(&self) -> u64 {
        let epoch = self.epoch();
        let by_end = self.curve.cumulative(epoch.saturating_add(1));
        by_end.saturating_sub(self.curve.cumulative(epoch))
    }

    /// Raw IO that a crank would mint now, and the bounty out of it.
    pub fn due(&self) -> (u64, u64) {
        let advance = { self.config }.advance(self.now);
        advance.map_or((0, 0), |advance| (advance.emission, advance.bounty))
    }
}

/// Mints and shares out the emission of all epochs that are over; the bounty goes to the payer's IO
/// account, which is made if it is not there.
///
/// # Errors
///
/// [`Error::Missing`] on a cluster that was not set up.
pub async fn advance(network: &Network, payer: &Pubkey) -> Result<Vec<Instruction>> {
    let address = io_emissions::CONFIG.address;
    let config: EmissionsConfig = network.account(&address).await?;
    let (bounty, make) = receiving(network, payer, payer, &config.mint).await?;
    let mut instructions: Vec<_> = make.into_iter().collect();
    let pools = config.pool_count;
    instructions.push(emissions::advance_epoch(&bounty, &config.mint, pools));
    Ok(instructions)
}

/// Moves what nodes earned to their stakers.
///
/// # Errors
///
/// [`Error::Unusable`] if one was never enrolled.
pub async fn harvest(network: &Network, nodes: &[Pubkey]) -> Result<Vec<Instruction>> {
    let mut instructions = Vec::new();
    for node in nodes {
        let state = NodeState::read(network, node).await?;
        let harvest = state.harvest().ok_or_else(|| {
            Error::Unusable(format!(
                "{node} earns nothing yet; enroll it for the emission"
            ))
        })?;
        instructions.push(harvest);
    }
    Ok(instructions)
}
