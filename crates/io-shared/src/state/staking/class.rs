use super::super::{Scheduled, layout};
use super::TrancheKind;
use crate::{
    constants::{BASE_COLLATERAL, MAX_MULTIPLIER_MILLI, MAX_POOLS, MAX_PROCESSORS, MULTIPLIER_ONE},
    errors::StakingError,
    ids,
};
use bytemuck::{Pod, Zeroable};

/// `[b"class", id]`: a kind of device, e.g. B200 with a multiplier of 30.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct DeviceClass {
    pub version: u8,
    pub bump: u8,
    pub id: u16,
    /// Emission pool that nodes of this class earn from.
    pub pool: u8,
    /// 1 while nodes of this class earn nothing and no new one is accepted.
    pub suspended: u8,
    pub padding: [u8; 2],
    /// UTF-8, zero padded.
    pub name: [u8; 16],
    /// Weight and collateral of one processor, in thousandths of the base.
    pub multiplier_milli: Scheduled,
    /// A node's maximum stake as a multiple of its minimum.
    pub max_stake_multiple: Scheduled,
    /// 1 if delegators who deposit now can be slashed.
    pub delegators_slashable: Scheduled,
    /// No new node is accepted before this time: a new class is a change of rules like any other.
    pub usable_from: i64,
    /// No new node is accepted once this is set, and from this time on nodes of this class earn nothing;
    /// 0 for no end.
    pub supported_until: i64,
    pub reserved: [u8; 32],
}

layout!(DeviceClass, ids::io_staking::ID);

/// Largest maximum stake of a node, in minimums.
pub const MAX_STAKE_MULTIPLE: u64 = 100;

impl DeviceClass {
    /// Whether a class may have this pool, multiplier and maximum.
    pub const fn in_bounds(pool: u8, multiplier_milli: u64, max_stake_multiple: u64) -> bool {
        pool < MAX_POOLS
            && multiplier_milli >= 1
            && multiplier_milli <= MAX_MULTIPLIER_MILLI
            && max_stake_multiple >= 1
            && max_stake_multiple <= MAX_STAKE_MULTIPLE
    }

    /// Least and most stake of a node with so many processors, raw IO: 200 IO × max(1, multiplier) ×
    /// processors, and that times the class's multiple.
    pub fn stake_bounds(&self, processors: u16, now: i64) -> Result<(u64, u64), StakingError> {
        if processors == 0 || processors > MAX_PROCESSORS {
            return Err(StakingError::ProcessorsOutOfBounds);
        }
        let multiplier = self.multiplier_milli.at(now).max(MULTIPLIER_ONE);
        let min = (BASE_COLLATERAL / MULTIPLIER_ONE)
            .checked_mul(multiplier)
            .and_then(|one| one.checked_mul(u64::from(processors)))
            .ok_or(StakingError::Overflow)?;
        let max = min
            .checked_mul(self.max_stake_multiple.at(now))
            .ok_or(StakingError::Overflow)?;
        Ok((min, max))
    }

    /// Whether new nodes of this class are accepted.
    pub const fn takes_nodes(&self, now: i64) -> bool {
        self.suspended == 0 && self.supported_until == 0 && now >= self.usable_from
    }

    /// The multiplier that nodes of this class earn by: 0 while it is suspended and once its support
    /// has ended.
    pub const fn earning_multiplier_milli(&self, now: i64) -> u64 {
        let ended = self.supported_until != 0 && now >= self.supported_until;
        if self.suspended != 0 || ended {
            0
        } else {
            self.multiplier_milli.at(now)
        }
    }

    /// The tranche that delegators who come now stake in.
    pub const fn delegator_tranche(&self, now: i64) -> TrancheKind {
        if self.delegators_slashable.at(now) == 0 {
            TrancheKind::Protected
        } else {
            TrancheKind::Exposed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::IO;
    use bytemuck::Zeroable;

    fn class(multiplier_milli: u64, multiple: u64) -> DeviceClass {
        DeviceClass {
            multiplier_milli: Scheduled::new(multiplier_milli),
            max_stake_multiple: Scheduled::new(multiple),
            ..DeviceClass::zeroed()
        }
    }

    #[test]
    fn collateral_is_200_io_for_each_processor_and_multiple() {
        for (multiplier_milli, processors, min_io) in [
            (30_000, 8, 48_000), // B200
            (1_000, 1, 200),
            (1_500, 2, 600),
            (250, 4, 800), // a multiplier below 1 does not lower it
            (1_000_000, 1_024, 204_800_000),
        ] {
            let (min, max) = class(multiplier_milli, 5)
                .stake_bounds(processors, 0)
                .expect("in bounds");
            assert_eq!((min, max), (min_io * IO, min_io * IO * 5));
        }
        for processors in [0, MAX_PROCESSORS + 1] {
            assert_eq!(
                class(1_000, 5).stake_bounds(processors, 0),
                Err(StakingError::ProcessorsOutOfBounds)
            );
        }
    }

    #[test]
    fn the_largest_class_fits() {
        assert!(DeviceClass::in_bounds(
            3,
            MAX_MULTIPLIER_MILLI,
            MAX_STAKE_MULTIPLE
        ));
        let (_, max) = class(MAX_MULTIPLIER_MILLI, MAX_STAKE_MULTIPLE)
            .stake_bounds(MAX_PROCESSORS, 0)
            .expect("fits");
        assert!(max < u64::MAX / 2);
        for (pool, multiplier, multiple) in [
            (4, 1_000, 5),
            (0, 0, 5),
            (0, MAX_MULTIPLIER_MILLI + 1, 5),
            (0, 1_000, 0),
            (0, 1_000, MAX_STAKE_MULTIPLE + 1),
        ] {
            assert!(!DeviceClass::in_bounds(pool, multiplier, multiple));
        }
    }
}
