use super::super::{Governance, Minter, Scheduled, layout};
use crate::{
    Address,
    constants::{BPS, MAX_BOOST_BPS, MAX_BOUNTY_BPS, MAX_POOLS, MAX_SCORE_AGE_EPOCHS, VERSION},
    errors::EmissionsError,
    ids,
    math::{curve::Curve, fixed::mul_div_floor},
};
use bytemuck::{Pod, Zeroable};

/// `[b"emissions"]`: the distributor's rules and clock; signs its mints and owns its vault.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct EmissionsConfig {
    pub version: u8,
    pub bump: u8,
    /// Reward pools that exist, with ids from 0.
    pub pool_count: u8,
    /// Id of the [`crate::math::curve::Curve`].
    pub curve: u8,
    pub padding: [u8; 4],
    pub governance: Governance,
    /// Posts node scores; nothing else.
    pub scorer: Address,
    /// The IO mint.
    pub mint: Address,
    /// When epoch 0 opens.
    pub start_at: i64,
    /// Epochs whose emission is minted and shared out; the number of the epoch that is open.
    pub epochs_done: u64,
    /// Raw IO minted for those epochs.
    pub emitted: u64,
    /// Raw IO paid to crankers out of it.
    pub bounties_paid: u64,
    /// The cranker's part of an emission, in basis points.
    pub bounty_bps: Scheduled,
    /// Most raw IO that one crank earns.
    pub bounty_cap: Scheduled,
    /// Boost at a node's maximum stake, in basis points; 10,000 is none.
    pub max_boost_bps: Scheduled,
    /// Epochs after which a score no longer counts.
    pub max_score_age: Scheduled,
    /// Most basis points that a score may move in one epoch, except to zero and back.
    pub max_score_step_bps: Scheduled,
    pub reserved: [u8; 64],
}

layout!(EmissionsConfig, ids::io_emissions::ID);

/// A rule that the authority may change with notice, by the number that `schedule_rule` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(u8)]
pub enum EmissionsRule {
    BountyBps = 0,
    BountyCap = 1,
    MaxBoostBps = 2,
    MaxScoreAge = 3,
    MaxScoreStepBps = 4,
}

impl EmissionsRule {
    pub const ALL: [Self; 5] = [
        Self::BountyBps,
        Self::BountyCap,
        Self::MaxBoostBps,
        Self::MaxScoreAge,
        Self::MaxScoreStepBps,
    ];

    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Whether the rule may have `value`. A cap needs no bound: the basis points bound the bounty.
    pub const fn allows(self, value: u64) -> bool {
        match self {
            Self::BountyBps => value <= MAX_BOUNTY_BPS,
            Self::BountyCap => true,
            Self::MaxBoostBps => value >= BPS && value <= MAX_BOOST_BPS,
            Self::MaxScoreAge => value >= 1 && value <= MAX_SCORE_AGE_EPOCHS,
            Self::MaxScoreStepBps => value >= 1 && value <= BPS,
        }
    }
}

/// The terms that the distributor begins on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "anchor",
    derive(
        anchor_lang::AnchorSerialize,
        anchor_lang::AnchorDeserialize,
        anchor_lang::IdlType
    )
)]
pub struct EmissionsTerms {
    /// May cancel scheduled changes; nothing else.
    pub guardian: Address,
    /// Posts node scores; nothing else.
    pub scorer: Address,
    /// Id of the [`crate::math::curve::Curve`].
    pub curve: u8,
    /// When epoch 0 opens.
    pub start_at: i64,
    /// The cranker's part of an emission, in basis points.
    pub bounty_bps: u64,
    /// Most raw IO that one crank earns.
    pub bounty_cap: u64,
    /// Boost at a node's maximum stake, in basis points; 10,000 is none.
    pub max_boost_bps: u64,
    /// Epochs after which a score no longer counts.
    pub max_score_age: u64,
    /// Most basis points that a score may move in one epoch, except to zero and back.
    pub max_score_step_bps: u64,
    /// Each pool's part of an emission, in basis points; 0 for a pool that does not exist.
    pub pool_shares: [u64; 4],
}

/// Parts of the emission by pool id, in basis points.
pub type PoolShares = [u64; 4];

const _: () = assert!(size_of::<PoolShares>() == 8 * MAX_POOLS as usize);

/// How many pools `shares` names: the first ones, each above 0, together 10,000. `None` if they do not
/// add up like that.
pub fn count_pools(shares: &PoolShares) -> Option<u8> {
    let mut sum = 0_u64;
    let mut count = 0_u8;
    let mut ended = false;
    for share in shares {
        if *share == 0 {
            ended = true;
        } else if ended {
            return None;
        } else {
            sum = sum.checked_add(*share)?;
            count = count.checked_add(1)?;
        }
    }
    (sum == BPS).then_some(count)
}

