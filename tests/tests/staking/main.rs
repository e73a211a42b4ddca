//! `io_staking` on its real binary: each instruction, each error it can return, each account it checks.

use io_client::{
    Instruction, Pubkey, mint, pda,
    shared::{
        constants::{COOLDOWN, DEPOSIT_MAX_CRANK_DELAY, DEPOSIT_MAX_LAG_EPOCHS, IO, VERSION},
        errors::StakingError,
        events::{
            Claimed, ClassCreated, DelegationSet, Deposited, NodeHalted, NodeRegistered,
            NodeResumed, PayoutSet, PositionOpened, RewardsShared, SlasherSet,
            StakingAuthorityAccepted, StakingAuthorityNominated, StakingGuardianSet,
            StakingInitialized, StakingPaused, UnstakeCancelled, UnstakeRequested, Withdrawn,
        },
        ids::{SYSTEM_PROGRAM, io_emissions, io_mint, io_staking},
        state::{
            DeviceClass, Layout, Node, NodeEmission, NodeStatus, Position, RewardPool,
            StakingConfig, Ticket, TrancheKind,
        },
    },
    staking::{self, ClassTerms, NodeTerms, Stake},
};
use io_tests::{Failure, GENESIS, Outcome, World, assert_fails};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

mod class;
mod closing;
mod commission;
mod compound;
mod crowd;
mod live;
mod review;
mod slash;
mod traps;

const CONFIG: Pubkey = io_staking::CONFIG.address;
const MINT: Pubkey = io_mint::MINT.address;
const POOL: u8 = 2;
/// A class whose delegators cannot be slashed, and one whose delegators can.
const SAFE: u16 = 1;
const RISKY: u16 = 2;
/// Minimum of a node with one processor of either class.
const MIN: u64 = 200 * IO;
const MAX: u64 = 5 * MIN;

/// A world with `io_staking` initialized, two classes and one open node.
struct Fixture {
    world: World,
    guardian: Keypair,
    slasher: Keypair,
    operator: Keypair,
    node: Pubkey,
}

/// A wallet with a position and a token account to pay from and to be paid to.
struct Staker {
    wallet: Keypair,
    stake: Stake,
    tokens: Pubkey,
}

impl Fixture {
    fn new() -> Self {
        Self::with_terms(terms(1))
    }

    fn with_terms(terms: NodeTerms) -> Self {
        let mut world = World::new();
        let (guardian, slasher, operator) = (world.wallet(), world.wallet(), world.wallet());
        let authority = world.authority.pubkey();
        world.run(&[mint::initialize(&authority, &guardian.pubkey())], &[]);
        world.run(
            &[staking::initialize(
                &authority,
                &guardian.pubkey(),
                &slasher.pubkey(),
                5_000,
            )],
            &[],
        );
        for class in [class(SAFE, false), class(RISKY, true)] {
            world.run(&[staking::create_class(&authority, &class)], &[]);
        }
        let mut fixture = Self {
            world,
            guardian,
            slasher,
            operator,
            node: Pubkey::default(),
        };
        fixture.node = fixture.register(&terms);
        fixture
    }

    fn authority(&self) -> Keypair {
        self.world.authority.insecure_clone()
    }

    /// Registers another node of the operator.
    fn register(&mut self, terms: &NodeTerms) -> Pubkey {
        let operator = self.operator.pubkey();
        let instruction = staking::register_node(&operator, &operator, &MINT, terms);
        self.world.run(&[instruction], &[&self.operator]);
        pda::node(&operator, &terms.node_id).0
    }

    fn wallet_with(&mut self, amount: u64) -> (Keypair, Pubkey) {
        let wallet = self.world.wallet();
        let tokens = self
            .world
            .create_token_account(&wallet.pubkey(), &MINT, amount);
        (wallet, tokens)
    }

    /// The operator's position on the node, with 100 minimums to stake.
    fn operator(&mut self) -> Staker {
        let wallet = self.operator.insecure_clone();
        self.open(wallet, TrancheKind::Operator)
    }

    /// A new delegator's position on the node, with 100 minimums to stake.
    fn delegator(&mut self) -> Staker {
        let wallet = self.world.wallet();
        let tranche = self.node().delegator_kind().expect("a tranche");
        self.open(wallet, tranche)
    }

    fn open(&mut self, wallet: Keypair, tranche: TrancheKind) -> Staker {
        let owner = wallet.pubkey();
        let stake = Stake {
            node: self.node,
            owner,
            tranche,
        };
        self.world
            .run(&[staking::open_position(&owner, &stake)], &[&wallet]);
        let tokens = self.world.create_token_account(&owner, &MINT, 100 * MIN);
        Staker {
            wallet,
            stake,
            tokens,
        }
    }

    fn try_deposit(&mut self, staker: &Staker, amount: u64, min: u64) -> Result<Outcome, Failure> {
        let instruction = staking::deposit(&staker.stake, &staker.tokens, POOL, amount, min);
        self.world.send(&[instruction], &[&staker.wallet])
    }

    #[track_caller]
    fn deposit(&mut self, staker: &Staker, amount: u64) -> Outcome {
        self.try_deposit(staker, amount, amount)
            .expect("the deposit fits")
    }

    fn request_instructions(&self, staker: &Staker, amount: u64) -> [Instruction; 3] {
        let index = self.position(staker).next_ticket;
        let (owner, rent) = (
            staker.wallet.pubkey(),
            self.world.rent(staking::TICKET_SPACE),
        );
        staking::request_unstake(&owner, &staker.stake, POOL, index, amount, rent)
    }

    fn try_request(&mut self, staker: &Staker, amount: u64) -> Result<Outcome, Failure> {
        let instructions = self.request_instructions(staker, amount);
        self.world.send(&instructions, &[&staker.wallet])
    }

    /// Requests, and returns the ticket's index.
    #[track_caller]
    fn request(&mut self, staker: &Staker, amount: u64) -> u64 {
        let index = self.position(staker).next_ticket;
        self.try_request(staker, amount)
            .expect("the owner may leave");
        index
    }

    fn try_cancel(&mut self, staker: &Staker, index: u64) -> Result<Outcome, Failure> {
        let owner = staker.wallet.pubkey();
        let instruction = staking::cancel_unstake(&staker.stake, POOL, index, &owner);
        self.world.send(&[instruction], &[&staker.wallet])
    }

    /// Signed by nobody but who pays the fee.
    fn try_withdraw(&mut self, staker: &Staker, index: u64) -> Result<Outcome, Failure> {
        let owner = staker.wallet.pubkey();
        let instruction = staking::withdraw(&staker.stake, index, &staker.tokens, &owner);
        self.world.send(&[instruction], &[])
    }

    /// Signed by nobody but who pays the fee.
    fn try_claim(&mut self, staker: &Staker) -> Result<Outcome, Failure> {
        self.world
            .send(&[staking::claim(&staker.stake, &staker.tokens)], &[])
    }

    /// Sends rewards to the node and shares them out.
    fn reward(&mut self, amount: u64) -> Outcome {
        self.donate(pda::reward_vault(&self.node).0, amount);
        self.world.run(&[staking::distribute(&self.node)], &[])
    }

    /// Adds tokens to a vault, as a transfer by anyone does.
    fn donate(&mut self, vault: Pubkey, amount: u64) {
        let before = self.world.token_account(&vault);
        self.world
            .put_token_account(vault, &before.owner, &MINT, before.amount + amount);
    }

    fn try_halt(&mut self) -> Result<Outcome, Failure> {
        let guardian = self.guardian.insecure_clone();
        let instruction = staking::halt_node(&guardian.pubkey(), &self.node, POOL);
        self.world.send(&[instruction], &[&guardian])
    }

    fn set_paused(&mut self, paused: bool) {
        let authority = self.authority();
        self.world
            .run(&[staking::set_paused(&authority.pubkey(), paused)], &[]);
    }

    /// The node's books, which must add up to what its vaults hold.
    #[track_caller]
    fn node(&self) -> Node {
        let node: Node = self.world.read(&self.node);
        assert!(node.invariant());
        let staked = self.world.token_balance(&node.stake_vault);
        assert!(staked >= node.active_stake() + node.cooling_stake());
        assert!(self.world.token_balance(&node.reward_vault) >= node.rewards_owed);
        node
    }

    #[track_caller]
    fn position(&self, staker: &Staker) -> Position {
        self.world.read(&staker.stake.position())
    }

