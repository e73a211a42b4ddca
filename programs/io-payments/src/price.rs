//! The oracle's floor under a swap.

use anchor_lang::{pinocchio::account::AccountView, prelude::*};
use io_shared::{
    errors::PaymentsError,
    state::{Feed, Price, Side, require_fair},
};

/// The prices of the tokens swapped from and to.
pub struct Prices {
    from: Price,
    to: Price,
    /// How far below them a swap may deliver, in basis points: the feed of the token swapped from says.
    deviation_bps: u64,
}

/// Reads the prices from the accounts in front of `accounts` if both tokens have a feed; the others are
/// the venue's. Before the call, so that the venue cannot replace what was looked at.
#[inline(always)]
pub fn split<'a>(
    from: &Feed,
    to: &Feed,
    accounts: &'a [AccountView],
    now: i64,
) -> Result<(Option<Prices>, &'a [AccountView])> {
    if !from.is_listed() || !to.is_listed() {
        return Ok((None, accounts));
    }
    let (prices, venue) = accounts
        .split_first_chunk::<2>()
        .ok_or(PaymentsError::WrongPriceAccount)?;
    Ok((Some(Prices::read(from, to, prices, now)?), venue))
}

impl Prices {
    #[inline(never)]
    fn read(
        from: &Feed,
        to: &Feed,
        [from_account, to_account]: &[AccountView; 2],
        now: i64,
    ) -> Result<Self> {
        let read = |feed: &Feed, account: &AccountView| {
            // SAFETY: only read below; nothing else runs meanwhile.
            let data = unsafe { account.borrow_unchecked() };
            feed.read(account.owner(), data, now)
        };
        Ok(Self {
            from: read(from, from_account)?,
            to: read(to, to_account)?,
            deviation_bps: from.max_deviation_bps,
        })
    }

    /// Refuses a swap of `spent` for `received`, each raw units of a token with so many decimals, that
    /// brought too little.
    #[inline(never)]
    pub fn require_fair(&self, spent: (u64, u8), received: (u64, u8)) -> Result<()> {
        let side = |(amount, decimals), price| Side {
            amount,
            decimals,
            price,
        };
        require_fair(
            &side(spent, self.from),
            &side(received, self.to),
            self.deviation_bps,
        )?;
        Ok(())
    }
}
