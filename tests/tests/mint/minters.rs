//! Minters are added, raised and revoked.

use crate::fixture::{Fixture, allowance, minter_of, schedule};
use io_client::{
    Pubkey, mint, pda,
    shared::{
        constants::{HARD_CAP, HOUR, IO, RULE_CHANGE_DELAY},
        errors::MintError,
        events::{MinterAdded, MinterRaised, MinterRevoked},
        math::curve::Curve,
        state::{MintPolicy, Minter, MinterTerms},
    },
};
use io_tests::{GENESIS, assert_fails};
use solana_keypair::Keypair;
use solana_signer::Signer;

#[test]
fn add_minter_records_an_allowance() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.world.wallet();
    let terms = MinterTerms {
        policy: MintPolicy::Allowance { amount: 7 * IO },
        window_limit: 5 * IO,
        window_seconds: 60,
    };
    let before = fixture.config();
    let outcome = fixture.try_add(&minter, terms).expect("good terms");
    let (address, bump) = pda::minter(&minter.pubkey());
    let account = fixture.minter(&minter);
    let mut config = before;
    let expected = Minter::new(
        minter.pubkey(),
        authority,
        bump,
        terms,
        &mut config,
        GENESIS,
    );
    assert_eq!(fixture.config(), config);
    assert_eq!(Ok(account), expected);
    assert_eq!(
        outcome.event::<MinterAdded>(),
        MinterAdded {
            minter: address,
            authority: minter.pubkey(),
            rent_payer: authority,
            policy: 0,
            total: 7 * IO,
            curve: 0,
            start_at: 0,
            skipped: 0,
            active_at: GENESIS,
            window_limit: 5 * IO,
            window_seconds: 60,
            promised: 7 * IO,
        }
    );
}

#[test]
fn add_minter_records_a_schedule() {
    let mut fixture = Fixture::new();
    let minter = fixture.world.wallet();
    let outcome = fixture
        .try_add(&minter, schedule(Curve::MONTHLY.id, -5))
        .expect("good terms");
    let account = fixture.minter(&minter);
    assert_eq!(account.policy, Minter::SCHEDULE);
    assert_eq!((account.curve, account.start_at), (Curve::MONTHLY.id, -5));
    let event = outcome.event::<MinterAdded>();
    assert_eq!(
        (event.policy, event.curve, event.start_at, event.total),
        (1, 1, -5, 0)
    );
    assert_eq!(event.promised, Curve::MONTHLY.cap);
}

#[test]
fn add_minter_refuses_bad_terms() {
    let mut fixture = Fixture::new();
    let limited = |window_limit, window_seconds| MinterTerms {
        window_limit,
        window_seconds,
        ..allowance(1)
    };
    for (terms, error) in [
        (allowance(0), MintError::ZeroAmount),
        (allowance(HARD_CAP + 1), MintError::HardCapExceeded),
        (schedule(2, GENESIS), MintError::UnknownCurve),
        (limited(0, 60), MintError::BadWindow),
        (limited(1, 0), MintError::BadWindow),
        // The crank would stop for good once more than this is due.
        (
            MinterTerms {
                window_limit: HARD_CAP,
                window_seconds: 86_400,
                ..schedule(0, GENESIS)
            },
            MintError::ScheduleWithWindow,
        ),
    ] {
        let minter = fixture.world.wallet();
        assert_fails(fixture.try_add(&minter, terms), error);
        assert!(!fixture.world.exists(&minter_of(&minter)));
    }
}

#[test]
fn add_minter_refuses_an_unknown_policy() {
    let mut fixture = Fixture::new();
    let minter = fixture.world.wallet();
    let mut instruction = mint::add_minter(&fixture.authority(), &minter.pubkey(), &allowance(1));
    instruction.data[8 + 32] = 2;
    assert!(fixture.world.send(&[instruction], &[]).is_err());
    assert!(!fixture.world.exists(&minter_of(&minter)));
}

#[test]
fn add_minter_waits_once_something_is_minted() {
    let mut fixture = Fixture::new();
    let first = fixture.add(allowance(HARD_CAP - 5));
    let (_, account) = fixture.io_account();
    fixture.mint(&first, &account, 1).expect("active at once");

    let active_at = GENESIS + RULE_CHANGE_DELAY;
    let late = fixture.add(allowance(5));
    assert_eq!(fixture.minter(&late).active_at, active_at);
    fixture.world.set_clock(active_at - 1);
    assert_fails(fixture.mint(&late, &account, 1), MintError::NotActive);
    fixture.world.set_clock(active_at);
    fixture.mint(&late, &account, 1).expect("active now");
}

