use crate::record;
use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_cpi::{account, loader, token};
use io_shared::{
    constants::IO_DECIMALS,
    errors::MintError,
    events::MintInitialized,
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_mint},
    seeds,
    state::{Governance, MintConfig},
};

/// Creates the config and the IO mint, whose only authority is the config. Works once.
///
/// - `authority` signs and is the program's upgrade authority; it pays and becomes the authority
/// - neither the config nor the mint exists
#[derive(Accounts)]
pub struct Initialize {
    #[account(mut)]
    pub authority: Signer,
    #[account(address = io_mint::PROGRAM_DATA @ MintError::WrongAccount)]
    pub program_data: UncheckedAccount,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: UncheckedAccount,
    #[account(mut, address = io_mint::MINT.address @ MintError::WrongAccount)]
    pub mint: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ MintError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ MintError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ MintError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ MintError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Initialize {
    pub fn initialize(&mut self, guardian: Address) -> Result<()> {
        let authority = *self.authority.address();
        require!(
            loader::require_upgrade_authority(self.program_data.account(), &authority),
            MintError::NotUpgradeAuthority
        );
        account::create_layout::<MintConfig>(
            self.authority.account(),
            self.config.account(),
            &[
                Seed::from(seeds::MINT_CONFIG),
                Seed::from(&[io_mint::CONFIG.bump]),
            ],
            |config| {
                *config = MintConfig::new(
                    Governance::new(authority, guardian),
                    io_mint::MINT.address,
                    io_mint::CONFIG.bump,
                );
            },
        )?;
        token::create_mint(
            self.authority.account(),
            self.mint.account(),
            IO_DECIMALS,
            &io_mint::CONFIG.address,
            &[Seed::from(seeds::MINT), Seed::from(&[io_mint::MINT.bump])],
        )?;
        record(
            &self.event_authority,
            MintInitialized {
                authority,
                guardian,
                mint: io_mint::MINT.address,
            },
        );
        Ok(())
    }
}
