use crate::record;
use anchor_lang::{pinocchio::sysvars::Sysvar as _, prelude::*};
use io_cpi::token::{self, TokenAccount};
use io_shared::{
    errors::PaymentsError,
    events::Swept,
    ids::io_payments,
    state::{Asset, PaymentsConfig},
};

/// Sends the fees of one mint to the treasury: of USDC, all but what may buy IO back in a day. Anyone
/// may call it; never paused.
///
/// - `fees` is the asset's fee vault, and holds more than that
/// - `destination` is a token account of the treasury, of the asset's mint, that nobody else can
///   move tokens out of or close
#[derive(Accounts)]
pub struct Sweep {
    pub asset: Account<Asset>,
    #[account(mut, address = asset.fees @ PaymentsError::WrongAccount)]
    pub fees: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The only account of its layout.
    pub config: Account<PaymentsConfig>,
    #[account(address = asset.token_program @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl Sweep {
    pub fn sweep(&mut self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let (mint, program) = (self.asset.mint, &self.asset.token_program);
        let treasury = *self.config.treasury_at(now);
        require!(
            TokenAccount::read_of(self.destination.account(), program).is_some_and(|account| {
                account.owner == treasury
                    && account.mint == mint
                    && !account.has_delegate
                    && !account.has_close_authority
            }),
            PaymentsError::WrongTreasury
        );
        let held = TokenAccount::read_own(self.fees.account()).map_or(0, |fees| fees.amount);
        let amount = self.config.sweepable(&mint, held, now)?;
        token::transfer_of(
            program,
            self.fees.account(),
            self.destination.account(),
            self.config.account(),
            amount,
            &crate::config_seeds(),
        );
        record(
            &self.event_authority,
            Swept {
                mint,
                treasury,
                destination: *self.destination.address(),
                amount,
            },
        );
        Ok(())
    }
}