    fn value(&self, staker: &Staker) -> u64 {
        let shares = self.position(staker).shares;
        self.node()
            .tranche(staker.stake.tranche)
            .value_of(shares)
            .expect("a part of it")
    }

    fn balance(&self, staker: &Staker) -> u64 {
        self.world.token_balance(&staker.tokens)
    }

    /// Writes an account as no transaction could.
    fn edit<L: Layout>(&mut self, address: &Pubkey, change: impl FnOnce(&mut L)) {
        let mut layout: L = self.world.read(address);
        change(&mut layout);
        self.put(*address, &layout);
    }

    /// Sends an instruction, signed by those of `keys` that it names.
    fn send_by(&mut self, instruction: Instruction, keys: &[&Keypair]) -> Result<Outcome, Failure> {
        let keys: Vec<&Keypair> = keys
            .iter()
            .filter(|key| {
                instruction
                    .accounts
                    .iter()
                    .any(|a| a.is_signer && a.pubkey == key.pubkey())
            })
            .copied()
            .collect();
        self.world.send(&[instruction], &keys)
    }

    fn put<L: Layout>(&mut self, address: Pubkey, layout: &L) {
        let bytes = bytes_of(layout);
        self.world.put(
            address,
            L::OWNER,
            [&L::DISCRIMINATOR[..], bytes].concat(),
            false,
        );
    }

    /// What `io_emissions` says about the node.
    fn put_emission(&mut self, change: impl FnOnce(&mut NodeEmission, &mut RewardPool)) {
        let (emission, pool) = (pda::node_emission(&self.node).0, pda::reward_pool(POOL).0);
        let mut layouts: (NodeEmission, RewardPool) = (
            self.world.try_read(&emission).unwrap_or_else(zeroed),
            self.world.try_read(&pool).unwrap_or_else(zeroed),
        );
        change(&mut layouts.0, &mut layouts.1);
        self.put(emission, &layouts.0);
        self.put(pool, &layouts.1);
    }
}

fn zeroed<L: Layout>() -> L {
    L::read_copy(&[&L::DISCRIMINATOR[..], &vec![0; L::SPACE - 8]].concat()).expect("a layout")
}

fn bytes_of<L: Layout>(layout: &L) -> &[u8] {
    // SAFETY: layouts are plain old data without padding.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(layout).cast(), size_of::<L>()) }
}

fn class(id: u16, delegators_slashable: bool) -> ClassTerms {
    ClassTerms {
        id,
        name: *b"H100 PCIe\0\0\0\0\0\0\0",
        pool: POOL,
        multiplier_milli: 1_000,
        max_stake_multiple: 5,
        delegators_slashable,
    }
}

/// A node with one processor, 10 % commission and open to delegators.
fn terms(node_id: u8) -> NodeTerms {
    NodeTerms {
        node_id: [node_id; 32],
        class: SAFE,
        processors: 1,
        commission_bps: 1_000,
        delegation_open: true,
    }
}

fn ticket_of(staker: &Staker, index: u64) -> Pubkey {
    staker.stake.ticket(index)
}

/// The instruction with another account at `index`.
fn swapped(instruction: &Instruction, index: usize, other: Pubkey) -> Instruction {
    let mut instruction = instruction.clone();
    assert_ne!(instruction.accounts[index].pubkey, other);
    instruction.accounts[index].pubkey = other;
    instruction
}

#[track_caller]
fn assert_code(result: Result<Outcome, Failure>, code: u32) {
    let result = result
        .map(|_| "succeeded")
        .map_err(|failure| failure.code().ok_or(failure.error));
    assert_eq!(result, Err(Ok(code)));
}

#[track_caller]
fn assert_reason(result: Result<Outcome, Failure>, reason: &InstructionError) {
    let failure = result.expect_err("should have failed");
    assert_eq!(failure.reason(), Some(reason));
}

/// Asserts that rewards are `expected` but for what rounding down keeps in the vault: less than 1 raw for
/// each time a position settled.
#[track_caller]
fn assert_rounded(actual: u64, expected: u64, settled: u64) {
    assert!(
        actual <= expected && actual + settled >= expected,
        "{actual} for {expected}"
    );
}

const TOKEN_INSUFFICIENT_FUNDS: u32 = 1;
const TOKEN_MINT_MISMATCH: u32 = 3;
const TOKEN_OWNER_MISMATCH: u32 = 4;
const ANCHOR_DUPLICATE: u32 = 2_040;
/// The system program's "already in use".
const IN_USE: u32 = 0;

// initialize

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

// create_class

#[test]
fn create_class_writes_the_class() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    let terms = ClassTerms {
        id: 0xB200,
        name: *b"NVIDIA B200\0\0\0\0\0",
        pool: 3,
        multiplier_milli: 30_000,
        max_stake_multiple: 7,
        delegators_slashable: true,
    };
    let outcome = fixture
        .world
        .run(&[staking::create_class(&authority, &terms)], &[]);
    let (address, bump) = pda::device_class(0xB200);
    let class: DeviceClass = fixture.world.read(&address);
    assert_eq!(
        (class.version, class.bump, class.id, class.pool),
        (VERSION, bump, 0xB200, 3)
    );
    assert_eq!(
        (class.delegators_slashable.at(GENESIS), class.name),
        (1, terms.name)
    );
    assert_eq!((class.suspended, class.usable_from), (0, GENESIS));
    assert_eq!(
        (class.multiplier_since, class.multiplier_before),
        (0, 30_000)
    );
    assert_eq!(class.multiplier_milli.at(GENESIS), 30_000);
    assert_eq!(class.max_stake_multiple.at(GENESIS), 7);
    assert_eq!(
        outcome.event::<ClassCreated>(),
        ClassCreated {
            class: address,
            id: 0xB200,
            name: terms.name,
            pool: 3,
            multiplier_milli: 30_000,
            max_stake_multiple: 7,
            delegators_slashable: 1,
            usable_from: GENESIS,
        }
    );
}

#[test]
fn create_class_refuses() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    let new = class(9, false);
    let guardian = fixture.guardian.insecure_clone();
    let by_guardian = staking::create_class(&guardian.pubkey(), &new);
    let result = fixture.world.send(&[by_guardian], &[&guardian]);
    assert_fails(result, StakingError::Unauthorized);
    for wrong in [
        ClassTerms { pool: 4, ..new },
        ClassTerms {
            multiplier_milli: 0,
            ..new
        },
        ClassTerms {
            multiplier_milli: 1_000_001,
            ..new
        },
        ClassTerms {
            max_stake_multiple: 0,
            ..new
        },
        ClassTerms {
            max_stake_multiple: 101,
            ..new
        },
    ] {
        let result = fixture
            .world
            .send(&[staking::create_class(&authority, &wrong)], &[]);
        assert_fails(result, StakingError::ClassOutOfBounds);
    }
    let elsewhere = swapped(
        &staking::create_class(&authority, &new),
        2,
        pda::device_class(8).0,
    );
    let result = fixture.world.send(&[elsewhere], &[]);
    assert_reason(result, &InstructionError::InvalidSeeds);
    let again = fixture.world.send(
        &[staking::create_class(&authority, &class(SAFE, true))],
        &[],
    );
    assert_code(again, IN_USE);
}

// register_node

