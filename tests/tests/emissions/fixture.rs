//! A world with mint, staking and emissions, and what the tests of `io_emissions` share.

use io_client::{
    Instruction, Pubkey, emissions, mint, pda,
    shared::{
        constants::{HOUR, IO},
        errors::EmissionsError,
        events::{NodeScore, ScoresSet},
        ids::{SYSTEM_PROGRAM, io_emissions, io_mint},
        state::{
            EmissionsConfig, EmissionsTerms, Layout, MintPolicy, MinterTerms, NodeEmission,
            RewardPool, TrancheKind,
        },
    },
    staking::{self, ClassTerms, NodeTerms, Stake},
};
use io_tests::{Failure, GENESIS, Outcome, World, books};
use solana_keypair::Keypair;
use solana_signer::Signer;

pub const CONFIG: Pubkey = io_emissions::CONFIG.address;

pub const VAULT: Pubkey = io_emissions::VAULT.address;

pub const MINT: Pubkey = io_mint::MINT.address;

/// Classes by the pool that they earn from.
pub const CLASSES: [u16; 2] = [10, 11];

/// Minimum stake of a node of one processor of either class.
pub const MIN: u64 = 200 * IO;

/// Weight of such a node at its minimum and full score.
pub const ONE: u64 = 10_000_000;

pub const FIRST_EPOCH: u64 = 456_621_004_566;

/// Owns lookalikes of our accounts.
pub const OTHER_PROGRAM: Pubkey = Pubkey::new_from_array([3; 32]);

pub const TOKEN_MINT_MISMATCH: u32 = 3;

/// A world with mint, staking and emissions initialized, and nothing minted yet.
pub struct Fixture {
    pub world: World,
    pub guardian: Keypair,
    pub scorer: Keypair,
    pub treasury: Keypair,
    pub bounty: Pubkey,
}

/// A node with its operator's stake.
pub struct Member {
    pub operator: Keypair,
    pub stake: Stake,
    pub pool: u8,
    pub tokens: Pubkey,
}

impl Member {
    pub fn node(&self) -> Pubkey {
        self.stake.node
    }
}

pub fn unlimited(policy: MintPolicy) -> MinterTerms {
    MinterTerms {
        policy,
        window_limit: u64::MAX,
        window_seconds: 0,
    }
}

