use crate::{
    destination::{require_owned, require_supplier_io},
    receipt::{self, Payment},
    record,
    swap::{self, Swap},
};
use anchor_lang::{
    address_eq,
    pinocchio::{account::AccountView, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::token;
use io_shared::{
    constants::MAX_LEFT_BPS,
    errors::PaymentsError,
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments},
    math::fee::fee_of,
    state::{Asset, PaymentsConfig, Supplier, Venue},
};

/// Pays a supplier for an order in a listed token: the fee goes to the treasury, the rest is
/// swapped, and all IO it brings goes to the supplier. The venue's accounts follow as remaining
/// accounts, in the venue's order.
///
/// - `payer` signs, may move the tokens of `source`, and pays for the receipt
/// - payments are not paused, the asset is enabled and is not IO itself
/// - `expires_at` is ahead, by at most 30 days
/// - `amount` is not zero and at least the asset's minimum
/// - `destination` is the supplier's: its earnings vault if it takes USDC, else a token account of
///   its payout wallet
/// - `treasury` is a token account of the treasury, of the mint paid in
/// - both transits are the router's own
/// - this payer has no receipt of this order
/// - all that [`Swap::run`] demands, and it brings at least `min_io_out`
/// - the venue takes all but 1 %; what it leaves goes back to `source`, with the fee unchanged
#[derive(Accounts)]
pub struct PayToken {
    #[account(mut)]
    pub payer: Signer,
    pub supplier: Account<Supplier>,
    pub asset: Account<Asset>,
    pub venue: Account<Venue>,
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut)]
    pub treasury: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[account(address = asset.transit @ PaymentsError::WrongTransit)]
    pub transit: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[account(address = config.io_transit @ PaymentsError::WrongTransit)]
    pub io_transit: UncheckedAccount,
    #[account(address = io_payments::ROUTER.address @ PaymentsError::WrongAccount)]
    pub router: UncheckedAccount,
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The canonical PDA of `[b"receipt", payer, order_id]`.
    #[account(mut)]
    pub receipt: UncheckedAccount,
    /// The only account of its layout.
    pub config: Account<PaymentsConfig>,
    #[account(address = venue.program @ PaymentsError::WrongAccount)]
    pub venue_program: UncheckedAccount,
    #[account(address = TOKEN_PROGRAM @ PaymentsError::WrongAccount)]
    pub token_program: UncheckedAccount,
    #[account(address = SYSTEM_PROGRAM @ PaymentsError::WrongAccount)]
    pub system_program: UncheckedAccount,
    #[account(address = io_payments::EVENT_AUTHORITY.address @ PaymentsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_payments::ID @ PaymentsError::WrongAccount)]
    pub program: UncheckedAccount,
}

/// What the payer agreed to.
pub struct PayTokenTerms<'a> {
    pub order_id: &'a [u8; 32],
    pub expires_at: i64,
    /// Raw units of the asset, before or after the fee.
    pub amount: u64,
    /// The fee is paid on top of `amount` rather than out of it.
    pub fee_on_top: bool,
    /// Least raw IO that the swap must bring.
    pub min_io_out: u64,
}

impl PayToken {
    #[inline(always)]
    pub fn pay_token(
        &mut self,
        terms: PayTokenTerms,
        venue_data: &[u8],
        venue_accounts: &[AccountView],
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        self.config.admit(now, terms.expires_at)?;
        require!(self.asset.enabled != 0, PaymentsError::AssetDisabled);
        require!(
            !address_eq(&self.asset.mint, &self.config.io_mint),
            PaymentsError::PayIoDirectly
        );
        require!(terms.amount > 0, PaymentsError::ZeroAmount);
        require!(
            terms.amount >= self.asset.minimum,
            PaymentsError::BelowMinimum
        );
        require_owned(
            self.treasury.account(),
            self.config.treasury_at(now),
            &self.asset.mint,
            PaymentsError::WrongTreasury,
        )?;
        let bump =
            receipt::require_unpaid(self.receipt.account(), self.payer.address(), terms.order_id)?;
        let quote = self
            .asset
            .quote(terms.amount, terms.fee_on_top, now)
            .ok_or(PaymentsError::Overflow)?;

        let (source, payer) = (self.source.account(), self.payer.account());
        let router = self.router.account();
        let (transit, io_transit) = (self.transit.account(), self.io_transit.account());
        if quote.fee > 0 {
            token::transfer(source, self.treasury.account(), payer, quote.fee, &[]);
        }
        token::transfer(source, transit, payer, quote.net, &[]);
        let swapped = Swap {
            venue: &self.venue,
            router,
            from: transit,
            to: io_transit,
            data: venue_data,
            accounts: venue_accounts,
        }
        .run(quote.net)?;
        // After the call, so that the venue cannot replace what was looked at.
        require_supplier_io(
            &self.supplier,
            self.destination.account(),
            &self.config.io_mint,
        )?;
        require!(
            swapped.received >= terms.min_io_out,
            PaymentsError::ReceivedTooLittle
        );
        if swapped.unspent > 0 {
            let most = fee_of(quote.net, MAX_LEFT_BPS).ok_or(PaymentsError::Overflow)?;
            require!(swapped.unspent <= most, PaymentsError::TooMuchLeft);
        }
        if swapped.rest > 0 {
            token::transfer(transit, source, router, swapped.rest, &swap::seeds());
        }
        token::transfer(
            io_transit,
            self.destination.account(),
            router,
            swapped.holding,
            &swap::seeds(),
        );
        let payment = Payment {
            payer: self.payer.address(),
            supplier: self.supplier.address(),
            destination: self.destination.address(),
            order_id: terms.order_id,
            mint: &self.asset.mint,
            venue: self.venue.address(),
            gross: quote.gross.saturating_sub(swapped.unspent),
            fee: quote.fee,
            delivered: swapped.holding,
            paid_at: now,
            expires_at: terms.expires_at,
        };
        payment.create_receipt(payer, self.receipt.account(), bump)?;
        record(&self.event_authority, payment.event());
        Ok(())
    }
}
