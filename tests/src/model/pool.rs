//! Reward pools: parts of the emission and the weights that share them.

use super::{
    Raw, Time,
    exact::{Scheduled, big},
};
use io_client::shared::constants::CARRY_TAIL_EPOCHS;
use num_bigint::BigInt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardPool {
    pub share: Scheduled,
    pub weight: Raw,
    pub epochs: Raw,
    /// Emission per unit of weight so far, in units of 2^-64 raw IO.
    pub per_weight: u128,
    pub carry: Raw,
    pub owed: Raw,
    pub due_at: Time,
}

impl RewardPool {
    pub fn new(share: Raw) -> Self {
        Self {
            share: Scheduled::new(share),
            weight: 0,
            epochs: 0,
            per_weight: 0,
            carry: 0,
            owed: 0,
            due_at: 0,
        }
    }

    /// Shares out a part of the emission and of the carry at most as much again (decision 11), or a 168th of
    /// the carry once there is no part any more; without weight all is carried. Returns what is wrong with what
    /// it was told: rounded down by less than one unit of 2^-64 for each weight.
    pub fn share_out(
        &mut self,
        amount: Raw,
        epoch: Raw,
        due_at: Time,
        told: Option<u128>,
    ) -> Option<String> {
        self.epochs = epoch;
        self.due_at = due_at;
        let tail = Raw::from(CARRY_TAIL_EPOCHS);
        let released = if amount == 0 {
            (self.carry + tail - 1) / tail
        } else {
            self.carry.min(amount)
        };
        if self.weight == 0 {
            self.carry += amount;
            return None;
        }
        let shared = amount + released;
        let most: BigInt = (big(shared) << 64_u8) / big(self.weight);
        let most = u128::try_from(most).expect("all IO ever in units");
        let gain = told.map_or(most, |told| told.wrapping_sub(self.per_weight));
        self.owed += shared;
        self.carry -= released;
        self.per_weight = self.per_weight.wrapping_add(gain);
        let good = gain <= most && most - gain <= 1;
        (!good).then(|| format!("{gain} per weight of {shared} over {}", self.weight))
    }

    pub fn forfeit(&mut self, amount: Raw) {
        self.owed -= amount;
        self.carry += amount;
    }
}
