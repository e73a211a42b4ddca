//! Accounts of `io_payments`.

mod asset;
mod config;
mod gateway;
mod receipt;
mod split;
mod supplier;
mod venue;

pub use asset::{Asset, AssetTerms, Quote};
pub use config::PaymentsConfig;
pub use gateway::Gateway;
pub use receipt::{Receipt, ReceiptEntry};
pub use split::{Division, total_of};
pub use supplier::{PayoutPreference, Supplier};
pub use venue::Venue;
