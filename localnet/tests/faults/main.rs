//! Clients and keepers behind endpoints that fail: nothing is lost or done twice.
//!
//! `IO_FAULTS_SEED=<number>` makes the same faults happen again, as far as the order of requests does.

mod attempts;
mod clients;
#[path = "../common/mod.rs"]
mod common;
mod cost;
mod keepers;
mod people;
#[path = "../keeper/post.rs"]
#[allow(dead_code, reason = "the keepers' own tests use the rest")]
mod post;
mod scene;
#[path = "../keeper/stage.rs"]
#[allow(dead_code, reason = "the keepers' own tests use the rest")]
mod stage;
mod truth;

use std::collections::BTreeMap;

use io_localnet::faults::{Fault, Proxy};

/// What chance begins from: the environment's, or another one each time.
fn seed() -> u64 {
    let seed = match std::env::var("IO_FAULTS_SEED") {
        Ok(text) => text.parse().expect("IO_FAULTS_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    println!("IO_FAULTS_SEED={seed}");
    seed
}

/// What all of them did so far.
fn counts(proxies: &[Proxy]) -> BTreeMap<Fault, u64> {
    let mut all = BTreeMap::new();
    for (fault, count) in proxies.iter().flat_map(Proxy::counts) {
        *all.entry(fault).or_default() += count;
    }
    all
}

/// The same at the end, and says so.
fn summed_up(proxies: &[Proxy]) -> BTreeMap<Fault, u64> {
    let all = counts(proxies);
    let requests: u64 = proxies.iter().map(Proxy::requests).sum();
    println!("faults in {requests} requests: {all:?}");
    all
}
