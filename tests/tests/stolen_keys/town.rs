//! A network with stake, rewards, earnings and fees in it, and an hour of its life.

use io_client::{
    Instruction, Pubkey, emissions,
    payments::{self, Order, Part, PayOut, TokenPayment},
    pda,
    shared::{
        constants::{DAY, HOUR, IO, USDC},
        events::PaidOut,
        ids::{TOKEN_PROGRAM, io_mint},
        math::fee::fee_of,
        state::{Asset, MintConfig, Node, PayoutPreference, Supplier, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::{
    Failure, GENESIS, Outcome, World,
    network::Network,
    pyth::{PYTH, Post},
};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeMap;

pub(crate) const MINT: Pubkey = io_mint::MINT.address;
/// Classes of the cluster file, with their pools.
pub(crate) const H100: (u16, u8) = (1, 0);
pub(crate) const RTX_4090: (u16, u8) = (2, 1);
pub(crate) const A100: (u16, u8) = (3, 0);
pub(crate) const M4: (u16, u8) = (4, 1);
/// Hours that the network is old when a key is stolen.
pub(crate) const AGE: u64 = 30;
/// The renter's fee in USDC, and the supplier's.
const FEE_BPS: u64 = 200;
/// Least raw USDC for one IO that one supplier lets keepers pay out at.
pub(crate) const OFFER: u64 = 120_000;

/// The keys that may be stolen, besides the authority's.
pub(crate) struct Keys {
    pub(crate) guardian: Keypair,
    pub(crate) slasher: Keypair,
    pub(crate) scorer: Keypair,
    pub(crate) treasury: Keypair,
    pub(crate) gateway: Keypair,
}

impl Keys {
    fn new() -> Self {
        let key = |n| Keypair::new_from_array([n; 32]);
        Self {
            guardian: key(21),
            slasher: key(22),
            scorer: key(23),
            treasury: key(24),
            gateway: key(25),
        }
    }

    fn cluster(&self) -> String {
        let mut cluster = include_str!("cluster.toml").replace("<pyth>", &PYTH.to_string());
        for (name, key) in [
            ("<guardian>", &self.guardian),
            ("<slasher>", &self.slasher),
            ("<scorer>", &self.scorer),
            ("<treasury>", &self.treasury),
            ("<gateway>", &self.gateway),
        ] {
            cluster = cluster.replace(name, &key.pubkey().to_string());
        }
        cluster
    }
}

/// A wallet with its token accounts.
pub(crate) struct Party {
    pub(crate) key: Keypair,
    pub(crate) io: Pubkey,
    pub(crate) usdc: Pubkey,
}

impl Party {
    pub(crate) fn new(network: &mut Network, io: u64, usdc: u64) -> Self {
        let key = network.world.wallet();
        Self::of(network, key, io, usdc)
    }

    fn of(network: &mut Network, key: Keypair, io: u64, usdc: u64) -> Self {
        let owner = key.pubkey();
        Self {
            io: network.give_io(&owner, io),
            usdc: network.give_usdc(&owner, usdc),
            key,
        }
    }

    pub(crate) fn address(&self) -> Pubkey {
        self.key.pubkey()
    }
}

/// Somebody's stake on a node.
pub(crate) struct Staker {
    pub(crate) party: Party,
    pub(crate) stake: Stake,
}

/// A node and who staked on it.
pub(crate) struct Member {
    pub(crate) node: Pubkey,
    pub(crate) pool: u8,
    pub(crate) operator: Staker,
    pub(crate) delegator: Option<Staker>,
}

impl Member {
    /// Registers a node and stakes on it, the operator's stake first.
    pub(crate) fn join(
        network: &mut Network,
        (class, pool): (u16, u8),
        processors: u16,
        operators: u64,
        delegators: Option<(u64, TrancheKind)>,
    ) -> Self {
        let party = Party::new(network, operators, 0);
        let owner = party.address();
        let terms = NodeTerms {
            node_id: [7; 32],
            class,
            processors,
            commission_bps: 1_000,
            delegation_open: true,
        };
        let node = pda::node(&owner, &terms.node_id).0;
        let register = [
            staking::register_node(&owner, &owner, &MINT, &terms),
            emissions::enroll_node(&owner, &node, pool),
        ];
        network.world.run(&register, &[&party.key]);
        let operator = stake(network, party, node, TrancheKind::Operator, pool, operators);
        let delegator = delegators.map(|(amount, tranche)| {
            let party = Party::new(network, amount, 0);
            stake(network, party, node, tranche, pool, amount)
        });
        Self {
            node,
            pool,
            operator,
            delegator,
        }
    }

    /// The delegator, if there is one, then the operator.
    pub(crate) fn stakers(&self) -> impl Iterator<Item = &Staker> {
        self.delegator.iter().chain([&self.operator])
    }

    /// Starts the cooldown of `amount`, under the position's ticket number `index`.
    pub(crate) fn unstake(&self, world: &mut World, staker: &Staker, index: u64, amount: u64) {
        let rent = world.rent(staking::TICKET_SPACE);
        let (owner, stake) = (staker.party.address(), &staker.stake);
        let request = staking::request_unstake(&owner, stake, self.pool, index, amount, rent);
        world.run(&request, &[&staker.party.key]);
    }
}

fn stake(
    network: &mut Network,
    party: Party,
    node: Pubkey,
    tranche: TrancheKind,
    pool: u8,
    amount: u64,
) -> Staker {
    let owner = party.address();
    let stake = Stake {
        node,
        owner,
        tranche,
    };
    let join = [
        staking::open_position(&owner, &stake),
        staking::deposit(&stake, &party.io, pool, amount, amount),
    ];
    network.world.run(&join, &[&party.key]);
    Staker { party, stake }
}

/// The network, its people, and what they do every hour.
pub(crate) struct Town {
    pub(crate) network: Network,
    pub(crate) keys: Keys,
    /// Two nodes that earn, one of each pool, and one whose operator has given it up.
    pub(crate) members: [Member; 3],
    /// Lets keepers pay out, at [`OFFER`] or the oracle's floor if that is higher.
    pub(crate) offering: Party,
    /// Pays out itself only.
    pub(crate) reserved: Party,
    pub(crate) keeper: Party,
    /// Price accounts of USDC and of IO.
    pub(crate) prices: [Pubkey; 2],
    /// The price of IO as posted, USD × 10^8.
    pub(crate) io_price: u64,
    /// Where the bounty goes: whoever cranks first says.
    pub(crate) bounty: Pubkey,
    /// Nodes besides the members', with their pools, that the keeper harvests too.
    pub(crate) others: Vec<(Pubkey, u8)>,
    /// What people did every hour and could not do any more.
    pub(crate) refused: BTreeMap<&'static str, u32>,
    /// Raw USDC of fees above those of the start.
    pub(crate) overcharged: u64,
    /// Raw IO of earnings that their supplier paid out itself.
    pub(crate) paid_out: u64,
    supplier: Party,
    renter: Party,
    orders: u64,
}

impl Town {
    /// A network that went well for [`AGE`] hours: with tickets cooling, rewards in the vaults, earnings
    /// not paid out, fees not swept, a receipt of every payment. The last crank was just now.
    pub(crate) fn new() -> Self {
        let keys = Keys::new();
        let (io, usdc) = (50_000_000 * IO, 7_500_000 * USDC);
        let network = Network::launch(&keys.cluster(), GENESIS - 3 * DAY, io, usdc);
        let mut network = network.expect("the cluster is migrated");
        for key in [&keys.guardian, &keys.slasher, &keys.scorer, &keys.gateway] {
            network.world.fund(&key.pubkey());
        }
        network.give_usdc(&keys.gateway.pubkey(), 50_000 * USDC);
        network.give_usdc(&keys.treasury.pubkey(), 0);
        // Feeds and buy-backs are in force.
        network.world.set_clock(GENESIS);
        let exposed = Some((10_000 * IO, TrancheKind::Exposed));
        let protected = Some((100_000 * IO, TrancheKind::Protected));
        let members = [
            Member::join(&mut network, H100, 50, 150_000 * IO, protected),
            Member::join(&mut network, RTX_4090, 40, 15_000 * IO, exposed),
            Member::join(&mut network, M4, 5, 1_500 * IO, None),
        ];
        let prices = std::array::from_fn(|_| network.world.fresh_address());
        let keeper = Party::new(&mut network, 0, 0);
        let [supplier, offering, reserved] = [
            (PayoutPreference::Io, 0),
            (PayoutPreference::Usdc, OFFER),
            (PayoutPreference::Usdc, 0),
        ]
        .map(|(preference, offer)| {
            let party = Party::new(&mut network, 0, 0);
            let owner = party.address();
            let register = [
                payments::register_supplier(&owner, &owner, preference, &owner, &MINT),
                payments::set_supplier(&owner, preference, &owner, offer),
            ];
            network.world.run(&register, &[&party.key]);
            party
        });
        let renter = Party::new(&mut network, 0, 1_000_000 * USDC);
        let mut town = Self {
            bounty: keeper.io,
            network,
            keys,
            members,
            offering,
            reserved,
            keeper,
            prices,
            io_price: 0,
            others: Vec::new(),
            refused: BTreeMap::new(),
            overcharged: 0,
            paid_out: 0,
            supplier,
            renter,
            orders: 0,
        };
        town.prosper();
        town
    }

    fn prosper(&mut self) {
        self.post();
        let owners = [&self.supplier, &self.offering, &self.reserved].map(Party::address);
        for (owner, usdc) in owners.into_iter().zip([20_000, 5_000, 5_000]) {
            self.pay(owner, usdc * USDC);
        }
        self.sweep(self.treasury());
        self.pay(owners[0], 60_000 * USDC);
        let [first, _, retired] = &self.members;
        let world = &mut self.network.world;
        first.unstake(world, &first.operator, 0, 10_000 * IO);
        if let Some(delegator) = &first.delegator {
            first.unstake(world, delegator, 0, 5_000 * IO);
        }
        let operator = &retired.operator;
        let retire = staking::retire_node(&operator.party.address(), &retired.node, retired.pool);
        world.run(&[retire], &[&operator.party.key]);
        retired.unstake(world, operator, 0, u64::MAX);
        assert_eq!(self.refused, BTreeMap::new());
    }

    /// What happens every hour until a key is stolen.
    pub(crate) fn live(&mut self) {
        for hour in 0..AGE {
            if hour > 0 {
                self.hour(hour);
            }
            self.score();
        }
        self.hour(AGE);
        assert_eq!(self.refused, BTreeMap::new());
    }

    /// The first minutes of an hour: the keeper cranks and harvests, a renter pays, a supplier pays itself
    /// out.
    pub(crate) fn hour(&mut self, hour: u64) {
        self.network.world.advance(HOUR);
        self.post();
        let crank = emissions::advance_epoch(&self.bounty, &MINT, 2);
        self.attempt("crank", &[crank], &[]);
        let mut nodes: Vec<_> = self
            .earning()
            .map(|member| (member.node, member.pool))
            .collect();
        nodes.extend(&self.others);
        for (node, pool) in nodes {
            self.attempt("harvest", &[emissions::harvest(&node, pool)], &[]);
        }
        self.pay(self.offering.address(), 20 * USDC);
        if hour.is_multiple_of(24) {
            self.pay_out_reserved(100 * IO);
        }
    }

    /// The honest scorer finds everything up.
    pub(crate) fn score(&mut self) {
        let scorer = self.keys.scorer.insecure_clone();
        let mut nodes: Vec<_> = self
            .earning()
            .map(|member| (member.node, member.pool))
            .collect();
        nodes.extend(&self.others);
        for pool in [0, 1] {
            let up = nodes.iter().filter(|node| node.1 == pool);
            let scores: Vec<_> = up.map(|(node, _)| (*node, 10_000)).collect();
            let set = emissions::set_scores(&scorer.pubkey(), pool, &scores);
            self.attempt("score", &[set], &[&scorer]);
        }
    }

    /// The members whose nodes are not retired.
    pub(crate) fn earning(&self) -> impl Iterator<Item = &Member> {
        self.members[..2].iter()
    }

    fn attempt(
        &mut self,
        what: &'static str,
        instructions: &[Instruction],
        keys: &[&Keypair],
    ) -> Option<Outcome> {
        let sent = self.network.world.send(instructions, keys);
        if sent.is_err() {
            *self.refused.entry(what).or_default() += 1;
        }
        sent.ok()
    }

    /// Posts the price of the pool, and a dollar for USDC.
    fn post(&mut self) {
        let world = &mut self.network.world;
        let (io, usdc) = self.network.amm.reserves(world, &MINT);
        let price = u128::from(usdc) * 10_000_000_000 / u128::from(io);
        let price = i64::try_from(price).expect("below 2^63");
        Post::of([5; 32], 100_000_000, 50_000).put(world, self.prices[0]);
        Post::of([6; 32], price, 30_000).put(world, self.prices[1]);
        self.io_price = price.unsigned_abs();
    }

    /// A renter pays a supplier in USDC, whatever the fee is, at most 2 % below what the pool quotes.
    fn pay(&mut self, supplier_owner: Pubkey, amount: u64) {
        self.orders += 1;
        let mut id = [0; 32];
        id[..8].copy_from_slice(&self.orders.to_le_bytes());
        let world = &self.network.world;
        let asset: Asset = world.read(&pda::asset(&self.network.usdc).0);
        let fee = |bps| fee_of(amount, bps).expect("below 100 %");
        let charged = fee(asset.fee_bps.at(world.now()));
        let net = amount - charged;
        let quote = self.network.amm.quote(world, &self.network.usdc, net);
        let supplier: Supplier = world.read(&pda::supplier(&supplier_owner).0);
        let destination = payments::io_destination(&supplier, &self.supplier.io);
        let payment = TokenPayment {
            payer: self.renter.address(),
            mint: self.network.usdc,
            source: self.renter.usdc,
            io_mint: MINT,
            parts: vec![Part {
                supplier_owner,
                destination,
                amount,
            }],
            order: Order {
                id,
                expires_at: world.now() + HOUR,
            },
            fee_on_top: false,
            min_io_out: quote.received / 100 * 98,
        };
        let mut route = self.network.amm.route(&self.network.usdc, net);
        if asset.feed.at(world.now()).is_listed() {
            route = route.bounded_by(self.prices);
        }
        let pay = payments::pay_token(&payment, &route);
        let key = self.renter.key.insecure_clone();
        if self.attempt("pay", &[pay], &[&key]).is_some() {
            self.overcharged += charged - fee(FEE_BPS);
        }
    }

    fn pay_out_reserved(&mut self, amount: u64) {
        let out = PayOut {
            caller: self.reserved.address(),
            supplier_owner: self.reserved.address(),
            io_mint: MINT,
            usdc_mint: self.network.usdc,
            destination: self.reserved.usdc,
            amount,
            min_usdc_out: 1,
        };
        let pay_out = payments::pay_out(&out, &self.network.amm.route(&MINT, amount));
        let key = self.reserved.key.insecure_clone();
        if let Some(outcome) = self.attempt("pay out", &[pay_out], &[&key]) {
            let paid = outcome.event::<PaidOut>();
            self.paid_out += paid.sold;
            self.overcharged += paid.fee - fee_of(paid.proceeds, FEE_BPS).expect("below 100 %");
        }
    }

    /// The treasury's USDC account.
    pub(crate) fn treasury(&self) -> Pubkey {
        io_client::token::associated(&self.keys.treasury.pubkey(), &self.network.usdc)
    }

    pub(crate) fn gateway(&self) -> Pubkey {
        io_client::token::associated(&self.keys.gateway.pubkey(), &self.network.usdc)
    }

    fn sweep(&mut self, destination: Pubkey) {
        let sweep = payments::sweep(&self.network.usdc, &TOKEN_PROGRAM, &destination);
        self.attempt("sweep", &[sweep], &[]);
    }

    pub(crate) fn earnings(owner: &Party) -> Pubkey {
        pda::earnings(&pda::supplier(&owner.address()).0).0
    }

    pub(crate) fn node(&self, node: &Pubkey) -> Node {
        self.network.world.read(node)
    }

    pub(crate) fn mint(&self) -> MintConfig {
        self.network.world.read(&io_mint::CONFIG.address)
    }

    /// Raw units on a token account.
    pub(crate) fn balance(&self, account: &Pubkey) -> u64 {
        self.network.world.token_balance(account)
    }

    /// Sends an instruction that nobody, or `key`, signs.
    pub(crate) fn send(
        &mut self,
        instruction: Instruction,
        key: &Keypair,
    ) -> Result<Outcome, Failure> {
        let mut accounts = instruction.accounts.iter();
        let signs = accounts.any(|account| account.is_signer && account.pubkey == key.pubkey());
        let keys: &[&Keypair] = if signs { &[key] } else { &[] };
        self.network.world.send(&[instruction], keys)
    }
}
