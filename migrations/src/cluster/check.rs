//! What the programs would refuse, found before anything is sent.

use super::{Cluster, Metadata, Role};
use crate::Operator;
use anyhow::{Context, Result, bail, ensure};
use io_client::shared::{
    constants::{BPS, HARD_CAP, MAX_FEE_BPS, MAX_FEED_AGE, MAX_POOLS},
    math::curve::Curve,
    state::{ClassRule, EmissionsRule},
};
use std::{collections::HashSet, fmt::Debug, hash::Hash};

/// Allocations that fit into one transaction.
pub(super) const MAX_ALLOCATIONS: usize = 8;

impl Cluster {
    pub(super) fn check(&self) -> Result<()> {
        self.check_supply()?;
        self.check_roles()?;
        self.check_rules()?;
        self.check_lists()
    }

    fn check_supply(&self) -> Result<()> {
        let curve = Curve::by_id(self.emissions.curve).context("no such emission curve")?;
        let minters = self.minters.iter().map(|minter| minter.total);
        let total = self
            .genesis()
            .and_then(|genesis| genesis.checked_add(curve.cap))
            .and_then(|total| minters.into_iter().try_fold(total, u64::checked_add));
        if total.is_none_or(|total| total > HARD_CAP) {
            bail!(
                "allocations, minters and emissions exceed the cap of 800,000,000 IO; lower an \
                 allocation"
            );
        }
        if self.mint.adopt.is_some() && !self.allocations.is_empty() {
            bail!("an adopted mint has its supply already; remove the allocations");
        }
        ensure!(
            self.allocations.len() <= MAX_ALLOCATIONS,
            "there may be {MAX_ALLOCATIONS} allocations, which is what one transaction mints; add up, or \
             let some pass on their part"
        );
        for minter in &self.minters {
            ensure!(
                minter.total > 0 && minter.window_limit != Some(0),
                "minter {:?} may mint nothing; remove it",
                minter.name
            );
            ensure!(
                minter.window_limit.is_some() == minter.window_seconds.is_some_and(|long| long > 0),
                "minter {:?} needs both `window_limit` and `window_seconds`, or neither",
                minter.name
            );
            ensure!(
                minter.authority != Role::Authority || self.allocations.is_empty(),
                "minter {:?} is the one that mints the allocations; name another authority",
                minter.name
            );
        }
        if let Some(Metadata { name, symbol, uri }) = &self.mint.metadata
            && (name.len() > 32 || symbol.len() > 10 || uri.len() > 200)
        {
            bail!("the mint's name may have 32 bytes, its symbol 10, its URI 200");
        }
        Ok(())
    }

    fn check_roles(&self) -> Result<()> {
        if let Some(handover) = &self.handover {
            ensure!(
                handover.upgrade_authority() == handover.authority
                    || handover.upgrade_authority_signs,
                "an upgrade authority that is not the multisig must prove that it can sign; add \
                 `upgrade_authority_signs = true` to [handover]"
            );
            return Ok(());
        }
        let roles = &self.roles;
        let wallets = [roles.guardian, roles.slasher, roles.scorer, roles.treasury];
        let owners = self.allocations.iter().map(|allocation| allocation.owner);
        let minters = self.minters.iter().map(|minter| minter.authority);
        let gateways = self.gateways.iter().map(|gateway| gateway.wallet);
        let mut all = wallets
            .into_iter()
            .chain(owners)
            .chain(minters)
            .chain(gateways);
        ensure!(
            all.all(|role| role != Role::Multisig),
            "the file names the multisig and does not say which; add [handover]"
        );
        Ok(())
    }

