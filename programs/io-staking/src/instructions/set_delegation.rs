use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError, events::DelegationSet, ids::io_staking::EVENT_AUTHORITY, state::Node,
};

/// Opens a node to deposits of others, or closes it to them. What is staked stays.
///
/// - `operator` signs and is the node's
#[derive(Accounts)]
pub struct SetDelegation {
    #[account(address = node.operator @ StakingError::NotOperator)]
    pub operator: Signer,
    #[account(mut)]
    pub node: Account<Node>,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl SetDelegation {
    pub fn set_delegation(&mut self, open: bool) -> Result<()> {
        self.node.delegation_open = u8::from(open);
        crate::emit(
            &self.event_authority,
            DelegationSet {
                node: *self.node.address(),
                open: open.into(),
            },
        );
        Ok(())
    }
}
