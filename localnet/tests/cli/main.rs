//! `io` over RPC: each command of renters, suppliers, operators and holders once, checked on chain, and each
//! kind of failure once.

mod codes;
#[path = "../common/mod.rs"]
mod common;
mod events;
mod gateway;
mod hardware;
mod oracle;
mod payments;
mod readme;
mod staking;
#[path = "../common/terminal.rs"]
mod terminal;
#[path = "../common/town.rs"]
mod town;
mod trezor;
