//! The oracle's floor: Pyth's price accounts, and what they do against a pool that an attacker moved.

use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, BuyBack, PayOut, TokenPayment},
    pda,
    shared::{
        constants::{IO, MAX_FEED_AGE, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{BoughtBack, FeedScheduled, Paid, PaidOut},
        ids::{TOKEN_PROGRAM, io_payments::CONFIG},
        state::{Asset, Feed, PaymentsConfig, PayoutPreference},
    },
    venues::Route,
};
use io_tests::{
    Failure, Outcome, assert_fails,
    hostile::{HOSTILE_PROGRAM, SCRIPT, Script},
    pyth::{PYTH, Post},
};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;
use spl_token_interface::instruction as token;

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

// ---------------------------------------------------------------- bounded payments

#[test]
fn an_honest_swap_is_within_the_oracles_bound() {
    let mut watched = Watched::new();
    let expected = {
        let market = &watched.market;
        market.amm.quote(&market.world, &market.usdc, 98 * USDC)
    };
    let outcome = watched.pay().expect("the pool is at the oracle's price");
    let paid = outcome.event::<Paid>();
    assert_eq!(
        (paid.delivered, paid.oracle_bounded),
        (expected.received, 1)
    );
    assert_receipt(&watched.market.world, &outcome);
    watched.market.assert_transits_empty();
}

#[test]
fn without_both_feeds_nothing_is_bounded_and_the_receipt_says_so() {
    for listed in [None, Some(USDC_FEED), Some(IO_FEED)] {
        let mut market = Market::new();
        let authority = market.authority();
        let mint = if listed == Some(IO_FEED) {
            MINT
        } else {
            market.usdc
        };
        if let Some(id) = listed {
            let schedule = payments::schedule_feed(&authority, &mint, &feed(id));
            market.world.run(&[schedule], &[]);
            market.world.advance(RULE_CHANGE_DELAY);
        }
        let payment = market.usdc_payment(100 * USDC, false);
        let outcome = market.pay_token(&payment).expect("paid");
        assert_eq!(outcome.event::<Paid>().oracle_bounded, 0);
        assert_receipt(&market.world, &outcome);
    }
}

/// To the raw unit: spent × (1 − 0.0005) ÷ (0.15 + 0.0003) × (1 − 1 %), rounded up.
#[test]
fn the_bound_is_exact() {
    let mut watched = Watched::new();
    let authority = watched.market.authority();
    let venue = Script::default().authority();
    let usdc = watched.market.usdc;
    let world = &mut watched.market.world;
    world.deploy("hostile_venue", HOSTILE_PROGRAM);
    world.run(
        &[payments::list_venue(&authority, &HOSTILE_PROGRAM, &SCRIPT)],
        &[],
    );
    world.advance(RULE_CHANGE_DELAY);
    watched.post(USDC_POST, IO_POST);
    let world = &mut watched.market.world;
    let reserve = world.create_token_account(&venue, &usdc, 0);
    let stock = io_account(world, &venue, 10_000 * IO);
    let [from, to] = [usdc, MINT].map(|mint| pda::transit(&mint).0);
    let transfer = |from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount| {
        token::transfer(&TOKEN_PROGRAM, from, to, owner, &[], amount).expect("well formed")
    };
    let router = io_client::shared::ids::io_payments::ROUTER.address;
    for (number, spent) in [(1, 98 * USDC), (2, 98 * USDC - 77)] {
        let numerator = u128::from(spent) * 99_950_000 * u128::from(IO) * 9_900;
        let denominator = u128::from(USDC) * 15_030_000 * 10_000;
        let least = u64::try_from(numerator.div_ceil(denominator)).expect("fits");
        let prices = watched.prices();
        let route = |brings| {
            Script::default()
                .call(transfer(&from, &reserve, &router, spent))
                .call(transfer(&stock, &to, &venue, brings))
                .route()
                .bounded_by(prices)
        };
        let payment = TokenPayment {
            order: payments::Order {
                id: [number; 32],
                ..watched.market.order()
            },
            ..watched.payment()
        };
        let before = watched.market.world.snapshot();
        let result = watched.market.pay_along(&payment, &route(least - 1));
        assert_fails(result, PaymentsError::BelowOraclePrice);
        watched.market.world.assert_unchanged(&before);
        let outcome = watched
            .market
            .pay_along(&payment, &route(least))
            .expect("exactly enough");
        assert_eq!(outcome.event::<Paid>().delivered, least);
    }
}

