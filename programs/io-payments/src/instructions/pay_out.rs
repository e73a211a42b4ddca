use crate::{
    destination::require_owned,
    price, record,
    swap::{self, Swap},
};
use anchor_lang::{
    address_eq,
    pinocchio::{account::AccountView, cpi::Seed, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::token;
use io_shared::{
    constants::{IO_DECIMALS, USDC_DECIMALS},
    errors::PaymentsError,
    events::PaidOut,
    ids::{TOKEN_PROGRAM, io_payments},
    math::fee::fee_of,
    seeds,
    state::{PaymentsConfig, Supplier, Venue},
};

/// Swaps `amount` raw IO of a supplier's earnings to USDC, takes the fee and pays the supplier.
/// Remaining accounts are, for a keeper, the price accounts of IO and of USDC, if both have a feed; then
/// the venue's accounts in the venue's order. Never paused, and an owner depends on no oracle.
///
/// - `caller` signs and is the supplier's owner, or a keeper if the supplier named a lowest price,
///   which `min_usdc_out` then respects
/// - a keeper's swap brings at least what the prices of IO and USDC say, less the deviation allowed, if
///   both have a feed
/// - `amount` is not zero; what the venue takes of it is within what its cap leaves
/// - `earnings` is the supplier's vault; what the venue leaves goes back there
/// - `destination` is a USDC account of the supplier's payout wallet
/// - `fees` is the fee vault of USDC, both transits are the router's own
/// - all that [`Swap::run`] demands, and at least `min_usdc_out` reaches the supplier after the fee
#[derive(Accounts)]
pub struct PayOut {
    pub caller: Signer,
    pub supplier: Account<Supplier>,
    #[account(mut)]
    pub venue: Account<Venue>,
    #[account(mut, address = supplier.earnings @ PaymentsError::WrongAccount)]
    pub earnings: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = config.io_transit @ PaymentsError::WrongTransit)]
    pub io_transit: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = config.usdc_transit @ PaymentsError::WrongTransit)]
    pub usdc_transit: UncheckedAccount,
    #[account(address = io_payments::ROUTER.address @ PaymentsError::WrongAccount)]
    pub router: UncheckedAccount,
    #[account(mut, address = config.usdc_fees @ PaymentsError::WrongAccount)]
    pub fees: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The only account of its layout.
    pub config: Account<PaymentsConfig>,
    #[account(address = venue.program @ PaymentsError::WrongAccount)]
    pub venue_program: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl PayOut {
    #[inline(always)]
    pub fn pay_out(
        &mut self,
        amount: u64,
        min_usdc_out: u64,
        venue_data: &[u8],
        remaining: &[AccountView],
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        require!(amount > 0, PaymentsError::ZeroAmount);
        let (mut prices, mut venue_accounts) = (None, remaining);
        if !address_eq(self.caller.address(), &self.supplier.owner) {
            let bound = self
                .supplier
                .keeper_bound(amount)
                .ok_or(PaymentsError::KeeperNotAllowed)?;
            require!(min_usdc_out >= bound, PaymentsError::KeeperPriceTooLow);
            (prices, venue_accounts) = price::split(
                self.config.io_feed.at(now),
                self.config.usdc_feed.at(now),
                remaining,
                now,
            )?;
        }

        let (io_transit, usdc_transit) = (self.io_transit.account(), self.usdc_transit.account());
        let (router, seeds) = (self.router.account(), swap::seeds());
        token::transfer(
            self.earnings.account(),
            io_transit,
            self.supplier.account(),
            amount,
            &[
                Seed::from(seeds::SUPPLIER),
                Seed::from(self.supplier.owner.as_ref()),
                Seed::from(&[self.supplier.bump]),
            ],
        );
        let swapped = Swap {
            venue: &self.venue,
            router,
            from: io_transit,
            to: usdc_transit,
            data: venue_data,
            accounts: venue_accounts,
        }
        .run(amount)?;
        let sold = amount.saturating_sub(swapped.unspent);
        if let Some(prices) = &prices {
            prices.require_fair((sold, IO_DECIMALS), (swapped.received, USDC_DECIMALS))?;
        }
        self.venue.count(sold, now)?;
        // After the call, so that the venue cannot replace what was looked at.
        require_owned(
            self.destination.account(),
            &self.supplier.payout,
            &self.config.usdc_mint,
            PaymentsError::WrongDestination,
        )?;
        let fee = fee_of(swapped.received, self.config.payout_fee_bps.at(now))
            .ok_or(PaymentsError::Overflow)?;
        let delivered = swapped
            .holding
            .checked_sub(fee)
            .ok_or(PaymentsError::Overflow)?;
        require!(
            swapped.received.saturating_sub(fee) >= min_usdc_out,
            PaymentsError::ReceivedTooLittle
        );
        if swapped.rest > 0 {
            token::transfer(
                io_transit,
                self.earnings.account(),
                router,
                swapped.rest,
                &seeds,
            );
        }
        if fee > 0 {
            token::transfer(usdc_transit, self.fees.account(), router, fee, &seeds);
        }
        token::transfer(
            usdc_transit,
            self.destination.account(),
            router,
            delivered,
            &seeds,
        );
        record(
            &self.event_authority,
            PaidOut {
                supplier: *self.supplier.address(),
                by: *self.caller.address(),
                destination: *self.destination.address(),
                venue: *self.venue.address(),
                sold,
                proceeds: swapped.received,
                fee,
                delivered,
            },
        );
        Ok(())
    }
}
