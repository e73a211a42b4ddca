//! The keeper: does on chain what anyone may do and somebody has to.
//!
//! A [`Keeper`] goes round: it looks at the chain, finds what is due, and sends it. What is due follows
//! from the chain and the [`Config`] alone, so a keeper can be killed at any moment and started anywhere
//! else; only what it spent in the last hour is remembered, and that is read off the chain at the start.

mod batch;
mod budget;
mod config;
mod jobs;
mod keeper;
mod metrics;
mod nodes;
mod pulse;
mod round;
mod runner;
mod serve;
mod tally;
mod work;

pub use budget::Budget;
pub use config::{AdvanceRules, Config, HarvestRules, PayOutRules, ReceiptRules, TicketRules};
pub use jobs::Job;
pub use keeper::Keeper;
pub use metrics::Metrics;
pub use round::Round;
pub use runner::Planned;
pub use serve::serve;
pub use tally::Tally;
