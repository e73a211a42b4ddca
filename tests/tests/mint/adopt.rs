//! An existing mint is taken over.

use crate::fixture::{CONFIG, Fixture, allowance, schedule, unlimited};
use io_client::{
    Instruction, Pubkey, emissions, mint, pda,
    shared::{
        constants::{GENESIS_SUPPLY, HARD_CAP, HOUR, IO, RULE_CHANGE_DELAY},
        errors::{EmissionsError, MintError},
        events::{EmissionsInitialized, EpochAdvanced, MintAdopted},
        ids::{self, io_emissions, io_mint},
        math::curve::Curve,
        state::{EmissionsConfig, EmissionsTerms, MintConfig, MintPolicy, Minter},
    },
};
use io_tests::{Failure, GENESIS, Outcome, World, assert_fails, books};
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Mint;

/// A mint as others made it.
fn existing(authority: &Pubkey, supply: u64) -> Mint {
    Mint {
        mint_authority: Some(*authority).into(),
        supply,
        decimals: 8,
        is_initialized: true,
        freeze_authority: None.into(),
    }
}

/// A world in which someone else minted `supply` raw IO; nothing of ours is initialized.
struct Old {
    world: World,
    minter: Keypair,
    mint: Pubkey,
}

impl Old {
    fn new(supply: u64) -> Self {
        let mut world = World::new();
        let minter = world.wallet();
        let mint = world.fresh_address();
        let owner = world.wallet().pubkey();
        world.create_token_account(&owner, &mint, supply);
        let mut old = Self {
            world,
            minter,
            mint,
        };
        old.put(&existing(&old.minter.pubkey(), supply), ids::TOKEN_PROGRAM);
        old
    }

    fn put(&mut self, mint: &Mint, owner: Pubkey) {
        let mut data = vec![0; Mint::LEN];
        mint.pack_into_slice(&mut data);
        self.world.put(self.mint, owner, data, false);
    }

    fn instruction(&self) -> Instruction {
        let authority = self.world.authority.pubkey();
        mint::adopt(&authority, &self.minter.pubkey(), &self.mint, &authority)
    }

    fn adopt(&mut self) -> Result<Outcome, Failure> {
        let instruction = self.instruction();
        let minter = self.minter.insecure_clone();
        self.world.send(&[instruction], &[&minter])
    }

    fn config(&self) -> MintConfig {
        let config: MintConfig = self.world.read(&CONFIG);
        assert!(config.invariant());
        config
    }
}

/// Emissions whose offices are all `authority`'s.
fn emissions_terms(authority: Pubkey) -> EmissionsTerms {
    EmissionsTerms {
        guardian: authority,
        scorer: authority,
        curve: 0,
        start_at: GENESIS,
        bounty_bps: 0,
        bounty_cap: 0,
        max_boost_bps: 10_000,
        max_score_age: 4,
        max_score_step_bps: 1_000,
        pool_shares: [10_000, 0, 0, 0],
    }
}

#[test]
fn adopt_takes_over_a_mint_whose_authority_signs() {
    let mut old = Old::new(123 * IO);
    let outcome = old.adopt().expect("a good mint");
    let authority = old.world.authority.pubkey();
    let config = old.config();
    assert_eq!((config.mint, config.minted), (old.mint, 123 * IO));
    assert_eq!((config.burned, config.paused), (0, 0));
    assert_eq!(config.governance.authority, authority);
    assert_eq!(config.bump, io_mint::CONFIG.bump);
    let taken = Mint::unpack(&old.world.data(&old.mint)).expect("a mint");
    assert_eq!(taken.mint_authority, Some(CONFIG).into());
    assert_eq!((taken.supply, taken.decimals), (123 * IO, 8));
    assert_eq!(
        outcome.event::<MintAdopted>(),
        MintAdopted {
            authority,
            guardian: authority,
            mint: old.mint,
            old_mint_authority: old.minter.pubkey(),
            supply: 123 * IO,
        }
    );
    books::check(&old.world).expect("the books add up");
    println!("adopt: {} CU", outcome.cu);

    // Once, and never beside a mint of our own.
    assert!(old.adopt().is_err());
    assert!(
        old.world
            .send(&[mint::initialize(&authority, &authority)], &[])
            .is_err()
    );
    // The old authority mints no more.
    let to = old.world.create_token_account(&authority, &old.mint, 0);
    let own = spl_token_interface::instruction::mint_to(
        &ids::TOKEN_PROGRAM,
        &old.mint,
        &to,
        &old.minter.pubkey(),
        &[],
        1,
    )
    .expect("well formed");
    let minter = old.minter.insecure_clone();
    assert!(old.world.send(&[own], &[&minter]).is_err());
}

