//! `io_mint` on its real binary: each instruction, each error it can return, each account it checks.

use io_client::{
    Instruction, Pubkey, mint, pda,
    shared::{
        constants::{HARD_CAP, HOUR, IO, RULE_CHANGE_DELAY, VERSION},
        errors::MintError,
        events::{
            Burned, Event, MintAuthorityAccepted, MintAuthorityNominated, MintGuardianSet,
            MintInitialized, MintPauseSet, Minted, MinterAdded, MinterRaised, MinterRevoked,
        },
        ids::{self, io_mint},
        math::curve::Curve,
        state::{MintConfig, MintPolicy, Minter, MinterTerms},
    },
};
use io_migrations::{Cluster, Operator, plan};
use io_tests::{Failure, GENESIS, Outcome, World, assert_fails};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::{Account, Mint};

const CONFIG: Pubkey = io_mint::CONFIG.address;
const MINT: Pubkey = io_mint::MINT.address;

/// A world in which `io_mint` is initialized.
struct Fixture {
    world: World,
    guardian: Keypair,
}

impl Fixture {
    fn new() -> Self {
        let mut world = World::new();
        let guardian = world.wallet();
        let authority = world.authority.pubkey();
        world.run(&[mint::initialize(&authority, &guardian.pubkey())], &[]);
        Self { world, guardian }
    }

    fn authority(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    fn config(&self) -> MintConfig {
        let config: MintConfig = self.world.read(&CONFIG);
        assert!(config.invariant());
        config
    }

    fn minter(&self, authority: &Keypair) -> Minter {
        let minter: Minter = self.world.read(&minter_of(authority));
        assert!(minter.invariant());
        minter
    }

    fn try_add(&mut self, minter: &Keypair, terms: MinterTerms) -> Result<Outcome, Failure> {
        let instruction = mint::add_minter(&self.authority(), &minter.pubkey(), &terms);
        self.world.send(&[instruction], &[])
    }

    /// A new wallet that may mint on `terms`.
    fn add(&mut self, terms: MinterTerms) -> Keypair {
        let minter = self.world.wallet();
        self.try_add(&minter, terms).expect("the terms are good");
        minter
    }

    /// An empty IO account of a new wallet.
    fn io_account(&mut self) -> (Keypair, Pubkey) {
        let owner = self.world.wallet();
        let account = self.world.create_token_account(&owner.pubkey(), &MINT, 0);
        (owner, account)
    }

    fn mint(&mut self, minter: &Keypair, to: &Pubkey, amount: u64) -> Result<Outcome, Failure> {
        let instruction = mint::mint_to(&minter.pubkey(), to, amount);
        self.world.send(&[instruction], &[minter])
    }

    fn raise(&mut self, minter: &Keypair, next_total: u64) -> Result<Outcome, Failure> {
        let instruction = mint::raise_minter(&self.authority(), &minter.pubkey(), next_total);
        self.world.send(&[instruction], &[])
    }
}

fn minter_of(authority: &Keypair) -> Pubkey {
    pda::minter(&authority.pubkey()).0
}

fn unlimited(policy: MintPolicy) -> MinterTerms {
    MinterTerms {
        policy,
        window_limit: u64::MAX,
        window_seconds: 0,
    }
}

fn allowance(amount: u64) -> MinterTerms {
    unlimited(MintPolicy::Allowance { amount })
}

fn schedule(curve: u8, start_at: i64) -> MinterTerms {
    unlimited(MintPolicy::Schedule { curve, start_at })
}

/// Asserts that the token program stopped the transaction with its error `code`.
#[track_caller]
fn assert_token_error(result: Result<Outcome, Failure>, code: u32) {
    assert_eq!(
        result.map(|_| ()).map_err(|failure| failure.code()),
        Err(Some(code))
    );
}

const OWNER_MISMATCH: u32 = 4;
const MINT_MISMATCH: u32 = 3;
const INSUFFICIENT_FUNDS: u32 = 1;

// initialize

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

// add_minter

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
    let outcome = fixture.try_add(&minter, terms).expect("good terms");
    let (address, bump) = pda::minter(&minter.pubkey());
    let account = fixture.minter(&minter);
    let expected = Minter::new(
        minter.pubkey(),
        authority,
        bump,
        terms,
        &fixture.config(),
        GENESIS,
    );
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
            active_at: GENESIS,
            window_limit: 5 * IO,
            window_seconds: 60,
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
    let first = fixture.add(allowance(HARD_CAP));
    let (_, account) = fixture.io_account();
    fixture.mint(&first, &account, 1).expect("active at once");

