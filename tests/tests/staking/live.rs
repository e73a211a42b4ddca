//! A migrated network with the real `io_mint` and `io_emissions`, for what only both programs show.

use io_client::{
    Instruction, Pubkey, emissions, pda,
    shared::{
        constants::{BPS, DAY, HOUR},
        ids::io_mint,
        state::{Node, NodeEmission, RewardPool, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::{GENESIS, Outcome, World, books, network::Network, scenario::CLUSTER};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Two classes of one pool in migrations/clusters/localnet.toml: RTX 4090 (1.25×) and RTX 3090 (1.75×).
pub const CLASS: u16 = 7;
pub const OTHER: u16 = 8;
pub const POOL: u8 = 1;
const POOLS: u8 = 2;

pub struct Live {
    network: Network,
    bounty: Pubkey,
}

/// A node and its operator's position.
pub struct Member {
    pub wallet: Keypair,
    pub class: u16,
    pub stake: Stake,
    pub tokens: Pubkey,
}

impl Member {
    pub fn node(&self) -> Pubkey {
        self.stake.node
    }
}

impl Live {
    /// In the first epoch.
    pub fn new() -> Self {
        let (io, usdc) = (1_000_000_000_000, 1_000_000_000);
        let mut network =
            Network::launch(CLUSTER, GENESIS - 4 * DAY, io, usdc).expect("the cluster is sound");
        network.world.set_clock(GENESIS + 60);
        let keeper = network.world.wallet();
        let bounty = network.give_io(&keeper.pubkey(), 0);
        Self { network, bounty }
    }

    pub fn world(&mut self) -> &mut World {
        &mut self.network.world
    }

    pub fn authority(&self) -> Pubkey {
        self.network.world.authority.pubkey()
    }

    pub fn run(&mut self, instructions: &[Instruction]) -> Outcome {
        self.network.world.run(instructions, &[])
    }

    /// Signed by those of `keys` that the instructions name.
    pub fn run_by(&mut self, instructions: &[Instruction], keys: &[&Keypair]) -> Outcome {
        let named = |key: &&&Keypair| {
            let metas = instructions.iter().flat_map(|i| &i.accounts);
            metas
                .filter(|meta| meta.is_signer)
                .any(|meta| meta.pubkey == key.pubkey())
        };
        let signers: Vec<&Keypair> = keys.iter().filter(named).copied().collect();
        self.network.world.run(instructions, &signers)
    }

    /// An enrolled node of one processor with `minimums` of its minimum staked.
    pub fn join(&mut self, class: u16, minimums: u64) -> Member {
        let wallet = self.world().wallet();
        let owner = wallet.pubkey();
        let terms = NodeTerms {
            node_id: [1; 32],
            class,
            processors: 1,
            commission_bps: 1_000,
            delegation_open: true,
        };
        let node = pda::node(&owner, &terms.node_id).0;
        let stake = Stake {
            node,
            owner,
            tranche: TrancheKind::Operator,
        };
        let member = Member {
            tokens: self.network.give_io(&owner, 100_000 * 100_000_000),
            wallet,
            class,
            stake,
        };
        let mint = io_mint::MINT.address;
        let enroll = emissions::enroll_node(&self.authority(), &node, POOL);
        self.network.world.run(
            &[
                staking::register_node(&owner, &owner, &mint, &terms),
                staking::open_position(&owner, &stake),
                enroll,
            ],
            &[&member.wallet],
        );
        let amount = minimums * self.node(&member).min_stake.at(self.network.world.now());
        let deposit = staking::deposit(&stake, &member.tokens, POOL, amount, amount);
        self.network.world.run(&[deposit], &[&member.wallet]);
        member
    }

    /// Scores the members fully, lets the epoch pass, and cranks.
    pub fn epoch(&mut self, members: &[&Member]) {
        let authority = self.authority();
        let scores: Vec<_> = members
            .iter()
            .map(|member| (member.node(), BPS as u16))
            .collect();
        self.run(&[emissions::set_scores(&authority, POOL, &scores)]);
        self.network.world.advance(HOUR);
        self.crank();
    }

    pub fn crank(&mut self) {
        let crank = emissions::advance_epoch(&self.bounty, &io_mint::MINT.address, POOLS);
        self.run(&[crank]);
        self.check();
    }

    /// Brings a node's terms up to date, as a keeper does.
    pub fn sync_class(&mut self, member: &Member) -> Outcome {
        let harvest = emissions::harvest(&member.node(), POOL);
        let sync = staking::sync_class(&member.node(), member.class, POOL);
        let outcome = self.run(&[harvest, sync]);
        self.check();
        outcome
    }

    pub fn sync_node(&mut self, member: &Member) {
        self.run(&[emissions::sync_node(&member.node(), POOL)]);
        self.check();
    }

    /// Harvests a node; raw IO that its stakers got.
    pub fn harvest(&mut self, member: &Member) -> u64 {
        let vault = self.node(member).reward_vault;
        let before = self.network.world.token_balance(&vault);
        self.run(&[emissions::harvest(&member.node(), POOL)]);
        self.check();
        self.network.world.token_balance(&vault) - before
    }

    pub fn give_io(&mut self, wallet: &Pubkey, amount: u64) -> Pubkey {
        self.network.give_io(wallet, amount)
    }

    pub fn unstake(&mut self, member: &Member, amount: u64) {
        self.unstake_at(member, 0, amount);
    }

    /// The position's ticket number `index`.
    pub fn unstake_at(&mut self, member: &Member, index: u64, amount: u64) {
        let owner = member.stake.owner;
        let rent = self.network.world.rent(staking::TICKET_SPACE);
        let request = staking::request_unstake(&owner, &member.stake, POOL, index, amount, rent);
        self.network.world.run(&request, &[&member.wallet]);
        self.check();
    }

    pub fn node(&self, member: &Member) -> Node {
        self.network.world.read(&member.node())
    }

    pub fn weight(&self, member: &Member) -> u64 {
        let emission: NodeEmission = self
            .network
            .world
            .read(&pda::node_emission(&member.node()).0);
        emission.weight
    }

    pub fn pool(&self) -> RewardPool {
        self.network.world.read(&pda::reward_pool(POOL).0)
    }

    #[track_caller]
    pub fn check(&self) {
        books::check_untouched(&self.network.world).expect("the books add up");
    }
}
