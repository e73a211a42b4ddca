use crate::emission;
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::Compounded,
    ids::{
        TOKEN_PROGRAM,
        io_staking::{CONFIG, EVENT_AUTHORITY},
    },
    state::{Node, Position, StakingConfig},
};

/// Moves a position's rewards, the operator's with the commission, into its stake. What does not fit can
/// still be claimed.
///
/// - `owner` signs and is the position's
/// - there is something to claim
/// - a deposit of as much, or of as much as fits but at least `min_accepted`, would be accepted (see
///   `deposit`)
#[derive(Accounts)]
pub struct Compound {
    #[account(address = position.owner @ StakingError::NotOwner)]
    pub owner: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut, address = node.reward_vault @ StakingError::WrongVault)]
    pub reward_vault: UncheckedAccount,
    #[account(mut, address = node.stake_vault @ StakingError::WrongVault)]
    pub stake_vault: UncheckedAccount,
    #[account(address = node.reward_pool @ StakingError::WrongAccount)]
    pub reward_pool: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ StakingError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl Compound {
    pub fn compound(&mut self, min_accepted: u64) -> Result<()> {
        require!(self.config.paused == 0, StakingError::Paused);
        emission::require_harvested(&self.reward_pool, &self.node_emission)?;
        let (node, position) = (&mut *self.node, &mut *self.position);
        let kind = position.kind()?;
        node.check_terms(kind)?;
        let compounded = node.compound(position, min_accepted)?;
        io_cpi::token::transfer(
            self.reward_vault.account(),
            self.stake_vault.account(),
            self.node.account(),
            compounded.amount,
            &crate::node_seeds(&self.node),
        );
        crate::emit(
            &self.event_authority,
            Compounded {
                node: *self.node.address(),
                position: *self.position.address(),
                amount: compounded.amount,
                commission: compounded.commission,
                shares: compounded.shares,
            },
        );
        Ok(())
    }
}
