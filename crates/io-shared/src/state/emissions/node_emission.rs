use super::super::{Node, U128, layout};
use super::{RewardPool, WeightRules};
use crate::{
    Address,
    constants::{BPS, VERSION},
    errors::EmissionsError,
    ids,
    math::{
        fixed::mul_q64,
        weight::{boost_bps, node_weight},
    },
};
use bytemuck::{Pod, Zeroable};

/// In place of an epoch: it never came.
pub const NEVER: u64 = u64::MAX;

/// `[b"node-emission", node]`: what one node earns from its pool.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct NodeEmission {
    pub version: u8,
    pub bump: u8,
    pub pool: u8,
    pub padding: [u8; 5],
    pub node: Address,
    /// Paid this account's rent and gets it back.
    pub rent_payer: Address,
    /// Part of the pool's `total_weight`.
    pub weight: u64,
    /// Replaces `weight` when the node is touched in an epoch after `pending_epoch`.
    pub pending_weight: u64,
    /// Epoch in which `pending_weight` was earned; [`NEVER`] while nothing waits.
    pub pending_epoch: u64,
    /// The pool's `acc_per_weight` up to which this node is settled, but for less than a raw unit.
    pub acc_paid: U128,
    /// The pool's `epochs_done` when this node was last settled.
    pub settled_epoch: u64,
    /// Counts settlements, so that `io_staking` can tell which of them a drop in stake came after.
    pub settlements: u64,
    /// Settled and not harvested, raw IO.
    pub owed: u64,
    /// Harvested since the start, raw IO.
    pub harvested: u64,
    /// Last score given while up, in basis points; 0 if it never was.
    pub quality_bps: u64,
    /// Score in force, in basis points: the quality, or 0 while the node is down.
    pub score_bps: u64,
    /// Epoch in which it was last scored; [`NEVER`] if it never was.
    pub score_epoch: u64,
    pub reserved: [u8; 64],
}

layout!(NodeEmission, ids::io_emissions::ID);

/// What a settlement found, raw IO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Now owed to the node.
    pub earned: u64,
    /// Back in the pool, for the next epoch.
    pub forfeited: u64,
}

impl NodeEmission {
    /// A node that begins in `pool`, with nothing earned and no weight yet.
    pub fn new(node: Address, rent_payer: Address, bump: u8, pool: &RewardPool) -> Self {
        Self {
            version: VERSION,
            bump,
            pool: pool.id,
            node,
            rent_payer,
            pending_epoch: NEVER,
            acc_paid: pool.acc_per_weight,
            settled_epoch: pool.epochs_done,
            score_epoch: NEVER,
            ..Zeroable::zeroed()
        }
    }

    /// Whether the last score is too old to count after the pool's last epoch.
    #[inline]
    fn is_stale(&self, pool: &RewardPool, rules: &WeightRules) -> bool {
        pool.epochs_done.saturating_sub(self.score_epoch) > rules.max_score_age
    }

