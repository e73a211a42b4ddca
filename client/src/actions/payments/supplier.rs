//! Being paid.

use crate::{
    Instruction, Pubkey,
    actions::{Actor, receiving},
    amount::format_io,
    payments::{self, PayOut},
    pda,
    rpc::{Error, Network, Result, SwapQuote},
};
use io_shared::{
    constants::BPS,
    ids::io_payments,
    math::{fee::fee_of, fixed::mul_div_ceil},
    state::{PaymentsConfig, PayoutPreference, Supplier},
};

/// Registers the wallet as a supplier.
///
/// # Errors
///
/// [`Error::Missing`] on a cluster that was not set up.
pub async fn register_supplier(
    network: &Network,
    actor: &Actor,
    preference: PayoutPreference,
    payout: &Pubkey,
) -> Result<Vec<Instruction>> {
    let mint = network.io_mint().await?;
    Ok(vec![payments::register_supplier(
        &actor.payer,
        &actor.wallet,
        preference,
        payout,
        &mint,
    )])
}

/// Changes what is named of how the wallet, a supplier, is paid from now on; `keeper_min_price` is in raw
/// USDC for one IO, 0 for no keeper.
///
/// # Errors
///
/// [`Error::Unusable`] if the wallet is no supplier.
pub async fn set_supplier(
    network: &Network,
    actor: &Actor,
    preference: Option<PayoutPreference>,
    payout: Option<Pubkey>,
    keeper_min_price: Option<u64>,
) -> Result<Vec<Instruction>> {
    let supplier = supplier_of(network, &actor.wallet).await?;
    let preference = match preference {
        Some(preference) => preference,
        None => PayoutPreference::from_u8(supplier.preference)
            .map_err(|error| Error::Unusable(error.message().to_owned()))?,
    };
    Ok(vec![payments::set_supplier(
        &actor.wallet,
        preference,
        &payout.unwrap_or(supplier.payout),
        keeper_min_price.unwrap_or(supplier.keeper_min_price),
    )])
}

/// Swaps the wallet's earnings, `amount` raw IO or all, to USDC and pays them out, at most `slippage_bps`
/// less than now. Answers with the swap and the instructions.
///
/// # Errors
///
/// [`Error::Unusable`] if the wallet is no supplier or there is nothing to pay out, else those of
/// [`Network::unbounded_swap_quote`].
pub async fn pay_out(
    network: &Network,
    actor: &Actor,
    amount: Option<u64>,
    slippage_bps: u64,
) -> Result<(SwapQuote, Vec<Instruction>)> {
    let supplier = supplier_of(network, &actor.wallet).await?;
    let config: PaymentsConfig = network.account(&io_payments::CONFIG.address).await?;
    let amount = earned(network, &supplier, amount).await?;
    let (io, usdc) = (&config.io_mint, &config.usdc_mint);
    let quote = network
        .unbounded_swap_quote(io, usdc, amount, slippage_bps)
        .await?;
    let fee_bps = config.payout_fee_bps.at(network.clock().await?.now);
    let delivered = fee_of(quote.amount_out, fee_bps)
        .and_then(|fee| quote.amount_out.checked_sub(fee))
        .unwrap_or(0);
    let kept = BPS.saturating_sub(slippage_bps);
    let min_usdc_out = mul_div_ceil(delivered, kept, BPS).unwrap_or(delivered);
    let (destination, make) = receiving(network, &actor.payer, &supplier.payout, usdc).await?;
    let mut instructions: Vec<_> = make.into_iter().collect();
    let terms = PayOut {
        caller: actor.wallet,
        supplier_owner: actor.wallet,
        io_mint: *io,
        usdc_mint: *usdc,
        destination,
        amount,
        min_usdc_out,
    };
    instructions.push(payments::pay_out(&terms, &quote.route()));
    Ok((quote, instructions))
}

/// Takes the wallet's earnings, `amount` raw IO or all, as they are, to its payout wallet.
///
/// # Errors
///
/// [`Error::Unusable`] if the wallet is no supplier, or there are none.
pub async fn take_earnings(
    network: &Network,
    actor: &Actor,
    amount: Option<u64>,
) -> Result<Vec<Instruction>> {
    let supplier = supplier_of(network, &actor.wallet).await?;
    let amount = earned(network, &supplier, amount).await?;
    let mint = network.io_mint().await?;
    let (destination, make) = receiving(network, &actor.payer, &supplier.payout, &mint).await?;
    let mut instructions: Vec<_> = make.into_iter().collect();
    instructions.push(payments::take_earnings(&actor.wallet, &destination, amount));
    Ok(instructions)
}

/// The supplier that `owner` is.
pub(super) async fn supplier_of(network: &Network, owner: &Pubkey) -> Result<Supplier> {
    network
        .find(&pda::supplier(owner).0)
        .await?
        .ok_or_else(|| Error::Unusable(format!("{owner} is no supplier; register it as one first")))
}

/// `amount`, or all that the earnings vault holds, which has to be enough.
async fn earned(network: &Network, supplier: &Supplier, amount: Option<u64>) -> Result<u64> {
    let held = network
        .token_balance(&supplier.earnings)
        .await?
        .unwrap_or(0);
    let amount = amount.unwrap_or(held);
    if amount == 0 || amount > held {
        return Err(Error::Unusable(format!(
            "the earnings vault holds {} IO; name an amount up to that, or wait for payments",
            format_io(held)
        )));
    }
    Ok(amount)
}
