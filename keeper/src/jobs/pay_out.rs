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

/// The suppliers to pay out; why not the others. `best` is what the pools bring for [`PayOutRules::least`]
/// after the fee, raw USDC: no larger amount brings more for an IO.
pub fn find(earners: Vec<Earner>, rules: &PayOutRules, best: Option<u64>) -> (Vec<Earner>, Found) {
    let mut found = Found::default();
    let mut chosen = earners;
    chosen.retain(|earner| {
        if earner.earned == 0 {
            return false;
        }
        match why_not(earner, rules, best) {
            Some(reason) => found.skip(reason),
            None => return true,
        }
        false
    });
    (chosen, found)
}

fn why_not(earner: &Earner, rules: &PayOutRules, best: Option<u64>) -> Option<&'static str> {
    if earner.earned < rules.least() {
        return Some("less than min to pay out");
    }
    match earner.destination {
        Destination::Ready => {}
        Destination::Missing => return Some("the wallet has no USDC account"),
        Destination::Foreign => return Some("the wallet's USDC account is not its own"),
    }
    let Some(best) = best else {
        return Some("no pool can swap now");
    };
    let asked = earner.supplier.keeper_bound(rules.least());
    asked.is_none_or(|asked| asked > best).then_some(TOO_CHEAP)
}

/// What the pools bring for the least that is paid out, after the fee, raw USDC; `None` if nothing.
pub async fn best(network: &Network, terms: &Terms, rules: &PayOutRules) -> Result<Option<u64>> {
    let quoted = network.swap_quote(&terms.io, &terms.usdc, rules.least(), 0);
    match quoted.await {
        Ok(quote) => Ok(net(quote.amount_out, terms.fee_bps)),
        Err(Error::Unusable(why)) => {
            tracing::debug!(why, "no pay-outs");
            Ok(None)
        }
        Err(error) => Err(error),
    }
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
        if amount < rules.least() {
            break;
        }
        let quoted = network.swap_quote(&terms.io, &terms.usdc, amount, rules.slippage_bps);
        match quoted.await {
            Ok(quote) => {
                let least = quote.min_out.max(quote.oracle_floor);
                let swap = (quote.amount_in, quote.amount_out, least);
                if let Some(min_usdc_out) = bound(&earner.supplier, swap, terms.fee_bps) {
                    let work = pay(keeper, earner, terms, &quote, min_usdc_out, now);
                    return Ok(Ok(work));
                }
            }
            // No pool, no cap left, or a price that nobody vouches for.
            Err(Error::Unusable(why)) => tracing::debug!(supplier = %earner.address, why),
            Err(error) => return Err(error),
        }
        amount /= 2;
    }
    Ok(Err(TOO_CHEAP))
}

/// What is left of a swap's proceeds after the fee.
fn net(gross: u64, fee_bps: u64) -> Option<u64> {
    gross.checked_sub(fee_of(gross, fee_bps)?)
}

/// Least raw USDC that has to reach the supplier after the fee, where a swap is expected to bring `out` and
/// has to bring `least`; `None` if that is below the supplier's price.
fn bound(supplier: &Supplier, (sold, out, least): (u64, u64, u64), fee_bps: u64) -> Option<u64> {
    let lowest = supplier.keeper_bound(sold)?;
    if net(out, fee_bps)? < lowest {
        return None;
    }
    Some(net(least, fee_bps)?.max(lowest))
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

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use io_client::shared::constants::{IO, USDC};

    const RULES: PayOutRules = PayOutRules {
        min: 10 * IO,
        slippage_bps: 50,
    };

    /// A supplier who wants `price` raw USDC for an IO.
    fn earner(n: u8, earned: u64, price: u64) -> Earner {
        Earner {
            address: Pubkey::new_from_array([n; 32]),
            supplier: Supplier {
                keeper_min_price: price,
                ..Supplier::zeroed()
            },
            earned,
            destination: Destination::Ready,
        }
    }

    #[test]
    fn suppliers_are_paid_who_earned_enough_and_ask_for_what_there_is() {
        let best = Some(2 * USDC);
        let away = Earner {
            destination: Destination::Missing,
            ..earner(5, 10 * IO, 1)
        };
        let earners = vec![
            earner(1, 10 * IO, USDC / 5),
            earner(2, 10 * IO, USDC / 5 + 1),
            earner(3, 10 * IO - 1, 1),
            earner(4, 0, 1),
            away,
        ];
        let (chosen, found) = find(earners.clone(), &RULES, best);
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].address, earners[0].address);
        let reasons = [
            ("less than min to pay out", 1),
            (TOO_CHEAP, 1),
            ("the wallet has no USDC account", 1),
        ];
        assert_eq!(found.skipped, reasons.into());
        let (none, found) = find(earners, &RULES, None);
        assert!(none.is_empty());
        assert_eq!(found.skipped["no pool can swap now"], 2);
    }

    #[test]
    fn a_supplier_never_gets_less_than_it_asks_for() {
        // 20 USDC expected for 100 IO, 19.9 bound; 2 % of each is the fee.
        let swap = (100 * IO, 20 * USDC, 19_900_000);
        let at = |price| bound(&earner(1, 0, price).supplier, swap, 200);
        assert_eq!(at(190_000), Some(19_502_000));
        assert_eq!(at(195_500), Some(19_550_000));
        assert_eq!(at(196_000), Some(19_600_000));
        assert_eq!(at(196_001), None);
        assert_eq!(at(0), None);
    }
}
