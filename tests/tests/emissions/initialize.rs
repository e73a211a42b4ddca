//! The distributor is created.

use crate::fixture::{CONFIG, Fixture, MINT, VAULT, WRONG_ACCOUNT, wrong};
use io_client::{
    emissions, pda,
    shared::{
        constants::{IO, VERSION},
        errors::EmissionsError,
        events::EmissionsInitialized,
        state::EmissionsTerms,
    },
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

#[test]
fn initialize_creates_config_vault_and_pools() {
    let mut fixture = Fixture::uninitialized();
    let terms = fixture.terms();
    let outcome = fixture.initialize(&terms).expect("the terms are good");
    let config = fixture.config();
    assert_eq!(
        (config.version, config.pool_count, config.curve),
        (VERSION, 2, 0)
    );
    assert_eq!(config.governance.authority, fixture.authority());
    assert_eq!(config.governance.guardian, fixture.guardian.pubkey());
    assert_eq!(
        (config.scorer, config.mint),
        (fixture.scorer.pubkey(), MINT)
    );
    assert_eq!(
        (config.start_at, config.epochs_done, config.emitted),
        (GENESIS, 0, 0)
    );
    let vault = fixture.world.token_account(&VAULT);
    assert_eq!((vault.mint, vault.owner, vault.amount), (MINT, CONFIG, 0));
    for (id, share) in [(0, 7_000), (1, 3_000)] {
        let pool = fixture.pool(id);
        assert_eq!(
            (pool.version, pool.id, pool.share_bps.at(GENESIS)),
            (VERSION, id, share)
        );
        assert_eq!(pool.bump, pda::reward_pool(id).1);
    }
    let event: EmissionsInitialized = outcome.event();
    assert_eq!(event.authority, fixture.authority());
    assert_eq!(
        (event.bounty_bps, event.bounty_cap, event.max_score_step_bps),
        (10, IO, 1_000)
    );
    assert_eq!(
        (event.pool_count, event.pool_shares),
        (2, [7_000, 3_000, 0, 0])
    );
}

#[test]
fn initialize_refuses_bad_terms() {
    let mut fixture = Fixture::uninitialized();
    let good = fixture.terms();
    for (terms, error) in [
        (
            EmissionsTerms { curve: 2, ..good },
            EmissionsError::UnknownCurve,
        ),
        (
            EmissionsTerms {
                pool_shares: [7_000, 2_999, 0, 0],
                ..good
            },
            EmissionsError::WrongShares,
        ),
        (
            EmissionsTerms {
                bounty_bps: 101,
                ..good
            },
            EmissionsError::RuleOutOfBounds,
        ),
        (
            EmissionsTerms {
                max_boost_bps: 50_001,
                ..good
            },
            EmissionsError::RuleOutOfBounds,
        ),
        (
            EmissionsTerms {
                max_score_age: 169,
                ..good
            },
            EmissionsError::RuleOutOfBounds,
        ),
        (
            EmissionsTerms {
                max_score_step_bps: 0,
                ..good
            },
            EmissionsError::RuleOutOfBounds,
        ),
    ] {
        assert_fails(fixture.initialize(&terms), error);
    }
    let mut fewer = emissions::initialize(&fixture.authority(), &MINT, &good);
    fewer.accounts.pop();
    assert_fails(
        fixture.world.send(&[fewer], &[]),
        EmissionsError::WrongShares,
    );
    fixture.initialize(&good).expect("the terms are good");
}

#[test]
fn initialize_is_for_the_upgrade_authority_and_once() {
    let mut fixture = Fixture::uninitialized();
    let terms = fixture.terms();
    let stranger = fixture.world.wallet();
    let theirs = emissions::initialize(&stranger.pubkey(), &MINT, &terms);
    assert_fails(
        fixture.world.send(&[theirs], &[&stranger]),
        EmissionsError::NotUpgradeAuthority,
    );
    let other_mint = fixture.world.create_mint(8);
    let foreign = emissions::initialize(&fixture.authority(), &other_mint, &terms);
    assert_fails(
        fixture.world.send(&[foreign], &[]),
        EmissionsError::WrongMint,
    );
    fixture.initialize(&terms).expect("the terms are good");
    let again = fixture.initialize(&terms).expect_err("it exists");
    // The system program: the account is in use.
    assert_eq!(again.code(), Some(0));
}

#[test]
fn initialize_pins_its_accounts() {
    let mut fixture = Fixture::uninitialized();
    let terms = fixture.terms();
    let instruction = emissions::initialize(&fixture.authority(), &MINT, &terms);
    fixture.assert_pinned(
        &instruction,
        &[],
        &[
            wrong(EmissionsError::NotUpgradeAuthority),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            wrong(EmissionsError::WrongMint),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            wrong(EmissionsError::WrongPool),
            wrong(EmissionsError::WrongPool),
        ],
    );
}
