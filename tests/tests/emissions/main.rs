//! `io_emissions` on its real binary: each instruction, each error it can return, each account it
//! checks, together with the real `io_mint` and `io_staking`.

use io_client::{
    Instruction, Pubkey, emissions, mint, pda,
    shared::{
        constants::{HOUR, IO, RULE_CHANGE_DELAY, VERSION},
        errors::{EmissionsError, MintError, StakingError},
        events::{
            EmissionsAuthorityAccepted, EmissionsAuthorityNominated, EmissionsChangesCancelled,
            EmissionsGuardianSet, EmissionsInitialized, EmissionsRuleScheduled, EpochAdvanced,
            Harvested, Minted, NodeEmissionClosed, NodeEnrolled, NodeScore, NodeSynced,
            PoolSharesScheduled, RewardsShared, ScorerSet, ScoresSet,
        },
        ids::{SYSTEM_PROGRAM, io_emissions, io_mint},
        math::curve::Curve,
        state::{
            EmissionsConfig, EmissionsRule, EmissionsTerms, Layout, MintPolicy, MinterTerms, NEVER,
            Node, NodeEmission, NodeStatus, RewardPool, TrancheKind,
        },
    },
    staking::{self, ClassTerms, NodeTerms, Stake},
};
use io_tests::{Failure, GENESIS, Outcome, World, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

const CONFIG: Pubkey = io_emissions::CONFIG.address;
const VAULT: Pubkey = io_emissions::VAULT.address;
const MINT: Pubkey = io_mint::MINT.address;

/// Classes by the pool that they earn from.
const CLASSES: [u16; 2] = [10, 11];
/// Minimum stake of a node of one processor of either class.
const MIN: u64 = 200 * IO;
/// Weight of such a node at its minimum and full score.
const ONE: u64 = 10_000_000;
const FIRST_EPOCH: u64 = 456_621_004_566;

/// Owns lookalikes of our accounts.
const OTHER_PROGRAM: Pubkey = Pubkey::new_from_array([3; 32]);

const TOKEN_MINT_MISMATCH: u32 = 3;

/// A world with mint, staking and emissions initialized, and nothing minted yet.
struct Fixture {
    world: World,
    guardian: Keypair,
    scorer: Keypair,
    treasury: Keypair,
    bounty: Pubkey,
}

/// A node with its operator's stake.
struct Member {
    operator: Keypair,
    stake: Stake,
    pool: u8,
    tokens: Pubkey,
}

impl Member {
    fn node(&self) -> Pubkey {
        self.stake.node
    }
}

fn unlimited(policy: MintPolicy) -> MinterTerms {
    MinterTerms {
        policy,
        window_limit: u64::MAX,
        window_seconds: 0,
    }
}

fn terms(guardian: &Keypair, scorer: &Keypair) -> EmissionsTerms {
    EmissionsTerms {
        guardian: guardian.pubkey(),
        scorer: scorer.pubkey(),
        curve: 0,
        start_at: GENESIS,
        bounty_bps: 10,
        bounty_cap: IO,
        max_boost_bps: 20_000,
        max_score_age: 4,
        max_score_step_bps: 1_000,
        pool_shares: [7_000, 3_000, 0, 0],
    }
}

impl Fixture {
    /// Everything but `io_emissions`.
    fn uninitialized() -> Self {
        let mut world = World::new();
        let [guardian, scorer, treasury] = [(); 3].map(|()| world.wallet());
        let authority = world.authority.pubkey();
        let minter = |to: &Pubkey, policy| mint::add_minter(&authority, to, &unlimited(policy));
        world.run(
            &[
                mint::initialize(&authority, &guardian.pubkey()),
                minter(
                    &treasury.pubkey(),
                    MintPolicy::Allowance {
                        amount: 1_000_000 * IO,
                    },
                ),
                minter(
                    &CONFIG,
                    MintPolicy::Schedule {
                        curve: 0,
                        start_at: GENESIS,
                    },
                ),
                staking::initialize(&authority, &guardian.pubkey(), &guardian.pubkey(), 5_000),
            ],
            &[],
        );
        for (pool, id) in (0..).zip(CLASSES) {
            let class = ClassTerms {
                id,
                name: *b"class           ",
                pool,
                multiplier_milli: 1_000,
                max_stake_multiple: 5,
                delegators_slashable: false,
            };
            world.run(&[staking::create_class(&authority, &class)], &[]);
        }
        let bounty = world.fresh_address();
        world.put_token_account(bounty, &authority, &MINT, 0);
        Self {
            world,
            guardian,
            scorer,
            treasury,
            bounty,
        }
    }

    fn new() -> Self {
        let mut fixture = Self::uninitialized();
        let terms = fixture.terms();
        fixture.initialize(&terms).expect("the terms are good");
        fixture
    }

    fn terms(&self) -> EmissionsTerms {
        terms(&self.guardian, &self.scorer)
    }

    fn authority(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    fn initialize(&mut self, terms: &EmissionsTerms) -> Result<Outcome, Failure> {
        let instruction = emissions::initialize(&self.authority(), &MINT, terms);
        self.world.send(&[instruction], &[])
    }

    /// An open node of one processor with `amount` staked, enrolled.
    fn member(&mut self, pool: u8, amount: u64) -> Member {
        let member = self.unenrolled(pool, amount);
        let payer = self.authority();
        self.world
            .run(&[emissions::enroll_node(&payer, &member.node(), pool)], &[]);
        member
    }

    fn unenrolled(&mut self, pool: u8, amount: u64) -> Member {
        let operator = self.world.wallet();
        let owner = operator.pubkey();
        let class = CLASSES[usize::from(pool)];
        let terms = NodeTerms {
            node_id: [5; 32],
            class,
            processors: 1,
            commission_bps: 0,
            delegation_open: true,
        };
        let stake = Stake {
            node: pda::node(&owner, &terms.node_id).0,
            owner,
            tranche: TrancheKind::Operator,
        };
        let tokens = self.world.create_token_account(&owner, &MINT, 0);
        self.world.run(
            &[
                staking::register_node(&owner, &owner, &MINT, &terms),
                staking::open_position(&owner, &stake),
                mint::mint_to(&self.treasury.pubkey(), &tokens, 10 * MIN),
            ],
            &[&operator, &self.treasury],
        );
        let member = Member {
            operator,
            stake,
            pool,
            tokens,
        };
        if amount > 0 {
            self.deposit(&member, amount);
        }
        member
    }

    fn deposit(&mut self, member: &Member, amount: u64) {
        let instruction =
            staking::deposit(&member.stake, &member.tokens, member.pool, amount, amount);
        self.world.run(&[instruction], &[&member.operator]);
    }

    fn unstake(&mut self, member: &Member, index: u64, amount: u64) {
        let owner = member.operator.pubkey();
        let rent = self.world.rent(staking::TICKET_SPACE);
        let request =
            staking::request_unstake(&owner, &member.stake, member.pool, index, amount, rent);
        self.world.run(&request, &[&member.operator]);
    }

    fn try_crank(&mut self) -> Result<Outcome, Failure> {
        let instruction = emissions::advance_epoch(&self.bounty, &MINT, 2);
        self.world.send(&[instruction], &[])
    }

    fn crank(&mut self) -> Outcome {
        let outcome = self.try_crank().expect("cranks");
        self.check();
        outcome
    }

    /// Lets an epoch pass and cranks it.
    fn next_epoch(&mut self) -> Outcome {
        self.world.advance(HOUR);
        self.crank()
    }

    fn try_score(&mut self, pool: u8, scores: &[(Pubkey, u16)]) -> Result<Outcome, Failure> {
        let instruction = emissions::set_scores(&self.scorer.pubkey(), pool, scores);
        self.world.send(&[instruction], &[&self.scorer])
    }

    fn score(&mut self, members: &[&Member], score: u16) -> Outcome {
        let scores: Vec<_> = members
            .iter()
            .map(|member| (member.node(), score))
            .collect();
        let outcome = self.try_score(members[0].pool, &scores).expect("scores");
        self.check();
        outcome
    }

    /// An epoch later the members weigh what their stake is worth at full score.
    fn earning(&mut self, members: &[&Member]) {
        self.score(members, 10_000);
        self.next_epoch();
        self.score(members, 10_000);
    }

    fn try_sync(&mut self, member: &Member) -> Result<Outcome, Failure> {
        let instruction = emissions::sync_node(&member.node(), member.pool);
        self.world.send(&[instruction], &[])
    }

    fn try_harvest(&mut self, member: &Member) -> Result<Outcome, Failure> {
        let instruction = emissions::harvest(&member.node(), member.pool);
        self.world.send(&[instruction], &[])
    }

    fn harvest(&mut self, member: &Member) -> Outcome {
        let outcome = self.try_harvest(member).expect("harvests");
        self.check();
        outcome
    }

    fn config(&self) -> EmissionsConfig {
        let config: EmissionsConfig = self.world.read(&CONFIG);
        assert!(config.invariant(self.world.now()));
        config
    }

    fn pool(&self, id: u8) -> RewardPool {
        let pool: RewardPool = self.world.read(&pda::reward_pool(id).0);
        assert!(pool.invariant(self.world.now()));
        pool
    }

    fn emission(&self, member: &Member) -> NodeEmission {
        let emission: NodeEmission = self.world.read(&pda::node_emission(&member.node()).0);
        assert!(emission.invariant());
        emission
    }

    fn weights(&self, member: &Member) -> (u64, u64) {
        let emission = self.emission(member);
        (emission.weight, emission.pending_weight)
    }

    /// The vault holds exactly what the pools say, and everything else adds up too.
    #[track_caller]
    fn check(&self) {
        books::check(&self.world).expect("the books add up");
        let held = self.pool(0).held() + self.pool(1).held();
        assert_eq!(self.world.token_balance(&VAULT), held);
    }

    /// Changes an account as no instruction could.
    fn edit<L: Layout>(&mut self, address: Pubkey, edit: impl FnOnce(&mut L)) {
        let mut layout: L = self.world.read(&address);
        edit(&mut layout);
        let mut data = L::DISCRIMINATOR.to_vec();
        // Layouts are plain old data.
        data.extend_from_slice(bytes_of(&layout));
        self.world.put(address, L::OWNER, data, false);
    }

    /// Sends `instruction` once for each of its accounts, replaced by a lookalike: the same data and owner at
    /// another address, or a wallet where there is no data. Each must fail with the error given for it,
    /// in order, and so must one with data of an account of ours that another program owns.
    #[track_caller]
    fn assert_pinned(
        &mut self,
        instruction: &Instruction,
        signers: &[&Keypair],
        expected: &[Expected],
    ) {
        assert_eq!(expected.len(), instruction.accounts.len());
        for (index, expected) in expected.iter().enumerate() {
            let original = instruction.accounts[index].pubkey;
            let account = self.world.svm.get_account(&original).unwrap_or_default();
            let stranger = self.world.wallet();
            if !account.executable && !account.data.is_empty() {
                let data = account.data.clone();
                self.world
                    .put(stranger.pubkey(), account.owner, data, false);
            }
            if let Expected::Code(code) = expected {
                let failure = self.swap(instruction, index, &stranger, signers);
                assert_eq!(
                    failure.code(),
                    Some(*code),
                    "account {index}: {:?}",
                    failure.error
                );
            }
            if !account.executable && account.owner != Pubkey::default() {
                self.world
                    .put(stranger.pubkey(), OTHER_PROGRAM, account.data, false);
                self.swap(instruction, index, &stranger, signers);
            }
            self.world
                .put(stranger.pubkey(), SYSTEM_PROGRAM, vec![], false);
        }
    }

    #[track_caller]
    fn swap(
        &mut self,
        instruction: &Instruction,
        index: usize,
        stranger: &Keypair,
        signers: &[&Keypair],
    ) -> Failure {
        let mut swapped = instruction.clone();
        swapped.accounts[index].pubkey = stranger.pubkey();
        let named: Vec<_> = [stranger]
            .into_iter()
            .chain(signers.iter().copied())
            .filter(|signer| {
                let key = signer.pubkey();
                swapped
                    .accounts
                    .iter()
                    .any(|meta| meta.is_signer && meta.pubkey == key)
            })
            .collect();
        match self.world.send(&[swapped.clone()], &named) {
            Ok(_) => panic!("account {index} is not checked"),
            Err(failure) => failure,
        }
    }
}

/// What becomes of an instruction when a lookalike stands in for one of its accounts.
#[derive(Clone, Debug)]
enum Expected {
    /// Any such account will do, or only the program itself could make another.
    Free,
    Code(u32),
}

fn wrong(error: EmissionsError) -> Expected {
    Expected::Code(error.code())
}

const FREE: Expected = Expected::Free;
const WRONG_ACCOUNT: Expected = Expected::Code(EmissionsError::WrongAccount.code());
const WRONG_NODE: Expected = Expected::Code(EmissionsError::WrongNode.code());

fn bytes_of<L: Layout>(layout: &L) -> &[u8] {
    // SAFETY: `Layout` requires `Pod`: no padding, any bytes.
    unsafe { core::slice::from_raw_parts((&raw const *layout).cast::<u8>(), size_of::<L>()) }
}

// initialize

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
            wrong(EmissionsError::WrongPool),
            wrong(EmissionsError::WrongPool),
        ],
    );
}

