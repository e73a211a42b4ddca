//! Events of `io_emissions`.