    let active_at = GENESIS + RULE_CHANGE_DELAY;
    let late = fixture.add(allowance(5));
    assert_eq!(fixture.minter(&late).active_at, active_at);
    fixture.world.set_clock(active_at - 1);
    assert_fails(fixture.mint(&late, &account, 1), MintError::NotActive);
    fixture.world.set_clock(active_at);
    fixture.mint(&late, &account, 1).expect("active now");

    let other = fixture.world.wallet();
    let retroactive = schedule(0, active_at + RULE_CHANGE_DELAY - 1);
    assert_fails(
        fixture.try_add(&other, retroactive),
        MintError::RetroactiveStart,
    );
    assert_fails(
        fixture.try_add(&other, allowance(HARD_CAP - 1)),
        MintError::HardCapExceeded,
    );
    fixture
        .try_add(&other, schedule(0, active_at + RULE_CHANGE_DELAY))
        .expect("starts when it is active");
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

// raise_minter

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
            next_total_at: due
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
            next_total_at: 0
        }
    );
    fixture.world.advance(RULE_CHANGE_DELAY);
    assert_fails(
        fixture.mint(&minter, &account, 1),
        MintError::AllowanceExceeded,
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
    fixture.raise(&minter, HARD_CAP).expect("the cap itself");
    let emissions = fixture.add(schedule(0, GENESIS));
    assert_fails(fixture.raise(&emissions, 1), MintError::NotAnAllowance);
}

// revoke_minter

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
            minted: 4
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

// mint_to

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
    let one = fixture.add(allowance(HARD_CAP));
    let two = fixture.add(allowance(HARD_CAP));
    let (owner, account) = fixture.io_account();
    fixture
        .mint(&one, &account, HARD_CAP - 1)
        .expect("under the cap");
    assert_fails(fixture.mint(&two, &account, 2), MintError::HardCapExceeded);
    fixture.mint(&two, &account, 1).expect("the cap itself");
    let burn = mint::burn(&owner.pubkey(), &account, HARD_CAP);
    fixture.world.run(&[burn], &[&owner]);
    assert_eq!(fixture.world.supply(&MINT), 0);
    assert_fails(fixture.mint(&two, &account, 1), MintError::HardCapExceeded);
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
    let mut instruction = mint::mint_to(&other.pubkey(), &account, 1);
    instruction.accounts[1].pubkey = minter_of(&minter);
    assert_fails(
        fixture.world.send(&[instruction], &[&other]),
        MintError::Unauthorized,
    );

    let mut unsigned = mint::mint_to(&minter.pubkey(), &account, 1);
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
        policy: MintPolicy::Allowance { amount: HARD_CAP },
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

// burn

#[test]
fn burn_takes_from_owner_and_delegate_and_counts() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    fixture.mint(&minter, &account, 100).expect("allowed");
    let outcome = fixture
        .world
        .run(&[mint::burn(&owner.pubkey(), &account, 30)], &[&owner]);
    assert_eq!(
        outcome.event::<Burned>(),
        Burned {
            source: account,
            authority: owner.pubkey(),
            amount: 30,
            burned: 30
        }
    );
    println!("burn: {} CU", outcome.cu);

    let delegate = fixture.world.wallet();
    let by_delegate = mint::burn(&delegate.pubkey(), &account, 20);
    let refused = fixture.world.send(&[by_delegate.clone()], &[&delegate]);
    assert_token_error(refused, OWNER_MISMATCH);
    let mut token = fixture.world.token_account(&account);
    token.delegate = Some(delegate.pubkey()).into();
    token.delegated_amount = 20;
    let mut data = vec![0; Account::LEN];
    token.pack_into_slice(&mut data);
    fixture.world.put(account, ids::TOKEN_PROGRAM, data, false);
    fixture.world.run(&[by_delegate], &[&delegate]);

    assert_eq!(fixture.world.token_balance(&account), 50);
    assert_eq!(fixture.world.supply(&MINT), 50);
    let config = fixture.config();
    assert_eq!((config.minted, config.burned), (100, 50));
}

