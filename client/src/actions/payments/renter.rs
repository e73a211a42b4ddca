//! Paying suppliers.

use super::supplier::supplier_of;
use crate::{
    Instruction, Pubkey,
    actions::{Actor, receiving, spending},
    amount::{self, format_io},
    payments::{self, Order, Part, TokenPayment, io_destination},
    pda,
    rpc::{Error, Network, PaymentQuote, Result},
    token,
};
use io_shared::state::Gateway;
use solana_program::hash::hash;
use std::collections::BTreeSet;

/// The id of an order, or a reference: 64 hexadecimal digits as such, any other text by its sha256.
pub fn order_id(text: &str) -> [u8; 32] {
    crate::actions::from_hex(text).unwrap_or_else(|| hash(text.as_bytes()).to_bytes())
}

/// Pays suppliers, each by its owner's wallet, raw IO for an order out of the wallet's IO account, each the
/// way it wants its IO. Accounts of theirs that are missing are made.
///
/// # Errors
///
/// [`Error::Unusable`] if one is no supplier, or the wallet holds too little.
pub async fn pay_io(
    network: &Network,
    actor: &Actor,
    amounts: &[(Pubkey, u64)],
    order: &Order,
) -> Result<Vec<Instruction>> {
    let mint = network.io_mint().await?;
    let total = total_of(amounts)?;
    let (parts, mut instructions) = parts(network, actor, &mint, amounts).await?;
    let shown = |raw| format!("{} IO", format_io(raw));
    let source = if is_paid(network, actor, order).await? {
        // The program says that it is.
        token::associated(&actor.wallet, &mint)
    } else {
        spending(network, &actor.wallet, &mint, total, shown).await?
    };
    instructions.push(match parts.as_slice() {
        [part] => payments::pay_io(
            &actor.wallet,
            &source,
            &part.supplier_owner,
            &part.destination,
            order,
            part.amount,
        ),
        parts => payments::pay_io_split(&actor.wallet, &source, parts, order),
    });
    Ok(instructions)
}

/// Pays a supplier raw IO without a receipt: cheaper than [`pay_io`], but nothing keeps it from being paid
/// twice, and it cannot be refunded. `reference` is the payer's own to find it by, zeros for none.
///
/// # Errors
///
/// Those of [`pay_io`].
pub async fn pay_io_unreceipted(
    network: &Network,
    actor: &Actor,
    supplier: &Pubkey,
    amount: u64,
    reference: &[u8; 32],
) -> Result<Vec<Instruction>> {
    let mint = network.io_mint().await?;
    let (parts, mut instructions) = parts(network, actor, &mint, &[(*supplier, amount)]).await?;
    let source = spending(network, &actor.wallet, &mint, amount, |raw| {
        format!("{} IO", format_io(raw))
    })
    .await?;
    instructions.extend(parts.iter().map(|part| {
        payments::pay_io_unreceipted(
            &actor.wallet,
            &source,
            &part.supplier_owner,
            &part.destination,
            part.amount,
            reference,
        )
    }));
    Ok(instructions)
}

/// Pays suppliers for an order in another token, raw units of `mint`, swapped through the best pool, with the
/// fee on top of the amounts or inside and at most `slippage_bps` less IO than now.
///
/// # Errors
///
/// Those of [`Network::payment_quote`] and [`pay_io`].
pub async fn pay_token(
    network: &Network,
    actor: &Actor,
    mint: &Pubkey,
    amounts: &[(Pubkey, u64)],
    order: &Order,
    fee_on_top: bool,
    slippage_bps: u64,
) -> Result<(PaymentQuote, Vec<Instruction>)> {
    let total = total_of(amounts)?;
    let quote = network
        .payment_quote(mint, total, fee_on_top, slippage_bps)
        .await?;
    let (payment, mut instructions) =
        token_payment(network, actor, amounts, order, fee_on_top, &quote).await?;
    instructions.push(payments::pay_token(&payment, &quote.swap.route()));
    Ok((quote, instructions))
}

