//! Whoever stole a key, and prepared for it as anybody may: with nodes that earn, and pools.

use crate::town::{A100, M4, MINT, Member, OFFER, Party, Town};
use io_client::{
    Instruction, Pubkey, emissions,
    payments::{self, BuyBack, PayOut},
    pda::transit,
    shared::{
        constants::{BPS, IO, USDC},
        ids::io_payments::{CONFIG, ROUTER},
        math::{
            fee::fee_of,
            fixed::{mul_div_ceil, mul_div_floor},
        },
        state::PaymentsConfig,
    },
    staking,
    venues::Route,
};
use io_tests::{
    Failure, Outcome,
    amm::{Amm, Deposit, FEES},
    hostile::Script,
    network::transfer,
};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The ends of the interval that USDC's price is in, and half of IO's, USD × 10^8.
const USDC_LOW: u128 = 99_950_000;
const USDC_HIGH: u128 = 100_050_000;
const IO_CONFIDENCE: u128 = 30_000;
/// What the feeds' deviation of 3 % leaves of a price.
const KEPT: (u128, u128) = (97, 100);

pub(crate) struct Thief {
    pub(crate) me: Party,
    pub(crate) nodes: [Member; 2],
    /// Pools of two tokens that only the thief put anything in.
    pub(crate) pools: Vec<Amm>,
    /// Raw IO of others' earnings that was paid out to them, and its worth then, raw USDC.
    pub(crate) sold: u64,
    pub(crate) worth: u64,
}

impl Thief {
    /// With a node of the smallest stake in each pool.
    pub(crate) fn new(town: &mut Town) -> Self {
        let network = &mut town.network;
        let nodes = [
            Member::join(network, A100, 1, 400 * IO, None),
            Member::join(network, M4, 1, 200 * IO, None),
        ];
        town.others = nodes.iter().map(|node| (node.node, node.pool)).collect();
        Self {
            me: Party::new(network, 200_000 * IO, 200_000 * USDC),
            nodes,
            pools: Vec::new(),
            sold: 0,
            worth: 0,
        }
    }

    /// Sends what must succeed, signed by `key` if it is to sign.
    #[track_caller]
    pub(crate) fn must(&self, town: &mut Town, instruction: Instruction, key: &Keypair) -> Outcome {
        match town.send(instruction, key) {
            Ok(outcome) => outcome,
            Err(failure) => panic!("{:?}\n{}", failure.error, failure.meta.pretty_logs()),
        }
    }

    /// Scores the own nodes as high as can be and all others as down; refused once nobody can crank.
    pub(crate) fn score(&self, town: &mut Town, scorer: &Keypair) -> Result<(), Failure> {
        for pool in [0, 1] {
            let own = self.nodes.iter().map(|node| (node, 10_000));
            let others = town.earning().map(|node| (node, 0));
            let nodes = own.chain(others).filter(|(node, _)| node.pool == pool);
            let scores: Vec<_> = nodes.map(|(node, score)| (node.node, score)).collect();
            town.send(
                emissions::set_scores(&scorer.pubkey(), pool, &scores),
                scorer,
            )?;
        }
        Ok(())
    }

    /// Takes what the own nodes earned into the own wallets.
    pub(crate) fn claim(&self, town: &mut Town) {
        for node in &self.nodes {
            let operator = &node.operator;
            let claim = staking::claim(&operator.stake, &operator.party.io);
            self.must(town, claim, &operator.party.key);
        }
    }

