//! How commands answer: records and tables for people, the same as JSON for programs.

pub mod paint;
mod report;
mod shown;

pub use report::{Record, Report, Table};
pub use shown::{Shown, number, short, span};