/// [`pay_token`] by the wallet of a fiat gateway on a renter's behalf: in its own USDC, at its own fee and
/// within its daily limit. `reference` is the processor's, which the receipt keeps; refunds go to the
/// gateway.
///
/// # Errors
///
/// [`Error::Unusable`] if the wallet is no gateway, else those of [`pay_token`].
pub async fn pay_fiat(
    network: &Network,
    actor: &Actor,
    amounts: &[(Pubkey, u64)],
    order: &Order,
    reference: &[u8; 32],
    fee_on_top: bool,
    slippage_bps: u64,
) -> Result<(PaymentQuote, Vec<Instruction>)> {
    let gateway = gateway_of(network, &actor.wallet).await?;
    let total = total_of(amounts)?;
    let quote = network
        .gateway_quote(&gateway, total, fee_on_top, slippage_bps)
        .await?;
    let (payment, mut instructions) =
        token_payment(network, actor, amounts, order, fee_on_top, &quote).await?;
    instructions.push(payments::pay_fiat(&payment, reference, &quote.swap.route()));
    Ok((quote, instructions))
}

/// The fiat gateway that `wallet` is.
///
/// # Errors
///
/// [`Error::Unusable`] if it is none.
pub async fn gateway_of(network: &Network, wallet: &Pubkey) -> Result<Gateway> {
    network.find(&pda::gateway(wallet).0).await?.ok_or_else(|| {
        Error::Unusable(format!(
            "{wallet} is no fiat gateway; sign with the wallet of one, or let the authority list it"
        ))
    })
}

/// What is paid in a token, and what makes the accounts that are missing.
async fn token_payment(
    network: &Network,
    actor: &Actor,
    amounts: &[(Pubkey, u64)],
    order: &Order,
    fee_on_top: bool,
    quote: &PaymentQuote,
) -> Result<(TokenPayment, Vec<Instruction>)> {
    let (mint, io_mint) = (quote.swap.mint_in, quote.swap.mint_out);
    let (parts, instructions) = parts(network, actor, &io_mint, amounts).await?;
    let shown = |raw| format!("{} of {mint}", amount::format(raw, quote.decimals));
    let source = if is_paid(network, actor, order).await? {
        token::associated(&actor.wallet, &mint)
    } else {
        spending(network, &actor.wallet, &mint, quote.cost.gross, shown).await?
    };
    let payment = TokenPayment {
        payer: actor.wallet,
        mint,
        source,
        io_mint,
        parts,
        order: *order,
        fee_on_top,
        min_io_out: quote.swap.min_out,
    };
    Ok((payment, instructions))
}

/// Whether this order was paid already: then that is what is wrong, not an empty wallet.
async fn is_paid(network: &Network, actor: &Actor, order: &Order) -> Result<bool> {
    let receipt = pda::receipt(&actor.wallet, &order.id).0;
    Ok(network
        .raw_account(&receipt)
        .await?
        .is_some_and(|(_, data)| !data.is_empty()))
}

fn total_of(amounts: &[(Pubkey, u64)]) -> Result<u64> {
    amounts
        .iter()
        .try_fold(0_u64, |sum, (_, amount)| sum.checked_add(*amount))
        .filter(|_| !amounts.is_empty())
        .ok_or_else(|| Error::Unusable("a payment names suppliers and amounts that add up".into()))
}

/// Where each supplier is paid, and what makes the accounts that are missing.
async fn parts(
    network: &Network,
    actor: &Actor,
    io_mint: &Pubkey,
    amounts: &[(Pubkey, u64)],
) -> Result<(Vec<Part>, Vec<Instruction>)> {
    let mut parts = Vec::with_capacity(amounts.len());
    let mut instructions = Vec::new();
    let mut made = BTreeSet::new();
    for (owner, amount) in amounts {
        let supplier = supplier_of(network, owner).await?;
        let (payout, make) = receiving(network, &actor.payer, &supplier.payout, io_mint).await?;
        if !supplier.takes_usdc() && made.insert(payout) {
            instructions.extend(make);
        }
        parts.push(Part {
            supplier_owner: *owner,
            destination: io_destination(&supplier, &payout),
            amount: *amount,
        });
    }
    Ok((parts, instructions))
}
