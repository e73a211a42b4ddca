//! Earnings of suppliers who take USDC, swapped and paid out where they let keepers do it.

use crate::{
    Job, PayOutRules,
    jobs::tickets::{Destination, destination},
    work::{Found, Work},
};
use io_client::{
    Pubkey, amount,
    events::Event,
    payments::{self, PayOut},
    rpc::{At, Error, Network, Result, SwapQuote},
    shared::{
        ids::io_payments,
        math::fee::fee_of,
        state::{PaymentsConfig, PayoutPreference, Supplier},
    },
    token,
};

/// Where the amount of a token account is.
const AMOUNT: core::ops::Range<usize> = 64..72;
/// How often the amount is halved before a pool is too small for a supplier.
const HALVINGS: u32 = 4;

/// A supplier who takes USDC, and what a keeper needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Earner {
    pub address: Pubkey,
    pub supplier: Supplier,
    /// Unswapped earnings, raw IO.
    pub earned: u64,
    /// The payout wallet's USDC account.
    pub destination: Destination,
}

/// The mints that a pay-out swaps between, and its fee.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub io: Pubkey,
    pub usdc: Pubkey,
    pub fee_bps: u64,
}

impl Terms {
    pub async fn look(network: &Network, io: &Pubkey, now: i64) -> Result<Self> {
        let config: PaymentsConfig = network.account(&io_payments::CONFIG.address).await?;
        Ok(Self {
            io: *io,
            usdc: config.usdc_mint,
            fee_bps: config.payout_fee_bps.at(now),
        })
    }
}

/// Suppliers who take USDC.
pub async fn look(network: &Network, terms: &Terms) -> Result<Vec<Earner>> {
    let preference = At::field(
        core::mem::offset_of!(Supplier, preference),
        [PayoutPreference::Usdc as u8],
    );
    let mut suppliers = network.scan::<Supplier>(&[preference]).await?;
    suppliers.retain(|(_, supplier)| supplier.keeper_min_price > 0);
    let vaults: Vec<_> = suppliers.iter().map(|(_, s)| s.earnings).collect();
    let wallets = suppliers
        .iter()
        .map(|(_, s)| token::associated(&s.payout, &terms.usdc));
    let wallets: Vec<_> = wallets.collect();
    let vaults = network.raw_accounts(&vaults).await?;
    let wallets = network.raw_accounts(&wallets).await?;
    let accounts = vaults.into_iter().zip(wallets);
    Ok(suppliers
        .into_iter()
        .zip(accounts)
        .map(|((address, supplier), (vault, wallet))| Earner {
            address,
            supplier,
            earned: vault.and_then(|(_, data)| balance(&data)).unwrap_or(0),
            destination: destination(wallet.as_ref(), &supplier.payout, &terms.usdc),
        })
        .collect())
}

fn balance(data: &[u8]) -> Option<u64> {
    let bytes = data.get(AMOUNT)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// The suppliers to pay out, in the order of their addresses; why not the others.
pub fn find(earners: Vec<Earner>, rules: &PayOutRules) -> (Vec<Earner>, Found) {
    let mut found = Found::default();
    let mut chosen = earners;
    chosen.retain(|earner| {
        if earner.earned == 0 {
            return false;
        }
        if earner.earned < rules.min {
            found.skip("less than min to pay out");
            return false;
        }
        match earner.destination {
            Destination::Ready => true,
            Destination::Missing => {
                found.skip("the wallet has no USDC account");
                false
            }
            Destination::Foreign => {
                found.skip("the wallet's USDC account is not its own");
                false
            }
        }
    });
    (chosen, found)
}

/// Why a supplier is not paid out now.
const TOO_CHEAP: &str = "no pool brings the supplier's lowest price";

/// The pay-out of as much as the pools take now at the supplier's price or better. `Err` says why of
/// nothing.
pub async fn work(
    network: &Network,
    keeper: &Pubkey,
    earner: &Earner,
    terms: &Terms,
    rules: &PayOutRules,
    now: i64,
) -> Result<core::result::Result<Work, &'static str>> {
    let mut amount = earner.earned;
    for _ in 0..HALVINGS {
        if amount < rules.min {
            break;
        }
        let quoted = network.swap_quote(&terms.io, &terms.usdc, amount, rules.slippage_bps);
        match quoted.await {
            Ok(quote) => {
                if let Some(min_usdc_out) = bound(&earner.supplier, &quote, terms.fee_bps) {
                    let work = pay(keeper, earner, terms, &quote, min_usdc_out, now);
                    return Ok(Ok(work));
                }
            }
            // No pool, no cap left, or a price that nobody vouches for.
            Err(Error::Unusable(why)) => tracing::debug!(supplier = %earner.address, why),
            Err(error) => return Err(error),
        }
        amount = amount.midpoint(0);
    }
    Ok(Err(TOO_CHEAP))
}

/// Least raw USDC that has to reach the supplier after the fee; `None` if the quote is below the
/// supplier's price.
fn bound(supplier: &Supplier, quote: &SwapQuote, fee_bps: u64) -> Option<u64> {
    let net = |gross: u64| gross.checked_sub(fee_of(gross, fee_bps)?);
    let lowest = supplier.keeper_bound(quote.amount_in)?;
    let expected = net(quote.amount_out)?;
    (expected >= lowest).then_some(net(quote.min_out.max(quote.oracle_floor))?.max(lowest))
}

fn pay(
    keeper: &Pubkey,
    earner: &Earner,
    terms: &Terms,
    quote: &SwapQuote,
    min_usdc_out: u64,
    now: i64,
) -> Work {
    let pay_out = PayOut {
        caller: *keeper,
        supplier_owner: earner.supplier.owner,
        io_mint: terms.io,
        usdc_mint: terms.usdc,
        destination: token::associated(&earner.supplier.payout, &terms.usdc),
        amount: quote.amount_in,
        min_usdc_out,
    };
    let needed = quote.amount_in;
    Work {
        job: Job::PayOut,
        subject: earner.address,
        since: now,
        what: format!(
            "{} IO for at least {} USDC",
            amount::format_io(needed),
            amount::format_usdc(min_usdc_out)
        ),
        instructions: vec![payments::pay_out(&pay_out, &quote.route())],
        rent: 0,
        watch: earner.supplier.earnings,
        still_due: Box::new(move |data| balance(data).is_some_and(|earned| earned >= needed)),
        proof: |event, supplier| matches!(event, Event::PaidOut(event) if event.supplier == *supplier),
    }
}
