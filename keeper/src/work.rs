//! What a job found to be done.

use crate::Job;
use io_client::{Instruction, Pubkey, events::Event};
use std::collections::BTreeMap;

/// Whether the bytes of the account that a decision was taken by still say the same.
pub type StillDue = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// One thing that is due: a node to harvest, a ticket to pay.
pub struct Work {
    pub job: Job,
    /// The account that it is about.
    pub subject: Pubkey,
    /// Since when it has been due, Unix seconds.
    pub since: i64,
    /// For people.
    pub what: String,
    pub instructions: Vec<Instruction>,
    /// Lamports that the keeper pays besides the fee, for rent.
    pub rent: u64,
    /// The account that shows whether somebody else did it. One that is gone is not due any more.
    pub watch: Pubkey,
    pub still_due: StillDue,
    /// Whether a transaction that recorded the event did it.
    pub proof: fn(&Event, &Pubkey) -> bool,
}

impl Work {
    /// Whether one of `events` says that it was done.
    pub fn is_proven_by(&self, events: &[Event]) -> bool {
        events
            .iter()
            .any(|event| (self.proof)(event, &self.subject))
    }
}

/// What one look of one job found.
#[derive(Default)]
pub struct Found {
    pub work: Vec<Work>,
    /// What is due and cannot or should not be done, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
}

impl Found {
    pub fn skip(&mut self, reason: &'static str) {
        let count = self.skipped.entry(reason).or_default();
        *count = count.saturating_add(1);
    }
}