/// The rules that weigh a node, in force at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightRules {
    pub max_boost_bps: u64,
    pub max_score_age: u64,
    pub max_score_step_bps: u64,
}

/// What one crank is to mint and pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The epoch that is open now; every one before it is paid for.
    pub epoch: u64,
    /// When that epoch is over.
    pub due_at: i64,
    /// Raw IO to mint.
    pub emission: u64,
    /// Part of it for the cranker, raw IO.
    pub bounty: u64,
}

impl Advance {
    /// Part of the emission for the pools, raw IO.
    #[inline]
    pub const fn for_pools(&self) -> u64 {
        self.emission.saturating_sub(self.bounty)
    }
}

impl EmissionsConfig {
    /// The distributor before its first epoch. Refuses an unknown curve, shares that do not sum up and
    /// rules out of bounds.
    pub fn new(
        authority: Address,
        mint: Address,
        bump: u8,
        terms: &EmissionsTerms,
    ) -> Result<Self, EmissionsError> {
        if Curve::by_id(terms.curve).is_none() {
            return Err(EmissionsError::UnknownCurve);
        }
        let pool_count = count_pools(&terms.pool_shares).ok_or(EmissionsError::WrongShares)?;
        let mut config = Self {
            version: VERSION,
            bump,
            pool_count,
            curve: terms.curve,
            governance: Governance::new(authority, terms.guardian),
            scorer: terms.scorer,
            mint,
            start_at: terms.start_at,
            ..Zeroable::zeroed()
        };
        for (rule, value) in [
            (EmissionsRule::BountyBps, terms.bounty_bps),
            (EmissionsRule::BountyCap, terms.bounty_cap),
            (EmissionsRule::MaxBoostBps, terms.max_boost_bps),
            (EmissionsRule::MaxScoreAge, terms.max_score_age),
            (EmissionsRule::MaxScoreStepBps, terms.max_score_step_bps),
        ] {
            if !rule.allows(value) {
                return Err(EmissionsError::RuleOutOfBounds);
            }
            *config.rule_mut(rule) = Scheduled::new(value);
        }
        Ok(config)
    }

    /// Begins where the schedule of the distributor's `minter` does: with epoch 0, or, on a mint that had
    /// a supply before, with the epoch that is open when the minter becomes active. What the curve
    /// emitted until then counts as emitted, to someone else. Refuses a minter that would not mint
    /// what this curve emits.
    pub fn follow(&mut self, minter: &Minter) -> Result<(), EmissionsError> {
        let curve = Curve::by_id(self.curve).ok_or(EmissionsError::UnknownCurve)?;
        if minter.policy != Minter::SCHEDULE
            || (minter.curve, minter.start_at) != (self.curve, self.start_at)
        {
            return Err(EmissionsError::WrongMinter);
        }
        if minter.skipped > 0 {
            self.epochs_done = curve.epochs_elapsed(self.start_at, minter.active_at);
            self.emitted = minter.skipped;
        }
        Ok(())
    }

    /// The epoch that is open at `now`: the number of those that are over.
    #[inline]
    pub fn epoch(&self, now: i64) -> u64 {
        Curve::by_id(self.curve).map_or(0, |curve| curve.epochs_elapsed(self.start_at, now))
    }

    #[inline]
    pub const fn weight_rules(&self, now: i64) -> WeightRules {
        WeightRules {
            max_boost_bps: self.max_boost_bps.at(now),
            max_score_age: self.max_score_age.at(now),
            max_score_step_bps: self.max_score_step_bps.at(now),
        }
    }

    /// Moves the books on to `now`. `None`, and nothing changed, if no epoch is due: called again, too
    /// early, or by a clock that went back.
    ///
    /// The emission is what the curve has emitted by now less what was minted before, so that any
    /// number of missed epochs costs the same, and no rounding adds up.
    #[inline]
    pub fn advance(&mut self, now: i64) -> Option<Advance> {
        let curve = Curve::by_id(self.curve)?;
        let epoch = curve.epochs_elapsed(self.start_at, now);
        if epoch <= self.epochs_done {
            return None;
        }
        let target = curve.cumulative(epoch);
        let emission = target.checked_sub(self.emitted)?;
        let bounty = mul_div_floor(emission, self.bounty_bps.at(now), BPS)?
            .min(self.bounty_cap.at(now))
            .min(emission);
        self.bounties_paid = self.bounties_paid.checked_add(bounty)?;
        self.emitted = target;
        self.epochs_done = epoch;
        // Too far ahead for the clock is as good as never.
        let due_at = curve.epoch_start(self.start_at, epoch.saturating_add(1));
        Some(Advance {
            epoch,
            due_at: due_at.unwrap_or(i64::MAX),
            emission,
            bounty,
        })
    }

