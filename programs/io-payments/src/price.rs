//! The oracle's floor under a swap.

use anchor_lang::{pinocchio::account::AccountView, prelude::*};
use io_shared::{
    errors::PaymentsError,
    state::{Feed, Price, Side, require_fair},
};

/// A token of a swap, as its listing knows it.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    pub feed: &'a Feed,
    pub decimals: u8,
}

/// The prices that a swap is held to: of the token swapped from, and of the one swapped to.
pub struct Oracle<'a> {
    tokens: [Token<'a>; 2],
    accounts: &'a [AccountView; 2],
}

impl<'a> Oracle<'a> {
    /// Takes the price accounts from the front of `accounts` if both tokens have a feed; `None`
    /// leaves all of them to the venue.
    #[inline(always)]
    pub fn split(
        tokens: [Token<'a>; 2],
        accounts: &'a [AccountView],
    ) -> Result<(Option<Self>, &'a [AccountView])> {
        let [from, to] = tokens;
        if !from.feed.is_listed() || !to.feed.is_listed() {
            return Ok((None, accounts));
        }
        let (prices, venue) = accounts
            .split_first_chunk::<2>()
            .ok_or(PaymentsError::WrongPriceAccount)?;
        let oracle = Self {
            tokens,
            accounts: prices,
        };
        Ok((Some(oracle), venue))
    }

    /// Refuses a swap of `spent` that brought less than the prices at `now` say, less the deviation
    /// that the feed of the token swapped from allows.
    #[inline(never)]
    pub fn require_fair(&self, spent: u64, received: u64, now: i64) -> Result<()> {
        let ([from, to], [from_account, to_account]) = (self.tokens, self.accounts);
        let side = |token: Token, account, amount| {
            read(token.feed, account, now).map(|price| Side {
                amount,
                decimals: token.decimals,
                price,
            })
        };
        require_fair(
            &side(from, from_account, spent)?,
            &side(to, to_account, received)?,
            from.feed.max_deviation_bps,
        )?;
        Ok(())
    }
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
