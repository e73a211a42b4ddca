use crate::{
    destination::require_supplier_io,
    price, receipt,
    swap::{self, Swap, Swapped},
};
use anchor_lang::{
    address_eq,
    pinocchio::{account::AccountView, sysvars::Sysvar as _},
    prelude::*,
};
use io_cpi::token;
use io_shared::{
    constants::{IO_DECIMALS, MAX_LEFT_BPS},
    errors::PaymentsError,
    events::{Paid, PaidEvent, PaidEventOfMany, PaidPart},
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments},
    math::fee::fee_of,
    state::{Asset, Division, PaymentsConfig, Quote, Supplier, Venue, total_of},
};

/// Pays suppliers for an order in a listed token: the fee stays in the fee vault, the rest is
/// swapped, and all IO it brings goes to the suppliers, pro rata to `amounts`. Remaining accounts
/// are, for each of `amounts` but the first, the supplier and its destination; the price accounts of
/// the asset and of IO, if both have a feed; then the venue's accounts in the venue's order.
///
/// - `payer` signs, may move the tokens of `source`, and pays for the receipt
/// - payments are not paused, the asset is enabled and is not IO itself
/// - `expires_at` is ahead, by at most 30 days
/// - `amounts` are 1 to 16, none is zero, and their sum is at least the asset's minimum
/// - no supplier is named twice, and each gets something
/// - each destination is the supplier's: its earnings vault if it takes USDC, else a token account
///   of its payout wallet
/// - `fees` is the asset's fee vault, both transits are the router's own
/// - this payer has no receipt of this order
/// - all that [`Swap::run`] demands, and it brings at least `min_io_out`
/// - if both have a feed, it brings at least what their prices say, less the deviation allowed
/// - it brings no more than the venue's cap leaves
/// - the venue takes all but 1 %; what it leaves goes back to `source`, with the fee unchanged
#[derive(Accounts)]
pub struct PayToken {
    #[account(mut)]
    pub payer: Signer,
    /// The first of `amounts` is for this one.
    pub supplier: Account<Supplier>,
    pub asset: Account<Asset>,
    #[account(mut)]
    pub venue: Account<Venue>,
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut, address = asset.fees @ PaymentsError::WrongAccount)]
    pub fees: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = asset.transit @ PaymentsError::WrongTransit)]
    pub transit: UncheckedAccount,
    /// Writable, but among the venue's accounts too.
    #[cfg_attr(feature = "idl-build", account(mut))]
    #[account(address = config.io_transit @ PaymentsError::WrongTransit)]
    pub io_transit: UncheckedAccount,
    #[account(address = io_payments::ROUTER.address @ PaymentsError::WrongAccount)]
    pub router: UncheckedAccount,
    /// Writable, but maybe that of another supplier too.
    #[cfg_attr(feature = "idl-build", account(mut))]
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
pub struct TokenTerms<'a> {
    pub order_id: &'a [u8; 32],
    pub expires_at: i64,
    /// Raw units of the asset for each supplier, before or after the fee.
    pub amounts: &'a [u64],
    /// The fee is paid on top of the amounts rather than out of them.
    pub fee_on_top: bool,
    /// Least raw IO that the swap must bring.
    pub min_io_out: u64,
    /// The fiat processor's reference; all zero for a payment on chain.
    pub reference: &'a [u8; 32],
}

impl PayToken {
    #[inline(always)]
    pub fn pay_token(
        &mut self,
        terms: &TokenTerms,
        venue_data: &[u8],
        remaining: &[AccountView],
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let quote = self.quote(terms, self.asset.fee_bps.at(now), now)?;
        self.settle(terms, &quote, now, venue_data, remaining)
    }

    /// What the payment costs, if it may be made.
    #[inline(always)]
    pub fn quote(&self, terms: &TokenTerms, fee_bps: u64, now: i64) -> Result<Quote> {
        self.config.admit(now, terms.expires_at)?;
        require!(self.asset.enabled != 0, PaymentsError::AssetDisabled);
        require!(
            !address_eq(&self.asset.mint, &self.config.io_mint),
            PaymentsError::PayIoDirectly
        );
        let amount = total_of(terms.amounts)?;
        let quote = Quote::new(amount, fee_bps, terms.fee_on_top).ok_or(PaymentsError::Overflow)?;
        require!(
            amount >= self.asset.minimum && quote.net > 0,
            PaymentsError::BelowMinimum
        );
        Ok(quote)
    }

