//! Client library for IO Coin.
//!
//! [`pda`] derives every address; [`mint`], [`staking`], [`emissions`] and [`payments`] build each
//! program's instructions from what a person knows (wallets, nodes, amounts) and derive the rest.
//! Account layouts, events and errors are those of [`io_shared`], re-exported here.

#[cfg(feature = "rpc")]
pub mod actions;
pub mod amount;
pub mod emissions;
pub mod errors;
pub mod events;
mod instruction;
pub mod mint;
pub mod payments;
pub mod pda;
#[cfg(feature = "rpc")]
pub mod rpc;
pub mod staking;
pub mod token;
pub mod venues;

pub use io_shared as shared;
pub use solana_program::{instruction::Instruction, pubkey::Pubkey};
