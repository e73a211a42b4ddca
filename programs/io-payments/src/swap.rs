//! A swap through a venue that is not trusted.
//!
//! The venue gets one signature, the router's, and the router owns nothing but its transit
//! accounts. What it did is judged by the two transits as they are after the call; what it says
//! counts for nothing. It cannot call back: the runtime refuses re-entrance.

use anchor_lang::{
    address_eq,
    pinocchio::{
        account::AccountView,
        cpi::{Seed, Signer as CpiSigner, invoke_signed_with_bounds},
        instruction::{InstructionAccount, InstructionView},
    },
    prelude::*,
};
use io_cpi::token::{self, TokenAccount};
use io_shared::{
    errors::PaymentsError,
    ids::{TOKEN_PROGRAM, io_payments::ROUTER},
    seeds,
    state::Venue,
};

/// Most accounts passed on to a venue; what fits into one stack frame.
const MAX_ACCOUNTS: usize = 40;

/// A swap between two transit accounts of the router.
pub struct Swap<'a> {
    pub venue: &'a Venue,
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
    /// - at most 40 accounts are passed on, the router as the only signer
    /// - no other writable account of theirs is a token account of the router
    /// - afterwards both transits are the router's alone, with no delegate or close authority
    /// - the venue took at most `asked` and brought something
    #[inline(always)]
    pub fn run(&self, asked: u64) -> Result<Swapped> {
        require!(self.venue.enabled != 0, PaymentsError::VenueDisabled);
        require!(
            self.venue.accepts(self.data),
            PaymentsError::WrongVenueInstruction
        );
        let from_before = token::balance(self.from);
        let to_before = token::balance(self.to);
        self.call()?;
        let rest = transit_balance(self.from)?;
        let holding = transit_balance(self.to)?;

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

    /// Calls the venue. In a frame of its own, which its arrays nearly fill.
    #[inline(never)]
    fn call(&self) -> Result<()> {
        require!(
            self.accounts.len() <= MAX_ACCOUNTS,
            PaymentsError::TooManyAccounts
        );
        let mut metas = [const { InstructionAccount::readonly(&ROUTER.address) }; MAX_ACCOUNTS];
        for (meta, account) in metas.iter_mut().zip(self.accounts) {
            let address = account.address();
            if address_eq(address, &ROUTER.address) {
                *meta = InstructionAccount::readonly_signer(address);
            } else if account.is_writable() {
                require!(
                    self.is_transit(address) || !is_routers(account),
                    PaymentsError::RouterAccountExposed
                );
                *meta = InstructionAccount::writable(address);
            } else {
                *meta = InstructionAccount::readonly(address);
            }
        }
        let metas = metas
            .get(..self.accounts.len())
            .ok_or(PaymentsError::TooManyAccounts)?;
        invoke_signed_with_bounds::<MAX_ACCOUNTS, AccountView>(
            &InstructionView {
                program_id: &self.venue.program,
                data: self.data,
                accounts: metas,
            },
            self.accounts,
            &[CpiSigner::from(&seeds())],
        )
    }

    #[inline(always)]
    fn is_transit(&self, address: &Address) -> bool {
        address_eq(address, self.from.address()) || address_eq(address, self.to.address())
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

/// Whether the account holds tokens of the router.
#[inline(always)]
fn is_routers(account: &AccountView) -> bool {
    account.owned_by(&TOKEN_PROGRAM)
        && TokenAccount::read(account)
            .is_some_and(|account| address_eq(&account.owner, &ROUTER.address))
}

/// Balance of a transit account that only the router can move or close.
#[inline(always)]
fn transit_balance(transit: &AccountView) -> Result<u64> {
    let account = TokenAccount::read(transit).ok_or(PaymentsError::TransitTampered)?;
    require!(
        address_eq(&account.owner, &ROUTER.address)
            && !account.has_delegate
            && !account.has_close_authority,
        PaymentsError::TransitTampered
    );
    Ok(account.amount)
}
