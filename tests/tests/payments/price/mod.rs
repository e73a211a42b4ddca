//! The oracle's floor: Pyth's price accounts, and what they do against a pool that an attacker moved.

use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, PayOut, TokenPayment},
    shared::{
        constants::{IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        state::{Feed, PayoutPreference},
    },
    venues::Route,
};
use io_tests::{
    Failure, Outcome, assert_fails,
    pyth::{PYTH, Post},
};
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_signer::Signer;

mod bound;
mod feeds;
mod keepers;
mod sandwich;

const USDC_FEED: [u8; 32] = [5; 32];
const IO_FEED: [u8; 32] = [6; 32];
const DEVIATION_BPS: u64 = 100;

const fn feed(id: [u8; 32]) -> Feed {
    Feed {
        owner: PYTH,
        id,
        max_age: 60,
        max_confidence_bps: 50,
        max_deviation_bps: DEVIATION_BPS,
    }
}

/// 1 USD ± 0.0005, and 0.15 USD ± 0.0003 as in the pool.
const USDC_POST: Post = Post::of(USDC_FEED, 100_000_000, 50_000);
const IO_POST: Post = Post::of(IO_FEED, 15_000_000, 30_000);

/// A market whose USDC and IO have a feed, with a good price of each.
struct Watched {
    market: Market,
    usdc_price: Pubkey,
    io_price: Pubkey,
}

impl Watched {
    fn new() -> Self {
        let mut market = Market::new();
        let authority = market.authority();
        let usdc = market.usdc;
        market.world.run(
            &[
                payments::schedule_feed(&authority, &usdc, &feed(USDC_FEED)),
                payments::schedule_feed(&authority, &MINT, &feed(IO_FEED)),
            ],
            &[],
        );
        market.world.advance(RULE_CHANGE_DELAY);
        let [usdc_price, io_price] = std::array::from_fn(|_| market.world.fresh_address());
        let mut watched = Self {
            market,
            usdc_price,
            io_price,
        };
        watched.post(USDC_POST, IO_POST);
        watched
    }

    fn post(&mut self, usdc: Post, io: Post) {
        usdc.put(&mut self.market.world, self.usdc_price);
        io.put(&mut self.market.world, self.io_price);
    }

    fn payment(&self) -> TokenPayment {
        TokenPayment {
            order: payments::Order {
                id: [200; 32],
                ..self.market.order()
            },
            ..self.market.usdc_payment(100 * USDC, false)
        }
    }

    /// From USDC to IO.
    fn prices(&self) -> [Pubkey; 2] {
        [self.usdc_price, self.io_price]
    }

    fn bounded(&self, payment: &TokenPayment) -> Route {
        self.market.route(payment).bounded_by(self.prices())
    }

    fn pay(&mut self) -> Result<Outcome, Failure> {
        let payment = self.payment();
        let route = self.bounded(&payment);
        self.market.pay_along(&payment, &route)
    }

    #[track_caller]
    fn assert_refused(&mut self, error: PaymentsError) {
        let before = self.market.world.snapshot();
        assert_fails(self.pay(), error);
        self.market.world.assert_unchanged(&before);
    }

    /// Lets a keeper pay out at any price, and puts IO into the vault.
    fn earn(&mut self) -> Keypair {
        self.market.earn(1_000 * IO);
        self.market.prefer(PayoutPreference::Usdc, 1);
        self.market.world.wallet()
    }

    fn pay_out(&mut self, caller: &Keypair, bounded: bool) -> Result<Outcome, Failure> {
        let out = PayOut {
            min_usdc_out: 10_000,
            ..self.market.out(caller, 100 * IO)
        };
        let mut route = self.market.amm.route(&MINT, out.amount);
        if bounded {
            route = route.bounded_by([self.io_price, self.usdc_price]);
        }
        self.market.send(payments::pay_out(&out, &route), caller)
    }

    /// Swaps in the pool, for oneself.
    fn trade(&mut self, trader: &Trader, mint: Pubkey, amount: u64) {
        let mut route = self.market.amm.route(&mint, amount);
        let other = if mint == MINT { self.market.usdc } else { MINT };
        let own = |mint: Pubkey| {
            if mint == MINT { trader.io } else { trader.usdc }
        };
        route.accounts[2] = AccountMeta::new_readonly(trader.key.pubkey(), true);
        route.accounts[3] = AccountMeta::new(own(mint), false);
        route.accounts[6] = AccountMeta::new(own(other), false);
        let instruction = io_client::Instruction {
            program_id: route.program,
            accounts: route.accounts,
            data: route.data,
        };
        self.market.world.run(&[instruction], &[&trader.key]);
    }

    fn trader(&mut self) -> Trader {
        let key = self.market.world.wallet();
        let usdc = self.market.usdc;
        Trader {
            usdc: self
                .market
                .world
                .create_token_account(&key.pubkey(), &usdc, 100_000 * USDC),
            io: io_account(&mut self.market.world, &key.pubkey(), 500_000 * IO),
            key,
        }
    }
}

struct Trader {
    key: Keypair,
    usdc: Pubkey,
    io: Pubkey,
}