#[test]
fn burn_refuses_nothing_and_more_than_there_is() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    let (_, elsewhere) = fixture.io_account();
    fixture.mint(&minter, &account, 40).expect("allowed");
    fixture.mint(&minter, &elsewhere, 60).expect("allowed");
    let burn = |amount| mint::burn(&owner.pubkey(), &account, amount);
    assert_fails(
        fixture.world.send(&[burn(0)], &[&owner]),
        MintError::ZeroAmount,
    );
    assert_token_error(
        fixture.world.send(&[burn(41)], &[&owner]),
        INSUFFICIENT_FUNDS,
    );
    assert_fails(
        fixture.world.send(&[burn(101)], &[&owner]),
        MintError::BurnExceedsMinted,
    );
    assert_eq!(fixture.config().burned, 0);
}

// set_paused

#[test]
fn a_pause_stops_minting_and_nothing_else() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    fixture.mint(&minter, &account, 50).expect("allowed");
    let guardian = fixture.guardian.insecure_clone();
    let pause = mint::set_paused(&guardian.pubkey(), true);
    let outcome = fixture.world.run(&[pause], &[&guardian]);
    assert_eq!(
        outcome.event::<MintPauseSet>(),
        MintPauseSet {
            signer: guardian.pubkey(),
            paused: 1
        }
    );
    assert_eq!(fixture.config().paused, 1);
    assert_fails(fixture.mint(&minter, &account, 1), MintError::Paused);
    fixture
        .world
        .run(&[mint::burn(&owner.pubkey(), &account, 10)], &[&owner]);

    let outcome = fixture
        .world
        .run(&[mint::set_paused(&authority, false)], &[]);
    assert_eq!(outcome.event::<MintPauseSet>().paused, 0);
    fixture.mint(&minter, &account, 1).expect("resumed");
}

#[test]
fn the_guardian_only_pauses() {
    let mut fixture = Fixture::new();
    let authority = fixture.world.authority.insecure_clone();
    let guardian = fixture.guardian.insecure_clone();
    let stranger = fixture.world.wallet();
    for (signer, paused, allowed) in [
        (&stranger, true, false),
        (&guardian, true, true),
        (&guardian, false, false),
        (&stranger, false, false),
        (&authority, false, true),
        (&authority, true, true),
    ] {
        let before = fixture.config().paused;
        let result = fixture
            .world
            .send(&[mint::set_paused(&signer.pubkey(), paused)], &[signer]);
        if allowed {
            result.expect("allowed");
            assert_eq!(fixture.config().paused, u8::from(paused));
        } else {
            assert_fails(result, MintError::Unauthorized);
            assert_eq!(fixture.config().paused, before);
        }
    }
}

// governance

