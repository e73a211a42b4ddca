//! Migrations of a cluster on the SBF binaries.

mod genesis;
