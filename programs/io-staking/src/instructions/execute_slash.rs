use anchor_lang::prelude::*;
use io_cpi::mint::Burn;
use io_shared::{
    errors::StakingError,
    events::NodeSlashed,
    ids::{TOKEN_PROGRAM, io_mint, io_staking::EVENT_AUTHORITY},
    state::{Node, SlashProposal},
};

/// Executes a slash: burns what it takes of the stake at risk, the operator's first. Anyone may call it.
///
/// The node is not open, so it earns nothing already, and nothing need be told to emissions.
///
/// - `proposal` is the node's, was made 7 days ago and has not lapsed
#[derive(Accounts)]
pub struct ExecuteSlash {
    #[account(mut, address = proposal.node @ StakingError::WrongNode)]
    pub node: Account<Node>,
    #[account(mut)]
    pub proposal: Account<SlashProposal>,
    #[account(mut, address = node.stake_vault @ StakingError::WrongVault)]
    pub stake_vault: UncheckedAccount,
    #[account(mut, unsafe(dup), address = proposal.rent_payer @ StakingError::WrongRentPayer)]
    pub rent_payer: UncheckedAccount,
    /// Checked by `io_mint`, as the mint.
    #[account(mut)]
    pub mint_config: UncheckedAccount,
    #[account(mut)]
    pub mint: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ StakingError::WrongAccount)]
    pub token_program: UncheckedAccount,
    /// Checked by `io_mint`.
    pub mint_event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ StakingError::WrongAccount)]
    pub mint_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl ExecuteSlash {
    pub fn execute_slash(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.proposal.check_ripe(now)?;
        let bps = self.proposal.bps;
        let slashed = self.node.slash(bps)?;
        self.node.end_slash();
        // `io_mint` burns nothing but a positive amount.
        if slashed.total() > 0 {
            io_cpi::mint::burn(
                &Burn {
                    authority: self.node.account(),
                    source: self.stake_vault.account(),
                    config: self.mint_config.account(),
                    mint: self.mint.account(),
                    token_program: self.token_program.account(),
                    event_authority: self.mint_event_authority.account(),
                    program: self.mint_program.account(),
                },
                slashed.total(),
                &crate::node_seeds(&self.node),
            );
        }
        crate::emit(
            &self.event_authority,
            NodeSlashed {
                node: *self.node.address(),
                bps,
                operator_active: slashed.operator_active,
                operator_cooling: slashed.operator_cooling,
                delegators_active: slashed.delegators_active,
                delegators_cooling: slashed.delegators_cooling,
            },
        );
        io_cpi::account::close(self.proposal.account(), self.rent_payer.account())
    }
}