/// What one minter may mint is nobody else's to mint: not of the emission that was promised, minted or
/// not, revoked or not.
#[test]
fn nothing_is_promised_twice() {
    let mut fixture = Fixture::new();
    let emission = fixture.add(schedule(0, GENESIS));
    let genesis = fixture.add(allowance(HARD_CAP - Curve::HOURLY.cap - 10));
    let (_, account) = fixture.io_account();
    fixture.mint(&genesis, &account, 1).expect("active at once");

    let other = fixture.world.wallet();
    let refused = |fixture: &mut Fixture| {
        let before = fixture.config();
        let result = fixture.try_add(&other, allowance(11));
        assert_fails(result, MintError::HardCapExceeded);
        assert_fails(
            fixture.try_add(&other, schedule(0, GENESIS)),
            MintError::HardCapExceeded,
        );
        assert_eq!(fixture.config(), before);
    };
    refused(&mut fixture);
    let payer = fixture.authority();
    for minter in [&emission, &genesis] {
        let revoke = mint::revoke_minter(&payer, &minter.pubkey(), &payer);
        fixture.world.run(&[revoke], &[]);
        refused(&mut fixture);
    }
    let waits = fixture.add(allowance(10));
    assert_eq!(fixture.config().unpromised(), 0);
    let revoke = mint::revoke_minter(&payer, &waits.pubkey(), &payer);
    let outcome = fixture.world.run(&[revoke], &[]);
    assert_eq!(outcome.event::<MinterRevoked>().promised, HARD_CAP - 10);
    assert_eq!(fixture.config().unpromised(), 10);
}

/// From the first minted unit on, no schedule mints for a time before its minter is active.
#[test]
fn a_schedule_from_the_past_gives_nothing_for_the_past() {
    let mut fixture = Fixture::new();
    let skipped = Curve::HOURLY.cumulative(1_048);
    // Beside it the rest of the curve fits to the raw unit.
    let first = fixture.add(allowance(HARD_CAP - (Curve::HOURLY.cap - skipped)));
    let (_, account) = fixture.io_account();
    fixture.mint(&first, &account, IO).expect("active at once");
    fixture.world.advance(999 * HOUR);
    let late = fixture.world.wallet();
    assert_fails(
        fixture.try_add(&late, schedule(0, GENESIS)),
        MintError::HardCapExceeded,
    );
    fixture.world.advance(HOUR);
    let outcome = fixture
        .try_add(&late, schedule(0, GENESIS))
        .expect("what is left fits");
    let active_at = fixture.world.now() + RULE_CHANGE_DELAY;
    assert_eq!(outcome.event::<MinterAdded>().skipped, skipped);
    fixture.world.set_clock(active_at + HOUR - 1);
    assert_fails(
        fixture.mint(&late, &account, 1),
        MintError::ScheduleExceeded,
    );
    fixture.world.set_clock(active_at + HOUR);
    let due = Curve::HOURLY.cumulative(1_049) - skipped;
    assert_fails(
        fixture.mint(&late, &account, due + 1),
        MintError::ScheduleExceeded,
    );
    fixture.mint(&late, &account, due).expect("due");
    fixture.minter(&late);
}

#[test]
fn add_minter_gives_an_authority_one_minter() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(5));
    let before = fixture.minter(&minter);
    assert!(fixture.try_add(&minter, allowance(9)).is_err());
    assert_eq!(fixture.minter(&minter), before);
}

#[test]
fn add_minter_works_although_someone_sent_lamports_first() {
    let mut fixture = Fixture::new();
    let minter = fixture.world.wallet();
    let address = minter_of(&minter);
    fixture
        .world
        .svm
        .airdrop(&address, 900_000)
        .expect("the faucet pays");
    fixture
        .try_add(&minter, allowance(5))
        .expect("not in the way");
    assert_eq!(fixture.minter(&minter).total, 5);
}

#[test]
fn raise_minter_takes_effect_after_the_delay() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    let (_, account) = fixture.io_account();
    let outcome = fixture.raise(&minter, 20).expect("a raise");
    let due = GENESIS + RULE_CHANGE_DELAY;
    assert_eq!(
        outcome.event::<MinterRaised>(),
        MinterRaised {
            minter: minter_of(&minter),
            total: 10,
            next_total: 20,
            next_total_at: due,
            promised: 20
        }
    );
    fixture.world.set_clock(due - 1);
    assert_fails(
        fixture.mint(&minter, &account, 11),
        MintError::AllowanceExceeded,
    );
    fixture.world.set_clock(due);
    fixture.mint(&minter, &account, 20).expect("raised");
    assert_fails(
        fixture.mint(&minter, &account, 1),
        MintError::AllowanceExceeded,
    );
    fixture.minter(&minter);
}

#[test]
fn raise_minter_lowers_at_once() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    let (_, account) = fixture.io_account();
    fixture.mint(&minter, &account, 4).expect("allowed");
    fixture.raise(&minter, 20).expect("a raise");
    let outcome = fixture.raise(&minter, 3).expect("a cut");
    assert_eq!(
        outcome.event::<MinterRaised>(),
        MinterRaised {
            minter: minter_of(&minter),
            total: 4,
            next_total: 0,
            next_total_at: 0,
            promised: 10
        }
    );
    fixture.world.advance(RULE_CHANGE_DELAY);
    assert_fails(
        fixture.mint(&minter, &account, 1),
        MintError::AllowanceExceeded,
    );
}

