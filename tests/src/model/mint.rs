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
    /// Raw IO that anybody was promised the right to mint, what is minted included. A promise is for good once it
    /// is in force: the minter is active, and so is the total.
    pub promised: Raw,
    pub minters: BTreeMap<Who, Minter>,
}

impl Mint {
    pub fn mintable(&self) -> Raw {
        Raw::from(HARD_CAP) - self.minted
    }

    /// Raw IO that nobody is promised yet.
    pub fn room(&self) -> Raw {
        Raw::from(HARD_CAP) - self.promised
    }

    /// Nothing was ever minted, so there is nothing to protect: minters are active at once (decision 6), and no
    /// promise is for good.
    fn is_unissued(&self) -> bool {
        self.minted == 0
    }
}

impl Minter {
    /// Raw IO that it may mint in all, and what a raise that waits promises beyond that.
    fn promised(&self, now: Time) -> (Raw, Raw) {
        match self.policy {
            Policy::Allowance(total) => (total.at(now), waiting(total, now)),
            Policy::Schedule { skipped, .. } => (CAP - skipped, 0),
        }
    }

    /// Raw IO that it may still mint in all, with a raise that waits.
    pub fn due(&self, now: Time) -> Raw {
        let (total, raise) = self.promised(now);
        total + raise - self.minted
    }
}

/// What a raise that waits promises beyond the total in force.
fn waiting(total: Scheduled, now: Time) -> Raw {
    match total.next {
        Some((next, at)) if now < at => next - total.value,
        _ => 0,
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
        let first = self.mint.is_unissued();
        let active_at = if first { now } else { now + RULE_CHANGE_DELAY };
        let policy = match terms {
            Terms::Allowance(total) => {
                refused.unless(total > 0, MintError::ZeroAmount);
                refused.unless(total <= self.mint.room(), MintError::HardCapExceeded);
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
                    CAP - skipped <= self.mint.room(),
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
        let added = Minter {
            policy,
            active_at,
            minted: 0,
            limit,
            seconds,
            window: Window { used: 0, at: now },
            rent_payer: by,
        };
        self.mint.promised += added.promised(now).0;
        self.mint.minters.insert(minter, added);
        Ok(())
    }

    /// A raise waits, anything else counts at once and never below what is minted. Either takes the place of a
    /// raise that waits, and of what that one promised.
    pub fn raise_minter(&mut self, by: Who, minter: Who, total: Raw) -> Outcome {
        let now = self.now;
        let unissued = self.mint.is_unissued();
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
        let (in_force, waits) = (allowance.at(now), waiting(*allowance, now));
        let raises = total > in_force;
        let mut promised = self.mint.promised - waits;
        if raises {
            promised += total - in_force;
            refused.unless(promised <= Raw::from(HARD_CAP), MintError::HardCapExceeded);
        }
        refused.done()?;
        if raises {
            allowance.schedule_rule(total, now);
        } else {
            let lowered = total.max(minter.minted);
            if unissued || now < minter.active_at {
                promised -= in_force - lowered;
            }
            *allowance = Scheduled::new(lowered);
        }
        self.mint.promised = promised;
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
            self.mint.promised -= waiting(*allowance, now);
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
        let (total, raise) = found.promised(self.now);
        let back = waits || self.mint.is_unissued();
        self.mint.promised -= raise + if back { total } else { 0 };
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
