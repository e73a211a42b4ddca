//! A swap through a venue that is not trusted.
//!
//! The venue gets one signature, the router's, and the router owns nothing but its transit
//! accounts. What it did is judged by the two transits as they are after the call; what it says
//! counts for nothing. It cannot call back: the runtime refuses re-entrance.

use anchor_lang::{
    address_eq,
    pinocchio::{account::AccountView, cpi::Seed},
    prelude::*,
};
use io_cpi::{
    relay::{Access, relay},
    token::{TokenAccount, is_moved_by},
};
use io_shared::{
    constants::MAX_VENUE_ACCOUNTS, errors::PaymentsError, ids::io_payments::ROUTER, seeds,
    state::Venue,
};

/// A swap between two transit accounts of the router, all three pinned by address.
///
/// The runtime hands over an account once however often it is named, so views of the same account
/// are equal.
pub struct Swap<'a> {
    pub venue: &'a Venue,
    pub router: &'a AccountView,
    pub from: &'a AccountView,
    pub to: &'a AccountView,
    /// The venue's instruction data.
    pub data: &'a [u8],
    /// The venue's accounts in its own order.
    pub accounts: &'a [AccountView],
}

/// What a swap did, read from the transits afterwards. They are left empty whatever someone may
/// have sent there: `rest` and `holding` count that in, `unspent` and `received` do not.
pub struct Swapped {
    /// Part of what was asked that the venue did not take.
    pub unspent: u64,
    /// Rose on the transit swapped to.
    pub received: u64,
    /// All that is on the transit swapped from, to be sent back.
    pub rest: u64,
    /// All that is on the transit swapped to, to be delivered.
    pub holding: u64,
}

impl Swap<'_> {
    /// Swaps `asked`, which is on the transit swapped from already.
    ///
    /// - the venue is enabled and `data` calls the instruction listed
    /// - at most 54 accounts are passed on, the router as the only signer
    /// - no other writable account of theirs is one that the router may move tokens of, as owner or as
    ///   someone's delegate
    /// - afterwards both transits are the router's alone, with no delegate or close authority
    /// - the venue took at most `asked` and brought something
    #[inline(always)]
    pub fn run(&self, asked: u64) -> Result<Swapped> {
        require!(self.venue.enabled != 0, PaymentsError::VenueDisabled);
        require!(
            self.venue.accepts(self.data),
            PaymentsError::WrongVenueInstruction
        );
        let from_before = transit(self.from)?.amount;
        let to_before = transit(self.to)?.amount;
        self.call()?;
        let rest = untouched(self.from)?;
        let holding = untouched(self.to)?;

        let unspent = rest
            .checked_add(asked)
            .and_then(|sum| sum.checked_sub(from_before))
            .ok_or(PaymentsError::SpentTooMuch)?;
        let received = holding
            .checked_sub(to_before)
            .filter(|received| *received > 0)
            .ok_or(PaymentsError::ReceivedTooLittle)?;
        Ok(Swapped {
            unspent,
            received,
            rest,
            holding,
        })
    }

    /// Calls the venue with the accounts it may have.
    #[inline(always)]
    fn call(&self) -> Result<()> {
        require!(
            self.accounts.len() <= MAX_VENUE_ACCOUNTS,
            PaymentsError::TooManyAccounts
        );
        relay(
            &self.venue.program,
            self.data,
            self.accounts,
            &seeds(),
            |account| {
                if account == self.router {
                    Ok(Access::Sign)
                } else if !account.is_writable() {
                    Ok(Access::Read)
                } else if account == self.from
                    || account == self.to
                    || !is_moved_by(account, &ROUTER.address)
                {
                    Ok(Access::Write)
                } else {
                    Err(PaymentsError::RouterAccountExposed.into())
                }
            },
        )
    }
}

/// What the router signs with.
#[inline(always)]
pub fn seeds() -> [Seed<'static>; 2] {
    [
        Seed::from(seeds::ROUTER),
        Seed::from(const { &[ROUTER.bump] }),
    ]
}

/// A transit account as it is now. Its address is pinned, so it is a token account or closed.
#[inline(always)]
fn transit(account: &AccountView) -> Result<TokenAccount> {
    TokenAccount::read_own(account).ok_or(PaymentsError::TransitTampered.into())
}

/// Balance of a transit account that still only the router can move or close.
#[inline(always)]
fn untouched(account: &AccountView) -> Result<u64> {
    let account = transit(account)?;
    require!(
        address_eq(&account.owner, &ROUTER.address)
            && !account.has_delegate
            && !account.has_close_authority,
        PaymentsError::TransitTampered
    );
    Ok(account.amount)
}
