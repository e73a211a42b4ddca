//! The oracle's floor under a swap.

use anchor_lang::{pinocchio::account::AccountView, prelude::*};
use io_shared::{
    errors::PaymentsError,
    state::{Feed, Price, Side, require_fair},
};

/// A token of a swap and how much of it moved.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    pub feed: &'a Feed,
    pub decimals: u8,
    /// Raw units.
    pub amount: u64,
}

/// The price accounts of the tokens swapped from and to, taken from the front of `accounts` if both
/// have a feed; else all of them are the venue's.
#[inline(always)]
pub fn split<'a>(
    from: &Feed,
    to: &Feed,
    accounts: &'a [AccountView],
) -> Result<(Option<&'a [AccountView; 2]>, &'a [AccountView])> {
    if !from.is_listed() || !to.is_listed() {
        return Ok((None, accounts));
    }
    let (prices, venue) = accounts
        .split_first_chunk::<2>()
        .ok_or(PaymentsError::WrongPriceAccount)?;
    Ok((Some(prices), venue))
}

/// Refuses a swap of `spent` for `received` that brought less than the prices at `now` say, less the
/// deviation that the feed of the token swapped from allows.
#[inline(never)]
pub fn require_bounded(
    prices: &[AccountView; 2],
    spent: Token,
    received: Token,
    now: i64,
) -> Result<()> {
    let [spent_price, received_price] = prices;
    let side = |token: Token, account| {
        read(token.feed, account, now).map(|price| Side {
            amount: token.amount,
            decimals: token.decimals,
            price,
        })
    };
    require_fair(
        &side(spent, spent_price)?,
        &side(received, received_price)?,
        spent.feed.max_deviation_bps,
    )?;
    Ok(())
}

fn read(
    feed: &Feed,
    account: &AccountView,
    now: i64,
) -> core::result::Result<Price, PaymentsError> {
    // SAFETY: only read below; nothing else runs meanwhile.
    let data = unsafe { account.borrow_unchecked() };
    feed.read(account.owner(), data, now)
}
