//! `math::shares` against exact rational arithmetic, and the five claims of its module on random pools and
//! sequences of moves.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use io_shared::math::shares::{shares_for_deposit, shares_for_exit, shares_to_burn, value_of};
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

/// x × (a + 1) ÷ (b + 1).
fn exact(x: u64, a: u64, b: u64) -> BigRational {
    let one = BigInt::from(1);
    BigRational::new(
        BigInt::from(x) * (BigInt::from(a) + &one),
        BigInt::from(b) + one,
    )
}

fn small(x: &BigRational) -> Option<u64> {
    u64::try_from(x.to_integer()).ok()
}

/// Each formula once, on any input, reachable or not.
fn check_formulas(amount: u64, stake: u64, shares: u64) {
    let top = u64::MAX;
    let computable = stake == shares || (stake < top && shares < top);

    let issued = small(&exact(amount, shares, stake).floor())
        .filter(|issued| issued.checked_add(shares).is_some_and(|x| x < top))
        .filter(|_| computable && amount.checked_add(stake).is_some_and(|x| x < top));
    assert_eq!(
        shares_for_deposit(amount, stake, shares),
        issued,
        "deposit {amount} {stake} {shares}"
    );

    let burned =
        small(&exact(amount, shares, stake).ceil()).filter(|_| computable && amount <= stake);
    assert_eq!(
        shares_for_exit(amount, stake, shares),
        burned,
        "exit {amount} {stake} {shares}"
    );

    let value = if amount == shares {
        Some(stake)
    } else {
        let floor = exact(amount, stake, shares)
            .floor()
            .min(BigInt::from(stake).into());
        small(&floor).filter(|_| computable && amount < shares)
    };
    assert_eq!(
        value_of(amount, stake, shares),
        value,
        "value {amount} {stake} {shares}"
    );
}

#[test]
fn edges() {
    const EDGES: [u64; 9] = [
        0,
        1,
        2,
        3,
        1 << 32,
        1 << 63,
        u64::MAX - 2,
        u64::MAX - 1,
        u64::MAX,
    ];
    for amount in EDGES {
        for stake in EDGES {
            for shares in EDGES {
                check_formulas(amount, stake, shares);
            }
        }
    }
}

/// A share may not be worth more than 1 raw, or the first depositor of an emptied pool could be robbed.
#[test]
fn plain_cases() {
    assert_eq!(shares_for_deposit(1_000, 0, 0), Some(1_000));
    assert_eq!(value_of(1_000, 1_000, 1_000), Some(1_000));
    // Half of it slashed: the holder's 1,000 shares are worth all that is left.
    assert_eq!(value_of(1_000, 500, 1_000), Some(500));
    assert_eq!(shares_for_deposit(500, 500, 1_000), Some(999));
    assert_eq!(value_of(999, 1_000, 1_999), Some(499));
    assert_eq!(value_of(1_000, 1_000, 1_999), Some(500));
    assert_eq!(shares_to_burn(500, 1_000, 1_000, 1_999), Some(1_000));
    assert_eq!(shares_to_burn(499, 1_000, 1_000, 1_999), Some(997 + 1));
    assert_eq!(shares_to_burn(501, 1_000, 1_000, 1_999), None);
    // Everything slashed: nothing to take, all shares can go.
    assert_eq!(value_of(1_000, 0, 1_000), Some(0));
    assert_eq!(shares_to_burn(0, 1_000, 0, 1_000), Some(1_000));
}

/// One of the moves a pool can see. Amounts and parts are in 1/65,535 of what is possible.
#[derive(Debug, Clone)]
enum Move {
    Deposit { holder: usize, amount: u64 },
    Exit { holder: usize, of_value: u16 },
    ExitAll { holder: usize },
    Slash { of_stake: u16 },
}

const HOLDERS: usize = 5;

fn any_move(largest: u64) -> impl Strategy<Value = Move> {
    let holder = 0..HOLDERS;
    prop_oneof![
        4 => (holder.clone(), 0..=largest).prop_map(|(holder, amount)| Move::Deposit { holder, amount }),
        4 => (holder.clone(), any::<u16>()).prop_map(|(holder, of_value)| Move::Exit { holder, of_value }),
        2 => holder.prop_map(|holder| Move::ExitAll { holder }),
        1 => any::<u16>().prop_map(|of_stake| Move::Slash { of_stake }),
    ]
}

/// Small amounts, where rounding weighs most, and large ones.
fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop_oneof![Just(3u64), Just(1_000), Just(1 << 45)]
        .prop_flat_map(|largest| proptest::collection::vec(any_move(largest), 1..60))
}

fn part_of(whole: u64, fraction: u16) -> u64 {
    u64::try_from(u128::from(whole) * u128::from(fraction) / u128::from(u16::MAX)).unwrap()
}

#[derive(Debug, Clone, Default)]
struct Pool {
    stake: u64,
    parts: [u64; HOLDERS],
    /// What each holder took out, less what it put in.
    net: [i128; HOLDERS],
}

impl Pool {
    fn shares(&self) -> u64 {
        self.parts.iter().sum()
    }

    fn value(&self, holder: usize) -> u64 {
        value_of(self.parts[holder], self.stake, self.shares()).unwrap()
    }