#[test]
fn register_node_writes_the_node_and_creates_its_vaults() {
    let mut fixture = Fixture::new();
    let (operator, sponsor) = (fixture.operator.insecure_clone(), fixture.world.wallet());
    let terms = NodeTerms {
        node_id: [3; 32],
        class: RISKY,
        processors: 8,
        commission_bps: 2_500,
        delegation_open: false,
    };
    let instruction = staking::register_node(&sponsor.pubkey(), &operator.pubkey(), &MINT, &terms);
    let outcome = fixture.world.run(&[instruction], &[&sponsor, &operator]);

    let (address, bump) = pda::node(&operator.pubkey(), &[3; 32]);
    let node: Node = fixture.world.read(&address);
    assert!(node.invariant());
    assert_eq!(
        (node.version, node.bump, node.status),
        (VERSION, bump, NodeStatus::Open as u8)
    );
    assert_eq!(
        (node.class, node.processors, node.delegation_open),
        (RISKY, 8, 0)
    );
    assert_eq!((node.operator, node.node_id), (operator.pubkey(), [3; 32]));
    assert_eq!(node.rent_payer, sponsor.pubkey());
    assert_eq!(node.reward_pool, pda::reward_pool(POOL).0);
    assert_eq!(node.node_emission, pda::node_emission(&address).0);
    assert_eq!(
        (node.min_stake.at(GENESIS), node.max_stake),
        (8 * MIN, 8 * MAX)
    );
    assert_eq!(
        (node.multiplier_milli, node.min_self_stake_bps),
        (1_000, 5_000)
    );
    assert_eq!(
        (node.commission_bps.at(GENESIS), node.drop_settlement),
        (2_500, u64::MAX)
    );
    assert_eq!(
        (node.active_stake(), node.cooling_stake(), node.rewards_owed),
        (0, 0, 0)
    );
    assert_eq!(node.registered_at, GENESIS);
    assert_eq!((node.positions, node.tickets, node.halted_at), (0, 0, 0));
    assert!(!node.slash_open());
    for (vault, derived) in [
        (node.stake_vault, pda::stake_vault(&address).0),
        (node.reward_vault, pda::reward_vault(&address).0),
    ] {
        assert_eq!(vault, derived);
        let account = fixture.world.token_account(&vault);
        assert_eq!(
            (account.owner, account.mint, account.amount),
            (address, MINT, 0)
        );
        assert!(account.delegate.is_none() && account.close_authority.is_none());
    }
    assert_eq!(
        outcome.event::<NodeRegistered>(),
        NodeRegistered {
            node: address,
            operator: operator.pubkey(),
            node_id: [3; 32],
            class: u64::from(RISKY),
            processors: 8,
            min_stake: 8 * MIN,
            max_stake: 8 * MAX,
            min_self_stake_bps: 5_000,
            commission_bps: 2_500,
            delegation_open: 0,
        }
    );
}

#[test]
fn register_node_refuses() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator.insecure_clone();
    let register = |terms: &NodeTerms| {
        staking::register_node(&operator.pubkey(), &operator.pubkey(), &MINT, terms)
    };
    for (wrong, error) in [
        (
            NodeTerms {
                processors: 0,
                ..terms(5)
            },
            StakingError::ProcessorsOutOfBounds,
        ),
        (
            NodeTerms {
                processors: 1_025,
                ..terms(5)
            },
            StakingError::ProcessorsOutOfBounds,
        ),
        (
            NodeTerms {
                commission_bps: 10_001,
                ..terms(5)
            },
            StakingError::CommissionTooHigh,
        ),
    ] {
        assert_fails(fixture.world.send(&[register(&wrong)], &[&operator]), error);
    }
    let again = fixture.world.send(&[register(&terms(1))], &[&operator]);
    assert_code(again, IN_USE);

    let mut unsigned = register(&terms(5));
    unsigned.accounts[0].pubkey = fixture.world.authority.pubkey();
    unsigned.accounts[1].is_signer = false;
    let result = fixture.world.send(&[unsigned], &[]);
    assert_reason(result, &InstructionError::MissingRequiredSignature);

    let usdc = fixture.world.create_mint(6);
    let node = fixture.node;
    for (index, wrong, expected) in [
        (
            2,
            pda::device_class(SAFE).0,
            Err(InstructionError::AccountDataTooSmall),
        ),
        (2, MINT, Err(InstructionError::IllegalOwner)),
        (3, node, Err(InstructionError::InvalidAccountData)),
        (
            4,
            pda::node(&operator.pubkey(), &[6; 32]).0,
            Err(InstructionError::InvalidSeeds),
        ),
        (
            5,
            pda::stake_vault(&node).0,
            Err(InstructionError::InvalidSeeds),
        ),
        (
            6,
            pda::reward_vault(&node).0,
            Err(InstructionError::InvalidSeeds),
        ),
        (7, usdc, Ok(StakingError::WrongAccount)),
        (8, io_staking::ID, Ok(StakingError::WrongAccount)),
        (9, io_staking::ID, Ok(StakingError::WrongAccount)),
        (
            10,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (11, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture
            .world
            .send(&[swapped(&register(&terms(5)), index, wrong)], &[&operator]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }

    fixture.edit::<DeviceClass>(&pda::device_class(SAFE).0, |class| class.suspended = 1);
    let result = fixture.world.send(&[register(&terms(5))], &[&operator]);
    assert_fails(result, StakingError::ClassClosed);
    fixture.edit::<DeviceClass>(&pda::device_class(SAFE).0, |class| class.suspended = 0);
    fixture.set_paused(true);
    let result = fixture.world.send(&[register(&terms(5))], &[&operator]);
    assert_fails(result, StakingError::Paused);
    fixture.set_paused(false);
    fixture.world.run(&[register(&terms(5))], &[&operator]);
}

// set_delegation

#[test]
fn set_delegation_is_the_operators() {
    let mut fixture = Fixture::new();
    let (operator, node) = (fixture.operator.insecure_clone(), fixture.node);
    for open in [false, true] {
        let instruction = staking::set_delegation(&operator.pubkey(), &node, open);
        let outcome = fixture.world.run(&[instruction], &[&operator]);
        assert_eq!(fixture.node().delegation_open, u8::from(open));
        let event = outcome.event::<DelegationSet>();
        assert_eq!(
            event,
            DelegationSet {
                node,
                open: open.into()
            }
        );
    }
    let authority = fixture.authority().pubkey();
    let result = fixture
        .world
        .send(&[staking::set_delegation(&authority, &node, false)], &[]);
    assert_fails(result, StakingError::NotOperator);
}

// open_position

#[test]
fn open_position_writes_the_position() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.reward(1_000);
    let (owner, sponsor) = (fixture.world.wallet(), fixture.world.wallet());
    let stake = Stake {
        node: fixture.node,
        owner: owner.pubkey(),
        tranche: TrancheKind::Protected,
    };
    let instruction = staking::open_position(&sponsor.pubkey(), &stake);
    let outcome = fixture.world.run(&[instruction], &[&owner, &sponsor]);
    let (address, bump) = pda::position(&stake.node, &stake.owner, stake.tranche);
    let position: Position = fixture.world.read(&address);
    assert_eq!(
        (position.version, position.bump, position.tranche),
        (VERSION, bump, 1)
    );
    assert_eq!(
        (position.node, position.owner, position.payout),
        (stake.node, stake.owner, stake.owner)
    );
    assert_eq!(position.rent_payer, sponsor.pubkey());
    assert_eq!((position.shares, position.rewards_owed), (0, 0));
    assert_eq!(
        position.rewards_paid_per_share,
        fixture
            .node()
            .tranche(TrancheKind::Protected)
            .rewards_per_share
    );
    assert_eq!(fixture.node().positions, 2);
    assert_eq!(
        outcome.event::<PositionOpened>(),
        PositionOpened {
            position: address,
            node: stake.node,
            owner: stake.owner,
            tranche: 1
        }
    );
}

#[test]
fn the_tranche_is_the_operators_or_the_classes() {
    let mut fixture = Fixture::new();
    let risky = fixture.register(&NodeTerms {
        class: RISKY,
        ..terms(2)
    });
    let (operator, other) = (fixture.operator.insecure_clone(), fixture.world.wallet());
    use TrancheKind::{Exposed, Operator, Protected};
    for (wallet, node, allowed) in [
        (&operator, fixture.node, Operator),
        (&operator, risky, Operator),
        (&other, fixture.node, Protected),
        (&other, risky, Exposed),
    ] {
        for tranche in [Operator, Protected, Exposed] {
            let stake = Stake {
                node,
                owner: wallet.pubkey(),
                tranche,
            };
            let instruction = staking::open_position(&wallet.pubkey(), &stake);
            let result = fixture.world.send(&[instruction], &[wallet]);
            if tranche == allowed {
                assert_eq!(
                    result.expect("allowed").event::<PositionOpened>().tranche,
                    tranche as u64
                );
            } else {
                assert_fails(result, StakingError::WrongTranche);
            }
        }
    }
}

#[test]
fn open_position_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let owner = fixture.world.wallet();
    let stake = Stake {
        node: fixture.node,
        owner: owner.pubkey(),
        tranche: TrancheKind::Protected,
    };
    let good = staking::open_position(&owner.pubkey(), &stake);
    for (index, wrong, expected) in [
        (
            2,
            pda::device_class(RISKY).0,
            Err(InstructionError::AccountDataTooSmall),
        ),
        (2, other_node, Err(InstructionError::InvalidSeeds)),
        (
            3,
            pda::position(&other_node, &stake.owner, stake.tranche).0,
            Err(InstructionError::InvalidSeeds),
        ),
        (4, io_staking::ID, Ok(StakingError::WrongAccount)),
        (
            5,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (6, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture
            .world
            .send(&[swapped(&good, index, wrong)], &[&owner]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
    fixture.try_halt().expect("open");
    let result = fixture.world.send(&[good.clone()], &[&owner]);
    assert_fails(result, StakingError::NodeNotOpen);
    let authority = fixture.authority().pubkey();
    fixture
        .world
        .run(&[staking::resume_node(&authority, &stake.node)], &[]);
    // A pause stops deposits, not this.
    fixture.set_paused(true);
    fixture.world.run(&[good.clone()], &[&owner]);
    assert_code(fixture.world.send(&[good], &[&owner]), IN_USE);
}

// deposit

#[test]
fn deposit_moves_stake_into_the_vault() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let vault = pda::stake_vault(&fixture.node).0;
    for (staker, amount, total) in [
        (&operator, MIN, MIN),
        (&delegator, MIN / 2, MIN * 3 / 2),
        (&delegator, 1, MIN * 3 / 2 + 1),
    ] {
        let before = (fixture.balance(staker), fixture.value(staker));
        let outcome = fixture.deposit(staker, amount);
        assert_eq!(fixture.balance(staker), before.0 - amount);
        assert_eq!(fixture.value(staker), before.1 + amount);
        assert_eq!(fixture.world.token_balance(&vault), total);
        let node = fixture.node();
        assert_eq!((node.active_stake(), node.cooling_stake()), (total, 0));
        assert_eq!(
            outcome.event::<Deposited>(),
            Deposited {
                node: fixture.node,
                position: staker.stake.position(),
                amount,
                shares: amount,
            }
        );
    }
    assert_eq!(fixture.node().operator_stake(), MIN);
}

#[test]
fn a_deposit_past_the_maximum_fills_it_or_fails() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MAX - 10);
    assert_fails(
        fixture.try_deposit(&operator, 11, 11),
        StakingError::NodeFull,
    );
    let outcome = fixture.try_deposit(&operator, 20, 10).expect("10 fit");
    assert_eq!(outcome.event::<Deposited>().amount, 10);
    assert_eq!(fixture.value(&operator), MAX);
    assert_eq!(fixture.balance(&operator), 100 * MIN - MAX);
    assert_fails(fixture.try_deposit(&operator, 1, 0), StakingError::NodeFull);
}

#[test]
fn delegators_stake_what_the_operator_covers() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::OperatorStakeTooLow,
    );
    fixture.deposit(&operator, MIN);
    assert_fails(
        fixture.try_deposit(&delegator, MIN + 1, MIN + 1),
        StakingError::OperatorStakeTooLow,
    );
    let outcome = fixture
        .try_deposit(&delegator, 2 * MIN, 1)
        .expect("half fits");
    assert_eq!(outcome.event::<Deposited>().amount, MIN);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::OperatorStakeTooLow,
    );
    // The maximum binds first once the operator covers more.
    fixture.deposit(&operator, 2 * MIN);
    let outcome = fixture
        .try_deposit(&delegator, 9 * MIN, 1)
        .expect("a minimum fits");
    assert_eq!(outcome.event::<Deposited>().amount, MIN);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::NodeFull,
    );
    assert_eq!(fixture.node().active_stake(), MAX);
}

