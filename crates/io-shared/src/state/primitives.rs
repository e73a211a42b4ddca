//! Small types that the layouts are made of.

use crate::{Address, constants::RULE_CHANGE_DELAY};
use bytemuck::{Pod, Zeroable};

/// A `u128` with the alignment of a `u64`, as account data has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct U128 {
    low: u64,
    high: u64,
}

impl U128 {
    pub const ZERO: Self = Self { low: 0, high: 0 };

    #[inline(always)]
    pub const fn get(self) -> u128 {
        ((self.high as u128) << 64) | self.low as u128
    }
}

impl From<u128> for U128 {
    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "keeps the low half on purpose"
    )]
    fn from(value: u128) -> Self {
        Self {
            low: value as u64,
            high: (value >> 64) as u64,
        }
    }
}

/// A value and the change that waits to replace it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Scheduled {
    value: u64,
    next: u64,
    /// When `next` takes over; 0 while nothing waits.
    effective_at: i64,
}

impl Scheduled {
    pub const fn new(value: u64) -> Self {
        Self {
            value,
            next: 0,
            effective_at: 0,
        }
    }

    /// The value in force at `now`.
    #[inline]
    pub const fn at(&self, now: i64) -> u64 {
        if self.effective_at != 0 && now >= self.effective_at {
            self.next
        } else {
            self.value
        }
    }

    /// The waiting change, if any, with the time it takes over.
    pub const fn pending(&self, now: i64) -> Option<(u64, i64)> {
        if self.effective_at != 0 && now < self.effective_at {
            Some((self.next, self.effective_at))
        } else {
            None
        }
    }

    /// `value` now and `next` from `effective_at` on.
    pub const fn waiting(value: u64, next: u64, effective_at: i64) -> Self {
        Self {
            value,
            next,
            effective_at,
        }
    }

    /// What the value in force replaced and when, if it was scheduled and nothing else was since.
    pub const fn replaced(&self, now: i64) -> Option<(u64, i64)> {
        if self.effective_at != 0 && now >= self.effective_at {
            Some((self.value, self.effective_at))
        } else {
            None
        }
    }

    /// Replaces whatever waits by `next`, to take over `delay` seconds after `now` and never
    /// sooner than [`RULE_CHANGE_DELAY`]. `None` if the clock would overflow.
    pub fn schedule(&mut self, next: u64, now: i64, delay: i64) -> Option<()> {
        let effective_at = now.checked_add(delay.max(RULE_CHANGE_DELAY))?;
        self.value = self.at(now);
        self.next = next;
        self.effective_at = effective_at;
        Some(())
    }

    /// Drops the waiting change, if any.
    pub fn cancel(&mut self, now: i64) {
        *self = Self::new(self.at(now));
    }
}

/// Who may change a config: the first fields of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Governance {
    /// Makes scheduled changes.
    pub authority: Address,
    /// Becomes the authority when it accepts; all zero while nobody is nominated.
    pub pending_authority: Address,
    /// May pause, halt and cancel; nothing else.
    pub guardian: Address,
}

impl Governance {
    pub const fn new(authority: Address, guardian: Address) -> Self {
        Self {
            authority,
            pending_authority: Address::new_from_array([0; 32]),
            guardian,
        }
    }

    /// First step of a hand-over.
    pub fn nominate(&mut self, next: Address) {
        self.pending_authority = next;
    }

    /// Second step; `false` if `signer` was not nominated.
    #[must_use]
    pub fn accept(&mut self, signer: &Address) -> bool {
        if self.pending_authority == Address::default() || self.pending_authority != *signer {
            return false;
        }
        self.authority = self.pending_authority;
        self.pending_authority = Address::default();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u128_round_trips() {
        for value in [0, 1, u128::from(u64::MAX), 1 << 64, u128::MAX] {
            assert_eq!(U128::from(value).get(), value);
        }
    }

    #[test]
    fn a_scheduled_change_waits_at_least_the_rule_delay() {
        let mut rule = Scheduled::new(200);
        rule.schedule(300, 1_000, 0);
        assert_eq!(rule.at(1_000 + RULE_CHANGE_DELAY - 1), 200);
        assert_eq!(rule.pending(1_000), Some((300, 1_000 + RULE_CHANGE_DELAY)));
        assert_eq!(rule.at(1_000 + RULE_CHANGE_DELAY), 300);
        assert_eq!(rule.pending(1_000 + RULE_CHANGE_DELAY), None);
    }

    #[test]
    fn a_value_in_force_knows_what_it_replaced() {
        let mut rule = Scheduled::new(200);
        assert_eq!(rule.replaced(i64::MAX), None);
        rule.schedule(300, 0, 0);
        assert_eq!(rule, Scheduled::waiting(200, 300, RULE_CHANGE_DELAY));
        assert_eq!(rule.replaced(RULE_CHANGE_DELAY - 1), None);
        assert_eq!(
            rule.replaced(RULE_CHANGE_DELAY),
            Some((200, RULE_CHANGE_DELAY))
        );
    }

    #[test]
    fn replacing_a_waiting_change_keeps_the_value_in_force() {
        let mut rule = Scheduled::new(200);
        rule.schedule(300, 0, 0);
        rule.schedule(400, 1, 0);
        assert_eq!(rule.at(RULE_CHANGE_DELAY), 200);
        assert_eq!(rule.at(RULE_CHANGE_DELAY + 1), 400);
        assert_eq!(rule.schedule(500, i64::MAX, 0), None);
    }

    #[test]
    fn a_cancelled_change_never_comes_and_one_in_force_stays() {
        let mut rule = Scheduled::new(200);
        rule.schedule(300, 0, 0);
        rule.cancel(RULE_CHANGE_DELAY - 1);
        assert_eq!(rule, Scheduled::new(200));
        rule.schedule(300, 0, 0);
        rule.cancel(RULE_CHANGE_DELAY);
        assert_eq!(rule, Scheduled::new(300));
    }

    #[test]
    fn only_the_nominee_accepts() {
        let [a, b, c] = [1, 2, 3].map(|n| Address::new_from_array([n; 32]));
        let mut governance = Governance::new(a, c);
        assert!(!governance.accept(&Address::default()));
        governance.nominate(b);
        assert!(!governance.accept(&c));
        assert!(governance.accept(&b));
        assert_eq!(governance.authority, b);
        assert!(!governance.accept(&b));
    }
}