#[test]
fn one_wallet_may_be_both_authorities() {
    let mut old = Old::new(IO);
    let authority = old.world.authority.pubkey();
    old.put(&existing(&authority, IO), ids::TOKEN_PROGRAM);
    let adopt = mint::adopt(&authority, &authority, &old.mint, &authority);
    old.world.run(&[adopt], &[]);
    assert_eq!(old.config().minted, IO);
}

#[test]
fn an_adopted_mint_is_minted_and_burned_as_ours() {
    let mut old = Old::new(100 * IO);
    old.adopt().expect("a good mint");
    let authority = old.world.authority.pubkey();
    let (world, mint) = (&mut old.world, old.mint);
    let minter = world.wallet();
    // A supply means holders: no minter is active at once.
    world.run(
        &[mint::add_minter(
            &authority,
            &minter.pubkey(),
            &allowance(IO),
        )],
        &[],
    );
    let owner = world.wallet();
    let account = world.create_token_account(&owner.pubkey(), &mint, 0);
    let to = mint::mint_to(&minter.pubkey(), &mint, &account, IO);
    assert_fails(world.send(&[to.clone()], &[&minter]), MintError::NotActive);
    world.advance(RULE_CHANGE_DELAY);
    world.run(&[to], &[&minter]);
    world.run(
        &[mint::burn(&owner.pubkey(), &mint, &account, IO / 2)],
        &[&owner],
    );
    let config = old.config();
    assert_eq!((config.minted, config.burned), (101 * IO, IO / 2));
    assert_eq!(old.world.supply(&mint), 100 * IO + IO / 2);
    books::check(&old.world).expect("the books add up");
    let too_much = mint::add_minter(
        &authority,
        &owner.pubkey(),
        &allowance(HARD_CAP - 101 * IO + 1),
    );
    assert_fails(old.world.send(&[too_much], &[]), MintError::HardCapExceeded);
}

#[test]
fn adopt_refuses_a_mint_that_does_not_fit() {
    let mut old = Old::new(IO);
    let minter = old.minter.pubkey();
    let good = existing(&minter, IO);
    let stranger = old.world.wallet().pubkey();
    for (mint, error) in [
        (
            Mint {
                decimals: 9,
                ..good
            },
            MintError::UnsuitableMint,
        ),
        (
            Mint {
                decimals: 7,
                ..good
            },
            MintError::UnsuitableMint,
        ),
        (
            Mint {
                freeze_authority: Some(minter).into(),
                ..good
            },
            MintError::UnsuitableMint,
        ),
        (
            Mint {
                is_initialized: false,
                ..good
            },
            MintError::UnsuitableMint,
        ),
        (
            Mint {
                supply: HARD_CAP + 1,
                ..good
            },
            MintError::HardCapExceeded,
        ),
        (
            Mint {
                mint_authority: Some(stranger).into(),
                ..good
            },
            MintError::NotTheMintsAuthority,
        ),
        (
            Mint {
                mint_authority: None.into(),
                ..good
            },
            MintError::NotTheMintsAuthority,
        ),
    ] {
        old.put(&mint, ids::TOKEN_PROGRAM);
        assert_fails(old.adopt(), error);
    }
    // Of Token-2022, and of no token program.
    let token_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
        .parse()
        .expect("an address");
    for owner in [token_2022, ids::SYSTEM_PROGRAM] {
        old.put(&good, owner);
        assert_fails(old.adopt(), MintError::UnsuitableMint);
    }
    assert!(!old.world.exists(&CONFIG));
    old.put(
        &Mint {
            supply: HARD_CAP,
            ..good
        },
        ids::TOKEN_PROGRAM,
    );
    old.adopt().expect("the cap itself");
    assert_eq!(old.config().unpromised(), 0);
}

#[test]
fn adopt_needs_both_signatures() {
    let mut old = Old::new(IO);
    let mut unsigned = old.instruction();
    unsigned.accounts[1].is_signer = false;
    assert!(old.world.send(&[unsigned], &[]).is_err());
    let stranger = old.world.wallet();
    let minter = old.minter.insecure_clone();
    let theirs = mint::adopt(
        &stranger.pubkey(),
        &minter.pubkey(),
        &old.mint,
        &stranger.pubkey(),
    );
    assert_fails(
        old.world.send(&[theirs], &[&stranger, &minter]),
        MintError::NotUpgradeAuthority,
    );
}

