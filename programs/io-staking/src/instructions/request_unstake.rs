use crate::emission;
use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_shared::{
    constants::{COOLDOWN, VERSION},
    errors::StakingError,
    events::UnstakeRequested,
    ids::{SYSTEM_PROGRAM, io_staking::EVENT_AUTHORITY},
    seeds,
    state::{Node, Position, Ticket},
};

/// Moves stake from active to cooling and makes a ticket for it, whatever the node's status and
/// whether or not the program is paused.
///
/// - `owner` signs and is the position's
/// - the position is worth `amount` or more; `u64::MAX` stands for all of it
/// - `ticket` is at `[ticket, position, next_ticket]` with `bump`, and does not exist
#[derive(Accounts)]
pub struct RequestUnstake {
    /// Pays the rent and gets it back.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    #[account(address = position.owner @ StakingError::NotOwner)]
    pub owner: Signer,
    #[account(mut, address = position.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: Account<Position>,
    #[account(mut)]
    pub ticket: UncheckedAccount,
    #[account(address = node.reward_pool @ StakingError::WrongAccount)]
    pub reward_pool: UncheckedAccount,
    #[account(address = node.node_emission @ StakingError::WrongAccount)]
    pub node_emission: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ StakingError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl RequestUnstake {
    pub fn request_unstake(&mut self, amount: u64, bump: u8) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let unlock_at = now.checked_add(COOLDOWN).ok_or(StakingError::Overflow)?;
        let index = self.position.next_ticket;
        let tranche = self.position.tranche;
        let unstaked = self.node.unstake(&mut self.position, amount)?;
        emission::record_drop(&mut self.node, &self.reward_pool, &self.node_emission, now);

        let (node, position) = (*self.node.address(), *self.position.address());
        let rent_payer = *self.payer.address();
        // The system program refuses any address that these seeds do not sign for.
        io_cpi::account::create_layout::<Ticket>(
            self.payer.account(),
            self.ticket.account(),
            &[
                Seed::from(seeds::TICKET),
                Seed::from(position.as_ref()),
                Seed::from(&index.to_le_bytes()),
                Seed::from(&[bump]),
            ],
            |ticket| {
                ticket.version = VERSION;
                ticket.bump = bump;
                ticket.tranche = tranche;
                ticket.node = node;
                ticket.position = position;
                ticket.rent_payer = rent_payer;
                ticket.index = index;
                ticket.amount = unstaked.amount;
                ticket.shares = unstaked.cooling_shares;
                ticket.requested_at = now;
                ticket.unlock_at = unlock_at;
            },
        )?;
        crate::emit(
            &self.event_authority,
            UnstakeRequested {
                node,
                position,
                ticket: *self.ticket.address(),
                index,
                amount: unstaked.amount,
                shares: unstaked.shares,
                cooling_shares: unstaked.cooling_shares,
                unlock_at,
            },
        );
        Ok(())
    }
}