// enroll_node, close_node_emission

#[test]
fn enrolled_nodes_begin_with_nothing() {
    let mut fixture = Fixture::new();
    fixture.next_epoch();
    let member = fixture.unenrolled(1, MIN);
    let payer = fixture.world.wallet();
    let instruction = emissions::enroll_node(&payer.pubkey(), &member.node(), 1);
    let outcome = fixture.world.run(&[instruction], &[&payer]);
    let emission = fixture.emission(&member);
    assert_eq!(
        (emission.version, emission.pool, emission.node),
        (VERSION, 1, member.node())
    );
    assert_eq!(emission.bump, pda::node_emission(&member.node()).1);
    assert_eq!(emission.rent_payer, payer.pubkey());
    assert_eq!(
        (emission.weight, emission.owed, emission.settlements),
        (0, 0, 0)
    );
    assert_eq!((emission.settled_epoch, emission.score_epoch), (1, NEVER));
    assert_eq!(
        outcome.event::<NodeEnrolled>(),
        NodeEnrolled {
            node: member.node(),
            rent_payer: payer.pubkey(),
            pool: 1
        }
    );
    // The same again: the account is in use.
    let again = emissions::enroll_node(&payer.pubkey(), &member.node(), 1);
    assert_eq!(
        fixture
            .world
            .send(&[again], &[&payer])
            .expect_err("exists")
            .code(),
        Some(0)
    );
}

