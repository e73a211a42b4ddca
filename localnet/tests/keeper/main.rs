//! Keepers on the local network.

#[path = "../common/mod.rs"]
mod common;
mod overtaken;
mod post;
mod process;
mod race;
mod round;
mod stage;
