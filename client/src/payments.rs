//! Instructions of `io_payments`.