#[test]
fn enroll_refuses_retired_nodes_and_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let member = fixture.unenrolled(1, MIN);
    let payer = fixture.authority();
    let instruction = emissions::enroll_node(&payer, &member.node(), 1);
    let other_pool = emissions::enroll_node(&payer, &member.node(), 0);
    assert_fails(
        fixture.world.send(&[other_pool], &[]),
        EmissionsError::WrongPool,
    );
    fixture.assert_pinned(
        &instruction,
        &[],
        &[
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            wrong(EmissionsError::WrongPool),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let member = fixture.unenrolled(1, MIN);
    fixture.edit::<Node>(member.node(), |node| {
        node.status = NodeStatus::Retired as u8
    });
    let retired = emissions::enroll_node(&payer, &member.node(), 1);
    assert_fails(
        fixture.world.send(&[retired], &[]),
        EmissionsError::NodeRetired,
    );
}

#[test]
fn a_retired_node_is_closed_once_it_is_owed_nothing() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&member, &other]);
    fixture.next_epoch();
    let payer = fixture.authority();
    let close = emissions::close_node_emission(&member.node(), 0, &payer);
    assert_fails(
        fixture.world.send(&[close.clone()], &[]),
        EmissionsError::NodeNotRetired,
    );
    let halt = staking::halt_node(&fixture.guardian.pubkey(), &member.node(), 0);
    fixture.world.run(&[halt], &[&fixture.guardian]);
    assert_fails(
        fixture.world.send(&[close.clone()], &[]),
        EmissionsError::NodeNotRetired,
    );
    fixture.edit::<Node>(member.node(), |node| {
        node.status = NodeStatus::Retired as u8
    });
    assert_fails(
        fixture.world.send(&[close.clone()], &[]),
        EmissionsError::HarvestFirst,
    );
    fixture.harvest(&member);
    fixture.assert_pinned(
        &close,
        &[],
        &[
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let address = pda::node_emission(&member.node()).0;
    let rent = fixture.world.lamports(&address);
    let before = fixture.world.lamports(&payer);
    let outcome = fixture.world.run(&[close], &[]);
    assert_eq!(
        outcome.event::<NodeEmissionClosed>(),
        NodeEmissionClosed {
            node: member.node(),
            rent_payer: payer,
            forfeited: 0
        }
    );
    assert!(!fixture.world.exists(&address));
    let fee = 5_000;
    assert_eq!(fixture.world.lamports(&payer), before + rent - fee);
    assert_eq!(
        fixture.pool(0).total_weight,
        fixture.emission(&other).weight
    );
    fixture.check();
}

// advance_epoch

#[test]
fn an_epoch_can_be_cranked_from_the_second_it_ends() {
    let mut fixture = Fixture::new();
    fixture.world.set_clock(GENESIS + HOUR - 1);
    let early = fixture.crank();
    assert!(early.events::<EpochAdvanced>().is_empty());
    assert_eq!(fixture.config().epochs_done, 0);
    assert_eq!(fixture.world.supply(&MINT), 0);

    fixture.world.set_clock(GENESIS + HOUR);
    let outcome = fixture.crank();
    // 10 bps are 4.56 IO, more than the cap of 1 IO.
    let parts = [
        (FIRST_EPOCH - IO) * 7 / 10,
        (FIRST_EPOCH - IO) - (FIRST_EPOCH - IO) * 7 / 10,
    ];
    assert_eq!(
        outcome.event::<EpochAdvanced>(),
        EpochAdvanced {
            epoch: 1,
            epochs: 1,
            emission: FIRST_EPOCH,
            bounty: IO,
            bounty_account: fixture.bounty,
            pool_amounts: [parts[0], parts[1], 0, 0],
        }
    );
    assert_eq!(outcome.event::<Minted>().amount, FIRST_EPOCH);
    assert_eq!(fixture.world.token_balance(&fixture.bounty), IO);
    assert_eq!(fixture.world.token_balance(&VAULT), FIRST_EPOCH - IO);
    assert_eq!(
        (fixture.pool(0).carry, fixture.pool(1).carry),
        (parts[0], parts[1])
    );
    let config = fixture.config();
    assert_eq!(
        (config.epochs_done, config.emitted, config.bounties_paid),
        (1, FIRST_EPOCH, IO)
    );
}

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
fn after_the_last_epoch_time_goes_on_and_nothing_is_minted() {
    let mut fixture = Fixture::new();
    let epochs = Curve::by_id(0).expect("exists").epochs;
    fixture
        .world
        .set_clock(GENESIS + i64::try_from(epochs - 1).expect("fits") * HOUR);
    fixture.crank();
    let last: EpochAdvanced = fixture.next_epoch().event();
    assert_eq!((last.epoch, last.epochs), (epochs, 1));
    assert!(last.emission > 0);
    assert_eq!(fixture.config().emitted, 300_000_000 * IO);

    let after = fixture.next_epoch();
    assert!(after.events::<Minted>().is_empty());
    let event: EpochAdvanced = after.event();
    assert_eq!(
        (event.epoch, event.emission, event.bounty),
        (epochs + 1, 0, 0)
    );
    assert_eq!(event.pool_amounts, [0; 4]);
    assert_eq!(fixture.config().emitted, 300_000_000 * IO);
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
fn a_clock_that_goes_back_neither_pays_nor_fails() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.world.advance(10 * HOUR);
    fixture.crank();
    let config = fixture.world.data(&CONFIG);
    for earlier in [GENESIS + HOUR, GENESIS - HOUR, 0, i64::MIN] {
        fixture.world.set_clock(earlier);
        fixture.try_crank().expect("changes nothing");
        assert_eq!(fixture.world.data(&CONFIG), config);
    }
    // Scores still belong to the last epoch that was opened.
    let outcome = fixture
        .try_score(0, &[(member.node(), 10_000)])
        .expect("scores");
    let (head, _) = scores_of(&outcome);
    assert_eq!(head.epoch, 10);
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

// set_scores

/// The batch of scores that a transaction recorded.
fn scores_of(outcome: &Outcome) -> (ScoresSet, Vec<NodeScore>) {
    let mut found = outcome.inner_data().filter_map(ScoresSet::decode_nodes);
    let (head, nodes) = found.next().expect("one batch");
    (head, nodes.collect())
}

#[test]
fn scores_weigh_nodes_from_the_next_epoch_on() {
    let mut fixture = Fixture::new();
    let members = [
        fixture.member(0, MIN),
        fixture.member(0, 5 * MIN),
        fixture.member(0, MIN - 1),
    ];
    let scores: Vec<_> = members.iter().zip([5_000, 10_000, 10_000]).collect();
    let scores: Vec<_> = scores
        .iter()
        .map(|(member, score)| (member.node(), *score))
        .collect();
    let outcome = fixture.try_score(0, &scores).expect("scores");
    let (head, nodes) = scores_of(&outcome);
    assert_eq!((head.pool, head.epoch, head.count), (0, 0, 3));
    let wanted = [(5_000, ONE / 2), (10_000, 2 * ONE), (10_000, 0)];
    for ((node, member), (score_bps, pending_weight)) in nodes.iter().zip(&members).zip(wanted) {
        assert_eq!(
            *node,
            NodeScore {
                node: member.node(),
                score_bps,
                earned: 0,
                forfeited: 0,
                weight: 0,
                pending_weight,
            }
        );
        let emission = fixture.emission(member);
        assert_eq!((emission.score_bps, emission.score_epoch), (score_bps, 0));
        assert_eq!(
            (emission.weight, emission.pending_weight),
            (0, pending_weight)
        );
    }
    assert_eq!(fixture.pool(0).total_weight, 0);
    fixture.next_epoch();
    for member in &members {
        fixture.try_sync(member).expect("syncs");
    }
    assert_eq!(fixture.pool(0).total_weight, ONE / 2 + 2 * ONE);
    fixture.check();
}

#[test]
fn scores_are_the_scorers_alone() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let stranger = fixture.world.wallet();
    let scores = [(member.node(), 10_000)];
    let theirs = emissions::set_scores(&stranger.pubkey(), 0, &scores);
    assert_fails(
        fixture.world.send(&[theirs], &[&stranger]),
        EmissionsError::Unauthorized,
    );
    let mut unsigned = emissions::set_scores(&fixture.scorer.pubkey(), 0, &scores);
    unsigned.accounts[0].is_signer = false;
    let failure = fixture
        .world
        .send(&[unsigned], &[])
        .expect_err("not signed");
    assert_eq!(
        failure.reason(),
        Some(&InstructionError::MissingRequiredSignature)
    );
    let scorer = fixture.scorer.insecure_clone();
    fixture.assert_pinned(
        &emissions::set_scores(&scorer.pubkey(), 0, &scores),
        &[&scorer],
        &[
            wrong(EmissionsError::Unauthorized),
            WRONG_ACCOUNT,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
        ],
    );
}

#[test]
fn scores_wait_for_the_crank() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.world.set_clock(GENESIS + HOUR);
    assert_fails(
        fixture.try_score(0, &[(member.node(), 10_000)]),
        EmissionsError::CrankFirst,
    );
    fixture.crank();
    fixture.score(&[&member], 10_000);
}