    /// What the node weighs with `stake` that earns, at the score in force.
    #[inline]
    fn weigh(&self, node: &Node, stake: u64, rules: &WeightRules, now: i64) -> u64 {
        if stake == 0 || self.score_bps == 0 {
            return 0;
        }
        let boost = boost_bps(
            stake,
            node.min_stake.at(now),
            node.max_stake,
            rules.max_boost_bps,
        );
        match (
            u32::try_from(node.multiplier_milli),
            u16::try_from(self.score_bps),
        ) {
            (Ok(multiplier), Ok(score)) => {
                node_weight(multiplier, node.processors, score, boost).unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Books what the weight has accrued since the last settlement: owed to the node, or forfeited.
    ///
    /// Forfeited is all of it if the last score is too old, and the weight with it; and, from a drop in
    /// stake on, what the dropped stake would not have earned, the weight being lowered to match. A minimum
    /// whose grace has ended lowers the weight too, with what accrued paid in full. Never raises the weight.
    /// Less than a raw unit waits for more, so that nobody can keep a small node at zero by settling it
    /// often. `None` if the books do not add up, which no sequence of calls can bring about.
    #[inline]
    pub fn settle(
        &mut self,
        node: &Node,
        pool: &mut RewardPool,
        rules: &WeightRules,
        now: i64,
    ) -> Option<Settlement> {
        let acc = pool.acc_per_weight.get();
        let since = acc.wrapping_sub(self.acc_paid.get());
        let accrued = mul_q64(since, self.weight)?;
        let earned = if self.is_stale(pool, rules) {
            self.set_weight(pool, 0)?;
            self.forget_pending();
            0
        } else if node.drop_settlement == self.settlements {
            let ceiling = self.weigh(node, node.drop_stake, rules, now);
            let lowered = self.weight.min(ceiling);
            // Anything but a point between the two settlements counts as the first moment.
            let before = node.drop_acc.get().wrapping_sub(self.acc_paid.get());
            let before = if before > since { 0 } else { before };
            let full = mul_q64(before, self.weight)?;
            let rest = mul_q64(since.wrapping_sub(before), lowered)?;
            self.set_weight(pool, lowered)?;
            self.pending_weight = self.pending_weight.min(ceiling);
            full.checked_add(rest)?
        } else {
            if node.min_stake.replaced(now).is_some() {
                // Its minimum rose by itself, and nobody noted what that does to its stake.
                let ceiling = self.weigh(node, node.earning_stake(now), rules, now);
                self.set_weight(pool, self.weight.min(ceiling))?;
                self.pending_weight = self.pending_weight.min(ceiling);
            }
            accrued
        };
        let forfeited = accrued.checked_sub(earned)?;
        pool.forfeit(forfeited)?;
        self.owed = self.owed.checked_add(earned)?;
        if accrued > 0 {
            self.acc_paid = acc.into();
        }
        self.settled_epoch = pool.epochs_done;
        self.settlements = self.settlements.checked_add(1)?;
        Some(Settlement { earned, forfeited })
    }

    /// Whether the weight that waits, if any, was earned in an earlier epoch.
    #[inline]
    pub const fn is_due(&self, pool: &RewardPool) -> bool {
        // False for `NEVER`.
        self.pending_epoch < pool.epochs_done
    }

    /// Brings the weight of a settled node up to date with `earning_stake`: down at once, up to what it
    /// was worth in an earlier epoch; any more waits for the next. Only for a pool that was given its
    /// part of all epochs that are over, or a rise would count for epochs that it came after.
    #[inline]
    pub fn touch(
        &mut self,
        node: &Node,
        earning_stake: u64,
        pool: &mut RewardPool,
        rules: &WeightRules,
        now: i64,
    ) -> Option<()> {
        let target = if self.is_stale(pool, rules) {
            0
        } else {
            self.weigh(node, earning_stake, rules, now)
        };
        let allowed = if self.is_due(pool) {
            self.pending_weight.max(self.weight)
        } else {
            self.weight
        };
        self.set_weight(pool, target.min(allowed))?;
        if target > allowed {
            self.pending_weight = target;
            self.pending_epoch = pool.epochs_done;
        } else {
            self.forget_pending();
        }
        Some(())
    }

    /// Puts a score in force for a node that is settled and will be touched: once in an epoch, moving
    /// at most a step for each epoch since the last. 0 says that the node is down, which is allowed at any time;
    /// up again, it moves from the quality it had.
    #[inline]
    pub fn score(
        &mut self,
        score_bps: u64,
        pool: &RewardPool,
        rules: &WeightRules,
    ) -> Result<(), EmissionsError> {
        if score_bps > BPS {
            return Err(EmissionsError::ScoreTooHigh);
        }
        let epoch = pool.epochs_done;
        if self.score_epoch == epoch {
            return Err(EmissionsError::AlreadyScored);
        }
        if score_bps > 0 {
            let elapsed = epoch.saturating_sub(self.score_epoch);
            let reach = rules.max_score_step_bps.saturating_mul(elapsed);
            if self.quality_bps > 0 && self.quality_bps.abs_diff(score_bps) > reach {
                return Err(EmissionsError::ScoreStepTooLarge);
            }
            self.quality_bps = score_bps;
        }
        self.score_bps = score_bps;
        self.score_epoch = epoch;
        Ok(())
    }

    /// Takes what is owed off the books, to be paid to the node. `None` as for [`Self::settle`].
    #[inline]
    pub fn harvest(&mut self, pool: &mut RewardPool) -> Option<u64> {
        let amount = self.owed;
        self.harvested = self.harvested.checked_add(amount)?;
        pool.owed = pool.owed.checked_sub(amount)?;
        self.owed = 0;
        Some(amount)
    }

    /// Takes the weight out of the pool, before the account is closed.
    pub fn leave(&mut self, pool: &mut RewardPool) -> Option<()> {
        self.forget_pending();
        self.set_weight(pool, 0)
    }

    /// The weight of a node that is settled. What waits of less than a raw unit stays with the pool:
    /// it was earned by another weight.
    #[inline]
    fn set_weight(&mut self, pool: &mut RewardPool, weight: u64) -> Option<()> {
        if weight != self.weight {
            pool.reweigh(self.weight, weight)?;
            self.weight = weight;
            self.acc_paid = pool.acc_per_weight;
        }
        Some(())
    }

    #[inline]
    const fn forget_pending(&mut self) {
        self.pending_weight = 0;
        self.pending_epoch = NEVER;
    }

    /// What holds for every node at any time.
    pub const fn invariant(&self) -> bool {
        let scored = self.score_epoch != NEVER;
        (self.score_bps == 0 || self.score_bps == self.quality_bps)
            && self.quality_bps <= BPS
            && (scored || (self.weight == 0 && self.quality_bps == 0))
            && (self.pending_epoch != NEVER || self.pending_weight == 0)
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::*;
    use crate::{constants::IO, state::Scheduled};

    const RULES: WeightRules = WeightRules {
        max_boost_bps: 20_000,
        max_score_age: 3,
        max_score_step_bps: 1_000,
    };
    /// One processor of a 1x class with its minimum stake at full score.
    const ONE: u64 = 10_000_000;
    const MIN: u64 = 200 * IO;
    const NOW: i64 = 0;
    /// Amounts in the tests are multiples of this, which weights of `ONE` and `2 * ONE` share without
    /// a rest.
    const UNIT: u64 = 78_125;

    fn units(amount: u64) -> u64 {
        assert_eq!(amount % UNIT, 0);
        amount / UNIT
    }

    struct Books {
        pool: RewardPool,
        node: Node,
        emission: NodeEmission,
        stake: u64,
    }

    impl Books {
        fn new() -> Self {
            let pool = RewardPool::new(0, BPS, 255);
            Self {
                emission: NodeEmission::new(Address::default(), Address::default(), 255, &pool),
                pool,
                node: Node {
                    multiplier_milli: 1_000,
                    processors: 1,
                    min_stake: Scheduled::new(MIN),
                    max_stake: 5 * MIN,
                    drop_settlement: u64::MAX,
                    ..Zeroable::zeroed()
                },
                stake: MIN,
            }
        }

        /// Scored fully in epoch 0 and again in epoch 1, where its weight begins to count.
        fn earning() -> Self {
            let mut books = Self::new();
            books.score(10_000);
            books.crank(0);
            books.score(10_000);
            assert_eq!(books.emission.weight, ONE);
            books
        }

        fn crank(&mut self, amount: u64) {
            let epoch = self.pool.epochs_done + 1;
            self.pool.distribute(amount * UNIT, epoch, 0).expect("fits");
        }

        fn settle(&mut self) -> Settlement {
            let settled = self
                .emission
                .settle(&self.node, &mut self.pool, &RULES, NOW);
            assert_eq!(self.pool.total_weight, self.emission.weight);
            assert!(self.emission.invariant());
            let Settlement { earned, forfeited } = settled.expect("adds up");
            Settlement {
                earned: units(earned),
                forfeited: units(forfeited),
            }
        }

        fn sync(&mut self) -> Settlement {
            let settled = self.settle();
            self.emission
                .touch(&self.node, self.stake, &mut self.pool, &RULES, NOW)
                .expect("adds up");
            assert_eq!(self.pool.total_weight, self.emission.weight);
            settled
        }

        fn try_score(&mut self, score: u64) -> Result<(), EmissionsError> {
            self.settle();
            self.emission.score(score, &self.pool, &RULES)?;
            self.emission
                .touch(&self.node, self.stake, &mut self.pool, &RULES, NOW)
                .expect("adds up");
            Ok(())
        }

        fn score(&mut self, score: u64) {
            self.try_score(score).expect("allowed");
        }

        /// As `io_staking` records it.
        fn drop_stake(&mut self, stake: u64) {
            if self.node.drop_settlement == self.emission.settlements {
                self.node.drop_stake = self.node.drop_stake.min(stake);
            } else {
                self.node.drop_settlement = self.emission.settlements;
                self.node.drop_stake = stake;
                self.node.drop_acc = self.pool.acc_per_weight;
            }
            self.stake = stake;
        }
    }

    #[test]
    fn layout() {
        assert_eq!(size_of::<NodeEmission>(), 8 + 64 + 24 + 16 + 7 * 8 + 64);
        assert_eq!(core::mem::offset_of!(NodeEmission, node), 8);
        assert_eq!(core::mem::offset_of!(NodeEmission, weight), 72);
        assert_eq!(core::mem::offset_of!(NodeEmission, acc_paid), 96);
        assert_eq!(core::mem::offset_of!(NodeEmission, settlements), 120);
        assert_eq!(core::mem::offset_of!(NodeEmission, owed), 128);
        assert_eq!(core::mem::offset_of!(NodeEmission, score_epoch), 160);
    }

    #[test]
    fn weight_counts_from_the_epoch_after_it_was_earned() {
        let mut books = Books::new();
        books.score(10_000);
        assert_eq!(
            (books.emission.weight, books.emission.pending_weight),
            (0, ONE)
        );
        // Again in the same epoch: still waiting.
        books.sync();
        assert_eq!(books.emission.weight, 0);
        books.crank(100);
        assert_eq!(units(books.pool.carry), 100);
        books.sync();
        assert_eq!(
            (books.emission.weight, books.emission.pending_epoch),
            (ONE, NEVER)
        );
        books.crank(100);
        assert_eq!(
            books.sync(),
            Settlement {
                earned: 200,
                forfeited: 0
            }
        );
    }

    #[test]
    fn more_stake_counts_an_epoch_later_and_less_at_once() {
        let mut books = Books::earning();
        books.stake = 5 * MIN;
        books.sync();
        assert_eq!(
            (books.emission.weight, books.emission.pending_weight),
            (ONE, 2 * ONE)
        );
        books.crank(0);
        books.sync();
        assert_eq!(books.emission.weight, 2 * ONE);
        books.stake = MIN;
        books.sync();
        assert_eq!(
            (books.emission.weight, books.emission.pending_weight),
            (ONE, 0)
        );
    }

    #[test]
    fn a_minimum_that_rose_by_itself_lowers_the_weight_when_it_is_found() {
        for (next, weight) in [(MIN, ONE), (MIN + 1, 0)] {
            let mut books = Books::earning();
            books.node.tranches[0].stake = MIN;
            books.emission.pending_weight = 9;
            books.emission.pending_epoch = 9;
            let waiting = Scheduled::waiting(MIN, next, NOW + 1);
            books.node.min_stake = waiting;
            books.settle();
            assert_eq!(books.emission.weight, ONE);
            books.node.min_stake = Scheduled::waiting(MIN, next, NOW - 1);
            books.crank(100);
            let settled = books.settle();
            assert_eq!((settled.earned, settled.forfeited), (100, 0));
            assert_eq!(books.emission.weight, weight);
            assert_eq!(books.emission.pending_weight, weight.min(9));
        }
    }

    #[test]
    fn what_waits_cannot_outgrow_the_stake_when_it_is_due() {
        let mut books = Books::earning();
        books.stake = 5 * MIN;
        books.sync();
        books.stake = 3 * MIN;
        books.crank(0);
        books.sync();
        assert_eq!(
            (books.emission.weight, books.emission.pending_weight),
            (ONE + ONE / 2, 0)
        );
    }

    #[test]
    fn from_a_drop_on_only_the_dropped_stake_earns() {
        let mut books = Books::earning();
        books.stake = 5 * MIN;
        books.sync();
        books.crank(0);
        books.score(10_000);
        assert_eq!(books.emission.weight, 2 * ONE);
        books.crank(100);
        books.drop_stake(MIN);
        books.crank(60);
        assert_eq!(
            books.settle(),
            Settlement {
                earned: 130,
                forfeited: 30
            }
        );
        assert_eq!((units(books.pool.carry), units(books.pool.owed)), (30, 130));
        assert_eq!(books.emission.weight, ONE);
        // The record is spent.
        books.crank(40);
        assert_eq!(
            books.settle(),
            Settlement {
                earned: 70,
                forfeited: 0
            }
        );
    }

    #[test]
    fn stake_that_left_and_came_back_earns_nothing_meanwhile() {
        let mut books = Books::earning();
        books.drop_stake(0);
        books.stake = MIN;
        books.crank(100);
        assert_eq!(
            books.sync(),
            Settlement {
                earned: 0,
                forfeited: 100
            }
        );
        assert_eq!(
            (books.emission.weight, books.emission.pending_weight),
            (0, ONE)
        );
    }

    #[test]
    fn what_waits_drops_with_the_stake() {
        let mut books = Books::new();
        books.score(10_000);
        books.drop_stake(0);
        books.stake = MIN;
        books.crank(0);
        books.score(10_000);
        assert_eq!(
            (books.emission.weight, books.emission.pending_weight),
            (0, ONE)
        );
    }

    /// A third of a raw unit an epoch, settled in each by someone who would like it lost.
    #[test]
    fn amounts_that_round_to_zero_are_not_lost_by_settling() {
        let (mut often, mut once) = (Books::earning(), Books::earning());
        for books in [&mut often, &mut once] {
            // Others, three hundred million times as heavy.
            books.pool.total_weight += 3 * 100_000_000 * ONE - ONE;
            books.pool.acc_per_weight = (u128::MAX - 5).into();
            books.emission.acc_paid = books.pool.acc_per_weight;
        }
        let rules = WeightRules {
            max_score_age: 1_000,
            ..RULES
        };
        let settle = |books: &mut Books| {
            let settled = books
                .emission
                .settle(&books.node, &mut books.pool, &rules, NOW)
                .expect("adds up");
            assert!(settled.earned <= 1);
        };
        for epoch in 2..302 {
            for books in [&mut often, &mut once] {
                books.pool.distribute(100_000_000, epoch, 0).expect("fits");
            }
            settle(&mut often);
            settle(&mut often);
        }
        let Settlement { earned, .. } = once
            .emission
            .settle(&once.node, &mut once.pool, &rules, NOW)
            .expect("adds up");
        // 300 thirds, less what each 2^-64 of a share was rounded down by.
        assert_eq!((earned, often.emission.owed), (99, 75));
    }

    #[test]
    fn less_than_a_unit_does_not_grow_with_the_weight() {
        let mut books = Books::earning();
        books.pool.total_weight = 1 << 63;
        books.crank(1);
        let since = books
            .pool
            .acc_per_weight
            .get()
            .wrapping_sub(books.emission.acc_paid.get());
        assert!(since > 0);
        books
            .emission
            .settle(&books.node, &mut books.pool, &RULES, NOW)
            .expect("adds up");
        assert_eq!(books.emission.owed, 0);
        books
            .emission
            .set_weight(&mut books.pool, 1 << 62)
            .expect("fits");
        books
            .emission
            .settle(&books.node, &mut books.pool, &RULES, NOW)
            .expect("adds up");
        assert_eq!(books.emission.owed, 0);
    }

    #[test]
    fn several_drops_count_as_the_deepest_from_the_first_on() {
        let mut books = Books::earning();
        books.crank(10);
        books.drop_stake(MIN);
        books.crank(10);
        books.drop_stake(0);
        books.drop_stake(MIN);
        books.crank(10);
        assert_eq!(
            books.settle(),
            Settlement {
                earned: 10,
                forfeited: 20
            }
        );
    }

    #[test]
    fn a_drop_from_before_the_last_settlement_no_longer_counts() {
        let mut books = Books::earning();
        books.drop_stake(0);
        books.settle();
        books.stake = MIN;
        books.node.drop_acc = u128::MAX.into();
        books.sync();
        books.crank(0);
        books.sync();
        books.crank(100);
        assert_eq!(books.settle().earned, 100);
    }

    #[test]
    fn a_drop_out_of_order_counts_from_the_first_moment() {
        let mut books = Books::earning();
        books.crank(100);
        books.drop_stake(0);
        books.node.drop_acc = u128::MAX.into();
        assert_eq!(
            books.settle(),
            Settlement {
                earned: 0,
                forfeited: 100
            }
        );
    }

    #[test]
    fn an_old_score_forfeits_everything_since() {
        let mut books = Books::earning();
        for _ in 0..RULES.max_score_age {
            books.crank(10);
        }
        let mut stale = Books { ..books };
        assert_eq!(books.settle().earned, 30);
        stale.crank(10);
        assert_eq!(
            stale.sync(),
            Settlement {
                earned: 0,
                forfeited: 40
            }
        );
        assert_eq!(stale.emission.weight, 0);
        // The next score starts over.
        stale.score(10_000);
        assert_eq!(
            (stale.emission.weight, stale.emission.pending_weight),
            (0, ONE)
        );
    }

    #[test]
    fn down_earns_nothing_for_the_epoch() {
        let mut books = Books::earning();
        books.crank(10);
        books.score(0);
        assert_eq!((units(books.emission.owed), books.emission.weight), (10, 0));
        books.crank(10);
        books.score(10_000);
        assert_eq!((units(books.emission.owed), books.emission.weight), (10, 0));
        assert_eq!(units(books.pool.carry), 10);
    }

    #[test]
    fn scores_are_bounded() {
        let mut books = Books::new();
        assert_eq!(books.try_score(10_001), Err(EmissionsError::ScoreTooHigh));
        books.score(5_000);
        assert_eq!(books.try_score(5_000), Err(EmissionsError::AlreadyScored));
        books.crank(0);
        for beyond in [6_001, 3_999] {
            assert_eq!(
                books.try_score(beyond),
                Err(EmissionsError::ScoreStepTooLarge)
            );
        }
        books.score(6_000);
        books.crank(0);
        books.crank(0);
        assert_eq!(
            books.try_score(8_001),
            Err(EmissionsError::ScoreStepTooLarge)
        );
        books.score(8_000);
        books.crank(0);
        // Down and back: from the quality it had.
        books.score(0);
        books.crank(0);
        assert_eq!(
            books.try_score(9_001),
            Err(EmissionsError::ScoreStepTooLarge)
        );
        books.score(9_000);
        assert_eq!(books.emission.quality_bps, 9_000);
    }

    #[test]
    fn a_node_that_was_never_up_may_begin_anywhere() {
        let mut books = Books::new();
        books.score(0);
        books.crank(0);
        books.score(10_000);
        assert_eq!(books.emission.pending_weight, ONE);
    }

    #[test]
    fn no_stake_no_weight_even_without_a_minimum() {
        let mut books = Books::new();
        books.node.min_stake = Scheduled::new(0);
        books.stake = 0;
        books.score(10_000);
        assert_eq!(books.emission.pending_weight, 0);
    }

    #[test]
    fn harvest_takes_what_is_owed_off_the_books() {
        let mut books = Books::earning();
        books.crank(100);
        books.settle();
        assert_eq!(books.emission.harvest(&mut books.pool), Some(100 * UNIT));
        assert_eq!(
            (
                books.emission.owed,
                books.emission.harvested,
                books.pool.owed
            ),
            (0, 100 * UNIT, 0)
        );
        assert_eq!(books.emission.harvest(&mut books.pool), Some(0));
    }

    #[test]
    fn leaving_takes_the_weight_along() {
        let mut books = Books::earning();
        books.emission.leave(&mut books.pool).expect("adds up");
        assert_eq!((books.pool.total_weight, books.emission.weight), (0, 0));
    }
}
