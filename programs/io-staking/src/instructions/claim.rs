use anchor_lang::prelude::*;
use io_cpi::token::TokenAccount;
use io_shared::{
    errors::StakingError,
    events::Claimed,
    ids::{TOKEN_PROGRAM, io_staking::EVENT_AUTHORITY},
    state::{Node, Position},
};

/// Pays a position's rewards, the operator's with the commission. Anyone may call it; it pays nobody
/// but the position's payout wallet.
///
/// - there is something to claim
/// - `destination` is a token account of the position's payout wallet
#[derive(Accounts)]
pub struct ClaimRewards {
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut, address = node.reward_vault @ StakingError::WrongVault)]
    pub reward_vault: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ StakingError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ClaimRewards {
    pub fn claim(&mut self) -> Result<()> {
        TokenAccount::read(self.destination.account())
            .filter(|account| anchor_lang::address_eq(&account.owner, &self.position.payout))
            .ok_or(StakingError::WrongDestination)?;

        let claim = self.node.claim(&mut self.position)?;
        io_cpi::token::transfer(
            self.reward_vault.account(),
            self.destination.account(),
            self.node.account(),
            claim.amount,
            &crate::node_seeds(&self.node),
        );
        crate::emit(
            &self.event_authority,
            Claimed {
                node: *self.node.address(),
                position: *self.position.address(),
                destination: *self.destination.address(),
                amount: claim.amount,
                commission: claim.commission,
            },
        );
        Ok(())
    }
}
