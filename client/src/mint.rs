//! Instructions of `io_mint`.