/// The network's own history: 500 M at genesis and 20,000 hours of emission were minted by others. Ours
/// goes on with the hour that is open when its minter becomes active, and ends on the cap exactly.
#[test]
fn the_emission_of_an_adopted_mint_goes_on_where_the_curve_is() {
    let curve = &Curve::HOURLY;
    let before = curve.cumulative(20_000);
    let mut old = Old::new(GENESIS_SUPPLY + before);
    let now = GENESIS + 20_000 * HOUR - RULE_CHANGE_DELAY + 600;
    old.world.set_clock(now);
    old.adopt().expect("a good mint");
    let authority = old.world.authority.pubkey();
    let distributor = io_emissions::CONFIG.address;
    let terms = emissions_terms(authority);
    let initialize = emissions::initialize(&authority, &old.mint, &terms);
    let outcome = old.world.run(
        &[
            mint::add_minter(&authority, &distributor, &schedule(0, GENESIS)),
            initialize,
        ],
        &[],
    );
    let event: EmissionsInitialized = outcome.event();
    assert_eq!((event.epochs_done, event.emitted), (20_000, before));
    let minter: Minter = old.world.read(&pda::minter(&distributor).0);
    assert_eq!((minter.skipped, minter.minted), (before, 0));

    let bounty = old.world.fresh_address();
    let crank = [emissions::advance_epoch(&bounty, &old.mint, 1)];
    for early in [now, now + RULE_CHANGE_DELAY, GENESIS + 20_001 * HOUR - 1] {
        old.world.set_clock(early);
        let nothing = old.world.run(&crank, &[]);
        assert!(nothing.events::<EpochAdvanced>().is_empty());
    }
    old.world.set_clock(GENESIS + 20_001 * HOUR);
    let event: EpochAdvanced = old.world.run(&crank, &[]).event();
    assert_eq!((event.epoch, event.epochs), (20_001, 1));
    assert_eq!(event.emission, curve.cumulative(20_001) - before);
    books::check(&old.world).expect("the books add up");

    old.world.set_clock(GENESIS + 200_000 * HOUR);
    old.world.run(&crank, &[]);
    let config: EmissionsConfig = old.world.read(&distributor);
    assert_eq!(config.emitted, curve.cap);
    assert_eq!(old.config().minted, HARD_CAP);
    assert_eq!(old.world.supply(&old.mint), HARD_CAP);
    books::check(&old.world).expect("the books add up");
}

/// Each pinned account of `adopt`, swapped for another one, is refused by name.
#[test]
fn adopt_pins_its_accounts() {
    let mut old = Old::new(IO);
    let good = old.instruction();
    let minter = old.minter.insecure_clone();
    let other = old.world.fresh_address();
    for (index, error) in [
        (2, MintError::WrongAccount),
        (3, MintError::WrongAccount),
        (4, MintError::UnsuitableMint),
        (5, MintError::WrongAccount),
        (6, MintError::WrongAccount),
        (7, MintError::WrongAccount),
        (8, MintError::WrongAccount),
    ] {
        let mut swapped = good.clone();
        swapped.accounts[index].pubkey = other;
        assert_fails(old.world.send(&[swapped], &[&minter]), error);
    }
    assert_eq!(good.accounts.len(), 9);
    // The address of our own mint, where there is none.
    let mut swapped = good.clone();
    swapped.accounts[4].pubkey = io_mint::MINT.address;
    assert_fails(
        old.world.send(&[swapped], &[&minter]),
        MintError::UnsuitableMint,
    );
    old.world.run(&[good], &[&minter]);
}

/// A distributor is created only for a minter that mints what its curve emits.
#[test]
fn a_distributor_needs_a_minter_on_its_own_schedule() {
    for (policy, fits) in [
        (MintPolicy::Allowance { amount: IO }, false),
        (
            MintPolicy::Schedule {
                curve: 1,
                start_at: GENESIS,
            },
            false,
        ),
        (
            MintPolicy::Schedule {
                curve: 0,
                start_at: GENESIS + 1,
            },
            false,
        ),
        (
            MintPolicy::Schedule {
                curve: 0,
                start_at: GENESIS,
            },
            true,
        ),
    ] {
        let mut fixture = Fixture::new();
        let authority = fixture.authority();
        let terms = emissions_terms(authority);
        let initialize = emissions::initialize(&authority, &io_mint::MINT.address, &terms);
        assert!(fixture.world.send(&[initialize.clone()], &[]).is_err());
        let distributor = io_emissions::CONFIG.address;
        let add = mint::add_minter(&authority, &distributor, &unlimited(policy));
        fixture.world.run(&[add], &[]);
        let result = fixture.world.send(&[initialize], &[]);
        if fits {
            result.expect("the same schedule");
        } else {
            assert_fails(result, EmissionsError::WrongMinter);
        }
    }
}
