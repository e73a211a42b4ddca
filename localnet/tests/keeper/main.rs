//! Keepers on the local network.

#[path = "../common/mod.rs"]
mod common;
mod process;
mod race;
mod round;
mod stage;
