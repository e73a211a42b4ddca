//! Events of `io_mint`.
