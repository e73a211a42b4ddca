//! Migrations of a cluster, as far as the mint is concerned.

use crate::fixture::{CONFIG, MINT, minter_of};
use io_client::{
    Pubkey, mint, pda,
    shared::{
        constants::{IO, RULE_CHANGE_DELAY},
        ids,
    },
};
use io_migrations::{Cluster, Operator, plan};
use io_tests::World;
use solana_signer::Signer;

const LOCALNET: &str = include_str!("../../../migrations/clusters/localnet.toml");

/// Runs what a migration of `cluster` still has to do; what the steps were.
fn migrate(world: &mut World, cluster: &Cluster, usdc: Pubkey) -> Vec<String> {
    let authority = world.authority.pubkey();
    let steps = plan(cluster, &Operator { authority, usdc }, world).expect("a plan");
    for step in &steps {
        world.run(&step.instructions, &[]);
    }
    steps.into_iter().map(|step| step.what).collect()
}

#[test]
fn lamports_sent_ahead_do_not_make_a_migration_skip_a_step() {
    let cluster = Cluster::parse(LOCALNET).expect("the cluster file");
    let mut world = World::new();
    let usdc = world.create_mint(6);
    world.deploy("amm", io_tests::amm::AMM_PROGRAM);
    let steps = migrate(&mut world, &cluster, usdc);

    let mut squatted = World::new();
    assert_eq!(squatted.create_mint(6), usdc);
    // Without its minter before the first mint, a distributor could never have the past's schedule.
    for address in [
        CONFIG,
        minter_of(&squatted.authority),
        pda::minter(&ids::io_emissions::CONFIG.address).0,
        ids::io_emissions::CONFIG.address,
        ids::io_staking::CONFIG.address,
        ids::io_payments::CONFIG.address,
        pda::device_class(1).0,
        pda::asset(&usdc).0,
    ] {
        squatted.fund(&address);
    }
    squatted.deploy("amm", io_tests::amm::AMM_PROGRAM);
    assert_eq!(migrate(&mut squatted, &cluster, usdc), steps);
    assert_eq!(migrate(&mut squatted, &cluster, usdc), [""; 0]);
}

#[test]
fn a_migration_mints_genesis_once_even_if_its_minter_was_revoked() {
    // A genesis that would fit under the cap twice.
    let text = LOCALNET.replace("500_000_000", "100_000_000");
    let cluster = Cluster::parse(&text).expect("the cluster file");
    let mut world = World::new();
    let usdc = world.create_mint(6);
    world.deploy("amm", io_tests::amm::AMM_PROGRAM);
    migrate(&mut world, &cluster, usdc);
    assert_eq!(world.supply(&MINT), 100_000_000 * IO);

    let authority = world.authority.pubkey();
    world.run(
        &[mint::revoke_minter(&authority, &authority, &authority)],
        &[],
    );
    assert_eq!(migrate(&mut world, &cluster, usdc), [""; 0]);
    world.advance(RULE_CHANGE_DELAY);
    assert_eq!(migrate(&mut world, &cluster, usdc), [""; 0]);
    assert_eq!(world.supply(&MINT), 100_000_000 * IO);
}
