//! The distributor's books under random sequences of cranks, scores, syncs, harvests, moves of stake and
//! changes of a node's terms, against exact rational arithmetic.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use bytemuck::Zeroable;
use io_shared::{
    Address,
    constants::{BPS, IO},
    errors::EmissionsError,
    math::{
        fixed::mul_q64,
        weight::{boost_bps, node_weight},
    },
    state::{Node, NodeEmission, RewardPool, Scheduled, WeightRules},
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use proptest::prelude::*;

const NODES: usize = 4;
const NOW: i64 = 0;
const MIN: u64 = 200 * IO;
const RULES: WeightRules = WeightRules {
    max_boost_bps: 20_000,
    max_score_age: 2,
    max_score_step_bps: 2_500,
};

/// One node, and what an observer who sees every moment would allow it.
struct Member {
    node: Node,
    emission: NodeEmission,
    stake: u64,
    /// Least that stake, score and terms in force were worth at any moment since the last crank.
    least: u64,
    /// Exact part of everything distributed, counting `least` at each crank.
    allowed: BigRational,
    earned: u64,
}

impl Member {
    fn new(index: u16, pool: &RewardPool) -> Self {
        Self {
            node: Node {
                multiplier_milli: 1_000 + 700 * u64::from(index),
                processors: 1 + index,
                min_stake: Scheduled::new(MIN),
                max_stake: 5 * MIN,
                drop_settlement: u64::MAX,
                ..Zeroable::zeroed()
            },
            emission: NodeEmission::new(Address::default(), Address::default(), 255, pool),
            stake: 0,
            least: 0,
            allowed: BigRational::zero(),
            earned: 0,
        }
    }

    /// What stake, score and terms in force are worth at this moment.
    fn worth(&self) -> u64 {
        if self.stake == 0 {
            return 0;
        }
        let boost = boost_bps(
            self.stake,
            self.node.min_stake.at(NOW),
            self.node.max_stake,
            RULES.max_boost_bps,
        );
        let multiplier = u32::try_from(self.node.multiplier_milli).unwrap();
        let score = u16::try_from(self.emission.score_bps).unwrap();
        node_weight(multiplier, self.node.processors, score, boost).unwrap()
    }

    fn observe(&mut self) {
        self.least = self.least.min(self.worth());
    }
}

struct Books {
    pool: RewardPool,
    members: Vec<Member>,
    cranks: u64,
    distributed: u64,
    harvested: u64,
}

impl Books {
    fn new() -> Self {
        let pool = RewardPool::new(0, BPS, 255);
        Self {
            members: (0..)
                .take(NODES)
                .map(|index| Member::new(index, &pool))
                .collect(),
            pool,
            cranks: 0,
            distributed: 0,
            harvested: 0,
        }
    }

    fn crank(&mut self, amount: u64, epochs: u64) {
        let released = match amount {
            0 => self.pool.carry.div_ceil(168),
            _ => self.pool.carry.min(amount),
        };
        let (shared, total) = (amount + released, self.pool.total_weight);
        self.pool
            .distribute(amount, self.pool.epochs_done + epochs, 0)
            .unwrap();
        self.cranks += 1;
        self.distributed += amount;
        for member in &mut self.members {
            if total > 0 {
                let part = BigInt::from(shared) * member.least;
                member.allowed += BigRational::new(part, total.into());
            }
            member.least = member.worth();
        }
    }

    fn settle(&mut self, index: usize) {
        let member = &mut self.members[index];
        let age = self
            .pool
            .epochs_done
            .saturating_sub(member.emission.score_epoch);
        let settled = member
            .emission
            .settle(&member.node, &mut self.pool, &RULES, NOW)
            .unwrap();
        if age > RULES.max_score_age {
            assert_eq!((settled.earned, member.emission.weight), (0, 0), "stale");
        }
        member.earned += settled.earned;
    }

    fn touch(&mut self, index: usize) {
        let member = &mut self.members[index];
        member
            .emission
            .touch(&member.node, member.stake, &mut self.pool, &RULES, NOW)
            .unwrap();
    }

    /// As a failed transaction leaves everything as it was.
    fn score(&mut self, index: usize, score: u64) {
        let mut scored = self.members[index].emission;
        match scored.score(score, &self.pool, &RULES) {
            Ok(()) => {
                self.settle(index);
                let member = &mut self.members[index];
                member.emission.score(score, &self.pool, &RULES).unwrap();
                self.touch(index);
                self.members[index].observe();
            }
            Err(EmissionsError::AlreadyScored) => {
                assert_eq!(scored.score_epoch, self.pool.epochs_done);
            }
            Err(error) => assert_eq!(error, EmissionsError::ScoreStepTooLarge),
        }
    }

    fn set_stake(&mut self, index: usize, stake: u64) {
        let member = &mut self.members[index];
        if stake < member.stake {
            let settlements = member.emission.settlements;
            member
                .node
                .record_drop(settlements, self.pool.acc_per_weight, stake);
        }
        member.stake = stake;
        member.observe();
    }

    /// As `sync_class`, with the harvest in front that it asks for.
    fn set_terms(&mut self, index: usize, multiplier_milli: u64, min: u64, multiple: u64) {
        self.harvest(index, false);
        let member = &mut self.members[index];
        let settled = member.node.check_settled(&member.emission, &self.pool);
        assert_eq!(settled, Ok(()), "a harvest is enough");
        member.node.multiplier_milli = multiplier_milli;
        member.node.min_stake = Scheduled::new(min);
        member.node.max_stake = multiple * min;
        let earning = if member.stake < min { 0 } else { member.stake };
        let settlements = member.emission.settlements;
        member
            .node
            .record_drop(settlements, self.pool.acc_per_weight, earning);
        member.observe();
    }

    fn harvest(&mut self, index: usize, cranked: bool) {
        self.settle(index);
        if cranked {
            self.touch(index);
        }
        self.harvested += self.members[index]
            .emission
            .harvest(&mut self.pool)
            .unwrap();
    }

    fn check(&self) {
        let weights: u64 = self
            .members
            .iter()
            .map(|member| member.emission.weight)
            .sum();
        assert_eq!(self.pool.total_weight, weights);
        assert_eq!(self.pool.held() + self.harvested, self.distributed);
        assert!(self.pool.invariant(NOW));
        // What is set aside for the nodes is theirs, but for what rounding keeps back.
        let acc = self.pool.acc_per_weight.get();
        let theirs = self.members.iter().map(|Member { emission, .. }| {
            let since = acc.wrapping_sub(emission.acc_paid.get());
            emission.owed + mul_q64(since, emission.weight).unwrap()
        });
        let rest = self.pool.owed - theirs.sum::<u64>();
        let settlements: u64 = self
            .members
            .iter()
            .map(|member| member.emission.settlements)
            .sum();
        assert!(
            rest <= settlements + self.cranks + NODES as u64,
            "{rest} raw belong to nobody"
        );
        for member in &self.members {
            assert!(member.emission.invariant());
            let earned = BigRational::from_integer(member.earned.into());
            assert!(earned <= member.allowed, "{earned} > {}", member.allowed);
        }
    }
}

#[derive(Clone, Debug)]
enum Op {
    Crank {
        amount: u64,
        epochs: u64,
    },
    Score {
        index: usize,
        score: u64,
    },
    Sync {
        index: usize,
    },
    Stake {
        index: usize,
        stake: u64,
    },
    Harvest {
        index: usize,
        cranked: bool,
    },
    Terms {
        index: usize,
        multiplier_milli: u64,
        min: u64,
        multiple: u64,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let index = 0..NODES;
    // Mostly above the minimum; what is below it does not earn.
    let stake = prop_oneof![
        1 => Just(0),
        4 => MIN..=5 * MIN,
    ];
    let score = prop_oneof![1 => Just(0), 3 => 1_u64..=10_000, 3 => Just(10_000)];
    prop_oneof![
        3 => (prop_oneof![0..=1_000_u64, 0..=1_000_000 * IO], prop_oneof![4 => Just(1), 1 => 1..=5_u64])
            .prop_map(|(amount, epochs)| Op::Crank { amount, epochs }),
        4 => (index.clone(), score).prop_map(|(index, score)| Op::Score { index, score }),
        2 => index.clone().prop_map(|index| Op::Sync { index }),
        3 => (index.clone(), stake).prop_map(|(index, stake)| Op::Stake { index, stake }),
        2 => (index.clone(), any::<bool>())
            .prop_map(|(index, cranked)| Op::Harvest { index, cranked }),
        2 => (index, prop_oneof![1 => Just(0), 3 => 1..=5_000_u64], MIN / 2..=3 * MIN, 1..=10_u64)
            .prop_map(|(index, multiplier_milli, min, multiple)| {
                Op::Terms { index, multiplier_milli, min, multiple }
            }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Nothing is made or lost, weights sum up, and no node ever earns more than the least that its
    /// stake, score and terms were worth at any moment of an epoch.
    #[test]
    fn books_add_up_and_nobody_is_overpaid(ops in prop::collection::vec(op(), 1..120)) {
        let mut books = Books::new();
        for op in ops {
            match op {
                Op::Crank { amount, epochs } => books.crank(amount, epochs),
                Op::Score { index, score } => books.score(index, score),
                Op::Sync { index } => {
                    books.settle(index);
                    books.touch(index);
                }
                Op::Stake { index, stake } => books.set_stake(index, stake),
                Op::Harvest { index, cranked } => books.harvest(index, cranked),
                Op::Terms { index, multiplier_milli, min, multiple } => {
                    books.set_terms(index, multiplier_milli, min, multiple);
                }
            }
            books.check();
        }
        // Everyone can always be paid, last of all too.
        for index in 0..NODES {
            books.harvest(index, false);
            books.check();
        }
    }

    /// Who keeps its stake and is scored in every epoch gets its exact part, less than 1 raw short for
    /// each settlement, whoever harvests when.
    #[test]
    fn who_stays_is_paid_in_full(
        stakes in prop::array::uniform4(MIN..=5 * MIN),
        amounts in prop::collection::vec((0..=10_000 * IO, prop::bits::u8::between(0, 4)), 1..40),
    ) {
        let mut books = Books::new();
        for (index, stake) in stakes.into_iter().enumerate() {
            books.set_stake(index, stake);
            books.score(index, 10_000);
        }
        books.crank(0, 1);
        for index in 0..NODES {
            books.score(index, 10_000);
        }
        for (amount, harvests) in amounts {
            books.crank(amount, 1);
            for index in 0..NODES {
                books.score(index, 10_000);
                if harvests & (1 << index) != 0 {
                    books.harvest(index, true);
                }
            }
            books.check();
            prop_assert_eq!(books.pool.carry, 0);
        }
        for member in &books.members {
            let short = member.allowed.clone() - BigRational::from_integer(member.earned.into());
            prop_assert!(short < BigRational::from_integer(member.emission.settlements.into()));
        }
    }
}
