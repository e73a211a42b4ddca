//! The account matrix: every account of every instruction of the four programs, replaced by what it must
//! not be. Every cell is refused, or explained in `tests/matrix/harmless.toml`.

mod groups;
mod harmless;
mod idl;
mod judge;
mod report;
mod subject;
mod substitutes;
mod substitution;
mod table;
mod tape;
mod written;

pub use harmless::Harmless;
pub use idl::Idls;
pub use report::Report;
pub use table::render;
pub use tape::{Call, Tape};
pub use written::written;
