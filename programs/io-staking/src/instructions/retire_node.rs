use crate::emission;
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError, events::NodeRetired, ids::io_staking::EVENT_AUTHORITY, state::Node,
};

/// Gives a node up for good: it takes no stake and earns nothing from now on; everyone may leave, and
/// anyone may help them to, so that the node can be closed.
///
/// - `operator` signs and is the node's
/// - the node is not retired yet; it may be halted, and slashed afterwards
#[derive(Accounts)]
pub struct RetireNode {
    #[account(address = node.operator @ StakingError::NotOperator)]
    pub operator: Signer,
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
impl RetireNode {
    pub fn retire_node(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.node.retire()?;
        emission::record_drop(&mut self.node, &self.reward_pool, &self.node_emission, now);
        crate::emit(
            &self.event_authority,
            NodeRetired {
                node: *self.node.address(),
            },
        );
        Ok(())
    }
}
