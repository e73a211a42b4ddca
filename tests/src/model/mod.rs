//! A reference model of the whole protocol in exact arithmetic.
//!
//! Written from the protocol's description and the decisions in `docs/decisions/`, which are named by number
//! where they overrule it. It shares with the programs only constants, error numbers and curve ids: no
//! arithmetic, no layout and no transition. Where the programs hold two numbers, the model may hold a history.
//!
//! Amounts are `i128`, far wider than anything that is added up; every product and quotient is a
//! [`BigInt`] or [`BigRational`]. Four kinds of number are rounded by the programs in a way that the protocol
//! leaves open, and the model is told them (see [`Told`]): it holds each against the exact value, within the
//! unit that the check names and in the protocol's favour, and goes on with the told one. So nothing
//! accumulates. Everything else the model says itself, to the raw unit.
//!
//! An instruction either changes the model or is refused with every reason that applies: which of several
//! the program names is its own affair.

mod class;
mod cooling;
pub mod curve;
mod earnings;
pub mod emissions;
pub mod exact;
mod market;
pub mod mint;
pub mod node;
mod payments;
mod pool;
mod rewards;
mod slash;
pub mod staking;
pub mod swap;

pub use class::Class;
pub use emissions::{Emission, Emissions, Rules};
pub use mint::{DISTRIBUTOR, Mint, Minter, Policy};
pub use node::{Node, Position, PositionKey, Ticket, TicketKey, Tranche};
pub use payments::{
    Asset, Entry, Feed, Gateway, Order, Part, Payments, Receipt, Supplier, TokenPayment, Venue,
};
pub use pool::RewardPool;
pub use staking::{Slash, Staking};
pub use swap::{Oracle, Price, Route, Swap, Trick};

use exact::Scheduled;
use io_client::shared::errors::{EmissionsError, MintError, PaymentsError, StakingError};
use std::collections::BTreeMap;

/// A raw amount, a number of basis points or of epochs.
pub type Raw = i128;
/// Unix seconds.
pub type Time = i64;
/// A wallet, by its number in the cast.
pub type Who = u8;
/// The zero address.
pub const NOBODY: Who = u8::MAX;
/// The IO mint and USDC among the tokens.
pub const IO: u8 = 0;
pub const USDC: u8 = 1;

/// An operator and its own number of the node.
pub type NodeKey = (Who, u8);

/// A token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// A wallet's account of a token.
    Wallet(Who, u8),
    Stake(NodeKey),
    Rewards(NodeKey),
    Emissions,
    Earnings(Who),
    Transit(u8),
    Fees(u8),
    /// The pool's reserve of a token.
    Reserve(u8),
    /// What the scripted venue has of a token.
    Hoard(u8),
}

/// Why an instruction is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// An error code of one of the four programs.
    Code(u32),
    /// The token program moves no more than there is.
    Funds,
    /// An account is not there, or is there already: refused by Anchor, the runtime or the system program.
    Account,
    /// A venue's own refusal.
    Venue,
}

macro_rules! reasons {
    ($($error:ty),+) => {
        $(impl From<$error> for Reason {
            fn from(error: $error) -> Self {
                Self::Code(error.code())
            }
        })+
    };
}
reasons!(MintError, StakingError, EmissionsError, PaymentsError);

/// Reasons found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused(pub Vec<Reason>);

impl Refused {
    /// Adds a reason unless `holds`.
    pub fn unless(&mut self, holds: bool, reason: impl Into<Reason>) {
        if !holds {
            self.0.push(reason.into());
        }
    }

    /// Nothing to refuse, or all reasons.
    pub fn done(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl<R: Into<Reason>> From<R> for Refused {
    fn from(reason: R) -> Self {
        Self(vec![reason.into()])
    }
}

/// What an instruction may come to.
pub type Outcome<T = ()> = Result<T, Refused>;

/// Numbers that the programs rounded and the model takes over after checking them.
///
/// `None` asks the model to round by itself, as it does for an instruction that was refused.
pub trait Told {
    /// Raw IO emitted by the distributor so far.
    fn emitted(&self) -> Option<Raw>;
    /// Raw IO of the curve that a new minter does not mint, as it was emitted before.
    fn skipped(&self, minter: Who) -> Option<Raw>;
    /// A pool's emission per weight so far, in units of 2^-64.
    fn per_weight(&self, pool: u8) -> Option<u128>;
    /// A node's rewards per share of one tranche so far, in units of 2^-64.
    fn per_share(&self, node: NodeKey, tranche: u8) -> Option<u128>;
}

/// Tells nothing.
pub struct Silent;

impl Told for Silent {
    fn emitted(&self) -> Option<Raw> {
        None
    }
    fn skipped(&self, _: Who) -> Option<Raw> {
        None
    }
    fn per_weight(&self, _: u8) -> Option<u128> {
        None
    }
    fn per_share(&self, _: NodeKey, _: u8) -> Option<u128> {
        None
    }
}

/// Who governs a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governance {
    pub authority: Who,
    pub nominee: Who,
    pub guardian: Who,
}

impl Governance {
    pub fn new(authority: Who, guardian: Who) -> Self {
        Self {
            authority,
            nominee: NOBODY,
            guardian,
        }
    }

