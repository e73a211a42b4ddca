//! What the integration tests, the demo and the benchmark share: a [`World`] in which the real
//! binaries run.

pub mod amm;
pub mod bench;
pub mod books;
pub mod fuzz;
pub mod hostile;
mod ledger;
pub mod matrix;
pub mod model;
pub mod network;
mod outcome;
pub mod packet;
pub mod pyth;
pub mod scenario;
mod tokens;
mod world;

pub use ledger::Ledger;
pub use outcome::{Failure, Outcome, assert_fails};
pub use world::{GENESIS, PROGRAMS, World, artifact, deployment};