    /// Takes the fee, swaps the rest and gives the suppliers what it brings.
    #[inline(never)]
    pub fn settle(
        &mut self,
        terms: &TokenTerms,
        quote: &Quote,
        now: i64,
        venue_data: &[u8],
        remaining: &[AccountView],
    ) -> Result<()> {
        let (source, payer) = (self.source.account(), self.payer.account());
        let (transit, io_transit) = (self.transit.account(), self.io_transit.account());
        let others = terms.amounts.len().saturating_sub(1);
        let (pairs, venue_accounts) = remaining
            .split_at_checked(others.saturating_mul(2))
            .ok_or(PaymentsError::WrongSupplierCount)?;
        let (prices, venue_accounts) = price::split(
            self.asset.feed.at(now),
            self.config.io_feed.at(now),
            venue_accounts,
            now,
        )?;
        let program = &self.asset.token_program;
        let bump =
            receipt::require_unpaid(self.receipt.account(), payer.address(), terms.order_id)?;

        if quote.fee > 0 {
            token::transfer_of(program, source, self.fees.account(), payer, quote.fee, &[]);
        }
        token::transfer_of(program, source, transit, payer, quote.net, &[]);
        let swapped = Swap {
            venue: &self.venue,
            router: self.router.account(),
            from: transit,
            to: io_transit,
            data: venue_data,
            accounts: venue_accounts,
        }
        .run(quote.net)?;
        require!(
            swapped.received >= terms.min_io_out,
            PaymentsError::ReceivedTooLittle
        );
        if swapped.unspent > 0 {
            let most = fee_of(quote.net, MAX_LEFT_BPS).ok_or(PaymentsError::Overflow)?;
            require!(swapped.unspent <= most, PaymentsError::TooMuchLeft);
        }
        if let Some(prices) = &prices {
            let spent = quote.net.saturating_sub(swapped.unspent);
            prices.require_fair(
                (spent, self.asset.decimals),
                (swapped.received, IO_DECIMALS),
            )?;
        }
        self.venue.count(swapped.received, now)?;

        // After the call, so that the venue cannot replace what is looked at.
        require_supplier_io(
            &self.supplier,
            self.destination.account(),
            &self.config.io_mint,
        )?;
        if pairs.is_empty() {
            let payment = PaidEvent::of_one(
                self.head(terms, quote, &swapped, now),
                self.first(swapped.holding),
            );
            return self.deliver(&payment, &[], bump, swapped.rest);
        }
        self.divide(terms, quote, &swapped, now, pairs, bump)
    }

    /// Divides what the swap brought over several suppliers.
    #[inline(never)]
    fn divide(
        &self,
        terms: &TokenTerms,
        quote: &Quote,
        swapped: &Swapped,
        now: i64,
        pairs: &[AccountView],
        bump: u8,
    ) -> Result<()> {
        let (pairs, _) = pairs.as_chunks::<2>();
        let mut division = Division::new(swapped.holding, total_of(terms.amounts)?);
        let mut parts = terms
            .amounts
            .iter()
            .map(|amount| division.part(*amount).ok_or(PaymentsError::Overflow));
        let first = parts.next().ok_or(PaymentsError::WrongSupplierCount)??;
        let mut payment = PaidEventOfMany::new(self.head(terms, quote, swapped, now));
        receipt::add_part(&mut payment, self.first(first))?;
        for (pair, delivered) in pairs.iter().zip(parts) {
            let part = receipt::part_of(pair, delivered?, &self.config.io_mint)?;
            receipt::add_part(&mut payment, part)?;
        }
        self.deliver(&payment, pairs, bump, swapped.rest)
    }

    /// The payment, of one supplier so far.
    #[inline(always)]
    fn head(&self, terms: &TokenTerms, quote: &Quote, swapped: &Swapped, now: i64) -> Paid {
        Paid {
            payer: *self.payer.address(),
            order_id: *terms.order_id,
            mint: self.asset.mint,
            venue: *self.venue.address(),
            reference: *terms.reference,
            gross: quote.gross.saturating_sub(swapped.unspent),
            fee: quote.fee,
            delivered: swapped.holding,
            paid_at: now,
            expires_at: terms.expires_at,
            oracle_bounded: u64::from(
                self.asset.feed.at(now).is_listed() && self.config.io_feed.at(now).is_listed(),
            ),
            count: 1,
        }
    }

    /// The first supplier's part.
    #[inline(always)]
    fn first(&self, delivered: u64) -> PaidPart {
        PaidPart {
            supplier: *self.supplier.address(),
            destination: *self.destination.address(),
            delivered,
        }
    }

    /// Notes the payment, and sends everyone what is theirs.
    #[inline(always)]
    fn deliver<const N: usize>(
        &self,
        payment: &PaidEvent<N>,
        pairs: &[[AccountView; 2]],
        bump: u8,
        rest: u64,
    ) -> Result<()> {
        let (router, seeds) = (self.router.account(), swap::seeds());
        receipt::create(payment, self.payer.account(), self.receipt.account(), bump)?;
        if rest > 0 {
            token::transfer_of(
                &self.asset.token_program,
                self.transit.account(),
                self.source.account(),
                router,
                rest,
                &seeds,
            );
        }
        let destinations = core::iter::once(self.destination.account())
            .chain(pairs.iter().map(|[_, destination]| destination));
        for (destination, part) in destinations.zip(payment.parts()) {
            token::transfer(
                self.io_transit.account(),
                destination,
                router,
                part.delivered,
                &seeds,
            );
        }
        receipt::record_paid(&self.event_authority, payment);
        Ok(())
    }
}
