//! `io_payments`: the router. Every payment ends as IO in the supplier's hands, in the same
//! transaction.
//!
//! Payments in IO are plain transfers. Payments in another listed token pay the fee, then swap
//! through a listed venue: the router lends it one signature, over two transit accounts that are
//! empty before and after, and believes only the balances it reads afterwards. Suppliers who take
//! USDC collect IO in a vault of their own, which `pay_out` swaps and `take_earnings` empties, and
//! neither is ever paused.
//!
//! Layouts with the rules that move money are in `io_shared::state::payments`, calls in `io_cpi`;
//! here stands who may do what with which accounts.
#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(target_os = "solana")]
use solana_compiler_builtins as _;

mod destination;
mod instructions;
mod price;
mod receipt;
mod swap;

use alloc::vec::Vec;
use anchor_lang::{pinocchio::cpi::Seed, prelude::*};
use instructions::*;
use io_shared::{
    ids::io_payments::{CONFIG, EVENT_AUTHORITY},
    seeds,
    state::Feed,
};

declare_id!("ioPpk3Ehtfgg8kmNUhNE18AgsyQ2F2nrMczf8KEypCd");

const _: () = assert!(
    io_shared::ids::same(&ID, &io_shared::ids::io_payments::ID),
    "declare_id! and io_shared::ids differ"
);

io_shared::security_txt!("io_payments");

// The dispatcher tries handlers in this order: the hot ones come first.
#[program]
pub mod io_payments {
    use super::*;

    /// Pays a supplier in IO for an order, and records it in a receipt.
    pub fn pay_io(
        ctx: &mut Context<PayIo>,
        order_id: &[u8; 32],
        expires_at: i64,
        amount: u64,
    ) -> Result<()> {
        ctx.accounts.pay_io(order_id, expires_at, amount)
    }

    /// Pays a supplier in IO without a receipt.
    pub fn pay_io_unreceipted(
        ctx: &mut Context<PayIoUnreceipted>,
        amount: u64,
        reference: [u8; 32],
    ) -> Result<()> {
        ctx.accounts.pay_io_unreceipted(amount, reference)
    }

    /// Pays suppliers in a listed token, which is swapped to IO, and records it in a receipt.
    pub fn pay_token(
        ctx: &mut Context<PayToken>,
        order_id: &[u8; 32],
        expires_at: i64,
        amounts: Vec<u64>,
        fee_on_top: bool,
        min_io_out: u64,
        venue_data: &[u8],
    ) -> Result<()> {
        let terms = TokenTerms {
            order_id,
            expires_at,
            amounts: &amounts,
            fee_on_top,
            min_io_out,
            reference: &[0; 32],
        };
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.pay_token(&terms, venue_data, &remaining)
    }

    /// Swaps earnings to USDC and pays them out; never paused.
    pub fn pay_out(
        ctx: &mut Context<PayOut>,
        amount: u64,
        min_usdc_out: u64,
        venue_data: &[u8],
    ) -> Result<()> {
        let venue_accounts = ctx.remaining_accounts()?;
        ctx.accounts
            .pay_out(amount, min_usdc_out, venue_data, &venue_accounts)
    }

    /// Takes earnings as IO; never paused.
    pub fn take_earnings(ctx: &mut Context<TakeEarnings>, amount: u64) -> Result<()> {
        ctx.accounts.take_earnings(amount)
    }

    /// Pays several suppliers in IO for an order, and records it in one receipt.
    pub fn pay_io_split(
        ctx: &mut Context<PayIoSplit>,
        order_id: &[u8; 32],
        expires_at: i64,
        amounts: Vec<u64>,
    ) -> Result<()> {
        let pairs = ctx.remaining_accounts()?;
        ctx.accounts
            .pay_io_split(order_id, expires_at, &amounts, &pairs)
    }