#[test]
fn scores_are_bounded() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let node = member.node();
    assert_fails(
        fixture.try_score(0, &[(node, 10_001)]),
        EmissionsError::ScoreTooHigh,
    );
    // Twice in one batch, and twice in one epoch.
    let twice = [(node, 5_000), (node, 5_000)];
    assert_fails(fixture.try_score(0, &twice), EmissionsError::AlreadyScored);
    fixture.score(&[&member], 5_000);
    assert_fails(
        fixture.try_score(0, &[(node, 5_001)]),
        EmissionsError::AlreadyScored,
    );
    fixture.next_epoch();
    for beyond in [3_999, 6_001] {
        assert_fails(
            fixture.try_score(0, &[(node, beyond)]),
            EmissionsError::ScoreStepTooLarge,
        );
    }
    fixture.score(&[&member], 0);
    fixture.next_epoch();
    fixture.score(&[&member], 6_000);
    assert_eq!(fixture.emission(&member).quality_bps, 6_000);
}

#[test]
fn scores_need_pairs_of_the_pools_own_nodes() {
    let mut fixture = Fixture::new();
    let (ours, theirs) = (fixture.member(0, MIN), fixture.member(1, MIN));
    assert_fails(
        fixture.try_score(0, &[(theirs.node(), 10_000)]),
        EmissionsError::WrongPool,
    );
    let scorer = fixture.scorer.insecure_clone();
    let good = emissions::set_scores(
        &scorer.pubkey(),
        0,
        &[(ours.node(), 10_000), (theirs.node(), 10_000)],
    );
    let nodes = good.accounts.len() - 4;
    let mut crossed = good.clone();
    crossed.accounts.swap(nodes + 1, nodes + 3);
    assert_fails(
        fixture.world.send(&[crossed], &[&scorer]),
        EmissionsError::WrongNode,
    );
    for left in [0, 1, 2, 3] {
        let mut fewer = good.clone();
        fewer.accounts.truncate(nodes + left);
        assert_fails(
            fixture.world.send(&[fewer], &[&scorer]),
            EmissionsError::WrongScoreCount,
        );
    }
    // Books of another program.
    let fake = fixture.world.fresh_address();
    let data = fixture.world.data(&pda::node_emission(&ours.node()).0);
    fixture.world.put(fake, OTHER_PROGRAM, data, false);
    let mut foreign = emissions::set_scores(&scorer.pubkey(), 0, &[(ours.node(), 10_000)]);
    foreign.accounts.last_mut().expect("some").pubkey = fake;
    assert_fails(
        fixture.world.send(&[foreign], &[&scorer]),
        EmissionsError::WrongNode,
    );
}

