//! Instructions of `io_emissions`.
