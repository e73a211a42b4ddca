use crate::{ID, record};
use anchor_lang::{find_and_verify_program_address, pinocchio::cpi::Seed, prelude::*};
use io_cpi::{account, loader, token};
use io_shared::{
    errors::EmissionsError,
    events::EmissionsInitialized,
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_emissions, io_mint},
    seeds,
    state::{EmissionsConfig, EmissionsTerms, MintConfig, Minter, RewardPool},
};

/// Creates the config, the vault and the pools. Works once.
///
/// - `authority` signs and is the program's upgrade authority; it pays and becomes the authority
/// - `io_mint` is initialized, and `mint` is the mint that it governs
/// - the config has a minter already, by a schedule of the same curve and start
/// - the curve exists, the rules are within their bounds
/// - the shares are above 0, sum to 10,000, and have one pool account each, in order, after the
///   declared accounts
#[derive(Accounts)]
pub struct Initialize {
    #[account(mut)]
    pub authority: Signer,
    #[account(address = io_emissions::PROGRAM_DATA @ EmissionsError::WrongAccount)]
    pub program_data: UncheckedAccount,
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: UncheckedAccount,
    #[account(mut, address = io_emissions::VAULT.address @ EmissionsError::WrongAccount)]
    pub vault: UncheckedAccount,
    #[account(address = io_mint::CONFIG.address @ EmissionsError::WrongAccount)]
    pub mint_config: Account<MintConfig>,
    #[account(address = mint_config.mint @ EmissionsError::WrongMint)]
    pub mint: UncheckedAccount,
    #[account(address = io_emissions::MINTER @ EmissionsError::WrongAccount)]
    pub minter: Account<Minter>,
    #[account(address = TOKEN_PROGRAM @ EmissionsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ EmissionsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Initialize {
    pub fn initialize(&mut self, pools: &[AccountView], terms: &EmissionsTerms) -> Result<()> {
        let authority = *self.authority.address();
        require!(
            loader::require_upgrade_authority(self.program_data.account(), &authority),
            EmissionsError::NotUpgradeAuthority
        );
        let mint = *self.mint.address();
        let mut begun = EmissionsConfig::new(authority, mint, io_emissions::CONFIG.bump, terms)?;
        begun.follow(&self.minter)?;
        require!(
            pools.len() == usize::from(begun.pool_count),
            EmissionsError::WrongShares
        );
        account::create_layout::<EmissionsConfig>(
            self.authority.account(),
            self.config.account(),
            &[
                Seed::from(seeds::EMISSIONS_CONFIG),
                Seed::from(&[io_emissions::CONFIG.bump]),
            ],
            |config| *config = begun,
        )?;
        token::create_account(
            self.authority.account(),
            self.vault.account(),
            self.mint.account(),
            &io_emissions::CONFIG.address,
            &[
                Seed::from(seeds::EMISSIONS_VAULT),
                Seed::from(&[io_emissions::VAULT.bump]),
            ],
        )?;
        for ((id, share), pool) in (0_u8..).zip(terms.pool_shares).zip(pools) {
            self.create_pool(pool, id, share)?;
        }
        record(
            &self.event_authority,
            EmissionsInitialized {
                authority,
                guardian: terms.guardian,
                scorer: terms.scorer,
                mint,
                curve: u64::from(terms.curve),
                start_at: terms.start_at,
                epochs_done: begun.epochs_done,
                emitted: begun.emitted,
                bounty_bps: terms.bounty_bps,
                bounty_cap: terms.bounty_cap,
                max_boost_bps: terms.max_boost_bps,
                max_score_age: terms.max_score_age,
                max_score_step_bps: terms.max_score_step_bps,
                pool_count: u64::from(begun.pool_count),
                pool_shares: terms.pool_shares,
            },
        );
        Ok(())
    }

    /// Creates pool number `id` at the canonical PDA of `[b"pool", id]`.
    fn create_pool(&self, pool: &AccountView, id: u8, share_bps: u64) -> Result<()> {
        let bump =
            find_and_verify_program_address(&[seeds::REWARD_POOL, &[id]], &ID, pool.address())
                .map_err(|_| EmissionsError::WrongPool)?;
        account::create_layout::<RewardPool>(
            self.authority.account(),
            pool,
            &[
                Seed::from(seeds::REWARD_POOL),
                Seed::from(&[id]),
                Seed::from(&[bump]),
            ],
            |pool| *pool = RewardPool::new(id, share_bps, bump),
        )
    }
}
