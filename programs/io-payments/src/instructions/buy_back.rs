use crate::{
    config_seeds, price, record,
    swap::{self, Swap},
};
use anchor_lang::{
    address_eq,
    pinocchio::{account::AccountView, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::{
    mint::{self, Burn},
    token,
};
use io_shared::{
    constants::{IO_DECIMALS, MAX_LEFT_BPS, USDC_DECIMALS},
    errors::PaymentsError,
    events::BoughtBack,
    ids::{TOKEN_PROGRAM, io_mint, io_payments},
    math::fee::fee_of,
    state::{PaymentsConfig, Venue},
};

/// Swaps `amount` raw USDC of the fees to IO and burns all it brings, counted by `io_mint`. Remaining
/// accounts are the price accounts of USDC and of IO, if both have a feed; then the venue's accounts in
/// the venue's order.
///
/// - `caller` signs, and is the authority unless both have a feed
/// - if so, the swap brings at least what their prices say, less the deviation allowed, and the venue
///   takes all but 1 %
/// - payments are not paused
/// - `amount` is not zero and within what the day's limit leaves; what the venue does not take
///   counts all the same
/// - `fees` is the fee vault of USDC; what the venue leaves goes back there
/// - both transits are the router's own
/// - all that [`Swap::run`] demands, and it brings at least `min_io_out`, and no more than the venue's
///   cap leaves
#[derive(Accounts)]
pub struct BuyBack {
    pub caller: Signer,
    #[account(mut, address = io_payments::CONFIG.address @ PaymentsError::WrongAccount)]
    pub config: Account<PaymentsConfig>,
    #[account(mut)]
    pub venue: Account<Venue>,
    #[account(mut, address = config.usdc_fees @ PaymentsError::WrongAccount)]
    pub fees: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = config.usdc_transit @ PaymentsError::WrongTransit)]
    pub usdc_transit: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = config.io_transit @ PaymentsError::WrongTransit)]
    pub io_transit: UncheckedAccount,
    #[account(address = io_payments::ROUTER.address @ PaymentsError::WrongAccount)]
    pub router: UncheckedAccount,
    #[account(mut, address = io_mint::CONFIG.address @ PaymentsError::WrongAccount)]
    pub mint_config: UncheckedAccount,
    /// Writable, but maybe among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = config.io_mint @ PaymentsError::WrongAccount)]
    pub io_mint: UncheckedAccount,
    #[account(address = io_mint::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub mint_event_authority: UncheckedAccount,
    #[account(address = io_mint::ID @ PaymentsError::WrongAccount)]
    pub mint_program: UncheckedAccount,
    #[account(address = venue.program @ PaymentsError::WrongAccount)]
    pub venue_program: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl BuyBack {
    pub fn buy_back(
        &mut self,
        amount: u64,
        min_io_out: u64,
        venue_data: &[u8],
        remaining: &[AccountView],
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.config.buy_back(amount, now)?;
        let (prices, venue_accounts) = price::split(
            self.config.usdc_feed.at(now),
            self.config.io_feed.at(now),
            remaining,
            now,
        )?;
        require!(
            prices.is_some()
                || address_eq(self.caller.address(), &self.config.governance.authority),
            PaymentsError::Unauthorized
        );

        let (fees, router) = (self.fees.account(), self.router.account());
        let (usdc_transit, io_transit) = (self.usdc_transit.account(), self.io_transit.account());
        token::transfer(
            fees,
            usdc_transit,
            self.config.account(),
            amount,
            &config_seeds(),
        );
        let swapped = Swap {
            venue: &self.venue,
            router,
            from: usdc_transit,
            to: io_transit,
            data: venue_data,
            accounts: venue_accounts,
        }
        .run(amount)?;
        require!(
            swapped.received >= min_io_out,
            PaymentsError::ReceivedTooLittle
        );
        if let Some(prices) = &prices {
            // Else a stranger uses up the day's limit for next to nothing.
            require!(
                swapped.unspent <= fee_of(amount, MAX_LEFT_BPS).ok_or(PaymentsError::Overflow)?,
                PaymentsError::TooMuchLeft
            );
            let spent = amount.saturating_sub(swapped.unspent);
            prices.require_fair((spent, USDC_DECIMALS), (swapped.received, IO_DECIMALS))?;
        }
        self.venue.count(swapped.received, now)?;
        if swapped.rest > 0 {
            token::transfer(usdc_transit, fees, router, swapped.rest, &swap::seeds());
        }
        mint::burn(
            &Burn {
                authority: router,
                source: io_transit,
                config: self.mint_config.account(),
                mint: self.io_mint.account(),
                token_program: self.token_program.account(),
                event_authority: self.mint_event_authority.account(),
                program: self.mint_program.account(),
            },
            swapped.holding,
            &swap::seeds(),
        );
        record(
            &self.event_authority,
            BoughtBack {
                by: *self.caller.address(),
                venue: *self.venue.address(),
                spent: amount.saturating_sub(swapped.unspent),
                burned: swapped.holding,
            },
        );
        Ok(())
    }
}
