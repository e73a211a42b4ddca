use crate::record;
use anchor_lang::{address_eq, pinocchio::sysvars::Sysvar as _, prelude::*};
use io_cpi::account;
use io_shared::{
    errors::EmissionsError,
    events::NodeEmissionClosed,
    ids::io_emissions,
    state::{EmissionsConfig, Node, NodeEmission, NodeStatus, RewardPool},
};

/// Closes the emission account of a retired node; its rent goes to whoever paid it.
///
/// - anyone may call; nobody need sign
/// - `node` is retired, `node_emission` is the node's, `pool` is the one it earned from
/// - nothing is owed to the node after it is settled
#[derive(Accounts)]
pub struct CloseNodeEmission {
    #[account(address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(
        constraint = node.status == NodeStatus::Retired as u8 @ EmissionsError::NodeNotRetired,
    )]
    pub node: Account<Node>,
    #[account(mut, constraint = address_eq(&node_emission.node, node.address()) @ EmissionsError::WrongNode)]
    pub node_emission: Account<NodeEmission>,
    #[account(mut, constraint = pool.id == node_emission.pool @ EmissionsError::WrongPool)]
    pub pool: Account<RewardPool>,
    #[account(mut, address = node_emission.rent_payer @ EmissionsError::WrongAccount)]
    pub rent_payer: UncheckedAccount,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl CloseNodeEmission {
    pub fn close_node_emission(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let rules = self.config.weight_rules(now);
        let settled = self
            .node_emission
            .settle(&self.node, &mut self.pool, &rules, now)
            .ok_or(EmissionsError::Overflow)?;
        require!(self.node_emission.owed == 0, EmissionsError::HarvestFirst);
        self.node_emission
            .leave(&mut self.pool)
            .ok_or(EmissionsError::Overflow)?;
        record(
            &self.event_authority,
            NodeEmissionClosed {
                node: *self.node.address(),
                rent_payer: *self.rent_payer.address(),
                forfeited: settled.forfeited,
            },
        );
        account::close(self.node_emission.account(), self.rent_payer.account())
    }
}
