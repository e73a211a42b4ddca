//! `io_mint`: the hard cap, the minters and their bounds.

use super::{
    Account, Governance, IO, Model, Outcome, Raw, Reason, Refused, Scheduled, Time, Told, Who,
    curve::{CAP, Curve},
    exact::Window,
};
use io_client::shared::{
    constants::{HARD_CAP, RULE_CHANGE_DELAY},
    errors::MintError,
};
use std::collections::BTreeMap;

/// Stands for the distributor among the minters' authorities.
pub const DISTRIBUTOR: Who = 254;
/// No rate limit.
const UNLIMITED: Raw = u64::MAX as Raw;

/// What bounds a minter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    Allowance(Scheduled),
    Schedule {
        curve: u8,
        start: Time,
        /// Emitted before the minter was active (decision 14).
        skipped: Raw,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minter {
    pub policy: Policy,
    pub active_at: Time,
    pub minted: Raw,
    pub limit: Raw,
    pub seconds: Raw,
    pub window: Window,
    pub rent_payer: Who,
}

#[derive(Clone, Debug)]
pub struct Mint {
    pub governance: Governance,
    pub paused: bool,
    pub minted: Raw,
    pub burned: Raw,
    pub minters: BTreeMap<Who, Minter>,
}

impl Mint {
    pub fn mintable(&self) -> Raw {
        Raw::from(HARD_CAP) - self.minted
    }
}

/// Terms that a minter is asked for on.
#[derive(Clone, Copy, Debug)]
pub enum Terms {
    Allowance(Raw),
    Schedule(u8, Time),
}

impl Model {
    pub fn add_minter(
        &mut self,
        by: Who,
        minter: Who,
        terms: Terms,
        (limit, seconds): (Raw, Raw),
        told: &dyn Told,
    ) -> Outcome {
        let now = self.now;
        let mut refused = Refused::default();
        refused.unless(
            self.mint.governance.is_authority(by),
            MintError::Unauthorized,
        );
        refused.unless(!self.mint.minters.contains_key(&minter), Reason::Account);
        // Decision 6: at once before the first mint.
        let first = self.mint.minted == 0;
        let active_at = if first { now } else { now + RULE_CHANGE_DELAY };
        let policy = match terms {
            Terms::Allowance(total) => {
                refused.unless(total > 0, MintError::ZeroAmount);
                refused.unless(total <= self.mint.mintable(), MintError::HardCapExceeded);
                refused.unless(
                    limit == UNLIMITED || (limit > 0 && seconds > 0),
                    MintError::BadWindow,
                );
                Policy::Allowance(Scheduled::new(total))
            }
            Terms::Schedule(id, start) => {
                let Some(curve) = Curve::by_id(id) else {
                    refused.unless(false, MintError::UnknownCurve);
                    return refused.done();
                };
                let epochs = curve.elapsed(start, active_at);
                let skipped = match told.skipped(minter) {
                    _ if first => 0,
                    Some(told) => told,
                    None => curve.emitted(epochs),
                };
                self.hold(first || curve.agrees(epochs, skipped), || {
                    format!("{skipped} raw skipped of {epochs} epochs")
                });
                refused.unless(
                    CAP - skipped <= self.mint.mintable(),
                    MintError::HardCapExceeded,
                );
                refused.unless(limit == UNLIMITED, MintError::ScheduleWithWindow);
                Policy::Schedule {
                    curve: id,
                    start,
                    skipped,
                }
            }
        };
        refused.done()?;
        self.mint.minters.insert(
            minter,
            Minter {
                policy,
                active_at,
                minted: 0,
                limit,
                seconds,
                window: Window { used: 0, at: now },
                rent_payer: by,
            },
        );
        Ok(())
    }

    /// A raise waits, anything else counts at once and never below what is minted.
    pub fn raise_minter(&mut self, by: Who, minter: Who, total: Raw) -> Outcome {
        let (now, mintable) = (self.now, self.mint.mintable());
        let mut refused = Refused::default();
        refused.unless(
            self.mint.governance.is_authority(by),
            MintError::Unauthorized,
        );
        let Some(minter) = self.mint.minters.get_mut(&minter) else {
            refused.unless(false, Reason::Account);
            return refused.done();
        };
        let Policy::Allowance(allowance) = &mut minter.policy else {
            refused.unless(false, MintError::NotAnAllowance);
            return refused.done();
        };
        let raises = total > allowance.at(now);
        refused.unless(
            !raises || (total - minter.minted).max(0) <= mintable,
            MintError::HardCapExceeded,
        );
        refused.done()?;
        if raises {
            allowance.schedule_rule(total, now);
        } else {
            *allowance = Scheduled::new(total.max(minter.minted));
        }
        Ok(())
    }

    pub fn cancel_raise(&mut self, by: Who, minter: Who) -> Outcome {
        let now = self.now;
        let mut refused = Refused::default();
        refused.unless(self.mint.governance.is_either(by), MintError::Unauthorized);
        let minter = self.mint.minters.get_mut(&minter);
        refused.unless(minter.is_some(), Reason::Account);
        refused.done()?;
        if let Some(Minter {
            policy: Policy::Allowance(allowance),
            ..
        }) = minter
        {
            allowance.cancel(now);
        }
        Ok(())
    }

    pub fn revoke_minter(&mut self, by: Who, minter: Who) -> Outcome {
        let Some(found) = self.mint.minters.get(&minter) else {
            return Err(Reason::Account.into());
        };
        let governance = &self.mint.governance;
        let waits = self.now < found.active_at;
        let allowed = governance.is_authority(by) || (waits && by == governance.guardian);
        if !allowed {
            return Err(MintError::Unauthorized.into());
        }
        self.mint.minters.remove(&minter);
        Ok(())
    }

    /// Counts a mint within the minter's policy, its window and the hard cap.
    pub fn mint_to(&mut self, minter: Who, to: Account, amount: Raw) -> Outcome {
        let now = self.now;
        let Some(mut found) = self.mint.minters.get(&minter).copied() else {
            return Err(Reason::Account.into());
        };
        let mut refused = Refused::default();
        refused.unless(amount > 0, MintError::ZeroAmount);
        refused.unless(now >= found.active_at, MintError::NotActive);
        let minted = found.minted + amount;
        match found.policy {
            Policy::Allowance(total) => {
                refused.unless(minted <= total.at(now), MintError::AllowanceExceeded);
            }
            Policy::Schedule {
                curve,
                start,
                skipped,
            } => {
                let curve = Curve::by_id(curve).expect("checked when it was added");
                let epochs = curve.elapsed(start, now);
                // What the distributor mints was told, and held against the exact value before it came here.
                let within = minted + skipped <= curve.emitted(epochs)
                    || (minter == DISTRIBUTOR && curve.agrees(epochs, minted + skipped));
                refused.unless(within, MintError::ScheduleExceeded);
            }
        }
        let fits =
            found.limit == UNLIMITED || found.window.spend(amount, found.limit, found.seconds, now);
        refused.unless(fits, MintError::WindowExceeded);
        refused.unless(!self.mint.paused, MintError::Paused);
        refused.unless(amount <= self.mint.mintable(), MintError::HardCapExceeded);
        refused.done()?;
        found.minted = minted;
        self.mint.minters.insert(minter, found);
        self.mint.minted += amount;
        self.tokens.add(to, amount);
        Ok(())
    }

    /// Burns and counts it; nothing can stop it.
    pub fn burn(&mut self, from: Account, amount: Raw) -> Outcome {
        let mut refused = Refused::default();
        refused.unless(amount > 0, MintError::ZeroAmount);
        refused.unless(
            self.mint.burned + amount <= self.mint.minted,
            MintError::BurnExceedsMinted,
        );
        refused.unless(self.tokens.of(from) >= amount, Reason::Funds);
        refused.done()?;
        self.tokens.take(from, amount)?;
        self.mint.burned += amount;
        Ok(())
    }

    pub fn burn_own(&mut self, by: Who, amount: Raw) -> Outcome {
        self.burn(Account::Wallet(by, IO), amount)
    }

    pub fn pause_minting(&mut self, by: Who, paused: bool) -> Outcome {
        if !self.mint.governance.may_switch(by, paused) {
            return Err(MintError::Unauthorized.into());
        }
        self.mint.paused = paused;
        Ok(())
    }

    /// Wallets read the name elsewhere: nothing changes here.
    pub fn set_metadata(&self, by: Who, longest: bool) -> Outcome {
        let mut refused = Refused::default();
        refused.unless(
            self.mint.governance.is_authority(by),
            MintError::Unauthorized,
        );
        refused.unless(!longest, MintError::MetadataTooLong);
        refused.done()
    }
}
