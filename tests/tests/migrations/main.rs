//! Migrations of a cluster on the SBF binaries.

mod deploy;
mod genesis;
mod settings;
mod site;
