use crate::emission;
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::NodeTermsSynced,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{DeviceClass, Node, StakingConfig},
};

/// Brings a node's terms up to date with its class and the config: multiplier, minimum (a raised one with
/// its grace), maximum, the operator's smallest part, the tranche of new delegators. Where it lowers what
/// the node weighs, emissions pay the lower weight from now on; where it raises that, once they synced the
/// node. Anyone may call it; if nothing changed, nothing happens.
///
/// - the class is the node's
/// - if anything changed, the node is harvested (see [`Node::check_settled`])
#[derive(Accounts)]
pub struct SyncClass {
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(constraint = class.id == node.class @ StakingError::WrongClass)]
    pub class: Account<DeviceClass>,
    #[account(mut)]
    pub node: Account<Node>,
    #[account(address = node.reward_pool @ StakingError::WrongAccount)]
    pub reward_pool: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SyncClass {
    pub fn sync_class(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let node = &mut *self.node;
        if !node.sync_terms(&self.class, &self.config, now)? {
            return Ok(());
        }
        emission::require_settled(node, &self.reward_pool, &self.node_emission)?;
        emission::record_drop(node, &self.reward_pool, &self.node_emission, now);
        let (min_stake_next, min_stake_rises_at) = node.min_stake.pending(now).unwrap_or_default();
        crate::emit(
            &self.event_authority,
            NodeTermsSynced {
                multiplier_milli: node.multiplier_milli,
                min_stake: node.min_stake.at(now),
                min_stake_next,
                min_stake_rises_at,
                max_stake: node.max_stake,
                min_self_stake_bps: node.min_self_stake_bps,
                delegator_tranche: node.delegator_tranche.into(),
                node: *self.node.address(),
            },
        );
        Ok(())
    }
}
