use anchor_lang::{address_eq, prelude::*};
use io_shared::{
    errors::StakingError,
    events::PositionClosed,
    ids::io_staking::EVENT_AUTHORITY,
    state::{Node, Position},
};

/// Closes an empty position; its rent goes to whoever paid it. The owner may open it again on a node
/// that is open.
///
/// - `by` signs and is the position's owner, or anyone if the node is retired
/// - the position holds no stake, no rewards and no tickets
/// - if it is the operator's, there is no commission to claim and, on a retired node, none to come
#[derive(Accounts)]
pub struct ClosePosition {
    pub by: Signer,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut, unsafe(dup), address = position.rent_payer @ StakingError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ClosePosition {
    pub fn close_position(&mut self) -> Result<()> {
        let owner = self.position.owner;
        require!(
            address_eq(self.by.address(), &owner) || self.node.is_retired(),
            StakingError::NotOwner
        );
        self.node.close_position(&mut self.position)?;
        crate::emit(
            &self.event_authority,
            PositionClosed {
                position: *self.position.address(),
                node: *self.node.address(),
                owner,
            },
        );
        io_cpi::account::close(self.position.account(), self.rent_payer.account())
    }
}
