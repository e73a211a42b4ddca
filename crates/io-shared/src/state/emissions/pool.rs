use super::super::{Scheduled, U128, layout};
use crate::{
    constants::{BPS, CARRY_TAIL_EPOCHS, VERSION},
    ids,
    math::fixed::{div_q64, mul_div_floor},
};
use bytemuck::{Pod, Zeroable};

/// `[b"pool", id]`: one part of the emission and the weights that share it.
///
/// The vault holds `owed` + `carry` of every pool. What nodes cannot have, because there are none or
/// because they forfeited it, is carried into the next epoch's distribution.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct RewardPool {
    pub version: u8,
    pub bump: u8,
    pub id: u8,
    pub padding: [u8; 5],
    /// Part of each epoch's emission, in basis points; all pools sum to 10,000.
    pub share_bps: Scheduled,
    /// Sum of the weights that earn.
    pub total_weight: u64,
    /// Epochs this pool has been given its part of.
    pub epochs_done: u64,
    /// Emission per unit of weight since the start, raw IO, Q64.64. Only differences mean something:
    /// it may wrap around.
    pub acc_per_weight: U128,
    /// Raw IO for the next epoch's distribution: emission without weight, and forfeits.
    pub carry: u64,
    /// Raw IO owed to this pool's nodes: accrued to weights or settled, and not harvested. Includes
    /// what rounding kept back, less than 1 raw per settlement.
    pub owed: u64,
    /// When the epoch that is open is over, and the pool is to be given its part of it.
    pub due_at: i64,
    pub reserved: [u8; 56],
}

layout!(RewardPool, ids::io_emissions::ID);

impl RewardPool {
    /// Pool number `id`, with nothing in it.
    pub fn new(id: u8, share_bps: u64, bump: u8) -> Self {
        Self {
            version: VERSION,
            bump,
            id,
            share_bps: Scheduled::new(share_bps),
            ..Zeroable::zeroed()
        }
    }

    /// The pool's part of `amount`, rounded down; the last pool takes what is left over instead.
    #[inline]
    pub fn part_of(&self, amount: u64, now: i64) -> Option<u64> {
        mul_div_floor(amount, self.share_bps.at(now), BPS)
    }

    /// Shares `amount` out over the weights, for all epochs before `epoch`, and of the carry at most as
    /// much again; the epoch that is open is over at `due_at`. Without weight all of it is carried.
    /// `None` if the books would overflow.
    ///
    /// The bound on the carry keeps whoever holds weight in one epoch from taking what many epochs
    /// without weight left behind.
    #[inline]
    pub fn distribute(&mut self, amount: u64, epoch: u64, due_at: i64) -> Option<()> {
        let released = match amount {
            0 => self.carry.div_ceil(CARRY_TAIL_EPOCHS),
            _ => self.carry.min(amount),
        };
        let shared = amount.checked_add(released)?;
        match div_q64(shared, self.total_weight) {
            None => self.carry = self.carry.checked_add(amount)?,
            Some(per_weight) => {
                self.owed = self.owed.checked_add(shared)?;
                self.acc_per_weight = self.acc_per_weight.get().wrapping_add(per_weight).into();
                self.carry = self.carry.checked_sub(released)?;
            }
        }
        self.epochs_done = epoch;
        self.due_at = due_at;
        Some(())
    }

    /// Takes back from the nodes what one of them may not have.
    #[inline]
    pub(super) fn forfeit(&mut self, amount: u64) -> Option<()> {
        self.owed = self.owed.checked_sub(amount)?;
        self.carry = self.carry.checked_add(amount)?;
        Some(())
    }

    /// Replaces one node's weight by another.
    #[inline]
    pub(super) fn reweigh(&mut self, old: u64, new: u64) -> Option<()> {
        self.total_weight = self.total_weight.checked_sub(old)?.checked_add(new)?;
        Some(())
    }

    /// Raw IO that the vault holds for this pool.
    pub fn held(&self) -> u64 {
        self.owed.saturating_add(self.carry)
    }

    /// What holds for every pool at any time.
    pub fn invariant(&self, now: i64) -> bool {
        self.share_bps.at(now) <= BPS && self.owed.checked_add(self.carry).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout() {
        assert_eq!(size_of::<RewardPool>(), 8 + 24 + 16 + 16 + 16 + 8 + 56);
        assert_eq!(core::mem::offset_of!(RewardPool, due_at), 80);
        assert_eq!(core::mem::offset_of!(RewardPool, total_weight), 32);
        assert_eq!(core::mem::offset_of!(RewardPool, acc_per_weight), 48);
        assert_eq!(core::mem::offset_of!(RewardPool, owed), 72);
    }

    #[test]
    fn without_weight_everything_is_carried() {
        let mut pool = RewardPool::zeroed();
        pool.distribute(70, 1, 10).expect("fits");
        pool.distribute(30, 2, 20).expect("fits");
        assert_eq!(pool.due_at, 20);
        assert_eq!((pool.carry, pool.owed, pool.epochs_done), (100, 0, 2));
        assert_eq!(pool.acc_per_weight.get(), 0);
    }

    #[test]
    fn the_carry_doubles_an_epochs_part_at_most() {
        let mut pool = RewardPool::zeroed();
        pool.distribute(70, 1, 0).expect("fits");
        pool.reweigh(0, 4).expect("fits");
        pool.distribute(30, 2, 0).expect("fits");
        assert_eq!((pool.carry, pool.owed), (40, 60));
        assert_eq!(pool.acc_per_weight.get(), 15 << 64);
        pool.distribute(60, 3, 0).expect("fits");
        assert_eq!((pool.carry, pool.owed), (0, 160));
    }

    #[test]
    fn after_the_curve_the_carry_runs_out_slowly_and_wholly() {
        let mut pool = RewardPool::zeroed();
        pool.distribute(168_000, 1, 0).expect("fits");
        pool.reweigh(0, 1).expect("fits");
        pool.distribute(0, 2, 0).expect("fits");
        assert_eq!((pool.carry, pool.owed), (167_000, 1_000));
        for epoch in 3..3_000 {
            pool.distribute(0, epoch, 0).expect("fits");
        }
        assert_eq!((pool.carry, pool.owed), (0, 168_000));
    }

    #[test]
    fn the_accumulator_may_wrap() {
        let mut pool = RewardPool::zeroed();
        pool.acc_per_weight = (u128::MAX - 5).into();
        pool.total_weight = 1;
        pool.distribute(1, 1, 0).expect("fits");
        assert_eq!(pool.acc_per_weight.get(), (1 << 64) - 6);
    }

    #[test]
    fn books_that_would_overflow_are_left_as_they_are() {
        let mut pool = RewardPool::zeroed();
        pool.carry = u64::MAX;
        assert_eq!(pool.distribute(1, 1, 0), None);
        assert_eq!(pool.forfeit(1), None);
        assert_eq!(pool.reweigh(1, 0), None);
        assert_eq!(
            (pool.carry, pool.epochs_done, pool.total_weight),
            (u64::MAX, 0, 0)
        );
    }
}
