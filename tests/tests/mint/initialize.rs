//! The mint is created.

use crate::fixture::{CONFIG, Fixture, MINT};
use io_client::{
    Pubkey, mint,
    shared::{
        constants::VERSION,
        errors::MintError,
        events::MintInitialized,
        ids::{self, io_mint},
        state::MintConfig,
    },
};
use io_tests::{World, assert_fails};
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Mint;

#[test]
fn initialize_creates_the_config_and_the_mint() {
    let mut world = World::new();
    let guardian = world.wallet().pubkey();
    let authority = world.authority.pubkey();
    let outcome = world.run(&[mint::initialize(&authority, &guardian)], &[]);

    let config: MintConfig = world.read(&CONFIG);
    assert!(config.invariant());
    assert_eq!(
        (config.version, config.bump, config.paused),
        (VERSION, io_mint::CONFIG.bump, 0)
    );
    assert_eq!(config.governance.authority, authority);
    assert_eq!(config.governance.pending_authority, Pubkey::default());
    assert_eq!(config.governance.guardian, guardian);
    assert_eq!((config.mint, config.minted, config.burned), (MINT, 0, 0));
    let mint = Mint::unpack(&world.data(&MINT)).expect("a mint");
    assert_eq!(mint.mint_authority, Some(CONFIG).into());
    assert_eq!(mint.freeze_authority, None.into());
    assert_eq!((mint.supply, mint.decimals), (0, 8));
    assert_eq!(
        outcome.event::<MintInitialized>(),
        MintInitialized {
            authority,
            guardian,
            mint: MINT
        }
    );
}

#[test]
fn initialize_works_although_someone_sent_lamports_first() {
    let mut world = World::new();
    let authority = world.authority.pubkey();
    world.fund(&CONFIG);
    world.fund(&MINT);
    world.run(&[mint::initialize(&authority, &authority)], &[]);
    assert!(world.read::<MintConfig>(&CONFIG).invariant());
    assert_eq!(world.supply(&MINT), 0);
}

#[test]
fn initialize_is_for_the_upgrade_authority_alone() {
    let mut world = World::new();
    let stranger = world.wallet();
    let instruction = mint::initialize(&stranger.pubkey(), &stranger.pubkey());
    assert_fails(
        world.send(&[instruction], &[&stranger]),
        MintError::NotUpgradeAuthority,
    );

    let authority = world.authority.pubkey();
    let initialize = mint::initialize(&authority, &authority);
    let immutable = [&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], authority.as_ref()].concat();
    world.put(
        io_mint::PROGRAM_DATA,
        ids::UPGRADEABLE_LOADER,
        immutable,
        false,
    );
    assert_fails(
        world.send(&[initialize.clone()], &[]),
        MintError::NotUpgradeAuthority,
    );
    let forged = [&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], authority.as_ref()].concat();
    world.put(io_mint::PROGRAM_DATA, io_mint::ID, forged, false);
    assert_fails(
        world.send(&[initialize], &[]),
        MintError::NotUpgradeAuthority,
    );
}

#[test]
fn initialize_works_once() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let before = fixture.config();
    let again = fixture
        .world
        .send(&[mint::initialize(&authority, &authority)], &[]);
    assert!(again.is_err());
    assert_eq!(fixture.config(), before);
}
