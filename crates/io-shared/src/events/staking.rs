//! Events of `io_staking`.
