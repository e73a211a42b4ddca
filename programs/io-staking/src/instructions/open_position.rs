use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_shared::{
    constants::VERSION,
    errors::StakingError,
    events::PositionOpened,
    ids::{SYSTEM_PROGRAM, io_staking::EVENT_AUTHORITY},
    seeds,
    state::{Node, Position, TrancheKind},
};

/// Opens a position, empty and paid out to its owner.
///
/// - `owner` signs
/// - the node is open
/// - `tranche` is the operator's for the node's operator, for others the one that
///   delegators stake in as the node was last synced with its class
/// - the owner has no such position on the node
#[derive(Accounts)]
pub struct OpenPosition {
    /// Pays the rent and gets it back.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub owner: Signer,
    #[account(mut)]
    pub node: Account<Node>,
    #[account(mut)]
    pub position: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ StakingError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl OpenPosition {
    pub fn open_position(&mut self, tranche: u8) -> Result<()> {
        let (owner, node) = (*self.owner.address(), *self.node.address());
        let kind = if anchor_lang::address_eq(&owner, &self.node.operator) {
            TrancheKind::Operator
        } else {
            self.node.delegator_kind()?
        };
        require!(kind as u8 == tranche, StakingError::WrongTranche);
        require!(self.node.is_open(), StakingError::NodeNotOpen);
        self.node.positions = self
            .node
            .positions
            .checked_add(1)
            .ok_or(StakingError::Overflow)?;

        let bump = find_and_verify_program_address(
            &[seeds::POSITION, node.as_ref(), owner.as_ref(), &[tranche]],
            &crate::ID,
            self.position.address(),
        )?;
        let paid_per_share = self.node.tranche(kind).rewards_per_share;
        let rent_payer = *self.payer.address();
        io_cpi::account::create_layout::<Position>(
            self.payer.account(),
            self.position.account(),
            &[
                Seed::from(seeds::POSITION),
                Seed::from(node.as_ref()),
                Seed::from(owner.as_ref()),
                Seed::from(&[tranche]),
                Seed::from(&[bump]),
            ],
            |position| {
                position.version = VERSION;
                position.bump = bump;
                position.tranche = tranche;
                position.node = node;
                position.owner = owner;
                position.payout = owner;
                position.rent_payer = rent_payer;
                position.rewards_paid_per_share = paid_per_share;
            },
        )?;
        crate::emit(
            &self.event_authority,
            PositionOpened {
                position: *self.position.address(),
                node,
                owner,
                tranche: tranche.into(),
            },
        );
        Ok(())
    }
}
