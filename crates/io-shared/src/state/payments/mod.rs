//! Accounts of `io_payments`.

mod asset;
mod config;
mod feed;
mod gateway;
mod receipt;
mod split;
mod supplier;
mod venue;

pub use asset::{Asset, AssetTerms, Quote};
pub use config::PaymentsConfig;
pub use feed::{Feed, Price, ScheduledFeed, Side, require_fair};
pub use gateway::Gateway;
pub use receipt::{Receipt, ReceiptEntry};
pub use split::{Division, total_of};
pub use supplier::{PayoutPreference, Supplier};
pub use venue::Venue;
