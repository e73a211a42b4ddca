//! Measuring compute units on the built programs.

mod calls;
mod cases;
mod floor;
mod table;

pub use cases::measure;
pub use table::{Comparison, Row, compare, render};
