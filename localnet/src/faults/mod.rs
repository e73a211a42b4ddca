//! A proxy in front of a JSON-RPC endpoint that fails on purpose in every way that endpoints fail by
//! accident. What it does to a request depends only on its seed, on how many came before, and on what
//! was asked.

mod memory;
mod proxy;

pub use proxy::Proxy;

use std::fmt;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection breaks before the endpoint has heard of the request.
    Lost,
    /// The endpoint did what was asked; the connection breaks before it says so.
    Unanswered,
    /// The answer comes late.
    Late,
    /// 429.
    Limited,
    /// 429 with the time after which to ask again.
    LimitedFor,
    /// 502 with a page for people.
    BadGateway,
    /// 503 with a page for people.
    Unavailable,
    /// A whole answer that ends in the middle of the JSON.
    Cut,
    /// The connection breaks in the middle of the answer.
    Broken,
    /// The endpoint does what was asked, and from then on refuses connections for a while.
    Dead,
    /// A blockhash as a node would give it that has fallen behind.
    StaleBlockhash,
    /// A transaction is not known yet, and will not be for a while: a node that has fallen behind.
    StaleStatus,
    /// Accounts as they were at an earlier request.
    StaleAccount,
    /// A transaction is accepted and forgotten.
    Swallowed,
    /// A transaction reaches the endpoint twice.
    Doubled,
    /// A transaction is accepted, and reaches the endpoint after others that were sent later.
    Overtaken,
    /// A transaction is passed on, and the answer is that of another node, which cannot read it.
    Misread,
}

impl Fault {
    pub const ALL: [Self; 17] = [
        Self::Lost,
        Self::Unanswered,
        Self::Late,
        Self::Limited,
        Self::LimitedFor,
        Self::BadGateway,
        Self::Unavailable,
        Self::Cut,
        Self::Broken,
        Self::Dead,
        Self::StaleBlockhash,
        Self::StaleStatus,
        Self::StaleAccount,
        Self::Swallowed,
        Self::Doubled,
        Self::Overtaken,
        Self::Misread,
    ];

    /// Whether a request of `method` can fail in this way.
    pub fn befalls(self, method: &str) -> bool {
        match self {
            Self::StaleBlockhash => method == "getLatestBlockhash",
            Self::StaleStatus => method == "getSignatureStatuses",
            Self::StaleAccount => [
                "getAccountInfo",
                "getMultipleAccounts",
                "getProgramAccounts",
            ]
            .contains(&method),
            Self::Dead | Self::Swallowed | Self::Doubled | Self::Overtaken | Self::Misread => {
                method == "sendTransaction"
            }
            _ => true,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How long an overtaken transaction is under way, in blocks.
const OVERTAKEN: (u64, u64) = (1, 5);
/// How long a dead endpoint refuses connections, in milliseconds.
const DEAD: (u64, u64) = (500, 3_000);

/// How often each fault happens: of 1,000 requests that it can befall.
#[derive(Clone, Debug)]
pub struct Rates {
    rates: Vec<(Fault, u32)>,
    overtaken: (u64, u64),
    dead: (u64, u64),
}

impl Rates {
    /// Every fault, those that only a few requests can meet more often.
    pub fn of_all(common: u32, particular: u32) -> Self {
        let rate = |fault: Fault| match fault {
            // Most accounts are as they were.
            Fault::StaleAccount => particular.saturating_mul(4),
            fault if fault.befalls("") => common,
            _ => particular,
        };
        Self {
            rates: Fault::ALL.map(|fault| (fault, rate(fault))).to_vec(),
            ..Self::none()
        }
    }

    /// Only `fault`.
    pub fn only(fault: Fault, rate: u32) -> Self {
        Self {
            rates: vec![(fault, rate)],
            ..Self::none()
        }
    }

    /// None.
    pub const fn none() -> Self {
        Self {
            rates: Vec::new(),
            overtaken: OVERTAKEN,
            dead: DEAD,
        }
    }

    /// `fault` at this rate besides.
    #[must_use]
    pub fn and(mut self, fault: Fault, rate: u32) -> Self {
        self.rates.push((fault, rate));
        self
    }

    /// Lets overtaken transactions be under way for `least` to `most` blocks.
    #[must_use]
    pub const fn overtaken_by(mut self, least: u64, most: u64) -> Self {
        self.overtaken = (least, most);
        self
    }

    /// Lets a dead endpoint refuse connections for `least` to `most` milliseconds.
    #[must_use]
    pub const fn dead_for(mut self, least: u64, most: u64) -> Self {
        self.dead = (least, most);
        self
    }

    /// What happens to a request of `method`, if anything; `chance` is 0 to 999.
    fn pick(&self, method: &str, mut chance: u32) -> Option<Fault> {
        for (fault, rate) in &self.rates {
            if fault.befalls(method) {
                match chance.checked_sub(*rate) {
                    Some(rest) => chance = rest,
                    None => return Some(*fault),
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_request_meets_the_faults_that_can_befall_it() {
        let rates = Rates::of_all(10, 30);
        let met = |method: &str| -> HashSet<String> {
            (0..1_000)
                .filter_map(|chance| rates.pick(method, chance))
                .map(|fault| fault.to_string())
                .collect()
        };
        assert_eq!(met("getEpochInfo").len(), 9);
        assert!(met("getLatestBlockhash").contains("StaleBlockhash"));
        assert!(met("sendTransaction").contains("Swallowed"));
        assert!(!met("sendTransaction").contains("StaleStatus"));
        // 9 common kinds and 5 of its own.
        let share = (0..1_000).filter(|chance| rates.pick("sendTransaction", *chance).is_some());
        assert_eq!(share.count(), 9 * 10 + 5 * 30);
    }
}
