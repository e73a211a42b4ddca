use super::super::layout;
use super::MintConfig;
use crate::{
    Address,
    constants::{RULE_CHANGE_DELAY, VERSION},
    errors::MintError,
    ids,
    math::{curve::Curve, window},
};
use bytemuck::{Pod, Zeroable};

/// What bounds a minter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "anchor",
    derive(
        anchor_lang::AnchorSerialize,
        anchor_lang::AnchorDeserialize,
        anchor_lang::IdlType
    )
)]
pub enum MintPolicy {
    /// At most `amount` raw IO in all.
    Allowance { amount: u64 },
    /// At most `cumulative(epochs elapsed)` of the [`Curve`] with id `curve`, whose epoch 0 opens at
    /// `start_at`; epochs that are over before the minter is active are not its to mint.
    Schedule { curve: u8, start_at: i64 },
}

/// The terms that a minter is added on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "anchor",
    derive(
        anchor_lang::AnchorSerialize,
        anchor_lang::AnchorDeserialize,
        anchor_lang::IdlType
    )
)]
pub struct MinterTerms {
    pub policy: MintPolicy,
    /// Raw IO that may be minted in one rolling window; `u64::MAX` for no limit, which a schedule must
    /// have.
    pub window_limit: u64,
    /// Length of the window in seconds.
    pub window_seconds: u64,
}

/// `[b"minter", authority]`: the right of one authority to mint, and its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Minter {
    pub version: u8,
    pub bump: u8,
    /// [`Minter::ALLOWANCE`] or [`Minter::SCHEDULE`].
    pub policy: u8,
    /// Id of the [`Curve`]; `Schedule` only.
    pub curve: u8,
    pub padding: [u8; 4],
    /// Signs each mint; often a PDA of another program.
    pub authority: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// No mint before this time.
    pub active_at: i64,
    /// Raw IO minted so far.
    pub minted: u64,
    /// Raw IO in all; `Allowance` only.
    pub total: u64,
    /// Replaces `total` at `next_total_at`; 0 while nothing waits.
    pub next_total: u64,
    pub next_total_at: i64,
    /// When epoch 0 opens; `Schedule` only.
    pub start_at: i64,
    /// Raw IO that may be minted in one rolling window; `u64::MAX` for no limit.
    pub window_limit: u64,
    /// Length of the window in seconds.
    pub window_seconds: u64,
    /// Raw IO counted against the window at `window_at`.
    pub window_used: u64,
    pub window_at: i64,
    /// Raw IO of the curve that was emitted before the minter was active: minted by someone else, as
    /// on an adopted mint, or never; `Schedule` only.
    pub skipped: u64,
    pub reserved: [u8; 56],
}

layout!(Minter, ids::io_mint::ID);

impl Minter {
    /// `policy` of a [`MintPolicy::Allowance`].
    pub const ALLOWANCE: u8 = 0;
    /// `policy` of a [`MintPolicy::Schedule`].
    pub const SCHEDULE: u8 = 1;

    /// A minter added at `now`. Refuses terms that promise more than the hard cap leaves beside what
    /// `config` has promised already, or that could keep it from minting for good.
    ///
    /// Unless nothing is minted yet, a schedule gives nothing for a time before the minter is active:
    /// on a mint whose curve began before it was adopted, the minter goes on where the curve is then.
    pub fn new(
        authority: Address,
        rent_payer: Address,
        bump: u8,
        terms: MinterTerms,
        config: &mut MintConfig,
        now: i64,
    ) -> Result<Self, MintError> {
        let mut minter = Self {
            version: VERSION,
            bump,
            authority,
            rent_payer,
            active_at: config.active_at(now),
            window_limit: terms.window_limit,
            window_seconds: terms.window_seconds,
            window_at: now,
            ..Self::zeroed()
        };
        match terms.policy {
            MintPolicy::Allowance { amount: 0 } => return Err(MintError::ZeroAmount),
            MintPolicy::Allowance { amount } => {
                if amount > config.unpromised() {
                    return Err(MintError::HardCapExceeded);
                }
                minter.policy = Self::ALLOWANCE;
                minter.total = amount;
            }
            MintPolicy::Schedule { curve, start_at } => {
                let curve_by_id = Curve::by_id(curve).ok_or(MintError::UnknownCurve)?;
                if config.minted != 0 {
                    let skipped = curve_by_id.epochs_elapsed(start_at, minter.active_at);
                    minter.skipped = curve_by_id.cumulative(skipped);
                }
                if curve_by_id.cap.saturating_sub(minter.skipped) > config.unpromised() {
                    return Err(MintError::HardCapExceeded);
                }
                // What fell due while nobody cranked must fit one mint, however much it is.
                if terms.window_limit != u64::MAX {
                    return Err(MintError::ScheduleWithWindow);
                }
                minter.policy = Self::SCHEDULE;
                minter.curve = curve;
                minter.start_at = start_at;
            }
        }
        let limited = terms.window_limit != u64::MAX;
        if limited && (terms.window_limit == 0 || terms.window_seconds == 0) {
            return Err(MintError::BadWindow);
        }
        config.promise(0, minter.promised())?;
        Ok(minter)
    }