#[test]
fn twenty_four_nodes_fit_one_call() {
    let mut fixture = Fixture::new();
    let members: Vec<_> = (0..25).map(|_| fixture.member(0, MIN)).collect();
    let all: Vec<_> = members
        .iter()
        .map(|member| (member.node(), 10_000))
        .collect();
    assert_fails(fixture.try_score(0, &all), EmissionsError::WrongScoreCount);
    for _ in 0..3 {
        fixture.try_score(0, &all[..24]).expect("scores");
        fixture.next_epoch();
    }
    let outcome = fixture.try_score(0, &all[..24]).expect("scores");
    let (head, nodes) = scores_of(&outcome);
    assert_eq!((head.count, nodes.len()), (24, 24));
    assert!(
        nodes
            .iter()
            .all(|node| node.weight == ONE && node.earned > 0)
    );
    println!("set_scores: {} CU for 24 nodes", outcome.cu);
    fixture.check();
}

#[test]
fn a_node_that_is_down_earns_nothing_for_the_epoch() {
    let mut fixture = Fixture::new();
    let (up, down) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&up, &down]);
    fixture.next_epoch();
    fixture.score(&[&up], 10_000);
    fixture.score(&[&down], 0);
    let before = fixture.emission(&down).owed;
    fixture.next_epoch();
    fixture.score(&[&up, &down], 10_000);
    assert_eq!(fixture.emission(&down).owed, before);
    assert!(fixture.emission(&up).owed > before + before / 2);
}

// sync_node

#[test]
fn a_deposit_weighs_from_the_epoch_after_it_is_synced() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.harvest(&member);
    fixture.deposit(&member, 2 * MIN);
    assert_eq!(fixture.weights(&member), (ONE, 0));
    let outcome = fixture.try_sync(&member).expect("syncs");
    assert_eq!(fixture.weights(&member), (ONE, ONE + ONE / 2));
    assert_eq!(
        outcome.event::<NodeSynced>(),
        NodeSynced {
            node: member.node(),
            epoch: 1,
            earned: 0,
            forfeited: 0,
            weight: ONE,
            pending_weight: ONE + ONE / 2,
        }
    );
    println!("sync_node: {} CU", outcome.cu);
    fixture.world.advance(HOUR);
    assert_fails(fixture.try_sync(&member), EmissionsError::CrankFirst);
    fixture.crank();
    fixture.try_sync(&member).expect("syncs");
    assert_eq!(fixture.weights(&member), (ONE + ONE / 2, 0));
    fixture.check();
}

