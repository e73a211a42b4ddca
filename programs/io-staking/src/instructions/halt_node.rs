use crate::emission;
use anchor_lang::{address_eq, prelude::*};
use io_shared::{
    errors::StakingError,
    events::NodeHalted,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{Node, StakingConfig},
};

/// Stops a node: it takes no stake and earns nothing from now on; everyone may leave.
///
/// - `by` signs and is the config's guardian or authority
/// - the node is open
#[derive(Accounts)]
pub struct HaltNode {
    #[account(
        constraint = address_eq(by.address(), &config.governance.guardian)
            || address_eq(by.address(), &config.governance.authority)
            @ StakingError::Unauthorized
    )]
    pub by: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
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
impl HaltNode {
    pub fn halt_node(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.node.halt(now)?;
        emission::record_drop(&mut self.node, &self.reward_pool, &self.node_emission, now);
        crate::emit(
            &self.event_authority,
            NodeHalted {
                node: *self.node.address(),
                by: *self.by.address(),
                at: now,
            },
        );
        Ok(())
    }
}
