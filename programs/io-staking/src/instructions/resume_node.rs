use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::NodeResumed,
    ids::io_staking::{CONFIG, EVENT_AUTHORITY},
    state::{Node, StakingConfig},
};

/// Opens a halted node again. It earns once `io_emissions` has synced its weight.
///
/// - `authority` signs and is the config's
/// - the node is halted, and no slash is proposed on it
#[derive(Accounts)]
pub struct ResumeNode {
    #[account(address = config.governance.authority @ StakingError::Unauthorized)]
    pub authority: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub node: Account<Node>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ResumeNode {
    pub fn resume_node(&mut self) -> Result<()> {
        self.node.resume()?;
        crate::emit(
            &self.event_authority,
            NodeResumed {
                node: *self.node.address(),
            },
        );
        Ok(())
    }
}