#[test]
fn deposit_refuses() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    assert_fails(
        fixture.try_deposit(&operator, 0, 0),
        StakingError::ZeroAmount,
    );
    let poor = fixture
        .world
        .create_token_account(&operator.stake.owner, &MINT, 9);
    let instruction = staking::deposit(&operator.stake, &poor, POOL, 10, 0);
    let result = fixture.world.send(&[instruction], &[&operator.wallet]);
    assert_code(result, TOKEN_INSUFFICIENT_FUNDS);

    fixture.set_paused(true);
    assert_fails(fixture.try_deposit(&operator, 1, 0), StakingError::Paused);
    fixture.set_paused(false);
    let node = fixture.node;
    fixture.edit::<Node>(&node, |node| node.delegation_open = 0);
    assert_fails(
        fixture.try_deposit(&delegator, 1, 0),
        StakingError::DelegationClosed,
    );
    fixture.deposit(&operator, 1);
    fixture.try_halt().expect("open");
    assert_fails(
        fixture.try_deposit(&operator, 1, 0),
        StakingError::NodeNotOpen,
    );
}

#[test]
fn deposit_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&delegator.stake.owner, &usdc, MIN);
    let good = staking::deposit(&delegator.stake, &delegator.tokens, POOL, 1, 1);
    let io = &InstructionError::InvalidAccountData;
    for (index, wrong, expected) in [
        (0, operator.stake.owner, Ok(StakingError::NotOwner)),
        (1, MINT, Err(&InstructionError::IllegalOwner)),
        (1, other_node, Err(io)),
        (2, other_node, Ok(StakingError::WrongNode)),
        (3, operator.stake.position(), Ok(StakingError::NotOwner)),
        (3, other_node, Err(io)),
        (
            4,
            operator.tokens,
            Err(&InstructionError::Custom(TOKEN_OWNER_MISMATCH)),
        ),
        (
            4,
            dollars,
            Err(&InstructionError::Custom(TOKEN_MINT_MISMATCH)),
        ),
        (
            4,
            pda::stake_vault(&fixture.node).0,
            Err(&InstructionError::Custom(ANCHOR_DUPLICATE)),
        ),
        (
            5,
            pda::stake_vault(&other_node).0,
            Ok(StakingError::WrongVault),
        ),
        (
            5,
            pda::reward_vault(&fixture.node).0,
            Ok(StakingError::WrongVault),
        ),
        (
            6,
            pda::reward_pool(POOL + 1).0,
            Ok(StakingError::WrongAccount),
        ),
        (
            7,
            pda::node_emission(&other_node).0,
            Ok(StakingError::WrongAccount),
        ),
        (8, io_staking::ID, Ok(StakingError::WrongAccount)),
        (
            9,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (10, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let keys = [&delegator.wallet, &operator.wallet];
        let result = fixture.send_by(swapped(&good, index, wrong), &keys);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, reason),
        }
    }
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    let result = fixture.world.send(&[unsigned], &[]);
    assert_reason(result, &InstructionError::MissingRequiredSignature);
    fixture.world.run(&[good], &[&delegator.wallet]);
}

#[test]
fn a_deposit_waits_for_the_harvest() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    // Weight, epochs since it was settled, rewards not harvested.
    for (weight, lag, owed, accepted) in [
        (0, 1_000, 0, true),
        (1, 0, 0, true),
        (1, DEPOSIT_MAX_LAG_EPOCHS, 0, true),
        (1, DEPOSIT_MAX_LAG_EPOCHS + 1, 0, false),
        (1, 0, 1, false),
        (0, 0, 1, false),
    ] {
        fixture.put_emission(|emission, pool| {
            (emission.weight, emission.owed, emission.settled_epoch) = (weight, owed, 50);
            pool.epochs_done = 50 + lag;
            pool.due_at = GENESIS;
        });
        let index = fixture.request(&operator, 10);
        let cancelled = fixture.try_cancel(&operator, index);
        let deposited = fixture.try_deposit(&operator, 1, 1);
        if accepted {
            assert!(
                deposited.is_ok() && cancelled.is_ok(),
                "{weight} {lag} {owed}"
            );
        } else {
            assert_fails(deposited, StakingError::HarvestFirst);
            assert_fails(cancelled, StakingError::HarvestFirst);
        }
    }
    // Epochs that are over and not shared out yet: weight, seconds that the crank is late.
    for (weight, late, accepted) in [
        (1, DEPOSIT_MAX_CRANK_DELAY, true),
        (1, DEPOSIT_MAX_CRANK_DELAY + 1, false),
        (0, 1_000 * DEPOSIT_MAX_CRANK_DELAY, true),
    ] {
        fixture.put_emission(|emission, pool| {
            (emission.weight, emission.owed, emission.settled_epoch) = (weight, 0, 50);
            (pool.epochs_done, pool.due_at) = (50, GENESIS - late);
        });
        let deposited = fixture.try_deposit(&operator, 1, 1);
        if accepted {
            deposited.expect("the crank is in time, or nothing is earned");
        } else {
            assert_fails(deposited, StakingError::CrankFirst);
        }
    }
    // Not what io_emissions wrote.
    let emission = pda::node_emission(&fixture.node).0;
    let data = fixture.world.data(&emission);
    fixture
        .world
        .put(emission, io_mint::ID, data.clone(), false);
    assert_fails(
        fixture.try_deposit(&operator, 1, 1),
        StakingError::WrongAccount,
    );
    fixture
        .world
        .put(emission, io_emissions::ID, data[..100].to_vec(), false);
    assert_fails(
        fixture.try_deposit(&operator, 1, 1),
        StakingError::WrongAccount,
    );
    // It takes no stake on trust, but lets everyone out.
    fixture.request(&operator, MIN / 2);
    fixture.try_halt().expect("open");
}

