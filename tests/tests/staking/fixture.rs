//! A world with `io_staking` initialized, two classes and one open node, and what its tests share.

use io_client::{
    Instruction, Pubkey, mint, pda,
    shared::{
        constants::{COOLDOWN, IO},
        ids::{io_mint, io_staking},
        state::{Layout, Node, NodeEmission, Position, RewardPool, TrancheKind},
    },
    staking::{self, ClassTerms, NodeTerms, Stake},
};
use io_tests::{Failure, Outcome, World};
use solana_keypair::Keypair;
use solana_signer::Signer;

pub(crate) const CONFIG: Pubkey = io_staking::CONFIG.address;
pub(crate) const MINT: Pubkey = io_mint::MINT.address;
pub(crate) const POOL: u8 = 2;
/// A class whose delegators cannot be slashed, and one whose delegators can.
pub(crate) const SAFE: u16 = 1;
pub(crate) const RISKY: u16 = 2;
/// Minimum of a node with one processor of either class.
pub(crate) const MIN: u64 = 200 * IO;
pub(crate) const MAX: u64 = 5 * MIN;

/// A world with `io_staking` initialized, two classes and one open node.
pub(crate) struct Fixture {
    pub(crate) world: World,
    pub(crate) guardian: Keypair,
    pub(crate) slasher: Keypair,
    pub(crate) operator: Keypair,
    pub(crate) node: Pubkey,
}

