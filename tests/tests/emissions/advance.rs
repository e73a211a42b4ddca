//! The crank.

use crate::fixture::{
    CONFIG, Expected, FIRST_EPOCH, FREE, Fixture, MIN, MINT, OTHER_PROGRAM, TOKEN_MINT_MISMATCH,
    WRONG_ACCOUNT,
};
use io_client::{
    emissions, mint, pda,
    shared::{
        constants::{HOUR, IO},
        errors::{EmissionsError, MintError},
        events::{EpochAdvanced, Harvested},
        math::curve::Curve,
        state::EmissionsTerms,
    },
};
use io_tests::{GENESIS, assert_fails};
use solana_signer::Signer;

#[test]
fn a_second_crank_in_an_epoch_changes_nothing() {
    let mut fixture = Fixture::new();
    fixture.next_epoch();
    let (config, supply) = (fixture.world.data(&CONFIG), fixture.world.supply(&MINT));
    let again = fixture.crank();
    assert!(again.events::<EpochAdvanced>().is_empty());
    assert_eq!(fixture.world.data(&CONFIG), config);
    assert_eq!(fixture.world.supply(&MINT), supply);
    assert_eq!(fixture.world.token_balance(&fixture.bounty), IO);
}

#[test]
fn a_thousand_missed_epochs_cost_what_one_does() {
    let mut fixture = Fixture::new();
    let members = [fixture.member(0, MIN), fixture.member(1, MIN)];
    for member in &members {
        fixture.score(&[member], 10_000);
    }
    fixture.next_epoch();
    for member in &members {
        fixture.score(&[member], 10_000);
    }
    let one = fixture.next_epoch().cu;
    fixture.world.advance(1_000 * HOUR);
    let outcome = fixture.crank();
    let event: EpochAdvanced = outcome.event();
    assert_eq!(
        (event.epoch, event.epochs, event.bounty),
        (1_002, 1_000, IO)
    );
    let curve = Curve::by_id(0).expect("exists");
    assert_eq!(
        event.emission,
        curve.cumulative(1_002) - curve.cumulative(2)
    );
    // The longest way through the curve: no digit of the epoch is 0.
    fixture.world.advance(129_000 * HOUR);
    let longest = fixture.crank().cu;
    println!(
        "advance_epoch: {one} CU for one epoch, {} for 1,000, {longest} at most",
        outcome.cu
    );
    assert!(longest <= 8_400, "{longest} CU");
    // The scores are long out of date.
    for member in &members {
        let harvested: Harvested = fixture.harvest(member).event();
        assert_eq!(
            (harvested.earned, harvested.amount, harvested.weight),
            (0, 0, 0)
        );
        assert!(harvested.forfeited > 0);
    }
}

#[test]
fn what_was_carried_is_still_shared_out_after_the_last_epoch() {
    let mut fixture = Fixture::new();
    fixture.world.set_clock(GENESIS + 200_000 * HOUR);
    fixture.crank();
    let carried = fixture.pool(0).carry;
    assert!(carried > 200_000_000 * IO);
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.next_epoch();
    let harvested: Harvested = fixture.harvest(&member).event();
    // A week's hourly part of it, less what rounding keeps back.
    let part = carried.div_ceil(168);
    assert!((part - 1..=part).contains(&harvested.amount));
    assert_eq!(fixture.pool(0).carry, carried - part);
}

#[test]
fn every_pool_must_be_passed_in_order() {
    let mut fixture = Fixture::new();
    fixture.world.advance(HOUR);
    let good = emissions::advance_epoch(&fixture.bounty, &MINT, 2);
    let first = good.accounts.len() - 2;
    for pools in [&[][..], &[0], &[1], &[1, 0], &[0, 0], &[0, 1, 1]] {
        let mut bad = good.clone();
        bad.accounts.truncate(first);
        bad.accounts
            .extend(pools.iter().map(|pool| good.accounts[first + pool].clone()));
        assert_fails(fixture.world.send(&[bad], &[]), EmissionsError::WrongPool);
    }
    // A copy of the pool that another program owns.
    let fake = fixture.world.fresh_address();
    let data = fixture.world.data(&pda::reward_pool(0).0);
    fixture.world.put(fake, OTHER_PROGRAM, data, false);
    let mut bad = good.clone();
    bad.accounts[first].pubkey = fake;
    assert_fails(fixture.world.send(&[bad], &[]), EmissionsError::WrongPool);
    fixture.crank();
}

#[test]
fn advance_pins_its_accounts() {
    let mut fixture = Fixture::new();
    fixture.world.advance(HOUR);
    let instruction = emissions::advance_epoch(&fixture.bounty, &MINT, 2);
    let in_mint = |error: MintError| Expected::Code(error.code());
    fixture.assert_pinned(
        &instruction,
        &[],
        &[
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            FREE,
            FREE,
            in_mint(MintError::WrongAccount),
            in_mint(MintError::WrongAccount),
            in_mint(MintError::WrongAccount),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            FREE,
            FREE,
        ],
    );
    // Someone else's minter does not serve the config.
    let mut theirs = instruction.clone();
    theirs.accounts[3].pubkey = pda::minter(&fixture.treasury.pubkey()).0;
    assert_fails(fixture.world.send(&[theirs], &[]), MintError::Unauthorized);
    // Nor can the bounty go to an account of another mint.
    let other_mint = fixture.world.create_mint(8);
    let owner = fixture.authority();
    let mut other = instruction;
    other.accounts[2].pubkey = fixture.world.create_token_account(&owner, &other_mint, 0);
    let failure = fixture.world.send(&[other], &[]).expect_err("another mint");
    assert_eq!(failure.code(), Some(TOKEN_MINT_MISMATCH));
}

#[test]
fn while_minting_is_paused_epochs_wait_and_exits_go_on() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.next_epoch();
    let pause = mint::set_paused(&fixture.guardian.pubkey(), true);
    fixture.world.run(&[pause], &[&fixture.guardian]);
    fixture.world.advance(3 * HOUR);
    assert_fails(fixture.try_crank(), MintError::Paused);
    let harvested: Harvested = fixture.harvest(&member).event();
    assert!(harvested.amount > 0);
    let resume = mint::set_paused(&fixture.authority(), false);
    fixture.world.run(&[resume], &[]);
    assert_eq!(fixture.crank().event::<EpochAdvanced>().epochs, 3);
}

#[test]
fn a_bounty_below_the_cap_is_its_part_of_the_emission() {
    let mut fixture = Fixture::uninitialized();
    let terms = EmissionsTerms {
        bounty_cap: u64::MAX,
        ..fixture.terms()
    };
    fixture.initialize(&terms).expect("the terms are good");
    assert_eq!(
        fixture.next_epoch().event::<EpochAdvanced>().bounty,
        FIRST_EPOCH / 1_000
    );
}

#[test]
fn without_a_bounty_any_account_will_do() {
    let mut fixture = Fixture::uninitialized();
    let terms = EmissionsTerms {
        bounty_bps: 0,
        ..fixture.terms()
    };
    fixture.initialize(&terms).expect("the terms are good");
    fixture.bounty = fixture.world.fresh_address();
    assert_eq!(fixture.next_epoch().event::<EpochAdvanced>().bounty, 0);
}