// request_unstake

#[test]
fn request_unstake_makes_a_ticket() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    let sponsor = fixture.world.wallet();
    let before = fixture.world.lamports(&sponsor.pubkey());
    let stake = operator.stake;
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let request = staking::request_unstake(&sponsor.pubkey(), &stake, POOL, 0, MIN / 2, rent);
    let outcome = fixture.world.run(&request, &[&sponsor, &operator.wallet]);

    let address = stake.ticket(0);
    let ticket: Ticket = fixture.world.read(&address);
    assert_eq!((ticket.version, ticket.tranche), (VERSION, 0));
    assert_eq!(
        (ticket.node, ticket.position),
        (fixture.node, stake.position())
    );
    assert_eq!(
        (ticket.index, ticket.amount, ticket.shares),
        (0, MIN / 2, MIN / 2)
    );
    assert_eq!(
        (ticket.requested_at, ticket.unlock_at),
        (GENESIS, GENESIS + COOLDOWN)
    );
    assert_eq!(ticket.rent_payer, sponsor.pubkey());
    assert_eq!(fixture.world.lamports(&address), rent);
    assert_eq!(fixture.world.lamports(&sponsor.pubkey()), before - rent);
    let node = fixture.node();
    assert_eq!(
        (node.active_stake(), node.cooling_stake(), node.tickets),
        (MIN * 3 / 2, MIN / 2, 1)
    );
    let position = fixture.position(&operator);
    assert_eq!(
        (position.next_ticket, position.open_tickets, position.shares),
        (1, 1, MIN * 3 / 2)
    );
    assert_eq!(
        outcome.event::<UnstakeRequested>(),
        UnstakeRequested {
            node: fixture.node,
            position: stake.position(),
            ticket: address,
            index: 0,
            amount: MIN / 2,
            shares: MIN / 2,
            cooling_shares: MIN / 2,
            unlock_at: GENESIS + COOLDOWN,
        }
    );

    let index = fixture.request(&operator, u64::MAX);
    let ticket: Ticket = fixture.world.read(&ticket_of(&operator, index));
    assert_eq!(
        (index, ticket.amount, fixture.value(&operator)),
        (1, MIN * 3 / 2, 0)
    );
    assert_eq!(ticket.rent_payer, stake.owner);
    assert_eq!(fixture.node().active_stake(), 0);
}

#[test]
fn request_unstake_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    assert_fails(
        fixture.try_request(&operator, u64::MAX),
        StakingError::ZeroAmount,
    );
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    assert_fails(fixture.try_request(&operator, 0), StakingError::ZeroAmount);
    assert_fails(
        fixture.try_request(&operator, MIN + 1),
        StakingError::InsufficientStake,
    );

    let [pay, make, good] = fixture.request_instructions(&operator, 1);
    let result = fixture.send_by(good.clone(), &[&operator.wallet]);
    assert_fails(result, StakingError::TicketNotBlank);
    fixture.world.run(&[pay, make], &[&operator.wallet]);
    let keys = [&operator.wallet, &delegator.wallet];
    for (index, wrong, expected) in [
        (0, delegator.stake.owner, Ok(StakingError::NotOwner)),
        (1, other_node, Ok(StakingError::WrongNode)),
        (2, delegator.stake.position(), Ok(StakingError::NotOwner)),
        (2, other_node, Err(InstructionError::InvalidAccountData)),
        (
            5,
            pda::reward_pool(POOL + 1).0,
            Ok(StakingError::WrongAccount),
        ),
        (
            6,
            pda::node_emission(&other_node).0,
            Ok(StakingError::WrongAccount),
        ),
        (
            7,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (8, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture.send_by(swapped(&good, index, wrong), &keys);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
    // Not a ticket's account: nothing, one in use, too small, of another program, another layout's.
    let size = usize::try_from(staking::TICKET_SPACE).expect("small");
    let used = fixture.request(&delegator, 1);
    let [small, foreign] = [0, 1].map(|_| fixture.world.fresh_address());
    fixture
        .world
        .put(small, io_staking::ID, vec![0; size - 1], false);
    fixture
        .world
        .put(foreign, io_mint::ID, vec![0; size], false);
    for wrong in [
        ticket_of(&operator, 7),
        ticket_of(&delegator, used),
        small,
        foreign,
        delegator.stake.position(),
    ] {
        let result = fixture.send_by(swapped(&good, 3, wrong), &keys);
        assert_fails(result, StakingError::TicketNotBlank);
    }
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    // The owner is not the one who paid, or would sign all the same.
    unsigned.accounts[4].pubkey = delegator.stake.owner;
    let result = fixture.world.send(&[unsigned], &[&delegator.wallet]);
    assert_reason(result, &InstructionError::MissingRequiredSignature);
    fixture.world.run(&[good], &[&operator.wallet]);
}

#[test]
fn lamports_sent_to_a_ticket_beforehand_do_not_stop_it() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let ticket = ticket_of(&operator, 0);
    fixture
        .world
        .svm
        .airdrop(&ticket, 1_000_000)
        .expect("the faucet pays");
    let index = fixture.request(&operator, MIN);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, index).expect("cooled down");
    assert_eq!(fixture.balance(&operator), 100 * MIN);
}

/// An account without lamports is gone when its transaction ends, and the stake would be with it.
#[test]
fn a_ticket_that_nobody_paid_for_is_refused() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let [_, make, request] = fixture.request_instructions(&operator, MIN);
    assert_fails(
        fixture.world.send(&[make, request], &[&operator.wallet]),
        StakingError::TicketNotBlank,
    );
    fixture.request(&operator, MIN);
}

/// Otherwise an address that cannot be paid would keep the ticket from ever being closed.
#[test]
fn who_gets_the_rent_back_signs_the_request() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let vault = fixture.node().stake_vault;
    for unpayable in [SYSTEM_PROGRAM, vault] {
        let [pay, make, mut request] = fixture.request_instructions(&operator, MIN);
        request.accounts[4].pubkey = unpayable;
        request.accounts[4].is_signer = false;
        assert_reason(
            fixture
                .world
                .send(&[pay, make, request], &[&operator.wallet]),
            &InstructionError::MissingRequiredSignature,
        );
    }
}

#[test]
fn a_drop_in_stake_is_recorded_for_emissions() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 3 * MIN);
    // Not known to io_emissions yet: nothing to record.
    fixture.request(&operator, 1);
    assert_eq!(fixture.node().drop_settlement, u64::MAX);

    let stake = 3 * MIN - 1;
    let mut settlement = |settlements: u64, acc: u64, unstaked: u64| {
        fixture.put_emission(|emission, pool| {
            emission.settlements = settlements;
            pool.acc_per_weight = u128::from(acc).into();
        });
        fixture.request(&operator, unstaked);
        let node = fixture.node();
        (node.drop_settlement, node.drop_acc.get(), node.drop_stake)
    };
    assert_eq!(settlement(7, 500, 9), (7, 500, stake - 9));
    // Before the next settlement: the first moment, the lowest stake.
    assert_eq!(settlement(7, 600, 1), (7, 500, stake - 10));
    // Below the minimum it earns nothing.
    assert_eq!(settlement(8, 700, 2 * MIN), (8, 700, 0));

    let mut halted = Fixture::new();
    let operator = halted.operator();
    halted.deposit(&operator, MIN);
    halted.put_emission(|emission, pool| {
        emission.settlements = 3;
        pool.acc_per_weight = 40_u128.into();
    });
    halted.try_halt().expect("open");
    let node = halted.node();
    assert_eq!(
        (node.drop_settlement, node.drop_acc.get(), node.drop_stake),
        (3, 40, 0)
    );
}

// cancel_unstake

