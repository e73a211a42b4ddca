use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_shared::{
    errors::StakingError,
    events::SlashProposed,
    ids::{
        SYSTEM_PROGRAM,
        io_staking::{CONFIG, EVENT_AUTHORITY},
    },
    seeds,
    state::{Node, SlashProposal, StakingConfig},
};

/// Proposes to slash a node. The operator's tickets wait from now on.
///
/// - `slasher` signs and is the config's; it pays the rent
/// - the node is halted or retired
/// - no slash is proposed on it
/// - `bps` is 1 to 5,000
#[derive(Accounts)]
pub struct ProposeSlash {
    /// Pays the rent and gets it back.
    #[account(mut, address = config.slasher @ StakingError::Unauthorized)]
    pub slasher: Signer,
    #[account(address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: Account<StakingConfig>,
    #[account(mut)]
    pub node: Account<Node>,
    /// The canonical PDA of `[b"slash", node]`.
    #[account(mut)]
    pub proposal: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ StakingError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ProposeSlash {
    pub fn propose_slash(&mut self, bps: u64, reason_hash: [u8; 32]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let (node, slasher) = (*self.node.address(), *self.slasher.address());
        let bump = find_and_verify_program_address(
            &[seeds::SLASH, node.as_ref()],
            &crate::ID,
            self.proposal.address(),
        )
        .map_err(|_| StakingError::WrongAccount)?;
        let slash = SlashProposal::new(node, slasher, reason_hash, bps, now, bump)?;
        self.node.propose_slash(&slash)?;
        io_cpi::account::create_layout::<SlashProposal>(
            self.slasher.account(),
            self.proposal.account(),
            &[
                Seed::from(seeds::SLASH),
                Seed::from(node.as_ref()),
                Seed::from(&[bump]),
            ],
            |proposal| *proposal = slash,
        )?;
        crate::emit(
            &self.event_authority,
            SlashProposed {
                node,
                slasher,
                reason_hash,
                bps,
                executable_at: slash.executable_at,
                lapses_at: slash.lapses_at,
            },
        );
        Ok(())
    }
}