/// A wallet with a position and a token account to pay from and to be paid to.
pub(crate) struct Staker {
    pub(crate) wallet: Keypair,
    pub(crate) stake: Stake,
    pub(crate) tokens: Pubkey,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with_terms(terms(1))
    }

    /// A node whose delegators can be slashed.
    pub(crate) fn risky() -> Self {
        Self::with_terms(NodeTerms {
            class: RISKY,
            ..terms(1)
        })
    }

    pub(crate) fn with_terms(terms: NodeTerms) -> Self {
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

    pub(crate) fn authority(&self) -> Keypair {
        self.world.authority.insecure_clone()
    }

    /// Registers another node of the operator.
    pub(crate) fn register(&mut self, terms: &NodeTerms) -> Pubkey {
        let operator = self.operator.pubkey();
        let instruction = staking::register_node(&operator, &operator, &MINT, terms);
        self.world.run(&[instruction], &[&self.operator]);
        pda::node(&operator, &terms.node_id).0
    }

    pub(crate) fn wallet_with(&mut self, amount: u64) -> (Keypair, Pubkey) {
        let wallet = self.world.wallet();
        let tokens = self
            .world
            .create_token_account(&wallet.pubkey(), &MINT, amount);
        (wallet, tokens)
    }

    /// The operator's position on the node, with 100 minimums to stake.
    pub(crate) fn operator(&mut self) -> Staker {
        let wallet = self.operator.insecure_clone();
        self.open(wallet, TrancheKind::Operator)
    }

    /// A new delegator's position on the node, with 100 minimums to stake.
    pub(crate) fn delegator(&mut self) -> Staker {
        let wallet = self.world.wallet();
        let tranche = self.node().delegator_kind().expect("a tranche");
        self.open(wallet, tranche)
    }

    pub(crate) fn open(&mut self, wallet: Keypair, tranche: TrancheKind) -> Staker {
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

    pub(crate) fn try_deposit(
        &mut self,
        staker: &Staker,
        amount: u64,
        min: u64,
    ) -> Result<Outcome, Failure> {
        let instruction = staking::deposit(&staker.stake, &staker.tokens, POOL, amount, min);
        self.world.send(&[instruction], &[&staker.wallet])
    }

    #[track_caller]
    pub(crate) fn deposit(&mut self, staker: &Staker, amount: u64) -> Outcome {
        self.try_deposit(staker, amount, amount)
            .expect("the deposit fits")
    }

    pub(crate) fn request_instructions(&self, staker: &Staker, amount: u64) -> [Instruction; 3] {
        let index = self.position(staker).next_ticket;
        let (owner, rent) = (
            staker.wallet.pubkey(),
            self.world.rent(staking::TICKET_SPACE),
        );
        staking::request_unstake(&owner, &staker.stake, POOL, index, amount, rent)
    }

    pub(crate) fn try_request(&mut self, staker: &Staker, amount: u64) -> Result<Outcome, Failure> {
        let instructions = self.request_instructions(staker, amount);
        self.world.send(&instructions, &[&staker.wallet])
    }

    /// Requests, and returns the ticket's index.
    #[track_caller]
    pub(crate) fn request(&mut self, staker: &Staker, amount: u64) -> u64 {
        let index = self.position(staker).next_ticket;
        self.try_request(staker, amount)
            .expect("the owner may leave");
        index
    }

    pub(crate) fn try_cancel(&mut self, staker: &Staker, index: u64) -> Result<Outcome, Failure> {
        let owner = staker.wallet.pubkey();
        let instruction = staking::cancel_unstake(&staker.stake, POOL, index, &owner);
        self.world.send(&[instruction], &[&staker.wallet])
    }

    /// Signed by nobody but who pays the fee.
    pub(crate) fn try_withdraw(&mut self, staker: &Staker, index: u64) -> Result<Outcome, Failure> {
        let owner = staker.wallet.pubkey();
        let instruction = staking::withdraw(&staker.stake, index, &staker.tokens, &owner);
        self.world.send(&[instruction], &[])
    }

    /// Unstakes all, waits and withdraws; what was paid.
    #[track_caller]
    pub(crate) fn leave(&mut self, staker: &Staker) -> u64 {
        let before = self.balance(staker);
        let index = self.request(staker, u64::MAX);
        self.world.advance(COOLDOWN);
        self.try_withdraw(staker, index).expect("cooled down");
        self.balance(staker) - before
    }

    /// Signed by nobody but who pays the fee.
    pub(crate) fn try_claim(&mut self, staker: &Staker) -> Result<Outcome, Failure> {
        self.world
            .send(&[staking::claim(&staker.stake, &staker.tokens)], &[])
    }

    /// Sends rewards to the node and shares them out.
    pub(crate) fn reward(&mut self, amount: u64) -> Outcome {
        self.donate(pda::reward_vault(&self.node).0, amount);
        self.world.run(&[staking::distribute(&self.node)], &[])
    }

    /// Adds tokens to a vault, as a transfer by anyone does.
    pub(crate) fn donate(&mut self, vault: Pubkey, amount: u64) {
        let before = self.world.token_account(&vault);
        self.world
            .put_token_account(vault, &before.owner, &MINT, before.amount + amount);
    }

    pub(crate) fn try_halt(&mut self) -> Result<Outcome, Failure> {
        let guardian = self.guardian.insecure_clone();
        let instruction = staking::halt_node(&guardian.pubkey(), &self.node, POOL);
        self.world.send(&[instruction], &[&guardian])
    }

    pub(crate) fn halt(&mut self) {
        self.try_halt().expect("open");
    }

    pub(crate) fn resume(&mut self) {
        let authority = self.authority().pubkey();
        let resume = staking::resume_node(&authority, &self.node);
        self.world.run(&[resume], &[]);
    }

    pub(crate) fn try_retire(&mut self) -> Result<Outcome, Failure> {
        let operator = self.operator.insecure_clone();
        let retire = staking::retire_node(&operator.pubkey(), &self.node, POOL);
        self.world.send(&[retire], &[&operator])
    }

    #[track_caller]
    pub(crate) fn retire(&mut self) -> Outcome {
        self.try_retire().expect("not retired yet")
    }

    pub(crate) fn set_paused(&mut self, paused: bool) {
        let authority = self.authority();
        self.world
            .run(&[staking::set_paused(&authority.pubkey(), paused)], &[]);
    }

    /// The node's books, which must add up to what its vaults hold.
    #[track_caller]
    pub(crate) fn node(&self) -> Node {
        let node: Node = self.world.read(&self.node);
        assert!(node.invariant());
        let staked = self.world.token_balance(&node.stake_vault);
        assert!(staked >= node.active_stake() + node.cooling_stake());
        assert!(self.world.token_balance(&node.reward_vault) >= node.rewards_owed);
        node
    }

    #[track_caller]
    pub(crate) fn position(&self, staker: &Staker) -> Position {
        self.world.read(&staker.stake.position())
    }

    pub(crate) fn value(&self, staker: &Staker) -> u64 {
        let shares = self.position(staker).shares;
        self.node()
            .tranche(staker.stake.tranche)
            .value_of(shares)
            .expect("a part of it")
    }

    pub(crate) fn balance(&self, staker: &Staker) -> u64 {
        self.world.token_balance(&staker.tokens)
    }

    pub(crate) fn stake_vault(&self) -> u64 {
        self.world.token_balance(&self.node().stake_vault)
    }

    /// Writes an account as no transaction could.
    pub(crate) fn edit<L: Layout>(&mut self, address: &Pubkey, change: impl FnOnce(&mut L)) {
        let mut layout: L = self.world.read(address);
        change(&mut layout);
        self.put(*address, &layout);
    }

    /// Sends an instruction, signed by those of `keys` that it names.
    pub(crate) fn send_by(
        &mut self,
        instruction: Instruction,
        keys: &[&Keypair],
    ) -> Result<Outcome, Failure> {
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

    pub(crate) fn put<L: Layout>(&mut self, address: Pubkey, layout: &L) {
        let bytes = bytes_of(layout);
        self.world.put(
            address,
            L::OWNER,
            [&L::DISCRIMINATOR[..], bytes].concat(),
            false,
        );
    }

    /// An account with the same bytes that `owner` owns.
    pub(crate) fn copy(&mut self, address: &Pubkey, owner: Pubkey) -> Pubkey {
        let (data, copy) = (self.world.data(address), self.world.fresh_address());
        self.world.put(copy, owner, data, false);
        copy
    }

    /// What `io_emissions` says about the node.
    pub(crate) fn put_emission(&mut self, change: impl FnOnce(&mut NodeEmission, &mut RewardPool)) {
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

pub(crate) fn zeroed<L: Layout>() -> L {
    L::read_copy(&[&L::DISCRIMINATOR[..], &vec![0; L::SPACE - 8]].concat()).expect("a layout")
}

pub(crate) fn bytes_of<L: Layout>(layout: &L) -> &[u8] {
    // SAFETY: layouts are plain old data without padding.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(layout).cast(), size_of::<L>()) }
}

pub(crate) fn class(id: u16, delegators_slashable: bool) -> ClassTerms {
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
pub(crate) fn terms(node_id: u8) -> NodeTerms {
    NodeTerms {
        node_id: [node_id; 32],
        class: SAFE,
        processors: 1,
        commission_bps: 1_000,
        delegation_open: true,
    }
}

pub(crate) fn ticket_of(staker: &Staker, index: u64) -> Pubkey {
    staker.stake.ticket(index)
}