    pub fn is_authority(&self, who: Who) -> bool {
        who == self.authority
    }

    pub fn is_either(&self, who: Who) -> bool {
        who == self.authority || who == self.guardian
    }

    /// The guardian may stop things, the authority also start them again.
    pub fn may_switch(&self, who: Who, stop: bool) -> bool {
        self.is_authority(who) || (stop && who == self.guardian)
    }

    /// The second step of a hand-over; whether it was this one's.
    pub fn accept(&mut self, who: Who) -> bool {
        let nominated = self.nominee == who && who != NOBODY;
        if nominated {
            self.authority = who;
            self.nominee = NOBODY;
        }
        nominated
    }
}

/// Every token account's balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(pub BTreeMap<Account, Raw>);

impl Tokens {
    pub fn of(&self, account: Account) -> Raw {
        self.0.get(&account).copied().unwrap_or(0)
    }

    pub fn add(&mut self, account: Account, amount: Raw) {
        *self.0.entry(account).or_default() += amount;
    }

    pub fn take(&mut self, account: Account, amount: Raw) -> Outcome {
        let held = self.of(account);
        if held < amount {
            return Err(Reason::Funds.into());
        }
        self.add(account, -amount);
        Ok(())
    }

    pub fn transfer(&mut self, from: Account, to: Account, amount: Raw) -> Outcome {
        self.take(from, amount)?;
        self.add(to, amount);
        Ok(())
    }
}

/// A program by number, in the order in which they are deployed.
pub const MINT_PROGRAM: u8 = 0;
pub const STAKING_PROGRAM: u8 = 1;
pub const EMISSIONS_PROGRAM: u8 = 2;

/// The protocol's whole state.
#[derive(Clone, Debug)]
pub struct Model {
    pub now: Time,
    pub tokens: Tokens,
    pub mint: Mint,
    pub staking: Staking,
    pub emissions: Emissions,
    pub payments: Payments,
    /// The last price account posted for each token.
    pub oracle: Oracle,
    /// Where the model and what it was told parted, if they did.
    pub parted: Vec<String>,
}

impl Model {
    /// Notes what does not agree.
    pub fn hold(&mut self, agrees: bool, what: impl FnOnce() -> String) {
        if !agrees {
            self.parted.push(what());
        }
    }

    /// A program's governance, with the reasons it refuses a wrong signer and a wrong nominee for.
    fn governance(&mut self, program: u8) -> (&mut Governance, Reason, Reason) {
        match program {
            MINT_PROGRAM => (
                &mut self.mint.governance,
                MintError::Unauthorized.into(),
                MintError::NotNominated.into(),
            ),
            STAKING_PROGRAM => (
                &mut self.staking.governance,
                StakingError::Unauthorized.into(),
                StakingError::NotNominated.into(),
            ),
            EMISSIONS_PROGRAM => (
                &mut self.emissions.governance,
                EmissionsError::Unauthorized.into(),
                EmissionsError::NotNominated.into(),
            ),
            _ => (
                &mut self.payments.governance,
                PaymentsError::Unauthorized.into(),
                PaymentsError::NotNominated.into(),
            ),
        }
    }

    pub fn nominate(&mut self, by: Who, program: u8, nominee: Who) -> Outcome {
        let (governance, unauthorized, _) = self.governance(program);
        if !governance.is_authority(by) {
            return Err(unauthorized.into());
        }
        governance.nominee = nominee;
        Ok(())
    }

    pub fn accept(&mut self, by: Who, program: u8) -> Outcome {
        let (governance, _, not_nominated) = self.governance(program);
        if governance.accept(by) {
            Ok(())
        } else {
            Err(not_nominated.into())
        }
    }

    pub fn set_guardian(&mut self, by: Who, program: u8, guardian: Who) -> Outcome {
        let (governance, unauthorized, _) = self.governance(program);
        if !governance.is_authority(by) {
            return Err(unauthorized.into());
        }
        governance.guardian = guardian;
        Ok(())
    }
}
