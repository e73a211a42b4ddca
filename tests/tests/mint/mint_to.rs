//! Minting within a minter's policy.

use crate::fixture::{
    Fixture, MINT, MINT_MISMATCH, allowance, assert_token_error, minter_of, schedule,
};
use io_client::{
    mint,
    shared::{
        constants::{HARD_CAP, HOUR, IO},
        errors::MintError,
        events::Minted,
        math::curve::Curve,
        state::{MintPolicy, MinterTerms},
    },
};
use io_tests::{GENESIS, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn mint_to_pays_out_and_counts() {
    let mut fixture = Fixture::new();
    let one = fixture.add(allowance(10 * IO));
    let two = fixture.add(allowance(10 * IO));
    let (_, account) = fixture.io_account();
    fixture.mint(&one, &account, 3 * IO).expect("allowed");
    fixture.mint(&two, &account, 4 * IO).expect("allowed");
    let outcome = fixture.mint(&one, &account, 2 * IO).expect("allowed");

    assert_eq!(fixture.world.token_balance(&account), 9 * IO);
    assert_eq!(fixture.world.supply(&MINT), 9 * IO);
    assert_eq!(fixture.config().minted, 9 * IO);
    assert_eq!(fixture.minter(&one).minted, 5 * IO);
    assert_eq!(fixture.minter(&two).minted, 4 * IO);
    assert_eq!(
        outcome.event::<Minted>(),
        Minted {
            minter: minter_of(&one),
            destination: account,
            amount: 2 * IO,
            minter_minted: 5 * IO,
            minted: 9 * IO,
        }
    );
}

#[test]
fn mint_to_follows_the_schedule() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(schedule(Curve::HOURLY.id, GENESIS));
    let (_, account) = fixture.io_account();
    assert_fails(
        fixture.mint(&minter, &account, 1),
        MintError::ScheduleExceeded,
    );
    let mut paid = 0;
    for hours in [1, 2, 24, 8_760, 175_319, 200_000] {
        let start = GENESIS + HOUR * i64::try_from(hours).expect("small");
        fixture.world.set_clock(start - 1);
        assert_fails(
            fixture.mint(
                &minter,
                &account,
                Curve::HOURLY.cumulative(hours) + 1 - paid,
            ),
            MintError::ScheduleExceeded,
        );
        fixture.world.set_clock(start);
        let due = Curve::HOURLY.cumulative(hours) - paid;
        assert_fails(
            fixture.mint(&minter, &account, due + 1),
            MintError::ScheduleExceeded,
        );
        if due > 0 {
            fixture.mint(&minter, &account, due).expect("due");
        }
        paid += due;
        assert_eq!(fixture.minter(&minter).minted, paid);
    }
    assert_eq!(paid, 300_000_000 * IO);
}

#[test]
fn mint_to_keeps_within_the_rolling_window() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(MinterTerms {
        policy: MintPolicy::Allowance { amount: 1_000 },
        window_limit: 100,
        window_seconds: 50,
    });
    let (_, account) = fixture.io_account();
    assert_fails(
        fixture.mint(&minter, &account, 101),
        MintError::WindowExceeded,
    );
    fixture
        .mint(&minter, &account, 100)
        .expect("the limit itself");
    fixture.world.advance(10);
    assert_fails(
        fixture.mint(&minter, &account, 21),
        MintError::WindowExceeded,
    );
    fixture
        .mint(&minter, &account, 20)
        .expect("a fifth has drained");
    fixture.world.advance(-10);
    assert_fails(
        fixture.mint(&minter, &account, 1),
        MintError::WindowExceeded,
    );
}

#[test]
fn mint_to_stops_at_the_hard_cap_which_burning_does_not_move() {
    let mut fixture = Fixture::new();
    let one = fixture.add(allowance(HARD_CAP - 1));
    let two = fixture.add(allowance(1));
    let (owner, account) = fixture.io_account();
    fixture
        .mint(&one, &account, HARD_CAP - 1)
        .expect("under the cap");
    fixture.mint(&two, &account, 1).expect("the cap itself");
    let burn = mint::burn(&owner.pubkey(), &MINT, &account, HARD_CAP);
    fixture.world.run(&[burn], &[&owner]);
    assert_eq!(fixture.world.supply(&MINT), 0);
    let more = fixture.world.wallet();
    assert_fails(
        fixture.try_add(&more, allowance(1)),
        MintError::HardCapExceeded,
    );
}

#[test]
fn mint_to_refuses_nothing_and_more_than_the_allowance() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    let (_, account) = fixture.io_account();
    assert_fails(fixture.mint(&minter, &account, 0), MintError::ZeroAmount);
    assert_fails(
        fixture.mint(&minter, &account, 11),
        MintError::AllowanceExceeded,
    );
    assert_fails(
        fixture.mint(&minter, &account, u64::MAX),
        MintError::AllowanceExceeded,
    );
    fixture.mint(&minter, &account, 10).expect("all of it");
    assert_fails(
        fixture.mint(&minter, &account, 1),
        MintError::AllowanceExceeded,
    );
}

#[test]
fn mint_to_is_for_the_minters_own_authority() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    let other = fixture.add(allowance(10));
    let (_, account) = fixture.io_account();
    let mut instruction = mint::mint_to(&other.pubkey(), &MINT, &account, 1);
    instruction.accounts[1].pubkey = minter_of(&minter);
    assert_fails(
        fixture.world.send(&[instruction], &[&other]),
        MintError::Unauthorized,
    );

    let mut unsigned = mint::mint_to(&minter.pubkey(), &MINT, &account, 1);
    unsigned.accounts[0].is_signer = false;
    let failure = fixture.world.send(&[unsigned], &[]).expect_err("unsigned");
    assert_eq!(
        failure.reason(),
        Some(&InstructionError::MissingRequiredSignature)
    );
}

#[test]
fn mint_to_refuses_an_account_of_another_token() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    let usdc = fixture.world.create_mint(6);
    let account = fixture
        .world
        .create_token_account(&minter.pubkey(), &usdc, 0);
    assert_token_error(fixture.mint(&minter, &account, 1), MINT_MISMATCH);
    assert_eq!(fixture.config().minted, 0);
}

#[test]
fn mint_to_is_cheap() {
    let mut fixture = Fixture::new();
    let schedule = fixture.add(schedule(Curve::HOURLY.id, GENESIS));
    let limited = fixture.add(MinterTerms {
        policy: MintPolicy::Allowance {
            amount: HARD_CAP - Curve::HOURLY.cap,
        },
        window_limit: HARD_CAP,
        window_seconds: 86_400,
    });
    let (_, account) = fixture.io_account();
    // The most multiplications that the curve takes: 17 bits of 131,071 epochs.
    fixture.world.advance(HOUR * 131_071);
    let scheduled = fixture.mint(&schedule, &account, IO).expect("due").cu;
    fixture.mint(&limited, &account, 7 * IO).expect("allowed");
    fixture.world.advance(1_234);
    let windowed = fixture.mint(&limited, &account, IO).expect("allowed").cu;
    println!("mint_to: schedule {scheduled} CU, allowance with window {windowed} CU");
    assert!(scheduled <= 4_000, "{scheduled} CU");
    assert!(windowed <= 3_100, "{windowed} CU");
}
