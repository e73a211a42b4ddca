//! Accounts of `io_mint`.

mod config;
mod minter;

pub use config::MintConfig;
pub use minter::{MintPolicy, Minter, MinterTerms};