#[test]
fn prices_that_are_not_to_be_trusted_stop_a_payment() {
    let mut watched = Watched::new();
    // Of either token.
    let change = |change: &dyn Fn(&mut Post)| {
        let (mut usdc, mut io) = (USDC_POST, IO_POST);
        change(&mut usdc);
        change(&mut io);
        [(usdc, IO_POST), (USDC_POST, io)]
    };
    for (what, posts, error) in [
        (
            "stale",
            change(&|post| post.age = 61),
            PaymentsError::PriceStale,
        ),
        (
            "from the future",
            change(&|post| post.age = -61),
            PaymentsError::PriceStale,
        ),
        (
            "wide",
            change(&|post| post.confidence = post.price.unsigned_abs() / 200 + 1),
            PaymentsError::PriceTooWide,
        ),
        (
            "negative",
            change(&|post| post.price = -post.price),
            PaymentsError::PriceUnusable,
        ),
        (
            "zero",
            change(&|post| post.price = 0),
            PaymentsError::PriceUnusable,
        ),
        (
            "an absurd exponent",
            change(&|post| post.exponent = 1),
            PaymentsError::PriceUnusable,
        ),
        (
            "of another feed",
            change(&|post| post.id = [7; 32]),
            PaymentsError::WrongPriceAccount,
        ),
        (
            "of another owner",
            change(&|post| post.owner = HOSTILE_PROGRAM),
            PaymentsError::WrongPriceAccount,
        ),
        (
            "of another kind",
            change(&|post| post.discriminator[7] ^= 1),
            PaymentsError::WrongPriceAccount,
        ),
        (
            "partly verified",
            change(&|post| post.verification = 0),
            PaymentsError::PriceNotVerified,
        ),
    ] {
        for (usdc, io) in posts {
            watched.post(usdc, io);
            println!("{what}");
            watched.assert_refused(error);
        }
    }
    // The last that are good: as old, as far ahead, and as wide as allowed.
    watched.post(
        Post {
            age: 60,
            confidence: 500_000,
            ..USDC_POST
        },
        Post {
            age: -60,
            confidence: 75_000,
            ..IO_POST
        },
    );
    watched.pay().expect("good prices");
}

#[test]
fn the_prices_cannot_be_left_out_or_mixed_up() {
    let mut watched = Watched::new();
    let payment = watched.payment();
    let [usdc, io] = watched.prices();
    let gone = watched.market.world.fresh_address();
    let short = watched.market.world.fresh_address();
    watched.market.world.put(short, PYTH, vec![0; 40], false);
    let plain = watched.market.route(&payment);
    let before = watched.market.world.snapshot();
    for route in [
        // Without them the venue's first two accounts stand in their place.
        plain.clone(),
        Route {
            accounts: Vec::new(),
            ..plain.clone()
        },
        plain.clone().bounded_by([io, usdc]),
        plain.clone().bounded_by([usdc, usdc]),
        plain.clone().bounded_by([usdc, gone]),
        plain.clone().bounded_by([short, io]),
    ] {
        let result = watched.market.pay_along(&payment, &route);
        assert_fails(result, PaymentsError::WrongPriceAccount);
    }
    watched.market.world.assert_unchanged(&before);
    watched.pay().expect("as it should be");
}

// ---------------------------------------------------------------- sandwiches

/// A renter who signs any amount, and an attacker who swaps just before.
#[test]
fn a_sandwich_fails_and_the_renter_keeps_everything() {
    let mut watched = Watched::new();
    let attacker = watched.trader();
    let usdc = watched.market.usdc;
    let fair = watched
        .market
        .amm
        .quote(&watched.market.world, &usdc, 98 * USDC);
    watched.trade(&attacker, usdc, 5_000 * USDC);
    let moved = watched
        .market
        .amm
        .quote(&watched.market.world, &usdc, 98 * USDC);
    assert!(moved.received < fair.received * 95 / 100);
    assert_eq!(watched.payment().min_io_out, 1);
    watched.assert_refused(PaymentsError::BelowOraclePrice);
    // The attacker gives up, and pays two fees for nothing.
    let loot = watched.market.world.token_balance(&attacker.io) - 500_000 * IO;
    watched.trade(&attacker, MINT, loot);
    watched.pay().expect("the pool is back where it was");
    assert!(watched.market.world.token_balance(&attacker.usdc) < 100_000 * USDC);
}

