//! One reward pool with its clock, and what it has paid.

use anyhow::{Context, Result};
use io_shared::state::{RewardPool, WeightRules};

/// What the nodes of one class have done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Raw IO that settlements found earned.
    pub earned: u64,
    /// Raw IO that settlements gave back to the pool.
    pub forfeited: u64,
    /// Nodes registered and not retired, now.
    pub nodes: u64,
    /// Their processors, now.
    pub processors: u64,
    /// Nodes with a weight, now.
    pub earning_nodes: u64,
    /// Their processors, now.
    pub earning_processors: u64,
    /// Sum of `earning_processors` over the epochs shared out.
    pub processor_epochs: u64,
}

/// One pool, its rules and its clock; and sums that its own books are held against.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub pool: RewardPool,
    pub rules: WeightRules,
    /// The epoch that is open.
    pub epoch: u64,
    /// When it opened, Unix seconds.
    pub now: i64,
    /// Raw IO given to the pool.
    pub received: u64,
    /// Raw IO that left it for the nodes' reward vaults.
    pub harvested: u64,
    /// Raw IO claimed from those.
    pub claimed: u64,
    /// Raw IO that rounding left in the vaults of nodes that are gone.
    pub stranded: u64,
    /// Raw IO in the nodes' stake vaults.
    pub staked: u64,
    /// Settlements of nodes.
    pub settlements: u64,
    /// By class, in the order of the cluster's file.
    pub classes: Vec<Tally>,
}

impl Ledger {
    /// A pool before its first epoch.
    pub fn new(pool: RewardPool, rules: WeightRules, now: i64, classes: usize) -> Self {
        Self {
            pool,
            rules,
            epoch: 0,
            now,
            received: 0,
            harvested: 0,
            claimed: 0,
            stranded: 0,
            staked: 0,
            settlements: 0,
            classes: vec![Tally::default(); classes],
        }
    }

    /// Shares out what the pool was given for the epochs before `epoch`.
    pub fn crank(&mut self, part: u64, epoch: u64, now: i64) -> Result<()> {
        (self.epoch, self.now) = (epoch, now);
        move_in(&mut self.received, part)?;
        for class in &mut self.classes {
            count(&mut class.processor_epochs, class.earning_processors);
        }
        // The next crank is always in time here.
        self.pool
            .distribute(part, epoch, i64::MAX)
            .context("the pool's books overflow")
    }

    /// The tally of a class of this pool.
    pub fn class(&mut self, class: u8) -> Result<&mut Tally> {
        self.classes
            .get_mut(usize::from(class))
            .context("a node has a class that its pool does not know")
    }
}

/// Adds money to a sum.
pub fn move_in(sum: &mut u64, amount: u64) -> Result<()> {
    *sum = sum
        .checked_add(amount)
        .context("a sum of money overflows")?;
    Ok(())
}

/// Takes money off a sum.
pub fn move_out(sum: &mut u64, amount: u64) -> Result<()> {
    *sum = sum
        .checked_sub(amount)
        .context("more money is taken than there is")?;
    Ok(())
}

/// Adds to a figure that is only shown, and far below 2^64.
pub const fn count(sum: &mut u64, amount: u64) {
    *sum = sum.saturating_add(amount);
}

/// Takes from a figure that is only shown.
pub const fn uncount(sum: &mut u64, amount: u64) {
    *sum = sum.saturating_sub(amount);
}
