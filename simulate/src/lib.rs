//! The network over the whole emission curve, on the programs' own layouts, arithmetic and transitions.
//!
//! Nothing of the protocol is written here a second time: what a node earns is decided by the methods of
//! [`io_shared::state`] that the programs call. This crate adds what the programs do not know: who comes,
//! who fails, who leaves ([`Fleet`]), and books that every epoch is checked against ([`books`]).
//! `docs/simulation.md` says what is assumed.
//!
//! - [`plan`]: what is to be simulated
//! - [`mint`]: the cranks and mints of the whole time, ahead of the nodes
//! - [`ledger`]: one reward pool with its clock, and what it has paid
//! - [`member`]: one node's accounts, and the instructions on them
//! - [`fleet`]: the nodes of one pool, and what becomes of them
//! - [`books`]: what must add up
//! - [`run`]: all of it, each pool on a thread of its own
//! - [`csv`], [`chart`], [`output`]: what a run leaves behind

pub mod books;
pub mod chart;
pub mod csv;
pub mod fleet;
pub mod ledger;
pub mod member;
pub mod mint;
pub mod output;
pub mod plan;
pub mod random;
pub mod run;

pub use fleet::Fleet;
pub use plan::{Plan, Settings};
pub use run::{Outcome, run};