#[test]
fn sync_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, MIN), fixture.member(1, MIN));
    let good = emissions::sync_node(&member.node(), 0);
    fixture.assert_pinned(
        &good,
        &[],
        &[
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let mut others_books = good.clone();
    others_books.accounts[2].pubkey = pda::node_emission(&other.node()).0;
    assert_fails(
        fixture.world.send(&[others_books], &[]),
        EmissionsError::WrongNode,
    );
    let other_pool = emissions::sync_node(&member.node(), 1);
    assert_fails(
        fixture.world.send(&[other_pool], &[]),
        EmissionsError::WrongPool,
    );
}

#[test]
fn weight_added_in_the_last_second_of_an_epoch_earns_nothing_of_it() {
    let mut fixture = Fixture::new();
    let (early, late) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&early]);
    let start = fixture.world.now();
    fixture.world.set_clock(start + HOUR - 1);
    fixture.score(&[&late], 10_000);
    fixture.world.set_clock(start + HOUR);
    fixture.crank();
    fixture.try_sync(&late).expect("syncs");
    assert_eq!(
        (fixture.emission(&late).owed, fixture.weights(&late)),
        (0, (ONE, 0))
    );
    let all = fixture.pool(0).owed;
    let alone: Harvested = fixture.harvest(&early).event();
    assert!((all - 1..=all).contains(&alone.amount));
    // From now on they share.
    fixture.next_epoch();
    let (a, b): (Harvested, Harvested) = (
        fixture.harvest(&early).event(),
        fixture.harvest(&late).event(),
    );
    assert_eq!(a.amount, b.amount);
    assert!(a.amount > 0);
}

/// An emission that began long before the first node: what piled up is not for the taking.
#[test]
fn weight_of_one_epoch_does_not_take_what_many_left_behind() {
    let mut fixture = Fixture::new();
    fixture.world.advance(17_000 * HOUR);
    fixture.crank();
    let piled_up = fixture.pool(0).carry;
    assert!(piled_up > 30_000_000 * IO);
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    let part = fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    let harvested: Harvested = fixture.harvest(&member).event();
    assert!(harvested.amount <= 2 * part);
}

// harvest

#[test]
fn harvest_moves_what_is_owed_to_the_reward_vault() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    let carried = FIRST_EPOCH - IO;
    let carried = carried * 7 / 10;
    let part = fixture.next_epoch().event::<EpochAdvanced>().pool_amounts[0];
    let (vault, owed) = (fixture.world.token_balance(&VAULT), fixture.pool(0).owed);
    // Of what was carried, as much again as the epoch brings.
    assert!(carried > part);
    assert_eq!(owed, part + part);
    let outcome = fixture.harvest(&member);
    let event: Harvested = outcome.event();
    assert!((owed - 1..=owed).contains(&event.amount));
    assert_eq!(
        event,
        Harvested {
            node: member.node(),
            epoch: 2,
            earned: event.amount,
            forfeited: 0,
            amount: event.amount,
            weight: ONE,
            pending_weight: 0,
        }
    );
    let reward_vault = pda::reward_vault(&member.node()).0;
    assert_eq!(fixture.world.token_balance(&reward_vault), event.amount);
    assert_eq!(fixture.world.token_balance(&VAULT), vault - event.amount);
    assert_eq!(fixture.pool(0).owed, owed - event.amount);
    let emission = fixture.emission(&member);
    assert_eq!((emission.owed, emission.harvested), (0, event.amount));
    assert_eq!(outcome.event::<RewardsShared>().amount, event.amount);
    println!("harvest: {} CU", outcome.cu);
    assert!(outcome.cu <= 6_300, "{}", outcome.cu);
}

#[test]
fn harvest_with_nothing_owed_only_settles() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let outcome = fixture.harvest(&member);
    assert_eq!(outcome.event::<Harvested>().amount, 0);
    assert!(outcome.events::<RewardsShared>().is_empty());
    assert_eq!(fixture.emission(&member).settlements, 1);
}

#[test]
fn harvest_works_without_a_crank_and_leaves_the_weight() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.harvest(&member);
    fixture.deposit(&member, MIN);
    fixture.try_sync(&member).expect("syncs");
    fixture.next_epoch();
    fixture.world.advance(2 * HOUR);
    let event: Harvested = fixture.harvest(&member).event();
    assert!(event.amount > 0);
    assert_eq!((event.epoch, event.weight), (2, ONE));
    assert!(event.pending_weight > ONE);
}

#[test]
fn harvest_puts_a_weight_that_is_due_in_force() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.score(&[&member], 10_000);
    fixture.harvest(&member);
    assert_eq!(fixture.weights(&member), (0, ONE));
    fixture.world.advance(HOUR);
    fixture.harvest(&member);
    assert_eq!(fixture.weights(&member), (0, ONE));
    fixture.crank();
    assert_eq!(fixture.harvest(&member).event::<Harvested>().weight, ONE);
    assert_eq!(fixture.weights(&member), (ONE, 0));
}

#[test]
fn unstaking_forfeits_from_that_moment_on() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, 5 * MIN), fixture.member(0, MIN));
    fixture.earning(&[&member, &other]);
    // In the open epoch it falls from 2 x to 1 x, and back up.
    fixture.unstake(&member, 0, 4 * MIN);
    fixture.next_epoch();
    let (owed, left) = (fixture.pool(0).owed, fixture.pool(0).carry);
    let event: Harvested = fixture.harvest(&member).event();
    assert!((event.amount).abs_diff(owed / 3) <= 1);
    assert!((event.forfeited).abs_diff(owed / 3) <= 1);
    assert_eq!(
        (event.weight, fixture.pool(0).carry),
        (ONE, left + event.forfeited)
    );
    // What it forfeited goes to all in the next epoch.
    fixture.next_epoch();
    let (a, b): (Harvested, Harvested) = (
        fixture.harvest(&member).event(),
        fixture.harvest(&other).event(),
    );
    assert!(a.amount > event.forfeited / 2);
    assert!(b.amount > a.amount);
}

#[test]
fn stake_that_leaves_for_a_moment_costs_the_epoch() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.unstake(&member, 0, 1);
    fixture.harvest(&member);
    fixture.deposit(&member, 1);
    fixture.try_sync(&member).expect("syncs");
    assert_eq!(fixture.weights(&member), (0, ONE));
    fixture.next_epoch();
    assert_eq!(fixture.harvest(&member).event::<Harvested>().earned, 0);
    assert_eq!(fixture.weights(&member), (ONE, 0));
}

