//! What a keeper does: one file a job.
//!
//! Each has a pure `find`, which says from accounts and the time what is due, and a look at the chain that
//! gives it those.

pub mod advance;
pub mod harvest;
pub mod pay_out;
pub mod receipts;
pub mod slashes;
pub mod sync;
pub mod tickets;

use serde::Deserialize;
use std::fmt;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Mints and shares out the emission of epochs that are over.
    Advance,
    /// Executes slashes that are ripe.
    Slashes,
    /// Pays tickets that have cooled down.
    Tickets,
    /// Moves what nodes earned to their stakers.
    Harvest,
    /// Brings terms and weights of nodes up to date.
    Sync,
    /// Pays suppliers who take USDC.
    PayOut,
    /// Closes receipts whose rent this keeper paid.
    Receipts,
}

impl Job {
    /// In the order in which a round does them.
    pub const ALL: [Self; 7] = [
        Self::Advance,
        Self::Slashes,
        Self::Tickets,
        Self::Harvest,
        Self::Sync,
        Self::PayOut,
        Self::Receipts,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Advance => "advance",
            Self::Slashes => "slashes",
            Self::Tickets => "tickets",
            Self::Harvest => "harvest",
            Self::Sync => "sync",
            Self::PayOut => "pay-out",
            Self::Receipts => "receipts",
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