/// The same without feeds: the renter pays for it, and so signs a bound of their own.
#[test]
fn a_sandwich_without_an_oracle_is_stopped_by_the_signers_bound() {
    let mut watched = Watched::new();
    let authority = watched.market.authority();
    let usdc = watched.market.usdc;
    let drop_feed = payments::schedule_feed(&authority, &usdc, &Feed::NONE);
    watched.market.world.run(&[drop_feed], &[]);
    watched.market.world.advance(RULE_CHANGE_DELAY - 1);
    watched.post(USDC_POST, IO_POST);
    let attacker = watched.trader();
    let fair = watched
        .market
        .amm
        .quote(&watched.market.world, &usdc, 98 * USDC);
    watched.trade(&attacker, usdc, 5_000 * USDC);
    watched.assert_refused(PaymentsError::BelowOraclePrice);
    // A second later nothing but the signer's bound is left.
    watched.market.world.advance(1);
    let careful = TokenPayment {
        min_io_out: fair.received * 99 / 100,
        ..watched.payment()
    };
    let route = watched.market.route(&careful);
    let before = watched.market.world.snapshot();
    let result = watched.market.pay_along(&careful, &route);
    assert_fails(result, PaymentsError::ReceivedTooLittle);
    watched.market.world.assert_unchanged(&before);
    let careless = watched.payment();
    let outcome = watched.market.pay_along(&careless, &route).expect("paid");
    let paid = outcome.event::<Paid>();
    assert!(paid.delivered < fair.received * 95 / 100);
    assert_eq!(paid.oracle_bounded, 0);
}

#[test]
fn a_keeper_cannot_sell_earnings_into_a_moved_pool() {
    let mut watched = Watched::new();
    let keeper = watched.earn();
    let attacker = watched.trader();
    watched.trade(&attacker, MINT, 30_000 * IO);
    let before = watched.market.world.snapshot();
    let result = watched.pay_out(&keeper, true);
    assert_fails(result, PaymentsError::BelowOraclePrice);
    watched.market.world.assert_unchanged(&before);
}

#[test]
fn a_gateway_is_held_to_the_oracle_as_well() {
    let mut watched = Watched::new();
    let (authority, wallet) = (watched.market.authority(), watched.market.renter.pubkey());
    let list = payments::list_gateway(&authority, &wallet, 200, 1_000 * USDC);
    watched.market.world.run(&[list], &[]);
    let attacker = watched.trader();
    let usdc = watched.market.usdc;
    watched.trade(&attacker, usdc, 5_000 * USDC);
    let payment = watched.payment();
    let pay = payments::pay_fiat(&payment, &[3; 32], &watched.bounded(&payment));
    let renter = watched.market.renter.insecure_clone();
    let before = watched.market.world.snapshot();
    let result = watched.market.send(pay.clone(), &renter);
    assert_fails(result, PaymentsError::BelowOraclePrice);
    watched.market.world.assert_unchanged(&before);
    let loot = watched.market.world.token_balance(&attacker.io) - 500_000 * IO;
    watched.trade(&attacker, MINT, loot);
    let outcome = watched.market.send(pay, &renter).expect("a fair price");
    assert_eq!(outcome.event::<Paid>().oracle_bounded, 1);
}

// ---------------------------------------------------------------- pay-outs

#[test]
fn a_keeper_is_held_to_the_oracle_besides_the_suppliers_price() {
    let mut watched = Watched::new();
    let keeper = watched.earn();
    // The prices cannot be left out, and must be good.
    let wrong = PaymentsError::WrongPriceAccount;
    assert_fails(watched.pay_out(&keeper, false), wrong);
    let stale = Post { age: 61, ..IO_POST };
    watched.post(USDC_POST, stale);
    let result = watched.pay_out(&keeper, true);
    assert_fails(result, PaymentsError::PriceStale);
    watched.post(USDC_POST, IO_POST);
    let outcome = watched.pay_out(&keeper, true).expect("a fair price");
    assert!(outcome.event::<PaidOut>().delivered > 14 * USDC);

    // The higher of both bounds counts.
    watched.market.prefer(PayoutPreference::Usdc, 200_000);
    let result = watched.pay_out(&keeper, true);
    assert_fails(result, PaymentsError::KeeperPriceTooLow);
}