#[test]
fn a_halted_node_earns_nothing_from_then_on() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    fixture.next_epoch();
    let before = fixture.pool(0).owed;
    let halt = staking::halt_node(&fixture.guardian.pubkey(), &member.node(), 0);
    fixture.world.run(&[halt], &[&fixture.guardian]);
    fixture.next_epoch();
    let event: Harvested = fixture.harvest(&member).event();
    assert!((before - 1..=before).contains(&event.amount));
    assert!(event.forfeited > 0);
    assert_eq!((event.weight, event.pending_weight), (0, 0));
    // The scorer's word does not help.
    fixture.score(&[&member], 10_000);
    assert_eq!(fixture.weights(&member), (0, 0));
}

#[test]
fn scores_out_of_date_forfeit_what_was_not_settled() {
    let mut fixture = Fixture::new();
    let (fresh, stale) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&fresh, &stale]);
    for _ in 0..4 {
        fixture.next_epoch();
        fixture.score(&[&fresh], 10_000);
    }
    let still: NodeSynced = fixture.try_sync(&stale).expect("syncs").event();
    assert!(still.earned > 0);
    fixture.next_epoch();
    let event: NodeSynced = fixture.try_sync(&stale).expect("syncs").event();
    assert_eq!(
        (event.earned, event.weight, event.pending_weight),
        (0, 0, 0)
    );
    assert!(event.forfeited > 0);
    // What was settled before stays.
    assert_eq!(
        fixture.harvest(&stale).event::<Harvested>().amount,
        still.earned
    );
}

#[test]
fn a_latecomer_does_not_share_in_what_was_earned_before() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    fixture.earning(&[&member]);
    for _ in 0..3 {
        fixture.next_epoch();
    }
    let deposit = staking::deposit(&member.stake, &member.tokens, 0, MIN, MIN);
    assert_fails(
        fixture.world.send(&[deposit.clone()], &[&member.operator]),
        StakingError::HarvestFirst,
    );
    let harvest = emissions::harvest(&member.node(), 0);
    fixture.world.run(&[harvest, deposit], &[&member.operator]);
    fixture.check();
}

#[test]
fn harvest_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let (member, other) = (fixture.member(0, MIN), fixture.member(0, MIN));
    fixture.earning(&[&member, &other]);
    fixture.next_epoch();
    let good = emissions::harvest(&member.node(), 0);
    fixture.assert_pinned(
        &good,
        &[],
        &[
            WRONG_ACCOUNT,
            WRONG_NODE,
            FREE,
            FREE,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            Expected::Code(StakingError::WrongAccount.code()),
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
            WRONG_ACCOUNT,
        ],
    );
    let swap = |index: usize, address: Pubkey| {
        let mut swapped = good.clone();
        swapped.accounts[index].pubkey = address;
        [swapped]
    };
    let theirs = other.node();
    for (index, address, error) in [
        (1, theirs, EmissionsError::WrongNode),
        (2, pda::node_emission(&theirs).0, EmissionsError::WrongNode),
        (3, pda::reward_pool(1).0, EmissionsError::WrongPool),
        (
            5,
            pda::reward_vault(&theirs).0,
            EmissionsError::WrongAccount,
        ),
        (
            5,
            pda::stake_vault(&member.node()).0,
            EmissionsError::WrongAccount,
        ),
    ] {
        assert_fails(fixture.world.send(&swap(index, address), &[]), error);
    }
    fixture.harvest(&member);
}

// Rules and roles

#[test]
fn rules_change_after_the_delay() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let next = emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 2 * IO);
    let outcome = fixture.world.run(&[next], &[]);
    assert_eq!(
        outcome.event::<EmissionsRuleScheduled>(),
        EmissionsRuleScheduled {
            rule: 1,
            next: 2 * IO,
            effective_at: GENESIS + RULE_CHANGE_DELAY,
        }
    );
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY - 1);
    assert_eq!(fixture.crank().event::<EpochAdvanced>().bounty, IO);
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY);
    assert_eq!(fixture.crank().event::<EpochAdvanced>().bounty, 2 * IO);
}

#[test]
fn rules_have_bounds() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    for (rule, bad) in [
        (EmissionsRule::BountyBps, 101),
        (EmissionsRule::MaxBoostBps, 9_999),
        (EmissionsRule::MaxScoreAge, 0),
        (EmissionsRule::MaxScoreStepBps, 10_001),
    ] {
        let instruction = emissions::schedule_rule(&authority, rule, bad);
        assert_fails(
            fixture.world.send(&[instruction], &[]),
            EmissionsError::RuleOutOfBounds,
        );
    }
    let mut unknown = emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 1);
    unknown.data[8] = 5;
    assert_fails(
        fixture.world.send(&[unknown], &[]),
        EmissionsError::RuleOutOfBounds,
    );
}

#[test]
fn shares_change_together_after_the_delay() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let instruction = emissions::schedule_shares(&authority, &[1_000, 9_000, 0, 0]);
    let outcome = fixture.world.run(&[instruction.clone()], &[]);
    assert_eq!(
        outcome.event::<PoolSharesScheduled>(),
        PoolSharesScheduled {
            pool_shares: [1_000, 9_000, 0, 0],
            effective_at: GENESIS + RULE_CHANGE_DELAY,
        }
    );
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY);
    let event: EpochAdvanced = fixture.crank().event();
    assert_eq!(event.pool_amounts[0], (event.emission - event.bounty) / 10);
    for shares in [
        [10_000, 0, 0, 0],
        [5_000, 4_999, 0, 0],
        [5_000, 3_000, 2_000, 0],
    ] {
        let bad = emissions::schedule_shares(&authority, &shares);
        assert_fails(fixture.world.send(&[bad], &[]), EmissionsError::WrongShares);
    }
    let mut swapped = instruction;
    let last = swapped.accounts.len() - 1;
    swapped.accounts.swap(last, last - 1);
    assert_fails(
        fixture.world.send(&[swapped], &[]),
        EmissionsError::WrongPool,
    );
}

