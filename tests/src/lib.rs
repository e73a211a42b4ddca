//! What the integration tests, the demo and the benchmark share: a [`World`] in which the real
//! binaries run.

pub mod amm;
mod outcome;
mod tokens;
mod world;

pub use outcome::{Failure, Outcome, assert_fails};
pub use world::{GENESIS, World, artifact};
