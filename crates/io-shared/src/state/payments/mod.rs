//! Accounts of `io_payments`.

mod asset;
mod config;
mod receipt;
mod supplier;
mod venue;

pub use asset::{Asset, AssetTerms, Quote};
pub use config::PaymentsConfig;
pub use receipt::{Receipt, ReceiptEntry, ReceiptOfOne};
pub use supplier::{PayoutPreference, Supplier};
pub use venue::Venue;