#[test]
fn cancel_unstake_takes_the_ticket_back() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let index = fixture.request(&operator, MIN / 4);
    let ticket = ticket_of(&operator, index);
    let (rent, before) = (
        fixture.world.lamports(&ticket),
        fixture.world.lamports(&operator.stake.owner),
    );
    let outcome = fixture.try_cancel(&operator, index).expect("there is room");
    assert_eq!(
        outcome.event::<UnstakeCancelled>(),
        UnstakeCancelled {
            node: fixture.node,
            position: operator.stake.position(),
            ticket,
            amount: MIN / 4,
            shares: MIN / 4,
        }
    );
    assert!(!fixture.world.exists(&ticket));
    assert_eq!(fixture.world.lamports(&operator.stake.owner), before + rent);
    let (node, position) = (fixture.node(), fixture.position(&operator));
    assert_eq!(
        (node.active_stake(), node.cooling_stake(), node.tickets),
        (MIN, 0, 0)
    );
    assert_eq!(
        (position.shares, position.open_tickets, position.next_ticket),
        (MIN, 0, 1)
    );
}

#[test]
fn cancel_unstake_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (own, others) = (
        fixture.request(&operator, MIN),
        fixture.request(&delegator, MIN),
    );

    fixture.set_paused(true);
    assert_fails(fixture.try_cancel(&operator, own), StakingError::Paused);
    fixture.set_paused(false);
    let owner = operator.stake.owner;
    let good = staking::cancel_unstake(&operator.stake, POOL, own, &owner);
    let stranger = fixture.world.wallet().pubkey();
    for (index, wrong, error) in [
        (0, delegator.stake.owner, StakingError::NotOwner),
        (2, other_node, StakingError::WrongNode),
        (3, delegator.stake.position(), StakingError::NotOwner),
        (
            4,
            ticket_of(&delegator, others),
            StakingError::WrongPosition,
        ),
        (5, stranger, StakingError::WrongRentPayer),
        (6, pda::reward_pool(POOL + 1).0, StakingError::WrongAccount),
        (
            7,
            pda::node_emission(&stranger).0,
            StakingError::WrongAccount,
        ),
    ] {
        let keys = [&operator.wallet, &delegator.wallet];
        assert_fails(fixture.send_by(swapped(&good, index, wrong), &keys), error);
    }
    // All of it or nothing.
    fixture.deposit(&operator, 4 * MIN - 1);
    assert_fails(fixture.try_cancel(&operator, own), StakingError::NodeFull);
    assert_fails(
        fixture.try_cancel(&delegator, others),
        StakingError::NodeFull,
    );
    let freed = fixture.request(&operator, 4 * MIN);
    assert_fails(
        fixture.try_cancel(&delegator, others),
        StakingError::OperatorStakeTooLow,
    );
    fixture.try_halt().expect("open");
    assert_fails(
        fixture.try_cancel(&operator, freed),
        StakingError::NodeNotOpen,
    );
}

// withdraw

#[test]
fn a_ticket_is_paid_from_the_second_it_has_cooled_down() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let index = fixture.request(&operator, u64::MAX);
    let ticket = ticket_of(&operator, index);
    fixture.world.set_clock(GENESIS + 14 * 86_400 - 1);
    assert_fails(
        fixture.try_withdraw(&operator, index),
        StakingError::StillCooling,
    );
    fixture.world.set_clock(GENESIS + 14 * 86_400);
    let (rent, before) = (
        fixture.world.lamports(&ticket),
        fixture.world.lamports(&operator.stake.owner),
    );
    let outcome = fixture.try_withdraw(&operator, index).expect("cooled down");
    assert_eq!(
        outcome.event::<Withdrawn>(),
        Withdrawn {
            node: fixture.node,
            position: operator.stake.position(),
            ticket,
            destination: operator.tokens,
            amount: MIN,
        }
    );
    assert_eq!(fixture.balance(&operator), 100 * MIN);
    assert!(!fixture.world.exists(&ticket));
    assert_eq!(fixture.world.lamports(&operator.stake.owner), before + rent);
    let (node, position) = (fixture.node(), fixture.position(&operator));
    assert_eq!(
        (node.cooling_stake(), node.tickets, position.open_tickets),
        (0, 0, 0)
    );
    assert_eq!(fixture.world.token_balance(&node.stake_vault), 0);
    let again = fixture
        .try_withdraw(&operator, index)
        .expect_err("paid already");
    assert_eq!(again.reason(), Some(&InstructionError::AccountDataTooSmall));
}

#[test]
fn anyone_withdraws_and_claims_for_the_payout_wallet() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    let sponsor = fixture.world.wallet();
    let rent = fixture.world.rent(staking::TICKET_SPACE);
    let payer = sponsor.pubkey();
    let request = staking::request_unstake(&payer, &operator.stake, POOL, 0, MIN / 2, rent);
    fixture.world.run(&request, &[&sponsor, &operator.wallet]);
    fixture.reward(1_024);
    let (cold, tokens) = fixture.wallet_with(0);
    let instruction = staking::set_payout(&operator.stake, &cold.pubkey());
    let outcome = fixture.world.run(&[instruction], &[&operator.wallet]);
    let (position, payout) = (operator.stake.position(), cold.pubkey());
    assert_eq!(outcome.event::<PayoutSet>(), PayoutSet { position, payout });
    assert_eq!(fixture.position(&operator).payout, payout);
    fixture.world.advance(COOLDOWN);

    let rent = fixture.world.lamports(&ticket_of(&operator, 0));
    let before = fixture.world.lamports(&sponsor.pubkey());
    let withdraw = |to: &Pubkey| staking::withdraw(&operator.stake, 0, to, &sponsor.pubkey());
    let claim = |to: &Pubkey| staking::claim(&operator.stake, to);
    // Not to the owner any more.
    for wrong in [withdraw(&operator.tokens), claim(&operator.tokens)] {
        assert_fails(
            fixture.world.send(&[wrong], &[]),
            StakingError::WrongDestination,
        );
    }
    fixture.world.run(&[withdraw(&tokens), claim(&tokens)], &[]);
    assert_rounded(fixture.world.token_balance(&tokens), MIN / 2 + 1_024, 1);
    assert_eq!(fixture.world.lamports(&sponsor.pubkey()), before + rent);
}