/// The 48 hours are there for someone to say no.
#[test]
fn the_guardian_cancels_what_waits_and_nothing_else() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let guardian = fixture.guardian.insecure_clone();
    let first = fixture.add(allowance(10));
    let (_, account) = fixture.io_account();
    fixture.mint(&first, &account, 1).expect("active at once");
    let revoke =
        |minter: &Keypair| mint::revoke_minter(&guardian.pubkey(), &minter.pubkey(), &authority);
    let cancel = mint::cancel_raise(&guardian.pubkey(), &first.pubkey());

    // A minter, until it is active.
    let (waits, active) = (fixture.add(allowance(5)), fixture.add(allowance(5)));
    fixture.world.run(&[revoke(&waits)], &[&guardian]);
    assert!(!fixture.world.exists(&minter_of(&waits)));
    assert_fails(
        fixture.world.send(&[revoke(&first)], &[&guardian]),
        MintError::Unauthorized,
    );
    fixture.raise(&first, 20).expect("a raise");
    fixture.world.advance(RULE_CHANGE_DELAY);
    assert_fails(
        fixture.world.send(&[revoke(&active)], &[&guardian]),
        MintError::Unauthorized,
    );

    // A raise, until it is in force.
    fixture.world.run(&[cancel.clone()], &[&guardian]);
    assert_eq!(fixture.minter(&first).total, 20);
    fixture.raise(&first, 30).expect("a raise");
    let outcome = fixture.world.run(&[cancel], &[&guardian]);
    assert_eq!(
        outcome.event::<MinterRaised>(),
        MinterRaised {
            minter: minter_of(&first),
            total: 20,
            next_total: 0,
            next_total_at: 0,
            promised: 25
        }
    );
    fixture.world.advance(RULE_CHANGE_DELAY);
    assert_fails(
        fixture.mint(&first, &account, 20),
        MintError::AllowanceExceeded,
    );
    fixture.mint(&first, &account, 19).expect("what stayed");
    let own = mint::cancel_raise(&authority, &first.pubkey());
    fixture.world.run(&[own], &[]);
    let stranger = fixture.world.wallet();
    let theirs = mint::cancel_raise(&stranger.pubkey(), &first.pubkey());
    assert_fails(
        fixture.world.send(&[theirs], &[&stranger]),
        MintError::Unauthorized,
    );
}

#[test]
fn raise_minter_is_for_allowances_within_the_hard_cap() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    assert_fails(
        fixture.raise(&minter, HARD_CAP + 1),
        MintError::HardCapExceeded,
    );
    let room = HARD_CAP - Curve::HOURLY.cap;
    fixture.raise(&minter, room).expect("half of the cap");
    let emissions = fixture.add(schedule(0, GENESIS));
    assert_fails(fixture.raise(&minter, room + 1), MintError::HardCapExceeded);
    assert_fails(fixture.raise(&emissions, 1), MintError::NotAnAllowance);
}

#[test]
fn revoke_minter_closes_it_at_once() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10));
    let (_, account) = fixture.io_account();
    fixture.mint(&minter, &account, 4).expect("allowed");
    let address = minter_of(&minter);
    let rent = fixture.world.lamports(&address);
    let payer = fixture.authority();
    let before = fixture.world.lamports(&payer);
    let revoke = mint::revoke_minter(&payer, &minter.pubkey(), &payer);
    let outcome = fixture.world.run(&[revoke.clone()], &[]);
    assert_eq!(
        outcome.event::<MinterRevoked>(),
        MinterRevoked {
            minter: address,
            authority: minter.pubkey(),
            minted: 4,
            promised: 10
        }
    );
    assert!(!fixture.world.exists(&address));
    let fee = outcome.meta.fee;
    assert_eq!(fixture.world.lamports(&payer), before + rent - fee);
    assert!(fixture.mint(&minter, &account, 1).is_err());
    assert!(fixture.world.send(&[revoke], &[]).is_err());

    fixture
        .try_add(&minter, allowance(6))
        .expect("may be added again");
    assert_fails(fixture.mint(&minter, &account, 1), MintError::NotActive);
}

#[test]
fn revoke_minter_pays_rent_to_its_payer_alone() {
    let mut fixture = Fixture::new();
    let payer = fixture.authority();
    let minter = fixture.add(allowance(10));
    let next = fixture.world.wallet();
    fixture.world.run(
        &[
            mint::nominate_authority(&payer, &next.pubkey()),
            mint::accept_authority(&next.pubkey()),
        ],
        &[&next],
    );
    let revoke =
        |rent_payer: &Pubkey| mint::revoke_minter(&next.pubkey(), &minter.pubkey(), rent_payer);
    let to_itself = fixture.world.send(&[revoke(&next.pubkey())], &[&next]);
    assert_fails(to_itself, MintError::WrongAccount);
    fixture.world.run(&[revoke(&payer)], &[&next]);
    assert!(!fixture.world.exists(&minter_of(&minter)));
}
