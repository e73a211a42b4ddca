use anchor_lang::prelude::*;
use io_cpi::token::TokenAccount;
use io_shared::{
    errors::StakingError,
    events::Withdrawn,
    ids::{TOKEN_PROGRAM, io_staking::EVENT_AUTHORITY},
    state::{Node, Position, Ticket, TrancheKind},
};

/// Pays a ticket and closes it, whatever the node's status and whether or not the program is paused.
/// Anyone may call it; it pays nobody but the position's payout wallet, and the ticket's rent payer.
///
/// - the ticket has cooled down
/// - no slash is proposed on the node, if the ticket is the operator's
/// - `destination` is a token account of the position's payout wallet
#[derive(Accounts)]
pub struct Withdraw {
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut, address = ticket.position @ StakingError::WrongPosition)]
    pub position: Account<Position>,
    #[account(mut)]
    pub ticket: Account<Ticket>,
    #[account(mut, address = node.stake_vault @ StakingError::WrongVault)]
    pub stake_vault: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(mut, unsafe(dup), address = ticket.rent_payer @ StakingError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ StakingError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl Withdraw {
    pub fn withdraw(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        require!(now >= self.ticket.unlock_at, StakingError::StillCooling);
        require!(
            self.ticket.tranche != TrancheKind::Operator as u8 || !self.node.slash_binds(now),
            StakingError::SlashOpen
        );
        TokenAccount::read(self.destination.account())
            .filter(|account| anchor_lang::address_eq(&account.owner, &self.position.payout))
            .ok_or(StakingError::WrongDestination)?;

        let amount = self
            .node
            .withdraw_cooling(&mut self.position, &self.ticket)?;
        io_cpi::token::transfer(
            self.stake_vault.account(),
            self.destination.account(),
            self.node.account(),
            amount,
            &crate::node_seeds(&self.node),
        );
        crate::emit(
            &self.event_authority,
            Withdrawn {
                node: *self.node.address(),
                position: *self.position.address(),
                ticket: *self.ticket.address(),
                destination: *self.destination.address(),
                amount,
            },
        );
        io_cpi::account::close(self.ticket.account(), self.rent_payer.account())
    }
}