#[test]
fn the_guardian_can_cancel_changes_and_nothing_else() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let guardian = fixture.guardian.insecure_clone();
    fixture.world.run(
        &[
            emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 2 * IO),
            emissions::schedule_shares(&authority, &[1_000, 9_000, 0, 0]),
        ],
        &[],
    );
    let stranger = fixture.world.wallet();
    let theirs = emissions::cancel_changes(&stranger.pubkey(), 2);
    assert_fails(
        fixture.world.send(&[theirs], &[&stranger]),
        EmissionsError::Unauthorized,
    );
    let half = emissions::cancel_changes(&guardian.pubkey(), 1);
    assert_fails(
        fixture.world.send(&[half], &[&guardian]),
        EmissionsError::WrongPool,
    );
    let cancel = emissions::cancel_changes(&guardian.pubkey(), 2);
    let outcome = fixture.world.run(&[cancel], &[&guardian]);
    assert_eq!(
        outcome.event::<EmissionsChangesCancelled>(),
        EmissionsChangesCancelled {
            signer: guardian.pubkey()
        }
    );
    fixture.world.set_clock(GENESIS + RULE_CHANGE_DELAY);
    let event: EpochAdvanced = fixture.crank().event();
    assert_eq!(event.bounty, IO);
    assert_eq!(
        event.pool_amounts[0],
        (event.emission - event.bounty) * 7 / 10
    );
    let own = emissions::cancel_changes(&authority, 2);
    fixture.world.run(&[own], &[]);
}

#[test]
fn only_the_authority_governs() {
    let mut fixture = Fixture::new();
    let someone = fixture.world.fresh_address();
    for signer in [fixture.world.wallet(), fixture.guardian.insecure_clone()] {
        let key = signer.pubkey();
        for instruction in [
            emissions::schedule_rule(&key, EmissionsRule::BountyCap, 1),
            emissions::schedule_shares(&key, &[5_000, 5_000, 0, 0]),
            emissions::set_scorer(&key, &someone),
            emissions::set_guardian(&key, &someone),
            emissions::nominate_authority(&key, &someone),
        ] {
            assert_fails(
                fixture.world.send(&[instruction], &[&signer]),
                EmissionsError::Unauthorized,
            );
        }
    }
}

#[test]
fn scorer_and_guardian_are_replaced_at_once() {
    let mut fixture = Fixture::new();
    let member = fixture.member(0, MIN);
    let (authority, next) = (fixture.authority(), fixture.world.wallet());
    let outcome = fixture.world.run(
        &[
            emissions::set_scorer(&authority, &next.pubkey()),
            emissions::set_guardian(&authority, &next.pubkey()),
        ],
        &[],
    );
    assert_eq!(
        outcome.event::<ScorerSet>(),
        ScorerSet {
            scorer: next.pubkey()
        }
    );
    assert_eq!(
        outcome.event::<EmissionsGuardianSet>(),
        EmissionsGuardianSet {
            guardian: next.pubkey()
        }
    );
    let scores = [(member.node(), 10_000)];
    assert_fails(fixture.try_score(0, &scores), EmissionsError::Unauthorized);
    fixture.scorer = next;
    fixture.try_score(0, &scores).expect("scores");
    let old = fixture.guardian.insecure_clone();
    let cancel = emissions::cancel_changes(&old.pubkey(), 2);
    assert_fails(
        fixture.world.send(&[cancel], &[&old]),
        EmissionsError::Unauthorized,
    );
}

#[test]
fn the_authority_is_handed_over_in_two_steps() {
    let mut fixture = Fixture::new();
    let (authority, next) = (fixture.authority(), fixture.world.wallet());
    let accept = emissions::accept_authority(&next.pubkey());
    assert_fails(
        fixture.world.send(&[accept.clone()], &[&next]),
        EmissionsError::NotNominated,
    );
    let nominate = emissions::nominate_authority(&authority, &next.pubkey());
    let outcome = fixture.world.run(&[nominate], &[]);
    assert_eq!(
        outcome.event::<EmissionsAuthorityNominated>(),
        EmissionsAuthorityNominated {
            authority,
            nominee: next.pubkey()
        }
    );
    assert_eq!(fixture.config().governance.authority, authority);
    let outcome = fixture.world.run(&[accept], &[&next]);
    assert_eq!(
        outcome.event::<EmissionsAuthorityAccepted>(),
        EmissionsAuthorityAccepted {
            authority: next.pubkey()
        }
    );
    let old = emissions::set_scorer(&authority, &authority);
    assert_fails(
        fixture.world.send(&[old], &[]),
        EmissionsError::Unauthorized,
    );
}

#[test]
fn governance_pins_its_accounts() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let nominate = emissions::nominate_authority(&authority, &authority);
    fixture.world.run(&[nominate.clone()], &[]);
    let head = |first| vec![first, WRONG_ACCOUNT, WRONG_ACCOUNT, WRONG_ACCOUNT];
    let unauthorized = || head(wrong(EmissionsError::Unauthorized));
    let pools = [FREE, FREE];
    for (instruction, expected) in [
        (nominate, unauthorized()),
        (
            emissions::accept_authority(&authority),
            head(wrong(EmissionsError::NotNominated)),
        ),
        (
            emissions::set_scorer(&authority, &authority),
            unauthorized(),
        ),
        (
            emissions::set_guardian(&authority, &authority),
            unauthorized(),
        ),
        (
            emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 1),
            unauthorized(),
        ),
        (
            emissions::schedule_shares(&authority, &[5_000, 5_000, 0, 0]),
            [unauthorized(), pools.to_vec()].concat(),
        ),
        (
            emissions::cancel_changes(&authority, 2),
            [unauthorized(), pools.to_vec()].concat(),
        ),
    ] {
        fixture.assert_pinned(&instruction, &[], &expected);
    }
}
