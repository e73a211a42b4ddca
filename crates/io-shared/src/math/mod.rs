//! Integer arithmetic on money: pure functions, no state, no floating point.
//!
//! Every function is total: it never panics, and answers `None` where the exact result does not fit
//! or the arguments make no sense. Each states its formula, its unit and which way it rounds; where
//! two ways are possible it rounds against the caller and for the protocol. `tests/math_*.rs` holds
//! each formula against exact rational arithmetic.
//!
//! - [`fixed`]: products and quotients wider than 64 bits, Q64 fractions
//! - [`fee`]: a fee in basis points
//! - [`curve`]: the emission schedule
//! - [`weight`]: what a node weighs in its reward pool
//! - [`shares`]: a pool of stake divided into shares
//! - [`price`]: whether a swap is worth what an oracle says
//! - [`window`]: a limit per rolling window of time

pub mod curve;
pub mod fee;
pub mod fixed;
pub mod price;
pub mod shares;
pub mod weight;
pub mod window;
