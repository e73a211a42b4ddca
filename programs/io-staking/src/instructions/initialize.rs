use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use io_shared::{
    constants::{BPS, VERSION},
    errors::StakingError,
    events::StakingInitialized,
    ids::{
        SYSTEM_PROGRAM, io_mint,
        io_staking::{CONFIG, EVENT_AUTHORITY, PROGRAM_DATA},
    },
    seeds,
    state::{Governance, MintConfig, Scheduled, StakingConfig},
};

/// Creates the config.
///
/// - `authority` signs, is the program's upgrade authority and becomes the config's authority
/// - the config does not exist
/// - `io_mint` is initialized: its config names the IO mint
/// - `min_self_stake_bps` is at most 10,000
#[derive(Accounts)]
pub struct Initialize {
    /// Pays the rent.
    #[account(mut)]
    pub authority: Signer,
    #[account(address = PROGRAM_DATA @ StakingError::WrongAccount)]
    pub program_data: UncheckedAccount,
    #[account(address = io_mint::CONFIG.address @ StakingError::WrongAccount)]
    pub mint_config: Account<MintConfig>,
    #[account(mut, address = CONFIG.address @ StakingError::WrongAccount)]
    pub config: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ StakingError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = EVENT_AUTHORITY.address @ StakingError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = crate::ID @ StakingError::WrongAccount)]
    pub program: UncheckedAccount,
}
impl Initialize {
    pub fn initialize(
        &mut self,
        guardian: Address,
        slasher: Address,
        min_self_stake_bps: u64,
    ) -> Result<()> {
        let authority = *self.authority.address();
        require!(
            io_cpi::loader::require_upgrade_authority(self.program_data.account(), &authority),
            StakingError::NotUpgradeAuthority
        );
        require!(min_self_stake_bps <= BPS, StakingError::SelfStakeTooHigh);
        let mint = self.mint_config.mint;
        let now = Clock::get()?.unix_timestamp;
        io_cpi::account::create_layout::<StakingConfig>(
            self.authority.account(),
            self.config.account(),
            &[
                Seed::from(seeds::STAKING_CONFIG),
                Seed::from(&[CONFIG.bump]),
            ],
            |config| {
                config.version = VERSION;
                config.bump = CONFIG.bump;
                config.governance = Governance::new(authority, guardian);
                config.slasher = slasher;
                config.mint = mint;
                config.created_at = now;
                config.min_self_stake_bps = Scheduled::new(min_self_stake_bps);
            },
        )?;
        crate::emit(
            &self.event_authority,
            StakingInitialized {
                authority,
                guardian,
                slasher,
                mint,
                min_self_stake_bps,
            },
        );
        Ok(())
    }
}
