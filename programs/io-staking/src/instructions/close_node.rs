use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_cpi::token::{self, TokenAccount};
use io_shared::{
    errors::StakingError,
    events::NodeClosed,
    ids::{TOKEN_PROGRAM, io_staking::EVENT_AUTHORITY},
    state::Node,
};

/// Closes a retired node that nobody has anything on, with its vaults. What rounding left in them, and
/// rewards that came when everyone was gone, go to the operator; the rents to whoever paid them. Anyone
/// may call it.
///
/// - the node is retired, no position and no ticket exists on it, and no slash is proposed
/// - `io_emissions` has closed its account of the node
/// - `destination` is a token account of the operator
#[derive(Accounts)]
pub struct CloseNode {
    #[account(mut)]
    pub node: Account<Node>,
    #[account(mut, address = node.stake_vault @ StakingError::WrongVault)]
    pub stake_vault: UncheckedAccount,
    #[account(mut, address = node.reward_vault @ StakingError::WrongVault)]
    pub reward_vault: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(mut, address = node.rent_payer @ StakingError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ StakingError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl CloseNode {
    pub fn close_node(&mut self) -> Result<()> {
        self.node.check_empty()?;
        require!(
            self.node_emission.is_data_empty(),
            StakingError::EmissionNotClosed
        );
        TokenAccount::read(self.destination.account())
            .filter(|account| anchor_lang::address_eq(&account.owner, &self.node.operator))
            .ok_or(StakingError::WrongDestination)?;

        let operator = self.node.operator;
        let seeds = crate::node_seeds(&self.node);
        let stake_left = self.empty(&self.stake_vault, &seeds)?;
        let rewards_left = self.empty(&self.reward_vault, &seeds)?;
        crate::emit(
            &self.event_authority,
            NodeClosed {
                node: *self.node.address(),
                operator,
                stake_left,
                rewards_left,
            },
        );
        io_cpi::account::close(self.node.account(), self.rent_payer.account())
    }

    /// Sends what a vault holds to the operator and closes it; returns how much that was.
    fn empty(&self, vault: &UncheckedAccount, seeds: &[Seed]) -> Result<u64> {
        let left = token::balance(vault.account());
        if left > 0 {
            token::transfer(
                vault.account(),
                self.destination.account(),
                self.node.account(),
                left,
                seeds,
            );
        }
        token::close_account(
            vault.account(),
            self.rent_payer.account(),
            self.node.account(),
            seeds,
        )?;
        Ok(left)
    }
}