#[test]
fn withdraw_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (own, others) = (
        fixture.request(&operator, MIN),
        fixture.request(&delegator, MIN / 2),
    );
    fixture.world.advance(COOLDOWN);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&delegator.stake.owner, &usdc, 0);
    let thief = fixture.world.wallet().pubkey();
    let stolen = fixture.world.create_token_account(&thief, &MINT, 0);
    let good = staking::withdraw(
        &delegator.stake,
        others,
        &delegator.tokens,
        &delegator.stake.owner,
    );
    for (index, wrong, expected) in [
        (0, other_node, Ok(StakingError::WrongNode)),
        (
            1,
            operator.stake.position(),
            Ok(StakingError::WrongPosition),
        ),
        (
            2,
            ticket_of(&operator, own),
            Ok(StakingError::WrongPosition),
        ),
        (2, other_node, Err(InstructionError::InvalidAccountData)),
        (
            3,
            pda::stake_vault(&other_node).0,
            Ok(StakingError::WrongVault),
        ),
        (
            3,
            pda::reward_vault(&fixture.node).0,
            Ok(StakingError::WrongVault),
        ),
        (4, stolen, Ok(StakingError::WrongDestination)),
        (4, thief, Ok(StakingError::WrongDestination)),
        (
            4,
            pda::stake_vault(&fixture.node).0,
            Err(InstructionError::Custom(ANCHOR_DUPLICATE)),
        ),
        (
            4,
            dollars,
            Err(InstructionError::Custom(TOKEN_MINT_MISMATCH)),
        ),
        (5, thief, Ok(StakingError::WrongRentPayer)),
        (6, io_staking::ID, Ok(StakingError::WrongAccount)),
        (
            7,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (8, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture.world.send(&[swapped(&good, index, wrong)], &[]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
    fixture.world.run(&[good], &[]);
}

#[test]
fn exits_and_claims_work_while_paused_and_halted() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    fixture.set_paused(true);
    fixture
        .try_halt()
        .expect("a pause does not stop the guardian");
    for staker in [&operator, &delegator] {
        let index = fixture.request(staker, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(staker, index).expect("never paused");
        fixture.try_claim(staker).expect("never paused");
    }
    assert_eq!(fixture.balance(&operator), 100 * MIN + 550 * IO);
    assert_eq!(fixture.balance(&delegator), 100 * MIN + 450 * IO);
    let node = fixture.node();
    assert_eq!(fixture.world.token_balance(&node.stake_vault), 0);
}

// distribute and claim

#[test]
fn distribute_shares_out_and_claim_pays() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 3 * MIN);
    fixture.deposit(&delegator, MIN);
    let outcome = fixture.reward(1_000 * IO);
    assert_eq!(
        outcome.event::<RewardsShared>(),
        RewardsShared {
            node: fixture.node,
            amount: 1_000 * IO,
            commission: 100 * IO,
            rewards_owed: 1_000 * IO,
        }
    );
    let node = fixture.node();
    assert_eq!(
        (node.rewards_owed, node.commission_owed),
        (1_000 * IO, 100 * IO)
    );

    let outcome = fixture.try_claim(&delegator).expect("earned");
    assert_eq!(
        outcome.event::<Claimed>(),
        Claimed {
            node: fixture.node,
            position: delegator.stake.position(),
            destination: delegator.tokens,
            amount: 225 * IO,
            commission: 0,
        }
    );
    let outcome = fixture.try_claim(&operator).expect("earned");
    let event = outcome.event::<Claimed>();
    assert_eq!((event.amount, event.commission), (775 * IO, 100 * IO));
    assert_eq!(fixture.balance(&operator), 97 * MIN + 775 * IO);
    let node = fixture.node();
    assert_eq!((node.rewards_owed, node.commission_owed), (0, 0));
    for staker in [&operator, &delegator] {
        assert_fails(fixture.try_claim(staker), StakingError::NothingToClaim);
    }
    // Nothing new: nothing happens.
    let outcome = fixture
        .world
        .run(&[staking::distribute(&fixture.node)], &[]);
    assert_eq!(outcome.events::<RewardsShared>(), []);
}

#[test]
fn three_stakers_and_a_reward_that_does_not_divide() {
    let mut fixture = Fixture::with_terms(NodeTerms {
        commission_bps: 0,
        ..terms(1)
    });
    let stakers = [fixture.operator(), fixture.delegator(), fixture.delegator()];
    fixture.deposit(&stakers[0], 2 * MIN);
    fixture.deposit(&stakers[1], MIN);
    fixture.deposit(&stakers[2], MIN);
    // 2 : 1 : 1 of 10 raw, three times: 15, 7½ and 7½, each rounded down. Of 15 the last raw is lost
    // to the fractions that Q64.64 cannot hold.
    for _ in 0..3 {
        fixture.reward(10);
    }
    let paid = stakers.each_ref().map(|staker| {
        fixture
            .try_claim(staker)
            .expect("earned")
            .event::<Claimed>()
            .amount
    });
    assert_eq!(paid, [14, 7, 7]);
    let node = fixture.node();
    assert_eq!(
        (
            node.rewards_owed,
            fixture.world.token_balance(&node.reward_vault)
        ),
        (2, 2)
    );
    // Claiming more often never pays more: fractions of 1 raw stay in the vault.
    for _ in 0..4 {
        fixture.reward(3);
        for staker in &stakers {
            let _ = fixture.try_claim(staker);
        }
    }
    let node = fixture.node();
    let paid: u64 = stakers.iter().map(|staker| fixture.balance(staker)).sum();
    let staked = node.active_stake();
    assert_eq!(
        paid + staked + fixture.world.token_balance(&node.reward_vault),
        300 * MIN + 42
    );
}

#[test]
fn a_latecomer_takes_no_part_in_earlier_rewards() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.reward(1_000 * IO);
    let delegator = fixture.delegator();
    fixture.deposit(&delegator, MIN);
    assert_fails(fixture.try_claim(&delegator), StakingError::NothingToClaim);
    fixture.reward(1_000 * IO);
    let paid = fixture
        .try_claim(&delegator)
        .expect("earned")
        .event::<Claimed>()
        .amount;
    assert_rounded(paid, 450 * IO, 1);
    // Cooling stake earns nothing; what was earned before stays.
    fixture.reward(100 * IO);
    fixture.request(&delegator, u64::MAX);
    fixture.reward(100 * IO);
    let paid = fixture
        .try_claim(&delegator)
        .expect("earned before")
        .event::<Claimed>()
        .amount;
    assert_rounded(paid, 45 * IO, 1);
    let paid = fixture
        .try_claim(&operator)
        .expect("earned")
        .event::<Claimed>()
        .amount;
    assert_rounded(paid, (1_000 + 550 + 55 + 100) * IO, 1);
}

#[test]
fn rewards_without_stake_wait() {
    let mut fixture = Fixture::new();
    let outcome = fixture.reward(100 * IO);
    assert_eq!(outcome.events::<RewardsShared>(), []);
    assert_eq!(fixture.node().rewards_owed, 0);
    let operator = fixture.operator();
    fixture.deposit(&operator, 1);
    let outcome = fixture.reward(0);
    assert_eq!(outcome.event::<RewardsShared>().amount, 100 * IO);
    fixture.try_claim(&operator).expect("earned");
    assert_eq!(fixture.balance(&operator), 100 * MIN - 1 + 100 * IO);
}

#[test]
fn donations_to_the_vaults_are_harmless() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let (stake_vault, reward_vault) = (
        pda::stake_vault(&fixture.node).0,
        pda::reward_vault(&fixture.node).0,
    );
    fixture.donate(stake_vault, 999 * MIN);
    fixture.deposit(&operator, MIN);
    fixture.donate(stake_vault, 1);
    fixture.deposit(&delegator, MIN);
    // Stake is what the books say, and no share is worth more.
    assert_eq!(
        (fixture.value(&operator), fixture.value(&delegator)),
        (MIN, MIN)
    );
    assert_eq!(fixture.node().active_stake(), 2 * MIN);
    // What is sent to the reward vault is a reward.
    fixture.donate(reward_vault, 10 * IO);
    fixture.reward(0);
    for (staker, reward) in [(&operator, 55 * IO / 10), (&delegator, 45 * IO / 10)] {
        let index = fixture.request(staker, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(staker, index).expect("cooled down");
        fixture.try_claim(staker).expect("earned");
        assert_rounded(fixture.balance(staker), 100 * MIN + reward, 1);
    }
    assert_eq!(fixture.world.token_balance(&stake_vault), 999 * MIN + 1);
}

#[test]
fn claim_and_distribute_check_their_accounts() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    let claim = staking::claim(&delegator.stake, &delegator.tokens);
    let distribute = staking::distribute(&fixture.node);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture
        .world
        .create_token_account(&delegator.stake.owner, &usdc, 0);
    let (stake_vault, reward_vault) = (
        pda::stake_vault(&fixture.node).0,
        pda::reward_vault(&fixture.node).0,
    );
    for (instruction, index, wrong, expected) in [
        (&claim, 0, other_node, Ok(StakingError::WrongNode)),
        (
            &claim,
            1,
            operator.stake.position(),
            Ok(StakingError::WrongDestination),
        ),
        (
            &claim,
            1,
            other_node,
            Err(InstructionError::InvalidAccountData),
        ),
        (
            &claim,
            2,
            pda::reward_vault(&other_node).0,
            Ok(StakingError::WrongVault),
        ),
        (&claim, 2, stake_vault, Ok(StakingError::WrongVault)),
        (
            &claim,
            3,
            operator.tokens,
            Ok(StakingError::WrongDestination),
        ),
        (&claim, 3, stake_vault, Ok(StakingError::WrongDestination)),
        (
            &claim,
            3,
            reward_vault,
            Err(InstructionError::Custom(ANCHOR_DUPLICATE)),
        ),
        (
            &claim,
            3,
            dollars,
            Err(InstructionError::Custom(TOKEN_MINT_MISMATCH)),
        ),
        (&claim, 4, io_staking::ID, Ok(StakingError::WrongAccount)),
        (
            &claim,
            5,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (&claim, 6, io_mint::ID, Ok(StakingError::WrongAccount)),
        (&distribute, 0, other_node, Ok(StakingError::WrongVault)),
        (
            &distribute,
            0,
            delegator.stake.position(),
            Err(InstructionError::AccountDataTooSmall),
        ),
        (&distribute, 1, stake_vault, Ok(StakingError::WrongVault)),
        (
            &distribute,
            2,
            io_mint::EVENT_AUTHORITY.address,
            Ok(StakingError::WrongAccount),
        ),
        (&distribute, 3, io_mint::ID, Ok(StakingError::WrongAccount)),
    ] {
        let result = fixture
            .world
            .send(&[swapped(instruction, index, wrong)], &[]);
        match expected {
            Ok(error) => assert_fails(result, error),
            Err(reason) => assert_reason(result, &reason),
        }
    }
}

// set_payout

