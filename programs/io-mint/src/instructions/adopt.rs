use crate::record;
use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_cpi::{account, loader, token};
use io_shared::{
    constants::IO_DECIMALS,
    errors::MintError,
    events::MintAdopted,
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_mint},
    seeds,
    state::{Governance, MintConfig},
};

/// Creates the config for a mint that exists already, in place of `initialize`, and makes the config
/// the mint's only authority. Works once.
///
/// - `authority` signs and is the program's upgrade authority; it pays and becomes the authority
/// - `mint_authority` signs and is the mint's authority, which it stops being; it may be `authority`
/// - `mint` is of the SPL token program, has 8 decimals and no freeze authority
/// - the mint's supply is within the hard cap; it counts as minted
/// - the config does not exist
#[derive(Accounts)]
pub struct Adopt {
    #[account(mut, unsafe(dup))]
    pub authority: Signer,
    pub mint_authority: Signer,
    #[account(address = io_mint::PROGRAM_DATA @ MintError::WrongAccount)]
    pub program_data: UncheckedAccount,
    #[account(mut, address = io_mint::CONFIG.address @ MintError::WrongAccount)]
    pub config: UncheckedAccount,
    #[account(mut)]
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

impl Adopt {
    pub fn adopt(&mut self, guardian: Address) -> Result<()> {
        let authority = *self.authority.address();
        require!(
            loader::require_upgrade_authority(self.program_data.account(), &authority),
            MintError::NotUpgradeAuthority
        );
        let mint = token::Mint::read(self.mint.account()).ok_or(MintError::UnsuitableMint)?;
        require!(
            mint.decimals == IO_DECIMALS && !mint.has_freeze_authority,
            MintError::UnsuitableMint
        );
        let old_mint_authority = *self.mint_authority.address();
        require!(
            mint.authority == Some(old_mint_authority),
            MintError::NotTheMintsAuthority
        );
        let address = *self.mint.address();
        let adopted = MintConfig::adopted(
            Governance::new(authority, guardian),
            address,
            mint.supply,
            io_mint::CONFIG.bump,
        )?;
        account::create_layout::<MintConfig>(
            self.authority.account(),
            self.config.account(),
            &[
                Seed::from(seeds::MINT_CONFIG),
                Seed::from(&[io_mint::CONFIG.bump]),
            ],
            |config| *config = adopted,
        )?;
        token::set_mint_authority(
            self.mint.account(),
            self.mint_authority.account(),
            &io_mint::CONFIG.address,
        );
        record(
            &self.event_authority,
            MintAdopted {
                authority,
                guardian,
                mint: address,
                old_mint_authority,
                supply: mint.supply,
            },
        );
        Ok(())
    }
}
