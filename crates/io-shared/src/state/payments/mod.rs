//! Accounts of `io_payments`.

mod asset;
mod config;
mod feed;
mod receipt;
mod supplier;
mod venue;

pub use asset::{Asset, AssetTerms, Quote};
pub use config::PaymentsConfig;
pub use feed::{Feed, Price, ScheduledFeed, Side, require_fair};
pub use receipt::{Receipt, ReceiptEntry, ReceiptOfOne};
pub use supplier::{PayoutPreference, Supplier};
pub use venue::Venue;
