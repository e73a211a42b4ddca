//! Classes that are created.

use crate::{
    asserts::{IN_USE, assert_code, assert_reason, swapped},
    fixture::{Fixture, SAFE, class},
};
use io_client::{
    pda,
    shared::{constants::VERSION, errors::StakingError, events::ClassCreated, state::DeviceClass},
    staking::{self, ClassTerms},
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn create_class_writes_the_class() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    let terms = ClassTerms {
        id: 0xB200,
        name: *b"NVIDIA B200\0\0\0\0\0",
        pool: 3,
        multiplier_milli: 30_000,
        max_stake_multiple: 7,
        delegators_slashable: true,
    };
    let outcome = fixture
        .world
        .run(&[staking::create_class(&authority, &terms)], &[]);
    let (address, bump) = pda::device_class(0xB200);
    let class: DeviceClass = fixture.world.read(&address);
    assert_eq!(
        (class.version, class.bump, class.id, class.pool),
        (VERSION, bump, 0xB200, 3)
    );
    assert_eq!(
        (class.delegators_slashable.at(GENESIS), class.name),
        (1, terms.name)
    );
    assert_eq!((class.suspended, class.usable_from), (0, GENESIS));
    assert_eq!(
        (class.multiplier_since, class.multiplier_before),
        (0, 30_000)
    );
    assert_eq!(class.multiplier_milli.at(GENESIS), 30_000);
    assert_eq!(class.max_stake_multiple.at(GENESIS), 7);
    assert_eq!(
        outcome.event::<ClassCreated>(),
        ClassCreated {
            class: address,
            id: 0xB200,
            name: terms.name,
            pool: 3,
            multiplier_milli: 30_000,
            max_stake_multiple: 7,
            delegators_slashable: 1,
            usable_from: GENESIS,
        }
    );
}

#[test]
fn create_class_refuses() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    let new = class(9, false);
    let guardian = fixture.guardian.insecure_clone();
    let by_guardian = staking::create_class(&guardian.pubkey(), &new);
    let result = fixture.world.send(&[by_guardian], &[&guardian]);
    assert_fails(result, StakingError::Unauthorized);
    for wrong in [
        ClassTerms { pool: 4, ..new },
        ClassTerms {
            multiplier_milli: 0,
            ..new
        },
        ClassTerms {
            multiplier_milli: 1_000_001,
            ..new
        },
        ClassTerms {
            max_stake_multiple: 0,
            ..new
        },
        ClassTerms {
            max_stake_multiple: 101,
            ..new
        },
    ] {
        let result = fixture
            .world
            .send(&[staking::create_class(&authority, &wrong)], &[]);
        assert_fails(result, StakingError::ClassOutOfBounds);
    }
    let elsewhere = swapped(
        &staking::create_class(&authority, &new),
        2,
        pda::device_class(8).0,
    );
    let result = fixture.world.send(&[elsewhere], &[]);
    assert_reason(result, &InstructionError::InvalidSeeds);
    let again = fixture.world.send(
        &[staking::create_class(&authority, &class(SAFE, true))],
        &[],
    );
    assert_code(again, IN_USE);
}
