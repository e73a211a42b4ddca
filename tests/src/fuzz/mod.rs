//! Random sequences of all instructions, on the built programs and on the [model](crate::model).

pub mod action;
mod apply;
pub mod begin;
pub mod build;
pub mod campaign;
pub mod cast;
pub mod compare;
pub mod coverage;
pub mod exodus;
pub mod generate;
pub mod invariants;
pub mod report;
pub mod rig;
mod route;
mod router;
pub mod run;
pub mod shrink;
