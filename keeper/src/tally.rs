//! What became of what was due.

/// Counts of one job in one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Found to be due and possible.
    pub due: u64,
    /// Due, but left until this keeper's turn comes: see `jitter`.
    pub waiting: u64,
    /// Due, but impossible or not worth it.
    pub skipped: u64,
    /// Done by this keeper.
    pub done: u64,
    /// Done by somebody else in the meantime.
    pub overtaken: u64,
    /// Refused by a program though nobody else did it.
    pub refused: u64,
    /// Not sent, or not known to have landed: the endpoint failed, a transaction expired, the keeper stops.
    pub undone: u64,
    /// Not sent because the budget is spent.
    pub held_back: u64,
    /// Transactions sent that landed, succeeded or not.
    pub transactions: u64,
    /// Lamports that they cost.
    pub lamports: u64,
}

impl Tally {
    /// Whether somebody else did all that was to be done.
    pub const fn was_for_nothing(&self) -> bool {
        self.overtaken > 0 && self.done == 0
    }

    /// Works whose fate is known.
    pub const fn settled(&self) -> u64 {
        self.done
            .saturating_add(self.overtaken)
            .saturating_add(self.refused)
            .saturating_add(self.held_back)
    }

    /// Adds what `other` counted.
    pub fn join(&mut self, other: &Self) {
        let add = |a: &mut u64, b: u64| *a = a.saturating_add(b);
        add(&mut self.due, other.due);
        add(&mut self.waiting, other.waiting);
        add(&mut self.skipped, other.skipped);
        add(&mut self.done, other.done);
        add(&mut self.overtaken, other.overtaken);
        add(&mut self.refused, other.refused);
        add(&mut self.undone, other.undone);
        add(&mut self.held_back, other.held_back);
        add(&mut self.transactions, other.transactions);
        add(&mut self.lamports, other.lamports);
    }
}
