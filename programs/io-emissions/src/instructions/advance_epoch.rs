use crate::{record, remaining::for_each_pool};
use anchor_lang::{
    pinocchio::{cpi::Seed, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::{mint, token};
use io_shared::{
    errors::EmissionsError,
    events::EpochAdvanced,
    ids::{TOKEN_PROGRAM, io_emissions, io_mint},
    seeds,
    state::{Advance, EmissionsConfig, PoolShares},
};

/// Mints the emission of all epochs that are over and not paid for yet, and shares it out: a bounty
/// to the caller's token account, the rest over the pools. Changes nothing if no epoch is due.
///
/// - anyone may call; nobody need sign
/// - `bounty_account` is a token account of the IO mint, which the token program checks
/// - the config has an active minter, whose schedule `io_mint` holds the emission against
/// - the pools come after the declared accounts: all of them, in the order of their ids
#[derive(Accounts)]
pub struct AdvanceEpoch {
    #[account(mut, address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(mut, address = io_emissions::VAULT.address @ EmissionsError::WrongAccount)]
    pub vault: UncheckedAccount,
    #[account(mut)]
    pub bounty_account: UncheckedAccount,
    /// `io_mint`'s account of the config; checked there, as the three that follow.
    #[account(mut)]
    pub minter: UncheckedAccount,
    #[account(mut)]
    pub mint_config: UncheckedAccount,
    #[account(mut)]
    pub mint: UncheckedAccount,
    pub mint_event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ EmissionsError::WrongAccount)]
    pub mint_program: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ EmissionsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl AdvanceEpoch {
    #[inline(always)]
    pub fn advance_epoch(&mut self, pools: &[AccountView]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let epochs_done = self.config.epochs_done;
        let Some(advance) = self.config.advance(now) else {
            return Ok(());
        };
        let pool_amounts = self.share_out(pools, &advance, now)?;
        self.mint_emission(&advance);
        record(
            &self.event_authority,
            EpochAdvanced {
                epoch: advance.epoch,
                epochs: advance.epoch.saturating_sub(epochs_done),
                emission: advance.emission,
                bounty: advance.bounty,
                bounty_account: *self.bounty_account.address(),
                pool_amounts,
            },
        );
        Ok(())
    }

    /// Books each pool's part; returns the parts. The last pool takes what rounding left over.
    #[inline(always)]
    fn share_out(&self, pools: &[AccountView], advance: &Advance, now: i64) -> Result<PoolShares> {
        let total = advance.for_pools();
        let mut left = total;
        let mut parts = PoolShares::default();
        for_each_pool(pools, &self.config, |index, pool| {
            let last = index.wrapping_add(1) == pools.len();
            let part = if last {
                Some(left)
            } else {
                pool.part_of(total, now)
            };
            let part = part.ok_or(EmissionsError::Overflow)?;
            left = left.checked_sub(part).ok_or(EmissionsError::Overflow)?;
            pool.distribute(part, advance.epoch, advance.due_at)
                .ok_or(EmissionsError::Overflow)?;
            if let Some(slot) = parts.get_mut(index) {
                *slot = part;
            }
            Ok(())
        })?;
        Ok(parts)
    }

    /// Mints the emission into the vault and pays the bounty out of it.
    #[inline(always)]
    fn mint_emission(&self, advance: &Advance) {
        let seeds = [
            Seed::from(seeds::EMISSIONS_CONFIG),
            Seed::from(&[io_emissions::CONFIG.bump]),
        ];
        if advance.emission > 0 {
            let accounts = mint::MintTo {
                authority: self.config.account(),
                minter: self.minter.account(),
                config: self.mint_config.account(),
                mint: self.mint.account(),
                destination: self.vault.account(),
                token_program: self.token_program.account(),
                event_authority: self.mint_event_authority.account(),
                program: self.mint_program.account(),
            };
            mint::mint_to(&accounts, advance.emission, &seeds);
        }
        if advance.bounty > 0 {
            token::transfer(
                self.vault.account(),
                self.bounty_account.account(),
                self.config.account(),
                advance.bounty,
                &seeds,
            );
        }
    }
}