    /// Pays suppliers out of a fiat gateway's USDC, on a renter's behalf.
    #[allow(
        clippy::too_many_arguments,
        reason = "the arguments are the instruction's wire format"
    )]
    pub fn pay_fiat(
        ctx: &mut Context<PayFiat>,
        order_id: &[u8; 32],
        expires_at: i64,
        amounts: Vec<u64>,
        fee_on_top: bool,
        min_io_out: u64,
        venue_data: &[u8],
        reference: &[u8; 32],
    ) -> Result<()> {
        let terms = TokenTerms {
            order_id,
            expires_at,
            amounts: &amounts,
            fee_on_top,
            min_io_out,
            reference,
        };
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.pay_fiat(&terms, venue_data, &remaining)
    }

    /// Gives back IO that a supplier got for an order; never paused.
    pub fn refund(ctx: &mut Context<Refund>, amount: u64) -> Result<()> {
        ctx.accounts.refund(amount)
    }

    /// Closes the receipt of an expired payment.
    pub fn close_receipt(ctx: &mut Context<CloseReceipt>) -> Result<()> {
        ctx.accounts.close_receipt()
    }

    /// Registers a supplier and creates its earnings vault.
    pub fn register_supplier(
        ctx: &mut Context<RegisterSupplier>,
        preference: u8,
        payout: Address,
    ) -> Result<()> {
        ctx.accounts.register_supplier(preference, payout)
    }

    /// Changes how a supplier is paid.
    pub fn set_supplier(
        ctx: &mut Context<SetSupplier>,
        preference: u8,
        payout: Address,
        keeper_min_price: u64,
    ) -> Result<()> {
        ctx.accounts
            .set_supplier(preference, payout, keeper_min_price)
    }

    /// Creates the config.
    pub fn initialize(
        ctx: &mut Context<Initialize>,
        guardian: Address,
        treasury: Address,
        payout_fee_bps: u64,
    ) -> Result<()> {
        ctx.accounts.initialize(guardian, treasury, payout_fee_bps)
    }

    /// Lets renters pay in a token, and the router swap it.
    pub fn list_asset(ctx: &mut Context<ListAsset>, fee_bps: u64, minimum: u64) -> Result<()> {
        ctx.accounts.list_asset(fee_bps, minimum)
    }

    /// Enables or disables payments in a token.
    pub fn set_asset_enabled(ctx: &mut Context<SetAssetEnabled>, enabled: bool) -> Result<()> {
        ctx.accounts.set_asset_enabled(enabled)
    }

    /// Sets the smallest payment in a token.
    pub fn set_asset_minimum(ctx: &mut Context<SetAssetMinimum>, minimum: u64) -> Result<()> {
        ctx.accounts.set_asset_minimum(minimum)
    }

    /// Lets the router swap through an instruction of another program.
    pub fn list_venue(
        ctx: &mut Context<ListVenue>,
        discriminator: [u8; 8],
        discriminator_len: u8,
    ) -> Result<()> {
        ctx.accounts.list_venue(discriminator, discriminator_len)
    }

    /// Enables or disables swaps through a venue.
    pub fn set_venue_enabled(ctx: &mut Context<SetVenueEnabled>, enabled: bool) -> Result<()> {
        ctx.accounts.set_venue_enabled(enabled)
    }

    /// Pauses or resumes payments.
    pub fn set_paused(ctx: &mut Context<SetPaused>, paused: bool) -> Result<()> {
        ctx.accounts.set_paused(paused)
    }

    /// Schedules the renter's fee on payments in a token.
    pub fn schedule_asset_fee(ctx: &mut Context<ScheduleAssetFee>, fee_bps: u64) -> Result<()> {
        ctx.accounts.schedule_asset_fee(fee_bps)
    }

    /// Schedules the price feed that bounds swaps of a token.
    pub fn schedule_feed(
        ctx: &mut Context<ScheduleFeed>,
        owner: Address,
        id: [u8; 32],
        max_age: u64,
        max_confidence_bps: u64,
        max_deviation_bps: u64,
    ) -> Result<()> {
        ctx.accounts.schedule_feed(Feed {
            owner,
            id,
            max_age,
            max_confidence_bps,
            max_deviation_bps,
        })
    }

    /// Changes how much may be swapped through a venue in a day.
    pub fn set_venue_cap(ctx: &mut Context<SetVenueCap>, cap: u64) -> Result<()> {
        ctx.accounts.set_venue_cap(cap)
    }

    /// Schedules the fee on earnings taken in USDC.
    pub fn schedule_payout_fee(ctx: &mut Context<ScheduleRule>, fee_bps: u64) -> Result<()> {
        ctx.accounts.schedule_payout_fee(fee_bps)
    }

    /// Schedules another owner of the accounts that fees go to.
    pub fn schedule_treasury(ctx: &mut Context<ScheduleRule>, treasury: Address) -> Result<()> {
        ctx.accounts.schedule_treasury(treasury)
    }

    /// Schedules how much of the fees may buy IO back in a day.
    pub fn schedule_buy_back(ctx: &mut Context<ScheduleRule>, daily: u64) -> Result<()> {
        ctx.accounts.schedule_buy_back(daily)
    }

    /// Sends the fees of one mint to the treasury; never paused.
    pub fn sweep(ctx: &mut Context<Sweep>) -> Result<()> {
        ctx.accounts.sweep()
    }

    /// Swaps fees to IO and burns it.
    pub fn buy_back(
        ctx: &mut Context<BuyBack>,
        amount: u64,
        min_io_out: u64,
        venue_data: &[u8],
    ) -> Result<()> {
        let venue_accounts = ctx.remaining_accounts()?;
        ctx.accounts
            .buy_back(amount, min_io_out, venue_data, &venue_accounts)
    }

    /// Lets a fiat gateway pay on renters' behalf.
    pub fn list_gateway(
        ctx: &mut Context<ListGateway>,
        wallet: Address,
        fee_bps: u64,
        daily_limit: u64,
    ) -> Result<()> {
        ctx.accounts.list_gateway(wallet, fee_bps, daily_limit)
    }

    /// Schedules the renter's fee on a gateway's payments.
    pub fn schedule_gateway_fee(ctx: &mut Context<ScheduleGateway>, fee_bps: u64) -> Result<()> {
        ctx.accounts.schedule_gateway_fee(fee_bps)
    }

    /// Schedules a gateway's daily limit.
    pub fn schedule_gateway_limit(
        ctx: &mut Context<ScheduleGateway>,
        daily_limit: u64,
    ) -> Result<()> {
        ctx.accounts.schedule_gateway_limit(daily_limit)
    }

    /// Lowers a gateway's daily limit at once.
    pub fn lower_gateway_limit(ctx: &mut Context<SwitchGateway>, daily_limit: u64) -> Result<()> {
        ctx.accounts.lower_gateway_limit(daily_limit)
    }

    /// Enables or disables a gateway.
    pub fn set_gateway_enabled(ctx: &mut Context<SwitchGateway>, enabled: bool) -> Result<()> {
        ctx.accounts.set_gateway_enabled(enabled)
    }

    /// First step of a hand-over of the authority.
    pub fn nominate_authority(
        ctx: &mut Context<NominateAuthority>,
        nominee: Address,
    ) -> Result<()> {
        ctx.accounts.nominate_authority(nominee)
    }

    /// Second step of a hand-over of the authority.
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
        ctx.accounts.accept_authority()
    }

    /// Replaces the guardian.
    pub fn set_guardian(ctx: &mut Context<SetGuardian>, guardian: Address) -> Result<()> {
        ctx.accounts.set_guardian(guardian)
    }
}

/// Records an event by a call of this program to itself.
#[inline(always)]
fn record<E: io_shared::events::Event>(event_authority: &UncheckedAccount, event: E) {
    io_cpi::event::emit(&ID, event_authority.account(), EVENT_AUTHORITY.bump, event);
}

/// What the config signs with, as owner of the fee vaults.
#[inline(always)]
fn config_seeds() -> [Seed<'static>; 2] {
    [
        Seed::from(seeds::PAYMENTS_CONFIG),
        Seed::from(const { &[CONFIG.bump] }),
    ]
}
