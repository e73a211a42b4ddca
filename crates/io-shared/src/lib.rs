//! What the four IO Coin programs, the client library and the tests have in common.
//!
//! One copy of every rule that moves money: program ids and PDA seeds ([`ids`], [`seeds`]), the
//! account layouts with the pure transitions on them ([`state`]), the events ([`events`]), the
//! error codes ([`errors`]) and the integer arithmetic below it all ([`math`]).
//!
//! Amounts are raw token units (`u64`): 1 IO = 10^8 raw, 1 USDC = 10^6 raw. Rates are basis points
//! (10,000 = 100 %). Times are Unix seconds (`i64`), as the clock sysvar gives them.
#![no_std]

#[cfg(any(test, feature = "idl-build"))]
extern crate std;

pub mod constants;
pub mod errors;
pub mod events;
#[cfg(feature = "idl-build")]
pub mod idl;
pub mod ids;
pub mod math;
#[cfg(feature = "anchor")]
pub mod security;
pub mod seeds;
pub mod state;

pub use solana_address::Address;