#[test]
fn the_authority_changes_hands_in_two_steps() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let next = fixture.world.wallet();
    let accept = mint::accept_authority(&next.pubkey());
    assert_fails(
        fixture.world.send(&[accept.clone()], &[&next]),
        MintError::NotNominated,
    );

    let nominate = mint::nominate_authority(&authority, &next.pubkey());
    let outcome = fixture.world.run(&[nominate.clone()], &[]);
    assert_eq!(
        outcome.event::<MintAuthorityNominated>(),
        MintAuthorityNominated {
            authority,
            nominee: next.pubkey()
        }
    );
    assert_eq!(fixture.config().governance.authority, authority);
    let own = mint::accept_authority(&authority);
    assert_fails(fixture.world.send(&[own], &[]), MintError::NotNominated);

    let withdraw = mint::nominate_authority(&authority, &Pubkey::default());
    fixture.world.run(&[withdraw], &[]);
    assert_fails(
        fixture.world.send(&[accept.clone()], &[&next]),
        MintError::NotNominated,
    );

    fixture.world.run(&[nominate], &[]);
    let outcome = fixture.world.run(&[accept.clone()], &[&next]);
    assert_eq!(
        outcome.event::<MintAuthorityAccepted>(),
        MintAuthorityAccepted {
            authority: next.pubkey()
        }
    );
    let governance = fixture.config().governance;
    assert_eq!(governance.authority, next.pubkey());
    assert_eq!(governance.pending_authority, Pubkey::default());
    assert_fails(
        fixture.world.send(&[accept], &[&next]),
        MintError::NotNominated,
    );
}

#[test]
fn the_guardian_is_replaced() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let old = fixture.guardian.insecure_clone();
    let new = fixture.world.wallet();
    let outcome = fixture
        .world
        .run(&[mint::set_guardian(&authority, &new.pubkey())], &[]);
    assert_eq!(
        outcome.event::<MintGuardianSet>(),
        MintGuardianSet {
            guardian: new.pubkey()
        }
    );
    let pause = |guardian: &Keypair| mint::set_paused(&guardian.pubkey(), true);
    assert_fails(
        fixture.world.send(&[pause(&old)], &[&old]),
        MintError::Unauthorized,
    );
    fixture.world.run(&[pause(&new)], &[&new]);
}

#[test]
fn only_the_authority_governs() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(10)).pubkey();
    let payer = fixture.authority();
    let guardian = fixture.guardian.insecure_clone();
    let stranger = fixture.world.wallet();
    for signer in [&guardian, &stranger] {
        let key = signer.pubkey();
        for instruction in [
            mint::add_minter(&key, &key, &allowance(1)),
            mint::raise_minter(&key, &minter, 20),
            mint::revoke_minter(&key, &minter, &payer),
            mint::nominate_authority(&key, &key),
            mint::set_guardian(&key, &key),
        ] {
            assert_fails(
                fixture.world.send(&[instruction], &[signer]),
                MintError::Unauthorized,
            );
        }
    }
}

// accounts