    /// Counts `amount` raw IO as minted at `now`. Refuses before `active_at`, past the policy's bound
    /// and past the rolling window's limit; a refusal changes nothing.
    #[inline]
    pub fn allow(&mut self, amount: u64, now: i64) -> Result<(), MintError> {
        if amount == 0 {
            return Err(MintError::ZeroAmount);
        }
        if now < self.active_at {
            return Err(MintError::NotActive);
        }
        let minted = self.minted.saturating_add(amount);
        if self.policy == Self::SCHEDULE {
            if minted > self.emitted_by_schedule(now) {
                return Err(MintError::ScheduleExceeded);
            }
        } else if minted > self.total_at(now) {
            return Err(MintError::AllowanceExceeded);
        }
        if self.window_limit != u64::MAX {
            let used = window::decayed(self.window_used, self.window_seconds, self.window_at, now)
                .saturating_add(amount);
            if used > self.window_limit {
                return Err(MintError::WindowExceeded);
            }
            self.window_used = used;
            self.window_at = self.window_at.max(now);
        }
        self.minted = minted;
        Ok(())
    }

    /// Schedules `next_total` for an allowance to replace its total after [`RULE_CHANGE_DELAY`], in
    /// place of any change that waits. A total that is no higher takes effect at once, and then
    /// never below what is minted already. What was in force stays promised.
    pub fn raise(
        &mut self,
        next_total: u64,
        config: &mut MintConfig,
        now: i64,
    ) -> Result<(), MintError> {
        if self.policy != Self::ALLOWANCE {
            return Err(MintError::NotAnAllowance);
        }
        let total = self.total_at(now);
        if next_total > total {
            config.promise(self.promised(), next_total)?;
            self.total = total;
            self.next_total = next_total;
            self.next_total_at = now.saturating_add(RULE_CHANGE_DELAY);
        } else {
            let lowered = next_total.max(self.minted);
            let kept = lowered.max(self.granted(config, now));
            config.promise(self.promised(), kept)?;
            self.total = lowered;
            self.next_total = 0;
            self.next_total_at = 0;
        }
        Ok(())
    }

    /// Drops a raise that waits at `now`, and what it promised; one that is in force stays.
    pub fn cancel_raise(&mut self, config: &mut MintConfig, now: i64) -> Result<(), MintError> {
        if self.policy == Self::ALLOWANCE {
            let total = self.total_at(now);
            config.promise(self.promised(), total)?;
            self.total = total;
            self.next_total = 0;
            self.next_total_at = 0;
        }
        Ok(())
    }

    /// Takes back what this minter was promised and had not been granted at `now`, as it is closed.
    pub fn revoke(&self, config: &mut MintConfig, now: i64) -> Result<(), MintError> {
        config.promise(self.promised(), self.granted(config, now))
    }

    /// Raw IO in all that this minter was promised, a raise that waits included.
    pub fn promised(&self) -> u64 {
        if self.policy == Self::SCHEDULE {
            let cap = Curve::by_id(self.curve).map_or(0, |curve| curve.cap);
            cap.saturating_sub(self.skipped)
        } else {
            self.total.max(self.next_total)
        }
    }

    /// Of [`Minter::promised`], what was in force at `now` and so counts as promised for good; nothing
    /// while nobody has minted or before the minter is active.
    pub fn granted(&self, config: &MintConfig, now: i64) -> u64 {
        if config.minted == 0 || now < self.active_at {
            0
        } else if self.policy == Self::SCHEDULE {
            self.promised()
        } else {
            self.total_at(now)
        }
    }

