//! Migrations of a cluster on the SBF binaries.

mod deploy;
mod failures;
mod genesis;
mod handover;
mod listings;
mod live;
mod security_txt;
mod settings;
mod site;