    fn values(&self) -> [u64; HOLDERS] {
        core::array::from_fn(|holder| self.value(holder))
    }

    fn exit(&mut self, holder: usize, amount: u64) {
        let part = self.parts[holder];
        let burned = shares_to_burn(amount, part, self.stake, self.shares()).unwrap();
        assert!(
            burned <= part,
            "an exit within the value burns more than the holder has"
        );
        assert!(amount <= self.stake);
        self.parts[holder] -= burned;
        self.stake -= amount;
        self.net[holder] += i128::from(amount);
    }

    /// Makes the move; answers whose it was, or `None` for a slash or a refused deposit.
    fn make(&mut self, step: &Move) -> Option<usize> {
        match *step {
            Move::Deposit { holder, amount } => {
                let issued = shares_for_deposit(amount, self.stake, self.shares())?;
                assert!(issued >= amount, "a deposit gets fewer shares than raw");
                let before = self.value(holder);
                self.parts[holder] += issued;
                self.stake += amount;
                self.net[holder] -= i128::from(amount);
                // Two floors of one holder may join: at most 1 raw of its own that was hidden before.
                assert!(self.value(holder) <= before + amount + 1);
                Some(holder)
            }
            Move::Exit { holder, of_value } => {
                self.exit(holder, part_of(self.value(holder), of_value));
                Some(holder)
            }
            Move::ExitAll { holder } => {
                self.exit(holder, self.value(holder));
                assert_eq!(
                    self.parts[holder], 0,
                    "an exit of everything leaves shares behind"
                );
                Some(holder)
            }
            Move::Slash { of_stake } => {
                self.stake -= part_of(self.stake, of_stake);
                None
            }
        }
    }

    /// Claims 1, 2 and 3.
    fn check(&self) {
        let shares = self.shares();
        assert!(self.stake <= shares, "a share is worth more than 1 raw");
        let values = self.values();
        assert!(
            values.iter().sum::<u64>() <= self.stake,
            "the values sum to more than the stake"
        );
        if shares > 0 {
            let last = exact(shares, self.stake, shares).floor();
            assert_eq!(
                small(&last),
                Some(self.stake),
                "the last leaver's rule is not the formula"
            );
        }
        if self.parts.iter().all(|part| *part == 0) {
            assert_eq!(self.stake, 0, "stake is left that belongs to no one");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    #[test]
    fn formulas(amount in any::<u64>(), stake in any::<u64>(), shares in any::<u64>(), shift in (0u32..64, 0u32..64, 0u32..64)) {
        let (amount, stake, shares) = (amount >> shift.0, stake >> shift.1, shares >> shift.2);
        check_formulas(amount, stake, shares);
        check_formulas(amount, stake, stake);
        check_formulas(amount.min(stake), stake, stake.saturating_add(shares));
    }

    /// What was just deposited is worth at most the deposit, and less than one raw under it.
    #[test]
    fn deposit_then_exit(amount in 0u64..1 << 40, stake in 0u64..1 << 40, gap in 0u64..1 << 40, shift in 0u32..40) {
        let (stake, gap) = (stake >> shift, gap >> shift);
        let shares = stake + gap;
        if let Some(issued) = shares_for_deposit(amount, stake, shares) {
            let value = value_of(issued, stake + amount, shares + issued).unwrap();
            prop_assert!(value <= amount);
            prop_assert!(amount <= value + 1);
        }
    }

    /// Claims 1 to 4 after every move of any sequence, with slashes.
    #[test]
    fn any_sequence(moves in moves()) {
        let mut pool = Pool::default();
        for step in &moves {
            let before = pool.values();
            if let Some(mover) = pool.make(step) {
                let after = pool.values();
                for holder in (0..HOLDERS).filter(|holder| *holder != mover) {
                    prop_assert!(after[holder] >= before[holder], "{step:?} cost {holder} {before:?} {after:?}");
                }
            }
            pool.check();
        }
        // Everyone can leave, and then nothing is left.
        for holder in 0..HOLDERS {
            let all = pool.value(holder);
            pool.exit(holder, all);
            pool.check();
        }
        prop_assert_eq!((pool.stake, pool.shares()), (0, 0));
    }

    /// Claim 5: among holders who sit still, whoever moves alone, in however many steps and under two names, never
    /// takes out more than was put in, slashed or not.
    #[test]
    fn nobody_gains_by_moving(others in [0u64..2_000, 0u64..2_000, 0u64..5], slash in any::<u16>(), moves in moves()) {
        let mut pool = Pool::default();
        for (holder, amount) in others.into_iter().enumerate() {
            pool.make(&Move::Deposit { holder, amount });
        }
        pool.make(&Move::Slash { of_stake: slash });
        for step in moves {
            pool.make(&match step {
                Move::Deposit { holder, amount } => Move::Deposit { holder: 3 + holder % 2, amount },
                Move::Exit { holder, of_value } => Move::Exit { holder: 3 + holder % 2, of_value },
                Move::ExitAll { holder } => Move::ExitAll { holder: 3 + holder % 2 },
                slash @ Move::Slash { .. } => slash,
            });
            prop_assert!(pool.net[3] + pool.net[4] + i128::from(pool.value(3)) + i128::from(pool.value(4)) <= 0);
            pool.check();
        }
    }
}
