//! `io admin` over RPC: every change of an office, transactions for others to sign, migrations.

#[path = "../common/mod.rs"]
mod common;
mod emissions;
mod export;
mod governance;
mod handed;
mod migrate;
mod mint;
mod multisig;
mod offices;
mod payments;
mod readme;
mod release;
mod squads;
mod staking;
#[path = "../common/terminal.rs"]
mod terminal;
#[path = "../common/town.rs"]
mod town;
