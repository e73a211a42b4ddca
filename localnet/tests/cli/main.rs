//! `io` over RPC: each command of renters, suppliers, operators and holders once, checked on chain, and each
//! kind of failure once.

#[path = "../common/mod.rs"]
mod common;
mod events;
mod oracle;
mod payments;
mod people;
mod readme;
mod staking;
