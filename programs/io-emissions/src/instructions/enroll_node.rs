use crate::{ID, record};
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::account;
use io_shared::{
    errors::EmissionsError,
    events::NodeEnrolled,
    ids::{SYSTEM_PROGRAM, io_emissions},
    seeds,
    state::{Node, NodeEmission, NodeStatus, RewardPool},
};

/// Creates a node's emission account, so that it can be scored.
///
/// - `payer` signs and pays the rent; anyone may
/// - `node` is not retired
/// - `pool` is the one of the node's class
#[derive(Accounts)]
pub struct EnrollNode {
    #[account(mut)]
    pub payer: Signer,
    #[account(constraint = node.status != NodeStatus::Retired as u8 @ EmissionsError::NodeRetired)]
    pub node: Account<Node>,
    /// The canonical PDA of `[b"node-emission", node]`.
    #[account(mut)]
    pub node_emission: UncheckedAccount,
    #[account(address = node.reward_pool @ EmissionsError::WrongPool)]
    pub pool: Account<RewardPool>,
    #[account(address = SYSTEM_PROGRAM @ EmissionsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl EnrollNode {
    pub fn enroll_node(&mut self) -> Result<()> {
        let (node, payer) = (*self.node.address(), *self.payer.address());
        let bump = find_and_verify_program_address(
            &[seeds::NODE_EMISSION, node.as_ref()],
            &ID,
            self.node_emission.address(),
        )
        .map_err(|_| EmissionsError::WrongAccount)?;
        let begun = NodeEmission::new(node, payer, bump, &self.pool);
        account::create_layout::<NodeEmission>(
            self.payer.account(),
            self.node_emission.account(),
            &[
                Seed::from(seeds::NODE_EMISSION),
                Seed::from(node.as_ref()),
                Seed::from(&[bump]),
            ],
            |emission| *emission = begun,
        )?;
        record(
            &self.event_authority,
            NodeEnrolled {
                node,
                rent_payer: payer,
                pool: u64::from(self.pool.id),
            },
        );
        Ok(())
    }
}
