//! Instructions of `io_staking`.
