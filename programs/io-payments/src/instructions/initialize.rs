use crate::record;
use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_cpi::{account, loader, token::Mint};
use io_shared::{
    constants::USDC_DECIMALS,
    errors::PaymentsError,
    events::PaymentsInitialized,
    ids::{SYSTEM_PROGRAM, io_mint, io_payments},
    seeds,
    state::{Governance, MintConfig, PaymentsConfig},
};

/// Creates the config. Works once.
///
/// - `authority` signs and is the program's upgrade authority; it pays and becomes the authority
/// - the IO mint is the one of `io_mint`
/// - `usdc_mint` is a mint of the SPL token program with 6 decimals, and not the IO mint
/// - `treasury` is not the zero address, the router or the config
/// - `payout_fee_bps` is at most 500
#[derive(Accounts)]
pub struct Initialize {
    #[account(mut)]
    pub authority: Signer,
    #[account(address = io_payments::PROGRAM_DATA @ PaymentsError::WrongAccount)]
    pub program_data: UncheckedAccount,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: UncheckedAccount,
    #[account(address = io_mint::CONFIG.address @ PaymentsError::WrongAccount)]
    pub mint_config: Account<MintConfig>,
    pub usdc_mint: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Initialize {
    pub fn initialize(
        &mut self,
        guardian: Address,
        treasury: Address,
        payout_fee_bps: u64,
    ) -> Result<()> {
        let authority = *self.authority.address();
        require!(
            loader::require_upgrade_authority(self.program_data.account(), &authority),
            PaymentsError::NotUpgradeAuthority
        );
        let (io_mint, usdc_mint) = (self.mint_config.mint, *self.usdc_mint.address());
        require!(
            Mint::read(self.usdc_mint.account()).is_some_and(|usdc| usdc.decimals == USDC_DECIMALS)
                && usdc_mint != io_mint,
            PaymentsError::UnsupportedMint
        );
        let initial = PaymentsConfig::new(
            Governance::new(authority, guardian),
            treasury,
            io_mint,
            usdc_mint,
            payout_fee_bps,
            Clock::get()?.unix_timestamp,
            io_payments::CONFIG.bump,
        )?;
        account::create_layout::<PaymentsConfig>(
            self.authority.account(),
            self.config.account(),
            &[
                Seed::from(seeds::PAYMENTS_CONFIG),
                Seed::from(&[io_payments::CONFIG.bump]),
            ],
            |config| *config = initial,
        )?;
        record(
            &self.event_authority,
            PaymentsInitialized {
                authority,
                guardian,
                treasury,
                io_mint,
                usdc_mint,
                payout_fee_bps,
            },
        );
        Ok(())
    }
}