    /// Whether `signer` may close this minter at `now`: the authority always, the guardian only while
    /// the minter waits.
    pub fn revocable_by(&self, signer: &Address, config: &MintConfig, now: i64) -> bool {
        *signer == config.governance.authority
            || (*signer == config.governance.guardian && now < self.active_at)
    }

    /// Raw IO in all that an allowance may mint, as in force at `now`.
    #[inline]
    pub const fn total_at(&self, now: i64) -> u64 {
        if self.next_total_at != 0 && now >= self.next_total_at {
            self.next_total
        } else {
            self.total
        }
    }

    /// Raw IO of the schedule's curve that this minter may have minted at `now`; 0 for a curve that does
    /// not exist.
    #[inline]
    pub fn emitted_by_schedule(&self, now: i64) -> u64 {
        Curve::by_id(self.curve)
            .map_or(0, |curve| {
                curve.cumulative(curve.epochs_elapsed(self.start_at, now))
            })
            .saturating_sub(self.skipped)
    }

    /// What holds between any two instructions.
    pub fn invariant(&self) -> bool {
        let bounded = match self.policy {
            Self::ALLOWANCE => self.minted <= self.total.max(self.next_total) && self.skipped == 0,
            Self::SCHEDULE => {
                self.total == 0
                    && self.window_limit == u64::MAX
                    && Curve::by_id(self.curve)
                        .is_some_and(|curve| self.minted.saturating_add(self.skipped) <= curve.cap)
            }
            _ => false,
        };
        let waiting = self.next_total_at != 0;
        self.version == VERSION
            && bounded
            && self.window_used <= self.window_limit
            && (self.window_limit == u64::MAX || self.window_seconds != 0)
            && (self.next_total > self.total) == waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{constants::HARD_CAP, state::Governance};
    use std::mem::offset_of;

    const NOW: i64 = 1_800_000_000;
    const AUTHORITY: Address = Address::new_from_array([1; 32]);
    const RENT_PAYER: Address = Address::new_from_array([2; 32]);

    fn config(minted: u64) -> MintConfig {
        let governance = Governance::new(AUTHORITY, Address::default());
        let mut config = MintConfig::new(governance, Address::new_from_array([3; 32]), 255);
        config.minted = minted;
        config.promised = minted;
        config
    }

    fn unlimited(policy: MintPolicy) -> MinterTerms {
        MinterTerms {
            policy,
            window_limit: u64::MAX,
            window_seconds: 0,
        }
    }

    fn add(terms: MinterTerms, config: &mut MintConfig) -> Result<Minter, MintError> {
        let added = Minter::new(AUTHORITY, RENT_PAYER, 254, terms, config, NOW);
        assert!(added.is_err() || added.is_ok_and(|minter| minter.invariant()));
        added
    }

    fn allowance(amount: u64) -> Minter {
        add(unlimited(MintPolicy::Allowance { amount }), &mut config(0)).unwrap()
    }

    fn schedule(start_at: i64) -> Minter {
        let policy = MintPolicy::Schedule {
            curve: Curve::HOURLY.id,
            start_at,
        };
        add(unlimited(policy), &mut config(0)).unwrap()
    }

    #[test]
    fn layout() {
        assert_eq!(offset_of!(Minter, authority), 8);
        assert_eq!(offset_of!(Minter, rent_payer), 40);
        assert_eq!(offset_of!(Minter, active_at), 72);
        assert_eq!(offset_of!(Minter, minted), 80);
        assert_eq!(offset_of!(Minter, total), 88);
        assert_eq!(offset_of!(Minter, start_at), 112);
        assert_eq!(offset_of!(Minter, window_limit), 120);
        assert_eq!(offset_of!(Minter, window_at), 144);
        assert_eq!(offset_of!(Minter, skipped), 152);
        assert_eq!(size_of::<Minter>(), 216);
    }

    #[test]
    fn terms_are_checked_when_a_minter_is_added() {
        let genesis = config(0);
        let later = config(500);
        let room = HARD_CAP - 500;
        let allowance = |amount| unlimited(MintPolicy::Allowance { amount });
        let schedule = |curve, start_at| unlimited(MintPolicy::Schedule { curve, start_at });
        let limited = |window_limit, window_seconds| MinterTerms {
            window_limit,
            window_seconds,
            ..allowance(1)
        };
        for (terms, mut config, result) in [
            (allowance(1), genesis, Ok(NOW)),
            (allowance(HARD_CAP), genesis, Ok(NOW)),
            (allowance(0), genesis, Err(MintError::ZeroAmount)),
            (
                allowance(HARD_CAP + 1),
                genesis,
                Err(MintError::HardCapExceeded),
            ),
            (allowance(room), later, Ok(NOW + RULE_CHANGE_DELAY)),
            (allowance(room + 1), later, Err(MintError::HardCapExceeded)),
            (schedule(0, 0), genesis, Ok(NOW)),
            (schedule(1, i64::MIN), genesis, Ok(NOW)),
            (schedule(2, NOW), genesis, Err(MintError::UnknownCurve)),
            (
                schedule(0, NOW + RULE_CHANGE_DELAY),
                later,
                Ok(NOW + RULE_CHANGE_DELAY),
            ),
            (
                schedule(0, NOW + RULE_CHANGE_DELAY),
                config(HARD_CAP - Curve::HOURLY.cap),
                Ok(NOW + RULE_CHANGE_DELAY),
            ),
            (
                schedule(0, NOW + RULE_CHANGE_DELAY),
                config(HARD_CAP - Curve::HOURLY.cap + 1),
                Err(MintError::HardCapExceeded),
            ),
            (
                MinterTerms {
                    window_limit: HARD_CAP,
                    window_seconds: 1,
                    ..schedule(0, NOW)
                },
                genesis,
                Err(MintError::ScheduleWithWindow),
            ),
            (limited(1, 1), genesis, Ok(NOW)),
            (limited(0, 1), genesis, Err(MintError::BadWindow)),
            (limited(1, 0), genesis, Err(MintError::BadWindow)),
        ] {
            assert_eq!(
                add(terms, &mut config).map(|minter| minter.active_at),
                result,
                "{terms:?}"
            );
        }
    }

    #[test]
    fn no_mint_before_it_is_active() {
        let mut minter = add(
            unlimited(MintPolicy::Allowance { amount: 10 }),
            &mut config(1),
        )
        .unwrap();
        let active_at = NOW + RULE_CHANGE_DELAY;
        assert_eq!(minter.allow(1, active_at - 1), Err(MintError::NotActive));
        assert_eq!(minter.allow(1, active_at), Ok(()));
    }

    #[test]
    fn an_allowance_ends_at_its_total() {
        let mut minter = allowance(10);
        assert_eq!(minter.allow(0, NOW), Err(MintError::ZeroAmount));
        assert_eq!(minter.allow(11, NOW), Err(MintError::AllowanceExceeded));
        assert_eq!(
            minter.allow(u64::MAX, NOW),
            Err(MintError::AllowanceExceeded)
        );
        assert_eq!(minter.allow(10, NOW), Ok(()));
        assert_eq!(minter.allow(1, i64::MAX), Err(MintError::AllowanceExceeded));
        assert_eq!(minter.minted, 10);
        assert!(minter.invariant());
    }

    #[test]
    fn a_schedule_lets_out_what_whole_epochs_have_emitted() {
        let mut minter = schedule(NOW);
        let hour = NOW + 3_600;
        let first = Curve::HOURLY.cumulative(1);
        assert_eq!(minter.allow(1, hour - 1), Err(MintError::ScheduleExceeded));
        assert_eq!(
            minter.allow(first + 1, hour),
            Err(MintError::ScheduleExceeded)
        );
        assert_eq!(minter.allow(first, hour), Ok(()));
        assert_eq!(
            minter.allow(1, hour + 3_599),
            Err(MintError::ScheduleExceeded)
        );
        let tenth = NOW + 10 * 3_600;
        let due = Curve::HOURLY.cumulative(10) - first;
        assert_eq!(minter.allow(due, tenth), Ok(()));
        assert_eq!(minter.allow(1, tenth), Err(MintError::ScheduleExceeded));
        assert!(minter.invariant());
    }

    /// On a mint that has a supply, e.g. an adopted one, whose curve began long ago.
    #[test]
    fn a_schedule_from_the_past_goes_on_where_the_curve_is() {
        let curve = &Curve::HOURLY;
        let active_at = NOW + RULE_CHANGE_DELAY;
        // Epoch 20,000 is open when the minter becomes active, and half over.
        let start_at = active_at - 20_000 * 3_600 - 1_800;
        let before = curve.cumulative(20_000);
        let terms = unlimited(MintPolicy::Schedule { curve: 0, start_at });
        // Genesis and all of the curve so far: what is left fits to the raw unit.
        let issued = HARD_CAP - curve.cap + before;
        assert_eq!(
            add(terms, &mut config(issued + 1)),
            Err(MintError::HardCapExceeded)
        );
        let mut minter = add(terms, &mut config(issued)).unwrap();
        assert_eq!((minter.skipped, minter.minted), (before, 0));
        assert_eq!(
            minter.allow(1, active_at + 1_799),
            Err(MintError::ScheduleExceeded)
        );
        let next = curve.cumulative(20_001) - before;
        assert_eq!(
            minter.allow(next + 1, active_at + 1_800),
            Err(MintError::ScheduleExceeded)
        );
        assert_eq!(minter.allow(next, active_at + 1_800), Ok(()));
        let rest = curve.cap - before - next;
        assert_eq!(
            minter.allow(rest + 1, i64::MAX),
            Err(MintError::ScheduleExceeded)
        );
        assert_eq!(minter.allow(rest, i64::MAX), Ok(()));
        assert!(minter.invariant());
    }

    #[test]
    fn a_schedule_ends_at_its_cap() {
        let mut minter = schedule(i64::MIN);
        assert_eq!(minter.allow(Curve::HOURLY.cap, NOW), Ok(()));
        assert_eq!(minter.allow(1, i64::MAX), Err(MintError::ScheduleExceeded));
        assert_eq!(minter.minted, Curve::HOURLY.cap);
        assert!(minter.invariant());
    }

    #[test]
    fn a_window_drains_and_binds_before_the_total_does() {
        let terms = MinterTerms {
            policy: MintPolicy::Allowance { amount: 1_000 },
            window_limit: 100,
            window_seconds: 50,
        };
        let mut minter = add(terms, &mut config(0)).unwrap();
        assert_eq!(minter.allow(101, NOW), Err(MintError::WindowExceeded));
        assert_eq!(minter.allow(100, NOW), Ok(()));
        assert_eq!(minter.allow(1, NOW), Err(MintError::WindowExceeded));
        assert_eq!(minter.allow(21, NOW + 10), Err(MintError::WindowExceeded));
        assert_eq!(minter.allow(20, NOW + 10), Ok(()));
        assert_eq!((minter.window_used, minter.window_at), (100, NOW + 10));
        assert_eq!(
            minter.allow(1, NOW),
            Err(MintError::WindowExceeded),
            "clock went back"
        );
        assert_eq!(minter.allow(100, NOW + 60), Ok(()));
        assert!(minter.invariant());
    }

    #[test]
    fn a_refusal_changes_nothing() {
        let terms = MinterTerms {
            policy: MintPolicy::Allowance { amount: 150 },
            window_limit: 100,
            window_seconds: 50,
        };
        let mut minter = add(terms, &mut config(0)).unwrap();
        minter.allow(90, NOW).unwrap();
        let before = minter;
        for amount in [0, 11, 61, u64::MAX] {
            assert!(minter.allow(amount, NOW).is_err());
            assert_eq!(minter, before);
        }
    }

    #[test]
    fn no_limit_keeps_no_window() {
        let mut minter = allowance(10);
        minter.allow(10, NOW + 5).unwrap();
        assert_eq!((minter.window_used, minter.window_at), (0, NOW));
    }

    #[test]
    fn a_raise_waits() {
        let mut minter = allowance(10);
        let due = NOW + RULE_CHANGE_DELAY;
        minter.raise(20, &mut config(0), NOW).unwrap();
        assert!(minter.invariant());
        assert_eq!(
            (minter.total, minter.next_total, minter.next_total_at),
            (10, 20, due)
        );
        assert_eq!(minter.allow(11, due - 1), Err(MintError::AllowanceExceeded));
        assert_eq!(minter.allow(20, due), Ok(()));
        assert!(minter.invariant());
    }

    #[test]
    fn a_second_raise_keeps_what_the_first_brought_only_if_it_was_due() {
        let due = NOW + RULE_CHANGE_DELAY;
        let mut early = allowance(10);
        early.raise(20, &mut config(0), NOW).unwrap();
        let mut late = early;
        early.raise(30, &mut config(0), due - 1).unwrap();
        assert_eq!(early.total_at(due), 10);
        assert_eq!(early.total_at(due - 1 + RULE_CHANGE_DELAY), 30);
        late.raise(30, &mut config(0), due).unwrap();
        assert_eq!(late.total_at(due), 20);
        assert_eq!(late.total_at(due + RULE_CHANGE_DELAY), 30);
    }

    #[test]
    fn lowering_takes_effect_at_once_and_withdraws_a_waiting_raise() {
        let mut minter = allowance(10);
        minter.allow(6, NOW).unwrap();
        minter.raise(20, &mut config(6), NOW).unwrap();
        minter.raise(8, &mut config(6), NOW).unwrap();
        assert_eq!(minter.total_at(i64::MAX), 8);
        assert_eq!((minter.next_total, minter.next_total_at), (0, 0));
        minter.raise(0, &mut config(6), NOW).unwrap();
        assert_eq!(minter.total_at(i64::MAX), 6, "what is minted stays counted");
        assert_eq!(minter.allow(1, NOW), Err(MintError::AllowanceExceeded));
        assert!(minter.invariant());
    }

    #[test]
    fn a_raise_that_waits_can_be_dropped_and_one_in_force_cannot() {
        let due = NOW + RULE_CHANGE_DELAY;
        let mut early = allowance(10);
        early.raise(20, &mut config(0), NOW).unwrap();
        let mut late = early;
        early.cancel_raise(&mut config(0), due - 1).unwrap();
        assert_eq!(early.total_at(i64::MAX), 10);
        late.cancel_raise(&mut config(0), due).unwrap();
        assert_eq!(late.total_at(NOW), 20);
        assert!(early.invariant() && late.invariant());
        let untouched = allowance(10);
        let mut nothing = untouched;
        nothing.cancel_raise(&mut config(0), NOW).unwrap();
        assert_eq!(nothing, untouched);
    }

    #[test]
    fn the_guardian_closes_a_minter_only_while_it_waits() {
        let guardian = Address::new_from_array([9; 32]);
        let mut config = config(1);
        config.governance.guardian = guardian;
        let waiting = add(unlimited(MintPolicy::Allowance { amount: 1 }), &mut config).unwrap();
        let active_at = NOW + RULE_CHANGE_DELAY;
        for (signer, now, may) in [
            (AUTHORITY, NOW, true),
            (AUTHORITY, i64::MAX, true),
            (guardian, active_at - 1, true),
            (guardian, active_at, false),
            (RENT_PAYER, NOW, false),
            (Address::default(), NOW, false),
        ] {
            assert_eq!(waiting.revocable_by(&signer, &config, now), may);
        }
    }

    /// The books and their minters: a policy's amount is promised once and by one minter.
    #[test]
    fn promises_add_up_to_the_hard_cap() {
        let mut config = config(500);
        let allowance = |amount| unlimited(MintPolicy::Allowance { amount });
        let start_at = NOW + RULE_CHANGE_DELAY;
        let emission = unlimited(MintPolicy::Schedule { curve: 0, start_at });
        let emission = add(emission, &mut config).unwrap();
        assert_eq!(emission.promised(), Curve::HOURLY.cap);
        assert_eq!(config.promised, 500 + Curve::HOURLY.cap);
        let mut grants = add(allowance(10), &mut config).unwrap();
        let room = HARD_CAP - 510 - Curve::HOURLY.cap;
        assert_eq!(config.unpromised(), room);
        let before = (grants, config);
        assert_eq!(
            add(allowance(room + 1), &mut config),
            Err(MintError::HardCapExceeded)
        );
        assert_eq!(
            grants.raise(10 + room + 1, &mut config, NOW),
            Err(MintError::HardCapExceeded)
        );
        assert_eq!((grants, config), before);
        grants.raise(10 + room, &mut config, NOW).unwrap();
        assert_eq!(config.unpromised(), 0);
        // What was minted of it changes nothing: it was promised already.
        let due = NOW + RULE_CHANGE_DELAY;
        grants.allow(10 + room, due).unwrap();
        config.record_mint(10 + room).unwrap();
        assert_eq!(
            grants.raise(11 + room, &mut config, due),
            Err(MintError::HardCapExceeded)
        );
        assert!(config.invariant());
    }

    #[test]
    fn what_was_granted_stays_promised_and_what_waits_does_not() {
        let allowance = unlimited(MintPolicy::Allowance { amount: 10 });
        let start_at = NOW + RULE_CHANGE_DELAY;
        let emission = unlimited(MintPolicy::Schedule { curve: 0, start_at });
        let active_at = NOW + RULE_CHANGE_DELAY;
        let raised_at = active_at + RULE_CHANGE_DELAY;
        // Raw IO that is promised after something is done at a time, of 10 and a raise to 25 that
        // was asked for when the minter became active.
        type Step = fn(&mut Minter, &mut MintConfig, i64) -> Result<(), MintError>;
        let revoke: Step = |minter, config, now| minter.revoke(config, now);
        let cancel: Step = |minter, config, now| minter.cancel_raise(config, now);
        let lower: Step = |minter, config, now| minter.raise(4, config, now);
        let same: Step = |minter, config, now| minter.raise(10, config, now);
        let replace: Step = |minter, config, now| minter.raise(12, config, now);
        for (name, step, now, promised) in [
            ("revoke", revoke, raised_at - 1, 10),
            ("revoke, raised", revoke, raised_at, 25),
            ("cancel", cancel, raised_at - 1, 10),
            ("cancel, raised", cancel, raised_at, 25),
            ("lower", lower, raised_at - 1, 10),
            ("lower, raised", lower, raised_at, 25),
            ("same", same, raised_at - 1, 10),
            ("replace", replace, raised_at - 1, 12),
            ("replace, raised", replace, raised_at, 25),
        ] {
            let mut config = config(500);
            let mut minter = add(allowance, &mut config).unwrap();
            minter.raise(25, &mut config, active_at).unwrap();
            assert_eq!(config.promised, 525);
            step(&mut minter, &mut config, now).unwrap();
            assert_eq!(config.promised, 500 + promised, "{name}");
        }
        // Before the minter is active nothing was granted.
        for (name, step, promised) in [
            ("revoke", revoke, 0),
            ("cancel", cancel, 10),
            ("lower", lower, 4),
            ("replace", replace, 12),
        ] {
            let mut config = config(500);
            let mut minter = add(allowance, &mut config).unwrap();
            minter.raise(25, &mut config, NOW).unwrap();
            step(&mut minter, &mut config, active_at - 1).unwrap();
            assert_eq!(config.promised, 500 + promised, "inactive, {name}");
        }
        for (now, left) in [(active_at - 1, 0), (active_at, Curve::HOURLY.cap)] {
            let mut config = config(500);
            let minter = add(emission, &mut config).unwrap();
            minter.revoke(&mut config, now).unwrap();
            assert_eq!(config.promised, 500 + left);
        }
    }

    #[test]
    fn nothing_is_granted_before_the_first_mint() {
        for (minted, left) in [(0, 0), (1, 10)] {
            let mut config = config(0);
            let terms = unlimited(MintPolicy::Allowance { amount: 10 });
            let mut minter = add(terms, &mut config).unwrap();
            if minted != 0 {
                minter.allow(minted, NOW).unwrap();
                config.record_mint(minted).unwrap();
            }
            let mut lowered = (minter, config);
            lowered.0.raise(4, &mut lowered.1, NOW).unwrap();
            assert_eq!(lowered.1.promised, left.max(4));
            minter.revoke(&mut config, NOW).unwrap();
            assert_eq!(config.promised, left);
            assert!(config.invariant());
        }
    }

    #[test]
    fn a_lowered_total_is_promised_anew_when_it_is_raised() {
        let mut config = config(500);
        let terms = unlimited(MintPolicy::Allowance { amount: 10 });
        let mut minter = add(terms, &mut config).unwrap();
        let later = NOW + RULE_CHANGE_DELAY;
        minter.raise(4, &mut config, later).unwrap();
        assert_eq!(config.promised, 510);
        minter.raise(10, &mut config, later).unwrap();
        assert_eq!(config.promised, 516);
    }

    #[test]
    fn a_schedule_cannot_be_raised() {
        let mut minter = schedule(NOW);
        assert_eq!(
            minter.raise(1, &mut config(0), NOW),
            Err(MintError::NotAnAllowance)
        );
    }
}