/// Earnings are their owner's, whatever becomes of the oracle.
#[test]
fn an_owner_is_paid_out_while_there_is_no_price() {
    let mut watched = Watched::new();
    watched.earn();
    let owner = watched.market.supplier.owner.insecure_clone();
    let stale = |post| Post {
        age: 1_000_000,
        ..post
    };
    watched.post(stale(USDC_POST), stale(IO_POST));
    watched.pay_out(&owner, false).expect("the owner signed");
    watched.assert_refused(PaymentsError::PriceStale);
}

// ---------------------------------------------------------------- buying back

fn buy_back(watched: &mut Watched, caller: &Keypair, bounded: bool) -> Result<Outcome, Failure> {
    let usdc = watched.market.usdc;
    let buy = BuyBack {
        caller: caller.pubkey(),
        io_mint: MINT,
        usdc_mint: usdc,
        amount: 2 * USDC,
        min_io_out: 1,
    };
    let mut route = watched.market.amm.route(&usdc, buy.amount);
    if bounded {
        route = route.bounded_by(watched.prices());
    }
    let instruction = payments::buy_back(&buy, &route);
    watched.market.send(instruction, caller)
}

/// With a floor under the price, it no longer matters who calls.
#[test]
fn anyone_may_buy_back_at_the_oracles_price() {
    let mut watched = Watched::new();
    let authority = watched.market.authority();
    let daily = payments::schedule_buy_back(&authority, 10 * USDC);
    watched.market.world.run(&[daily], &[]);
    watched.market.world.advance(RULE_CHANGE_DELAY);
    watched.post(USDC_POST, IO_POST);
    for number in [1, 2] {
        let payment = TokenPayment {
            order: payments::Order {
                id: [number; 32],
                ..watched.market.order()
            },
            ..watched.payment()
        };
        let route = watched.bounded(&payment);
        watched.market.pay_along(&payment, &route).expect("paid");
    }
    let stranger = watched.market.world.wallet();
    let supply = watched.market.world.supply(&MINT);
    let outcome = buy_back(&mut watched, &stranger, true).expect("a fair price");
    let bought = outcome.event::<BoughtBack>();
    assert_eq!(bought.by, stranger.pubkey());
    assert_eq!(
        watched.market.world.supply(&MINT),
        supply - bought.burned,
        "burned"
    );
    // The prices are not an option, not even for the authority.
    let wrong = PaymentsError::WrongPriceAccount;
    let before = watched.market.world.snapshot();
    assert_fails(buy_back(&mut watched, &stranger, false), wrong);
    let authority = watched.market.world.authority.insecure_clone();
    assert_fails(buy_back(&mut watched, &authority, false), wrong);
    watched.market.world.assert_unchanged(&before);
    // Nor in a moved pool.
    let attacker = watched.trader();
    let usdc = watched.market.usdc;
    watched.trade(&attacker, usdc, 5_000 * USDC);
    let before = watched.market.world.snapshot();
    let below = PaymentsError::BelowOraclePrice;
    assert_fails(buy_back(&mut watched, &stranger, true), below);
    watched.market.world.assert_unchanged(&before);
}

#[test]
fn without_a_price_only_the_authority_buys_back() {
    let mut market = Market::new();
    let payment = market.usdc_payment(100 * USDC, false);
    market.pay_token(&payment).expect("paid");
    let authority = market.authority();
    let daily = payments::schedule_buy_back(&authority, 10 * USDC);
    market.world.run(&[daily], &[]);
    market.world.advance(RULE_CHANGE_DELAY);
    let nowhere = Pubkey::default();
    let mut unwatched = Watched {
        market,
        usdc_price: nowhere,
        io_price: nowhere,
    };
    let stranger = unwatched.market.world.wallet();
    let refused = PaymentsError::Unauthorized;
    assert_fails(buy_back(&mut unwatched, &stranger, false), refused);
    let authority = unwatched.market.world.authority.insecure_clone();
    buy_back(&mut unwatched, &authority, false).expect("the authority signed");
}

