//! Events of `io_payments`.
