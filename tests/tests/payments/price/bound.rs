//! Payments that the oracle bounds, and those that it does not.

use super::{IO_FEED, IO_POST, USDC_FEED, USDC_POST, Watched, feed};
use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::{IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::Paid,
        ids::TOKEN_PROGRAM,
    },
    venues::Route,
};
use io_tests::{
    assert_fails,
    hostile::{HOSTILE_PROGRAM, SCRIPT, Script},
    pyth::{PYTH, Post},
};
use spl_token_interface::instruction as token;

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