pub fn terms(guardian: &Keypair, scorer: &Keypair) -> EmissionsTerms {
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
    /// Everything but `io_emissions`, with the right to mint on the hourly curve.
    pub fn uninitialized() -> Self {
        Self::uninitialized_on(0)
    }

    /// The same with another curve.
    pub fn uninitialized_on(curve: u8) -> Self {
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
                        curve,
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

    pub fn new() -> Self {
        let mut fixture = Self::uninitialized();
        let terms = fixture.terms();
        fixture.initialize(&terms).expect("the terms are good");
        fixture
    }

    pub fn terms(&self) -> EmissionsTerms {
        terms(&self.guardian, &self.scorer)
    }

    pub fn authority(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    pub fn initialize(&mut self, terms: &EmissionsTerms) -> Result<Outcome, Failure> {
        let instruction = emissions::initialize(&self.authority(), &MINT, terms);
        self.world.send(&[instruction], &[])
    }

    /// An open node of one processor with `amount` staked, enrolled.
    pub fn member(&mut self, pool: u8, amount: u64) -> Member {
        let member = self.unenrolled(pool, amount);
        let payer = self.authority();
        self.world
            .run(&[emissions::enroll_node(&payer, &member.node(), pool)], &[]);
        member
    }

    pub fn unenrolled(&mut self, pool: u8, amount: u64) -> Member {
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
                mint::mint_to(&self.treasury.pubkey(), &MINT, &tokens, 10 * MIN),
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

    pub fn deposit(&mut self, member: &Member, amount: u64) {
        let instruction =
            staking::deposit(&member.stake, &member.tokens, member.pool, amount, amount);
        self.world.run(&[instruction], &[&member.operator]);
    }

    pub fn unstake(&mut self, member: &Member, index: u64, amount: u64) {
        let owner = member.operator.pubkey();
        let rent = self.world.rent(staking::TICKET_SPACE);
        let request =
            staking::request_unstake(&owner, &member.stake, member.pool, index, amount, rent);
        self.world.run(&request, &[&member.operator]);
    }

    pub fn try_crank(&mut self) -> Result<Outcome, Failure> {
        let instruction = emissions::advance_epoch(&self.bounty, &MINT, 2);
        self.world.send(&[instruction], &[])
    }

    pub fn crank(&mut self) -> Outcome {
        let outcome = self.try_crank().expect("cranks");
        self.check();
        outcome
    }

    /// Lets an epoch pass and cranks it.
    pub fn next_epoch(&mut self) -> Outcome {
        self.world.advance(HOUR);
        self.crank()
    }

    pub fn try_score(&mut self, pool: u8, scores: &[(Pubkey, u16)]) -> Result<Outcome, Failure> {
        let instruction = emissions::set_scores(&self.scorer.pubkey(), pool, scores);
        self.world.send(&[instruction], &[&self.scorer])
    }

    pub fn score(&mut self, members: &[&Member], score: u16) -> Outcome {
        let scores: Vec<_> = members
            .iter()
            .map(|member| (member.node(), score))
            .collect();
        let outcome = self.try_score(members[0].pool, &scores).expect("scores");
        self.check();
        outcome
    }

    /// An epoch later the members weigh what their stake is worth at full score.
    pub fn earning(&mut self, members: &[&Member]) {
        self.score(members, 10_000);
        self.next_epoch();
        self.score(members, 10_000);
    }

    pub fn try_sync(&mut self, member: &Member) -> Result<Outcome, Failure> {
        let instruction = emissions::sync_node(&member.node(), member.pool);
        self.world.send(&[instruction], &[])
    }

    pub fn try_harvest(&mut self, member: &Member) -> Result<Outcome, Failure> {
        let instruction = emissions::harvest(&member.node(), member.pool);
        self.world.send(&[instruction], &[])
    }

    pub fn harvest(&mut self, member: &Member) -> Outcome {
        let outcome = self.try_harvest(member).expect("harvests");
        self.check();
        outcome
    }

    pub fn config(&self) -> EmissionsConfig {
        let config: EmissionsConfig = self.world.read(&CONFIG);
        assert!(config.invariant(self.world.now()));
        config
    }

    pub fn pool(&self, id: u8) -> RewardPool {
        let pool: RewardPool = self.world.read(&pda::reward_pool(id).0);
        assert!(pool.invariant(self.world.now()));
        pool
    }

    pub fn emission(&self, member: &Member) -> NodeEmission {
        let emission: NodeEmission = self.world.read(&pda::node_emission(&member.node()).0);
        assert!(emission.invariant());
        emission
    }

    pub fn weights(&self, member: &Member) -> (u64, u64) {
        let emission = self.emission(member);
        (emission.weight, emission.pending_weight)
    }

    /// The vault holds exactly what the pools say, and everything else adds up too.
    #[track_caller]
    pub fn check(&self) {
        books::check(&self.world).expect("the books add up");
        let held = self.pool(0).held() + self.pool(1).held();
        assert_eq!(self.world.token_balance(&VAULT), held);
    }

    /// Changes an account as no instruction could.
    pub fn edit<L: Layout>(&mut self, address: Pubkey, edit: impl FnOnce(&mut L)) {
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
    pub fn assert_pinned(
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
    pub fn swap(
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
pub enum Expected {
    /// Any such account will do, or only the program itself could make another.
    Free,
    Code(u32),
}

pub fn wrong(error: EmissionsError) -> Expected {
    Expected::Code(error.code())
}

pub const FREE: Expected = Expected::Free;

pub const WRONG_ACCOUNT: Expected = Expected::Code(EmissionsError::WrongAccount.code());

pub const WRONG_NODE: Expected = Expected::Code(EmissionsError::WrongNode.code());

pub fn bytes_of<L: Layout>(layout: &L) -> &[u8] {
    // SAFETY: `Layout` requires `Pod`: no padding, any bytes.
    unsafe { core::slice::from_raw_parts((&raw const *layout).cast::<u8>(), size_of::<L>()) }
}

/// The batch of scores that a transaction recorded.
pub fn scores_of(outcome: &Outcome) -> (ScoresSet, Vec<NodeScore>) {
    let mut found = outcome.inner_data().filter_map(ScoresSet::decode_nodes);
    let (head, nodes) = found.next().expect("one batch");
    (head, nodes.collect())
}