    pub const fn rule_mut(&mut self, rule: EmissionsRule) -> &mut Scheduled {
        match rule {
            EmissionsRule::BountyBps => &mut self.bounty_bps,
            EmissionsRule::BountyCap => &mut self.bounty_cap,
            EmissionsRule::MaxBoostBps => &mut self.max_boost_bps,
            EmissionsRule::MaxScoreAge => &mut self.max_score_age,
            EmissionsRule::MaxScoreStepBps => &mut self.max_score_step_bps,
        }
    }

    /// What holds for every config at any time.
    pub fn invariant(&self, now: i64) -> bool {
        let Some(curve) = Curve::by_id(self.curve) else {
            return false;
        };
        self.emitted == curve.cumulative(self.epochs_done)
            && self.bounties_paid <= self.emitted
            && self.pool_count >= 1
            && self.pool_count <= MAX_POOLS
            && EmissionsRule::ALL
                .into_iter()
                .all(|rule| rule.allows({ *self }.rule_mut(rule).at(now)))
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::*;
    use crate::constants::{IO, RULE_CHANGE_DELAY};

    const START: i64 = 1_719_316_800;

    fn terms() -> EmissionsTerms {
        EmissionsTerms {
            guardian: Address::default(),
            scorer: Address::default(),
            curve: 0,
            start_at: START,
            bounty_bps: 10,
            bounty_cap: IO,
            max_boost_bps: 20_000,
            max_score_age: 24,
            max_score_step_bps: 500,
            pool_shares: [10_000, 0, 0, 0],
        }
    }

    fn begin(terms: &EmissionsTerms) -> Result<EmissionsConfig, EmissionsError> {
        EmissionsConfig::new(Address::default(), Address::default(), 255, terms)
    }

    fn config() -> EmissionsConfig {
        begin(&terms()).expect("the terms are good")
    }

    #[test]
    fn terms_are_checked() {
        assert!(config().invariant(0));
        let good = terms();
        let out_of_bounds = EmissionsError::RuleOutOfBounds;
        for (terms, error) in [
            (
                EmissionsTerms { curve: 2, ..good },
                EmissionsError::UnknownCurve,
            ),
            (
                EmissionsTerms {
                    pool_shares: [9_999, 0, 0, 0],
                    ..good
                },
                EmissionsError::WrongShares,
            ),
            (
                EmissionsTerms {
                    bounty_bps: 101,
                    ..good
                },
                out_of_bounds,
            ),
            (
                EmissionsTerms {
                    max_boost_bps: 9_999,
                    ..good
                },
                out_of_bounds,
            ),
            (
                EmissionsTerms {
                    max_score_age: 0,
                    ..good
                },
                out_of_bounds,
            ),
            (
                EmissionsTerms {
                    max_score_step_bps: 0,
                    ..good
                },
                out_of_bounds,
            ),
        ] {
            assert_eq!(begin(&terms).err(), Some(error), "{terms:?}");
        }
    }

    #[test]
    fn shares_count_the_pools() {
        for (shares, count) in [
            ([10_000, 0, 0, 0], Some(1)),
            ([5_000, 5_000, 0, 0], Some(2)),
            ([2_500; 4], Some(4)),
            ([0; 4], None),
            ([5_000, 0, 5_000, 0], None),
            ([10_000, 1, 0, 0], None),
            ([u64::MAX, 10_001, 0, 0], None),
        ] {
            assert_eq!(count_pools(&shares), count, "{shares:?}");
        }
    }

    #[test]
    fn layout() {
        assert_eq!(size_of::<EmissionsConfig>(), 8 + 96 + 64 + 32 + 5 * 24 + 64);
        assert_eq!(core::mem::offset_of!(EmissionsConfig, governance), 8);
        assert_eq!(core::mem::offset_of!(EmissionsConfig, scorer), 104);
        assert_eq!(core::mem::offset_of!(EmissionsConfig, mint), 136);
        assert_eq!(core::mem::offset_of!(EmissionsConfig, start_at), 168);
        assert_eq!(core::mem::offset_of!(EmissionsConfig, bounty_bps), 200);
    }

    #[test]
    fn an_epoch_is_due_from_its_last_second_on() {
        let mut config = config();
        for early in [i64::MIN, 0, START, START + 3_599] {
            assert_eq!(config.advance(early), None);
        }
        let advance = config.advance(START + 3_600).expect("due");
        assert_eq!(advance.epoch, 1);
        assert_eq!(advance.emission, 456_621_004_566);
        // 10 bps are 4.56 IO, more than the cap.
        assert_eq!(advance.bounty, IO);
        assert_eq!(advance.for_pools(), 456_521_004_566);
        assert_eq!(config.advance(START + 7_199), None);
        assert!(config.invariant(0));
    }

    #[test]
    fn begins_where_its_minters_schedule_does() {
        let minter = Minter {
            policy: Minter::SCHEDULE,
            start_at: START,
            ..Zeroable::zeroed()
        };
        let mut from_the_start = config();
        from_the_start.follow(&minter).expect("the same schedule");
        assert_eq!(
            bytemuck::bytes_of(&from_the_start),
            bytemuck::bytes_of(&config())
        );

        let before = Curve::HOURLY.cumulative(20_000);
        let mut later = config();
        later
            .follow(&Minter {
                skipped: before,
                active_at: START + 20_000 * 3_600 + 1_800,
                ..minter
            })
            .expect("the same schedule");
        assert_eq!((later.epochs_done, later.emitted), (20_000, before));
        assert!(later.invariant(0));
        let now = START + 20_001 * 3_600;
        assert_eq!(later.advance(now - 1), None);
        assert_eq!(
            later.advance(now).expect("due").emission,
            Curve::HOURLY.cumulative(20_001) - before
        );

        for other in [
            Minter {
                policy: Minter::ALLOWANCE,
                ..minter
            },
            Minter { curve: 1, ..minter },
            Minter {
                start_at: START + 1,
                ..minter
            },
        ] {
            assert_eq!(config().follow(&other), Err(EmissionsError::WrongMinter));
        }
    }

    #[test]
    fn missed_epochs_are_made_up_for_at_once() {
        let (mut one_by_one, mut at_once) = (config(), config());
        let mut emitted = 0;
        for epoch in 1..=1_000 {
            let now = START + epoch * 3_600;
            emitted += one_by_one.advance(now).expect("due").emission;
        }
        let advance = at_once.advance(START + 1_000 * 3_600).expect("due");
        assert_eq!(advance.emission, emitted);
        assert_eq!(advance.epoch, 1_000);
        assert_eq!(one_by_one.emitted, at_once.emitted);
        assert_eq!(at_once.bounties_paid, IO);
    }

    #[test]
    fn after_the_last_epoch_time_goes_on_and_nothing_is_emitted() {
        let mut config = config();
        let end = START + 175_319 * 3_600;
        let all = config.advance(end).expect("due");
        assert_eq!(all.emission, 300_000_000 * IO);
        let nothing = config.advance(end + 3_600).expect("due");
        assert_eq!(
            (nothing.epoch, nothing.emission, nothing.bounty),
            (175_320, 0, 0)
        );
        assert!(config.advance(i64::MAX).is_some());
        assert!(config.invariant(0));
    }

    #[test]
    fn a_clock_that_goes_back_changes_nothing() {
        let mut config = config();
        config.advance(START + 36_000);
        let before = config;
        assert_eq!(config.advance(START + 3_600), None);
        assert_eq!(config.advance(i64::MIN), None);
        assert_eq!(bytemuck::bytes_of(&config), bytemuck::bytes_of(&before));
    }

    #[test]
    fn rules_have_bounds_and_numbers() {
        for (byte, rule) in (0..).zip(EmissionsRule::ALL) {
            assert_eq!(rule as u8, byte);
            assert_eq!(EmissionsRule::from_byte(byte), Some(rule));
        }
        assert_eq!(EmissionsRule::from_byte(5), None);
        for (rule, allowed, refused) in [
            (EmissionsRule::BountyBps, [0, 100], [101, u64::MAX]),
            (
                EmissionsRule::MaxBoostBps,
                [10_000, 50_000],
                [9_999, 50_001],
            ),
            (
                EmissionsRule::MaxScoreAge,
                [1, MAX_SCORE_AGE_EPOCHS],
                [0, MAX_SCORE_AGE_EPOCHS + 1],
            ),
            (EmissionsRule::MaxScoreStepBps, [1, 10_000], [0, 10_001]),
        ] {
            assert!(
                allowed.into_iter().all(|value| rule.allows(value)),
                "{rule:?}"
            );
            assert!(
                !refused.into_iter().any(|value| rule.allows(value)),
                "{rule:?}"
            );
        }
    }

    #[test]
    fn a_changed_rule_waits() {
        let mut config = config();
        let rule = config.rule_mut(EmissionsRule::MaxScoreStepBps);
        rule.schedule(700, START, RULE_CHANGE_DELAY).expect("fits");
        assert_eq!(config.weight_rules(START).max_score_step_bps, 500);
        let later = config.weight_rules(START + RULE_CHANGE_DELAY);
        assert_eq!(
            later,
            WeightRules {
                max_boost_bps: 20_000,
                max_score_age: 24,
                max_score_step_bps: 700
            }
        );
    }
}
