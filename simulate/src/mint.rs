//! The cranks and mints of the whole time.
//!
//! They depend on no node: what an epoch emits, the crank's bounty and the pools' parts follow from the
//! clock alone. So they are done ahead, and the pools can then run beside each other.

use anyhow::{Context, Result, ensure};
use io_shared::{
    Address,
    errors::MintError,
    state::{
        Advance, EmissionsConfig, Governance, MintConfig, MintPolicy, Minter, MinterTerms,
        PoolShares, RewardPool,
    },
};

use crate::plan::Plan;

/// What an epoch brought, and the sums up to it, raw IO.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crank {
    /// Minted for this epoch.
    pub emission: u64,
    /// Minted for all epochs so far.
    pub emitted: u64,
    /// Paid to crankers so far.
    pub bounties: u64,
    /// Given to each pool for this epoch.
    pub parts: PoolShares,
    /// IO in existence; nothing is burned here.
    pub supply: u64,
}

/// Cranks every epoch, each as soon as it is over. The first entry is the state before the first epoch.
pub fn crank_all(plan: &Plan) -> Result<Vec<Crank>> {
    let mut config = plan.emissions()?;
    let pools = plan.pools();
    let (mut minted, mut minter) = begin(plan).map_err(explain)?;
    let mut cranks = vec![Crank {
        supply: minted.minted,
        ..Crank::default()
    }];
    for epoch in 1..=plan.epochs {
        let now = plan.time(epoch);
        let advance = config
            .advance(now)
            .with_context(|| format!("epoch {epoch} is over and was not due"))?;
        ensure!(advance.epoch == epoch, "epoch {epoch} was skipped");
        if advance.emission > 0 {
            minter.allow(advance.emission, now).map_err(explain)?;
            minted.record_mint(advance.emission).map_err(explain)?;
        }
        ensure!(
            config.invariant(now) && minter.invariant() && minted.invariant(),
            "an invariant of the mint or the distributor is broken in epoch {epoch}"
        );
        cranks.push(Crank {
            emission: advance.emission,
            emitted: config.emitted,
            bounties: config.bounties_paid,
            parts: parts(&advance, &pools, now)
                .with_context(|| format!("the parts of epoch {epoch} do not add up"))?,
            supply: minted.minted,
        });
    }
    check_end(plan, &config)?;
    Ok(cranks)
}

/// The mint with its genesis supply, and the distributor's right to mint.
fn begin(plan: &Plan) -> Result<(MintConfig, Minter), MintError> {
    let now = plan.cluster.emissions.start_at;
    let someone = Address::new_from_array([1; 32]);
    let mut config = MintConfig::new(Governance::new(someone, someone), someone, 255);
    let terms = MinterTerms {
        policy: MintPolicy::Schedule {
            curve: plan.settings.curve.id,
            start_at: now,
        },
        window_limit: u64::MAX,
        window_seconds: 0,
    };
    let minter = Minter::new(someone, someone, 255, terms, &mut config, now)?;
    let genesis = plan.cluster.genesis().ok_or(MintError::HardCapExceeded)?;
    config.promise(0, genesis)?;
    config.record_mint(genesis)?;
    Ok((config, minter))
}

/// Each pool's part of an emission, as `advance_epoch` cuts it: the last takes what rounding left over.
fn parts(advance: &Advance, pools: &[RewardPool], now: i64) -> Option<PoolShares> {
    let total = advance.for_pools();
    let mut left = total;
    let mut parts = PoolShares::default();
    for (index, pool) in pools.iter().enumerate() {
        let last = index.checked_add(1)? == pools.len();
        let part = if last {
            left
        } else {
            pool.part_of(total, now)?
        };
        left = left.checked_sub(part)?;
        *parts.get_mut(index)? = part;
    }
    Some(parts)
}

/// A curve that was run to its end has emitted exactly what it promises.
fn check_end(plan: &Plan, config: &EmissionsConfig) -> Result<()> {
    let curve = plan.settings.curve;
    ensure!(
        plan.epochs < curve.epochs || config.emitted == curve.cap,
        "the curve ended on {} raw IO instead of {}",
        config.emitted,
        curve.cap
    );
    Ok(())
}

fn explain(error: MintError) -> anyhow::Error {
    anyhow::anyhow!("the mint refused: {}", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, run::tests::localnet};
    use io_shared::{constants::IO, math::curve::Curve};

    #[test]
    fn every_epoch_is_the_curves_and_the_last_reaches_the_cap() {
        for curve in [&Curve::HOURLY, &Curve::MONTHLY] {
            let plan = Plan::new(localnet(), Settings::whole(curve)).expect("good");
            let cranks = crank_all(&plan).expect("adds up");
            let mut given = 0;
            for (epoch, crank) in (0..).zip(&cranks) {
                given += crank.parts.iter().sum::<u64>();
                assert_eq!(crank.emitted, curve.cumulative(epoch));
                assert_eq!(given + crank.bounties, crank.emitted);
            }
            let last = cranks.last().expect("not empty");
            assert_eq!(last.emitted, 300_000_000 * IO);
            assert_eq!(last.supply, 800_000_000 * IO);
        }
    }
}