// ---------------------------------------------------------------- feeds

#[test]
fn a_feed_takes_over_after_the_delay() {
    let mut market = Market::new();
    let authority = market.authority();
    let (now, usdc) = (market.world.now(), market.usdc);
    let effective_at = now + RULE_CHANGE_DELAY;
    for (mint, id) in [(usdc, USDC_FEED), (MINT, IO_FEED)] {
        let schedule = payments::schedule_feed(&authority, &mint, &feed(id));
        let outcome = market.world.run(&[schedule], &[]);
        assert_eq!(
            outcome.event::<FeedScheduled>(),
            FeedScheduled {
                mint,
                owner: PYTH,
                id,
                max_age: 60,
                max_confidence_bps: 50,
                max_deviation_bps: DEVIATION_BPS,
                effective_at,
            }
        );
        let asset: Asset = market.world.read(&pda::asset(&mint).0);
        assert!(!asset.feed.at(effective_at - 1).is_listed());
        assert_eq!(*asset.feed.at(effective_at), feed(id));
    }
    // The config knows those of the two that every swap has on one side.
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(*config.io_feed.at(effective_at), feed(IO_FEED));
    assert_eq!(*config.usdc_feed.at(effective_at), feed(USDC_FEED));
    assert!(!config.io_feed.at(effective_at - 1).is_listed());

    market.world.advance(RULE_CHANGE_DELAY - 1);
    let payment = market.usdc_payment(100 * USDC, false);
    market.pay_token(&payment).expect("not bounded yet");
    market.world.advance(1);
    let again = TokenPayment {
        order: payments::Order {
            id: [9; 32],
            ..market.order()
        },
        ..payment
    };
    let wrong = PaymentsError::WrongPriceAccount;
    assert_fails(market.pay_token(&again), wrong);
}

#[test]
fn a_feed_of_another_token_is_no_feed_of_the_configs() {
    let mut market = Market::new();
    let authority = market.authority();
    let mint = market.world.create_mint(9);
    market.world.run(
        &[
            payments::list_asset(&authority, &mint, &TOKEN_PROGRAM, 200, 1),
            payments::schedule_feed(&authority, &mint, &feed([8; 32])),
        ],
        &[],
    );
    let later = market.world.now() + RULE_CHANGE_DELAY;
    let asset: Asset = market.world.read(&pda::asset(&mint).0);
    assert_eq!(asset.feed.at(later).id, [8; 32]);
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert!(!config.io_feed.at(later).is_listed() && !config.usdc_feed.at(later).is_listed());
}

#[test]
fn feeds_are_scheduled_by_the_authority_within_bounds() {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    for bad in [
        Feed {
            owner: Pubkey::default(),
            ..feed(USDC_FEED)
        },
        feed([0; 32]),
        Feed {
            max_age: MAX_FEED_AGE + 1,
            ..feed(USDC_FEED)
        },
        Feed {
            max_confidence_bps: 1_001,
            ..feed(USDC_FEED)
        },
        Feed {
            max_deviation_bps: 2_001,
            ..feed(USDC_FEED)
        },
    ] {
        let schedule = payments::schedule_feed(&authority, &usdc, &bad);
        assert_fails(market.world.send(&[schedule], &[]), PaymentsError::BadFeed);
    }
    let guardian = market.guardian.insecure_clone();
    let by_guardian = payments::schedule_feed(&guardian.pubkey(), &usdc, &feed(USDC_FEED));
    let refused = market.send(by_guardian, &guardian);
    assert_fails(refused, PaymentsError::Unauthorized);
    let good = payments::schedule_feed(&authority, &usdc, &feed(USDC_FEED));
    let wrong = custom(PaymentsError::WrongAccount);
    let venue = pda::venue(&market.amm.pool.program, &[1, 0, 0, 0, 0, 0, 0, 0]).0;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[],
        &[
            (1, venue, InstructionError::AccountDataTooSmall),
            (2, venue, InstructionError::AccountDataTooSmall),
            (3, guardian.pubkey(), wrong.clone()),
            (4, guardian.pubkey(), wrong),
        ],
    );
    market.world.run(&[good], &[]);
}
