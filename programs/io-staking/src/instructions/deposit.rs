use crate::emission;
use anchor_lang::prelude::*;
use io_shared::{
    errors::StakingError,
    events::Deposited,
    ids::{
        TOKEN_PROGRAM,
        io_staking::{CONFIG, EVENT_AUTHORITY},
    },
    state::{Node, Position, StakingConfig},
};

/// Stakes IO.
///
/// - `owner` signs and is the position's
/// - deposits are not paused, the node is open, and open to delegators unless the operator deposits
/// - a delegator's position is of the tranche that the class has for delegators now
/// - the node's rewards are shared out (see [`Node::check_harvested`])
/// - no slash has left next to nothing of this kind of stake (see [`Node::slash`])
/// - `amount` fits under the node's maximum and under what the operator's stake covers, or as much of
///   it as fits is at least `min_accepted`
#[derive(Accounts)]
pub struct Deposit {
    #[account(address = position.owner @ StakingError::NotOwner)]
    pub owner: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    /// Token account that `owner` pays from; the token program checks that it may.
    #[account(mut)]
    pub source: UncheckedAccount,
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
impl Deposit {
    pub fn deposit(&mut self, amount: u64, min_accepted: u64) -> Result<()> {
        require!(self.config.paused == 0, StakingError::Paused);
        emission::require_harvested(&self.reward_pool, &self.node_emission)?;
        let (node, position) = (&mut *self.node, &mut *self.position);
        let kind = position.kind()?;
        node.check_terms(kind)?;
        let amount = node.admit(kind, amount, min_accepted)?;
        let shares = node.deposit(position, amount)?;
        io_cpi::token::transfer(
            self.source.account(),
            self.stake_vault.account(),
            self.owner.account(),
            amount,
            &[],
        );
        crate::emit(
            &self.event_authority,
            Deposited {
                node: *self.node.address(),
                position: *self.position.address(),
                amount,
                shares,
            },
        );
        Ok(())
    }
}
