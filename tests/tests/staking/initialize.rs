//! The config, written once and by the upgrade authority.

use crate::{
    asserts::{IN_USE, assert_code, assert_reason, swapped},
    fixture::{CONFIG, MINT, SAFE},
};
use io_client::{
    Pubkey, mint, pda,
    shared::{
        constants::VERSION,
        errors::StakingError,
        events::StakingInitialized,
        ids::{io_mint, io_staking},
        state::StakingConfig,
    },
    staking,
};
use io_tests::{World, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn initialize_writes_the_config() {
    let mut world = World::new();
    let [authority, guardian, slasher] = [
        world.authority.pubkey(),
        world.wallet().pubkey(),
        world.wallet().pubkey(),
    ];
    world.run(&[mint::initialize(&authority, &guardian)], &[]);
    let outcome = world.run(
        &[staking::initialize(&authority, &guardian, &slasher, 5_000)],
        &[],
    );

    let config: StakingConfig = world.read(&CONFIG);
    assert_eq!(
        (config.version, config.bump),
        (VERSION, io_staking::CONFIG.bump)
    );
    assert_eq!(config.governance.authority, authority);
    assert_eq!(config.governance.pending_authority, Pubkey::default());
    assert_eq!(config.governance.guardian, guardian);
    assert_eq!((config.slasher, config.mint), (slasher, MINT));
    assert_eq!(
        (config.paused, config.min_self_stake_bps.at(world.now())),
        (0, 5_000)
    );
    assert_eq!(
        outcome.event::<StakingInitialized>(),
        StakingInitialized {
            authority,
            guardian,
            slasher,
            mint: MINT,
            min_self_stake_bps: 5_000
        }
    );
}

#[test]
fn initialize_refuses() {
    let mut world = World::new();
    let authority = world.authority.pubkey();
    let stranger = world.wallet();
    let instruction = |by: &Pubkey, bps| staking::initialize(by, by, by, bps);

    let early = world.send(&[instruction(&authority, 0)], &[]);
    assert_reason(early, &InstructionError::UninitializedAccount);
    world.run(&[mint::initialize(&authority, &authority)], &[]);

    let other = world.send(&[instruction(&stranger.pubkey(), 0)], &[&stranger]);
    assert_fails(other, StakingError::NotUpgradeAuthority);
    let too_high = world.send(&[instruction(&authority, 10_001)], &[]);
    assert_fails(too_high, StakingError::SelfStakeTooHigh);
    // The program data of another program has the same upgrade authority.
    for (index, wrong) in [
        (1, io_mint::PROGRAM_DATA),
        (3, pda::device_class(SAFE).0),
        (4, MINT),
        (5, io_mint::EVENT_AUTHORITY.address),
        (6, io_mint::ID),
    ] {
        let swapped = swapped(&instruction(&authority, 0), index, wrong);
        assert_fails(world.send(&[swapped], &[]), StakingError::WrongAccount);
    }
    world.run(&[instruction(&authority, 10_000)], &[]);
    assert_code(world.send(&[instruction(&authority, 0)], &[]), IN_USE);
}