    fn check_rules(&self) -> Result<()> {
        let emissions = &self.emissions;
        let pools = &emissions.pools;
        let sum = pools
            .iter()
            .try_fold(0_u64, |sum, part| sum.checked_add(*part));
        if sum != Some(BPS) {
            bail!("the pools' parts must sum to 10,000 basis points");
        }
        ensure!(
            pools.len() <= usize::from(MAX_POOLS) && !pools.contains(&0),
            "there may be {MAX_POOLS} pools at most, each with a part"
        );
        for (name, rule, value) in [
            ("bounty_bps", EmissionsRule::BountyBps, emissions.bounty_bps),
            (
                "max_boost_bps",
                EmissionsRule::MaxBoostBps,
                emissions.max_boost_bps,
            ),
            (
                "max_score_age",
                EmissionsRule::MaxScoreAge,
                emissions.max_score_age,
            ),
            (
                "max_score_step_bps",
                EmissionsRule::MaxScoreStepBps,
                emissions.max_score_step_bps,
            ),
        ] {
            ensure!(
                rule.allows(value),
                "emissions.{name} may not be {value}; see its bounds in the program"
            );
        }
        ensure!(
            self.staking.min_self_stake_bps <= BPS,
            "the operator's part may be at most 10,000 basis points"
        );
        let assets = self.assets.iter().map(|asset| asset.fee_bps);
        let gateways = self.gateways.iter().map(|gateway| gateway.fee_bps);
        let others = [self.payments.payout_fee_bps];
        for fee_bps in assets.chain(gateways).chain(others) {
            if fee_bps > MAX_FEE_BPS {
                bail!("a fee may be at most {MAX_FEE_BPS} basis points, not {fee_bps}");
            }
        }
        Ok(())
    }

    fn check_lists(&self) -> Result<()> {
        for class in &self.classes {
            let name = &class.name;
            ensure!(
                name.len() <= 16,
                "class name {name:?} is longer than 16 bytes"
            );
            if usize::from(class.pool) >= self.emissions.pools.len() {
                bail!(
                    "class {name:?} names pool {}, which does not exist",
                    class.pool
                );
            }
            ensure!(
                ClassRule::Multiplier.allows(class.multiplier_milli)
                    && ClassRule::MaxStakeMultiple.allows(class.max_stake_multiple),
                "class {name:?} is out of bounds: a multiplier is 1 to 1,000,000 thousandths, a \
                 maximum stake 1 to 100 minimums"
            );
        }
        for asset in &self.assets {
            let feed = asset.feed.map_or(Ok(()), |feed| feed.checked(0).map(drop));
            ensure!(
                feed.is_ok(),
                "the feed of {:?} is out of bounds: an age of 1 to {MAX_FEED_AGE} seconds, a \
                 confidence of 1 to 1,000 and a deviation of at most 2,000 basis points",
                asset.mint
            );
        }
        for venue in &self.venues {
            if venue.discriminator.is_empty() || venue.discriminator.len() > 8 {
                bail!("a venue's discriminator has 1 to 8 bytes");
            }
        }
        once("class", self.classes.iter().map(|class| class.id))?;
        once("asset", self.assets.iter().map(|asset| asset.mint))?;
        let venues = self.venues.iter();
        once(
            "venue",
            venues.map(|venue| {
                (
                    venue.program,
                    io_client::venues::padded(&venue.discriminator),
                )
            }),
        )?;
        let minters = self.minters.iter().map(|minter| minter.authority);
        once("minter", minters)?;
        let gateways = self.gateways.iter().map(|gateway| gateway.wallet);
        once("gateway", gateways)
    }

    /// Refuses a file that names a wallet by its address, and once more by what it is to `operator`.
    pub(crate) fn check_wallets(&self, operator: &Operator) -> Result<()> {
        let wallet = |role| self.wallet(role, operator);
        once(
            "minter",
            self.minters.iter().map(|one| wallet(one.authority)),
        )?;
        once(
            "gateway",
            self.gateways.iter().map(|one| wallet(one.wallet)),
        )
    }
}

/// Refuses a list that names something twice.
fn once<T: Eq + Hash + Debug + Clone>(what: &str, names: impl Iterator<Item = T>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        ensure!(
            seen.insert(name.clone()),
            "{what} {name:?} is in the file twice; remove one"
        );
    }
    Ok(())
}
