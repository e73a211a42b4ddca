//! Classes and the operator's smallest part: how they are made and changed, and how changes reach nodes.

use crate::fixture::{Fixture, POOL, SAFE};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::RULE_CHANGE_DELAY,
        state::{ClassRule, DeviceClass, Node, Scheduled},
    },
    staking,
};
use io_tests::Outcome;
use solana_signer::Signer;

mod create;
mod emissions;
mod min_self_stake;
mod schedule;
mod suspend;
mod sync;

fn class_of(fixture: &Fixture) -> DeviceClass {
    fixture.world.read(&pda::device_class(SAFE).0)
}

/// Schedules a change of the class that takes effect, and lets that time come; returns it.
fn change(fixture: &mut Fixture, rule: ClassRule, next: u64) -> i64 {
    let authority = fixture.authority().pubkey();
    fixture.world.run(
        &[staking::schedule_class(&authority, SAFE, rule, next)],
        &[],
    );
    fixture.world.advance(RULE_CHANGE_DELAY);
    fixture.world.now()
}

fn sync(fixture: &mut Fixture) -> Outcome {
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[])
}

/// What a sync writes.
fn terms_of(fixture: &Fixture, node: &Pubkey) -> (u64, Scheduled, u64, u64, u8) {
    let node: Node = fixture.world.read(node);
    (
        node.multiplier_milli,
        node.min_stake,
        node.max_stake,
        node.min_self_stake_bps,
        node.delegator_tranche,
    )
}

fn least(fixture: &Fixture) -> u64 {
    fixture.node().min_stake.at(fixture.world.now())
}
