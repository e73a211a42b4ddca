use crate::record;
use anchor_lang::{address_eq, pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::EmissionsError,
    events::NodeSynced,
    ids::io_emissions,
    state::{EmissionsConfig, Node, NodeEmission, RewardPool},
};

/// Settles a node and brings its weight up to date with its stake: down at once, up in the next epoch.
///
/// - anyone may call; nobody need sign
/// - every epoch that is over was shared out
/// - `node_emission` is the node's, `pool` is the one it earns from
#[derive(Accounts)]
pub struct SyncNode {
    #[account(address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    pub node: Account<Node>,
    #[account(mut, constraint = address_eq(&node_emission.node, node.address()) @ EmissionsError::WrongNode)]
    pub node_emission: Account<NodeEmission>,
    #[account(mut, constraint = pool.id == node_emission.pool @ EmissionsError::WrongPool)]
    pub pool: Account<RewardPool>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SyncNode {
    #[inline(always)]
    pub fn sync_node(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let epoch = self.pool.epochs_done;
        require!(self.config.epoch(now) <= epoch, EmissionsError::CrankFirst);
        let rules = self.config.weight_rules(now);
        let settled = self
            .node_emission
            .settle(&self.node, &mut self.pool, &rules, now)
            .ok_or(EmissionsError::Overflow)?;
        let stake = self.node.earning_stake(now);
        self.node_emission
            .touch(&self.node, stake, &mut self.pool, &rules, now)
            .ok_or(EmissionsError::Overflow)?;
        record(
            &self.event_authority,
            NodeSynced {
                node: *self.node.address(),
                epoch,
                earned: settled.earned,
                forfeited: settled.forfeited,
                weight: self.node_emission.weight,
                pending_weight: self.node_emission.pending_weight,
            },
        );
        Ok(())
    }
}
