//! What people type, as values.

mod address;
mod amount;
mod keypair;
mod order;
mod time;

pub use address::node_id;
pub use amount::{io, percent, usdc};
pub use keypair::{address_of, read_keypair};
pub use order::OrderArgs;
pub use time::{moment, until};