    /// A pool of one's own that gives `needed` for `amount` of `from`, and next to no more.
    fn pool(&mut self, town: &mut Town, from: Pubkey, amount: u64, needed: u64) -> Amm {
        let account = |mint: &Pubkey| {
            if *mint == MINT {
                self.me.io
            } else {
                self.me.usdc
            }
        };
        let to = if from == MINT {
            town.network.usdc
        } else {
            MINT
        };
        let reserve_in = amount / 50 + 1;
        let gives = |reserve_out| {
            let trade = FEES.trade(amount, reserve_in, reserve_out);
            trade.is_some_and(|trade| trade.received >= needed)
        };
        let (mut low, mut high) = (needed, needed * 2);
        assert!(gives(high));
        while low < high {
            let middle = low.midpoint(high);
            if gives(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let deposits = [(from, reserve_in), (to, low)].map(|(mint, amount)| Deposit {
            mint,
            source: account(&mint),
            amount,
        });
        let seed = u8::try_from(self.pools.len() + 10).expect("few pools");
        let pool = Amm::create(&mut town.network.world, &self.me.key, seed, deposits, FEES);
        self.pools.push(pool);
        pool
    }

    /// Whether swaps of IO and USDC are held to the oracle.
    fn watched(town: &Town) -> bool {
        let world = &town.network.world;
        let config: PaymentsConfig = world.read(&CONFIG.address);
        let now = world.now();
        config.io_feed.at(now).is_listed() && config.usdc_feed.at(now).is_listed()
    }

    fn route(town: &Town, pool: &Amm, from: Pubkey, amount: u64) -> Route {
        let route = pool.route(&from, amount);
        let [usdc, io] = town.prices;
        match (Self::watched(town), from == MINT) {
            (false, _) => route,
            (true, true) => route.bounded_by([io, usdc]),
            (true, false) => route.bounded_by([usdc, io]),
        }
    }

    /// What a pay-out of `amount` must bring: raw USDC that satisfy the supplier's offer, after the fee, and
    /// the oracle, before it.
    fn asked(town: &Town, amount: u64) -> (u64, u64) {
        let bound = mul_div_ceil(amount, OFFER, IO).expect("it fits");
        let world = &town.network.world;
        let config: PaymentsConfig = world.read(&CONFIG.address);
        let fee_bps = config.payout_fee_bps.at(world.now());
        let after_fee = |received| received - fee_of(received, fee_bps).expect("below 100 %");
        let mut needed = mul_div_ceil(bound, BPS, BPS - fee_bps).expect("it fits") - 1;
        while after_fee(needed) < bound {
            needed += 1;
        }
        if Self::watched(town) {
            let low = u128::from(town.io_price) - IO_CONFIDENCE;
            let fair = u128::from(amount) * low * KEPT.0;
            let floor = u64::try_from(fair.div_ceil(100 * USDC_HIGH * KEPT.1)).expect("it fits");
            needed = needed.max(floor);
        }
        (bound, needed)
    }

    fn count(&mut self, town: &Town, sold: u64) {
        self.sold += sold;
        self.worth += mul_div_floor(sold, town.io_price, 100 * IO).expect("it fits");
    }

    fn out(&self, town: &Town, amount: u64, bound: u64) -> PayOut {
        PayOut {
            caller: self.me.address(),
            supplier_owner: town.offering.address(),
            io_mint: MINT,
            usdc_mint: town.network.usdc,
            destination: town.offering.usdc,
            amount,
            min_usdc_out: bound,
        }
    }

    /// As a keeper: pays out all earnings that may be, through a pool of one's own, at the least price
    /// that is accepted.
    pub(crate) fn pay_out(&mut self, town: &mut Town) {
        let amount = town.balance(&Town::earnings(&town.offering));
        let (bound, needed) = Self::asked(town, amount);
        let out = self.out(town, amount, bound);
        let key = self.me.key.insecure_clone();
        // A pool may take a little less than it is offered, so a raw unit below may be enough.
        for (gives, accepted) in [(needed - needed / 1_000, false), (needed, true)] {
            let pool = self.pool(town, MINT, amount, gives);
            let trade = pool.quote(&town.network.world, &MINT, amount);
            assert_eq!(trade.received, gives);
            let route = Self::route(town, &pool, MINT, amount);
            let paid = town.send(payments::pay_out(&out, &route), &key);
            assert_eq!(paid.is_ok(), accepted, "{gives} raw USDC");
            if accepted {
                self.count(town, trade.spent);
            }
        }
    }

    /// The same through a venue of one's own, which gives what it likes: it must not be a raw unit less.
    pub(crate) fn pay_out_by_venue(&mut self, town: &mut Town) -> Result<(), Failure> {
        let amount = town.balance(&Town::earnings(&town.offering));
        let (bound, needed) = Self::asked(town, amount);
        let out = self.out(town, amount, bound);
        let (key, usdc) = (self.me.key.insecure_clone(), town.network.usdc);
        let venue = Script::default().authority();
        let purse = town.network.world.create_token_account(&venue, &usdc, 0);
        let fill = transfer(&self.me.usdc, &purse, &self.me.address(), needed);
        self.must(town, fill, &key);
        let take = transfer(&transit(&MINT).0, &self.me.io, &ROUTER.address, amount);
        let mut sent = Ok(());
        for (gives, accepted) in [(needed - 1, false), (needed, true)] {
            let give = transfer(&purse, &transit(&usdc).0, &venue, gives);
            let mut route = Script::default().call(take.clone()).call(give).route();
            if Self::watched(town) {
                let [usdc, io] = town.prices;
                route = route.bounded_by([io, usdc]);
            }
            let paid = town.send(payments::pay_out(&out, &route), &key);
            assert!(accepted || paid.is_err(), "{gives} raw USDC are enough");
            sent = paid.map(|_| ());
        }
        if sent.is_err() {
            // The purse is the venue's, which gives back what it did not spend.
            let back = transfer(&purse, &self.me.usdc, &venue, needed);
            let back = Script::default().call(back).instruction();
            self.must(town, back, &key);
            return sent;
        }
        self.count(town, amount);
        Ok(())
    }

    /// Buys back with `amount` of the fees, through a pool of one's own, at the oracle's floor.
    pub(crate) fn buy_back(&mut self, town: &mut Town, amount: u64) {
        let high = u128::from(town.io_price) + IO_CONFIDENCE;
        let fair = u128::from(amount) * USDC_LOW * 100 * KEPT.0;
        let floor = u64::try_from(fair.div_ceil(high * KEPT.1)).expect("it fits");
        let buy_back = BuyBack {
            caller: self.me.address(),
            io_mint: MINT,
            usdc_mint: town.network.usdc,
            amount,
            min_io_out: 1,
        };
        let key = self.me.key.insecure_clone();
        let usdc = town.network.usdc;
        let pool = self.pool(town, usdc, amount, floor);
        let route = Self::route(town, &pool, usdc, amount);
        self.must(town, payments::buy_back(&buy_back, &route), &key);
    }
}
