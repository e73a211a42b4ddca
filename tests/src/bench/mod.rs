//! Measuring compute units on the built programs.

mod calls;
mod table;

pub use calls::Calls;
pub use table::{Comparison, Row, compare, render};