#[test]
fn only_the_owner_sets_the_payout_wallet() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    let mut instruction = staking::set_payout(&delegator.stake, &operator.stake.owner);
    instruction.accounts[0].pubkey = operator.stake.owner;
    let result = fixture.world.send(&[instruction], &[&operator.wallet]);
    assert_fails(result, StakingError::NotOwner);
    assert_eq!(fixture.position(&delegator).payout, delegator.stake.owner);
}

// halt_node and resume_node

#[test]
fn guardian_or_authority_halts_and_only_the_authority_resumes() {
    let mut fixture = Fixture::new();
    let (node, authority) = (fixture.node, fixture.authority());
    let (guardian, stranger) = (fixture.guardian.insecure_clone(), fixture.world.wallet());
    let resume = |by: &Keypair| staking::resume_node(&by.pubkey(), &node);
    for (by, at) in [(&guardian, 10), (&authority, 20)] {
        let refused = fixture.world.send(&[resume(&authority)], &[]);
        assert_fails(refused, StakingError::NodeNotHalted);
        fixture.world.set_clock(GENESIS + at);
        let halt = staking::halt_node(&by.pubkey(), &node, POOL);
        let outcome = fixture.world.run(&[halt], &[by]);
        let event = outcome.event::<NodeHalted>();
        assert_eq!(
            event,
            NodeHalted {
                node,
                by: by.pubkey(),
                at: GENESIS + at
            }
        );
        let halted = fixture.node();
        assert_eq!(
            (halted.status, halted.halted_at),
            (NodeStatus::Halted as u8, GENESIS + at)
        );
        assert_fails(fixture.try_halt(), StakingError::NodeNotOpen);
        for wrong in [&guardian, &stranger] {
            let refused = fixture.world.send(&[resume(wrong)], &[wrong]);
            assert_fails(refused, StakingError::Unauthorized);
        }
        let outcome = fixture.world.run(&[resume(&authority)], &[]);
        assert_eq!(outcome.event::<NodeResumed>(), NodeResumed { node });
        let resumed = fixture.node();
        assert_eq!(
            (resumed.status, resumed.halted_at),
            (NodeStatus::Open as u8, 0)
        );
    }
    let operator = fixture.operator.insecure_clone();
    for wrong in [&stranger, &operator] {
        let halt = staking::halt_node(&wrong.pubkey(), &node, POOL);
        assert_fails(
            fixture.world.send(&[halt], &[wrong]),
            StakingError::Unauthorized,
        );
    }
    // The drop cannot be left out by passing other accounts.
    let halt = staking::halt_node(&guardian.pubkey(), &node, POOL);
    for (index, wrong) in [
        (3, pda::reward_pool(0).0),
        (4, pda::node_emission(&CONFIG).0),
    ] {
        let result = fixture
            .world
            .send(&[swapped(&halt, index, wrong)], &[&guardian]);
        assert_fails(result, StakingError::WrongAccount);
    }
}

// The config

#[test]
fn the_guardian_pauses_and_only_the_authority_ends_it() {
    let mut fixture = Fixture::new();
    let (authority, guardian) = (fixture.authority(), fixture.guardian.insecure_clone());
    let stranger = fixture.world.wallet();
    let paused = |fixture: &Fixture| fixture.world.read::<StakingConfig>(&CONFIG).paused;
    for (by, pause, allowed) in [
        (&stranger, true, false),
        (&guardian, true, true),
        (&guardian, false, false),
        (&stranger, false, false),
        (&authority, false, true),
        (&authority, true, true),
    ] {
        let before = paused(&fixture);
        let result = fixture
            .world
            .send(&[staking::set_paused(&by.pubkey(), pause)], &[by]);
        if allowed {
            let event = result.expect("allowed").event::<StakingPaused>();
            assert_eq!(
                event,
                StakingPaused {
                    by: by.pubkey(),
                    paused: pause.into()
                }
            );
            assert_eq!(paused(&fixture), u8::from(pause));
        } else {
            assert_fails(result, StakingError::Unauthorized);
            assert_eq!(paused(&fixture), before);
        }
    }
}

/// A stolen guardian key cannot halt nodes for ever.
#[test]
fn the_authority_replaces_guardian_and_slasher() {
    let mut fixture = Fixture::new();
    fixture.operator();
    let old = fixture.guardian.insecure_clone();
    let (authority, next) = (fixture.authority().pubkey(), fixture.world.wallet());
    let (guardian, slasher) = (next.pubkey(), fixture.world.wallet().pubkey());
    for by_guardian in [
        staking::set_guardian(&old.pubkey(), &guardian),
        staking::set_slasher(&old.pubkey(), &slasher),
    ] {
        let result = fixture.world.send(&[by_guardian], &[&old]);
        assert_fails(result, StakingError::Unauthorized);
    }
    let good = [
        staking::set_guardian(&authority, &guardian),
        staking::set_slasher(&authority, &slasher),
    ];
    for good in &good {
        let by = fixture.authority();
        class::assert_pinned(&mut fixture, good, &by, None);
    }
    let outcome = fixture.world.run(&good, &[]);
    assert_eq!(
        outcome.event::<StakingGuardianSet>(),
        StakingGuardianSet { guardian }
    );
    assert_eq!(outcome.event::<SlasherSet>(), SlasherSet { slasher });
    let config: StakingConfig = fixture.world.read(&CONFIG);
    assert_eq!(
        (config.governance.guardian, config.slasher),
        (guardian, slasher)
    );
    let halt = staking::halt_node(&old.pubkey(), &fixture.node, POOL);
    let result = fixture.world.send(&[halt], &[&old]);
    assert_fails(result, StakingError::Unauthorized);
    let halt = staking::halt_node(&guardian, &fixture.node, POOL);
    fixture.world.run(&[halt], &[&next]);
}

#[test]
fn the_authority_is_handed_over_in_two_steps() {
    let mut fixture = Fixture::new();
    let (authority, next) = (fixture.authority(), fixture.world.wallet());
    let accept = staking::accept_authority(&next.pubkey());
    let result = fixture.world.send(&[accept.clone()], &[&next]);
    assert_fails(result, StakingError::NotNominated);
    let result = fixture.world.send(
        &[staking::nominate_authority(&next.pubkey(), &next.pubkey())],
        &[&next],
    );
    assert_fails(result, StakingError::Unauthorized);
    let nominate = staking::nominate_authority(&authority.pubkey(), &next.pubkey());
    let outcome = fixture.world.run(&[nominate], &[]);
    assert_eq!(
        outcome.event::<StakingAuthorityNominated>(),
        StakingAuthorityNominated {
            authority: authority.pubkey(),
            nominee: next.pubkey()
        }
    );
    let guardian = fixture.guardian.insecure_clone();
    let result = fixture.world.send(
        &[staking::accept_authority(&guardian.pubkey())],
        &[&guardian],
    );
    assert_fails(result, StakingError::NotNominated);
    let outcome = fixture.world.run(&[accept.clone()], &[&next]);
    let event = outcome.event::<StakingAuthorityAccepted>();
    assert_eq!(
        event,
        StakingAuthorityAccepted {
            authority: next.pubkey()
        }
    );
    let config: StakingConfig = fixture.world.read(&CONFIG);
    assert_eq!(config.governance.authority, next.pubkey());
    assert_eq!(config.governance.pending_authority, Pubkey::default());
    assert_fails(
        fixture.world.send(&[accept], &[&next]),
        StakingError::NotNominated,
    );
    let old = staking::set_paused(&authority.pubkey(), true);
    assert_fails(fixture.world.send(&[old], &[]), StakingError::Unauthorized);
}

// What it costs

#[test]
fn hot_instructions_stay_within_their_compute_units() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.put_emission(|_, _| ());
    let deposit = fixture.deposit(&delegator, MIN).cu;
    let distribute = fixture.reward(1_000 * IO).cu;
    let again = fixture.deposit(&delegator, MIN / 2).cu;
    let request = fixture.try_request(&delegator, MIN / 4).expect("enough").cu;
    let claim = fixture.try_claim(&delegator).expect("earned").cu;
    fixture.world.advance(COOLDOWN);
    let withdraw = fixture.try_withdraw(&delegator, 0).expect("cooled down").cu;
    for (name, used, ceiling) in [
        ("deposit", deposit, 3_100),
        ("deposit with rewards to settle", again, 3_210),
        ("request_unstake, account included", request, 2_700),
        ("withdraw", withdraw, 3_120),
        ("claim", claim, 2_750),
        ("distribute", distribute, 1_720),
    ] {
        println!("{name}: {used} CU");
        assert!(
            used <= ceiling,
            "{name} takes {used} CU, more than {ceiling}"
        );
    }
}