/// Each pinned account of each instruction, swapped for another one, is refused by name.
#[test]
fn a_wrong_account_is_refused() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    fixture.mint(&minter, &account, 50).expect("allowed");
    let nominee = fixture.world.wallet();
    let nominate = mint::nominate_authority(&authority, &nominee.pubkey());
    fixture.world.run(&[nominate], &[]);

    // What could pass for the real ones: owned by the right program, with the right bytes.
    let other = fixture.world.wallet().pubkey();
    let mut fake = |real: Pubkey| {
        let address = fixture.world.fresh_address();
        let original = fixture.world.svm.get_account(&real).expect("exists");
        fixture
            .world
            .put(address, original.owner, original.data, original.executable);
        address
    };
    let fakes = [
        (CONFIG, fake(CONFIG)),
        (MINT, fake(MINT)),
        (ids::TOKEN_PROGRAM, fake(ids::TOKEN_PROGRAM)),
        (io_mint::ID, fake(io_mint::ID)),
        (io_mint::PROGRAM_DATA, fake(io_mint::PROGRAM_DATA)),
        (io_mint::EVENT_AUTHORITY.address, other),
        (ids::SYSTEM_PROGRAM, other),
    ];

    // In an order in which they all work, but for initialize, which has run.
    let minting = minter.pubkey();
    let instructions: [(&str, Instruction, &[&Keypair]); 10] = [
        ("initialize", mint::initialize(&authority, &authority), &[]),
        (
            "add_minter",
            mint::add_minter(&authority, &other, &allowance(1)),
            &[],
        ),
        (
            "raise_minter",
            mint::raise_minter(&authority, &minting, 101),
            &[],
        ),
        ("mint_to", mint::mint_to(&minting, &account, 1), &[&minter]),
        ("burn", mint::burn(&owner.pubkey(), &account, 1), &[&owner]),
        ("set_paused", mint::set_paused(&authority, true), &[]),
        (
            "revoke_minter",
            mint::revoke_minter(&authority, &minting, &authority),
            &[],
        ),
        ("set_guardian", mint::set_guardian(&authority, &other), &[]),
        (
            "nominate_authority",
            mint::nominate_authority(&authority, &nominee.pubkey()),
            &[],
        ),
        (
            "accept_authority",
            mint::accept_authority(&nominee.pubkey()),
            &[&nominee],
        ),
    ];
    let mut swaps = 0;
    for (name, instruction, signers) in &instructions {
        for index in 0..instruction.accounts.len() {
            let real = instruction.accounts[index].pubkey;
            let Some((_, fake)) = fakes.iter().find(|(address, _)| *address == real) else {
                continue;
            };
            let mut swapped = instruction.clone();
            swapped.accounts[index].pubkey = *fake;
            let failure = fixture
                .world
                .send(&[swapped], signers)
                .expect_err("a wrong account");
            assert_eq!(
                failure.code(),
                Some(MintError::WrongAccount.code()),
                "{name}, account {index}: {:?}",
                failure.error
            );
            swaps += 1;
        }
    }
    assert_eq!(swaps, 39);
    for (name, instruction, signers) in &instructions[1..] {
        let outcome = fixture.world.run(&[instruction.clone()], signers);
        println!("{name}: {} CU", outcome.cu);
    }
}

/// Typed accounts: an account of another program, of another layout, or none.
#[test]
fn an_account_that_is_no_minter_is_refused() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.add(allowance(100));
    let (_, account) = fixture.io_account();
    let forged = fixture.world.fresh_address();
    let data = fixture.world.data(&minter_of(&minter));
    fixture.world.put(forged, ids::io_staking::ID, data, false);
    let none = fixture.world.fresh_address();
    for (wrong, reason) in [
        (forged, InstructionError::IllegalOwner),
        (none, InstructionError::AccountDataTooSmall),
    ] {
        let cases: [(Instruction, usize, &[&Keypair]); 3] = [
            (mint::mint_to(&minter.pubkey(), &account, 1), 1, &[&minter]),
            (
                mint::raise_minter(&authority, &minter.pubkey(), 101),
                2,
                &[],
            ),
            (
                mint::revoke_minter(&authority, &minter.pubkey(), &authority),
                2,
                &[],
            ),
        ];
        for (mut instruction, index, signers) in cases {
            instruction.accounts[index].pubkey = wrong;
            let failure = fixture
                .world
                .send(&[instruction], signers)
                .expect_err("not a minter");
            assert_eq!(failure.reason(), Some(&reason));
        }
    }
}

#[test]
fn add_minter_refuses_another_address_for_the_minter() {
    let mut fixture = Fixture::new();
    let minter = fixture.world.wallet();
    let mut instruction = mint::add_minter(&fixture.authority(), &minter.pubkey(), &allowance(1));
    instruction.accounts[2].pubkey = pda::minter(&fixture.authority()).0;
    assert_fails(
        fixture.world.send(&[instruction], &[]),
        MintError::WrongAccount,
    );
}

/// Nobody but the program can make one of its events.
#[test]
fn an_event_cannot_be_forged() {
    let mut fixture = Fixture::new();
    let data = [
        &io_client::shared::events::EVENT_TAG[..],
        &Minted::DISCRIMINATOR,
        &[1; 88],
    ];
    let forged = Instruction {
        program_id: io_mint::ID,
        accounts: vec![solana_instruction::AccountMeta::new_readonly(
            fixture.authority(),
            true,
        )],
        data: data.concat(),
    };
    assert!(fixture.world.send(&[forged], &[]).is_err());
}

// ---------------------------------------------------------------- migrations

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
