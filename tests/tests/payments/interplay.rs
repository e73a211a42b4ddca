//! Where payment paths and venues meet: what one of them allows must not undo what the other promises.

use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, BuyBack, Part},
    pda,
    shared::{
        constants::{IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{Paid, PaidOut},
        ids::{
            TOKEN_PROGRAM,
            io_payments::{CONFIG, ROUTER},
        },
        state::{Feed, PaymentsConfig, PayoutPreference, Venue},
    },
    venues::padded,
};
use io_tests::{
    World,
    amm::AMM_PROGRAM,
    assert_fails,
    pyth::{PYTH, Post},
};
use solana_keypair::Keypair;
use solana_signer::Signer;
use spl_token_interface::instruction as token;

fn approve(world: &mut World, account: &Pubkey, owner: &Keypair, delegate: &Pubkey) {
    let approve = token::approve(
        &TOKEN_PROGRAM,
        account,
        delegate,
        &owner.pubkey(),
        &[],
        u64::MAX,
    )
    .expect("well formed");
    world.run(&[approve], &[owner]);
}

fn venue(world: &World) -> Venue {
    world.read(&pda::venue(&AMM_PROGRAM, &padded(&[1])).0)
}

/// Whoever lets the router move tokens lets nobody else do it: an honest venue takes them from
/// wherever the account list says.
#[test]
fn a_venue_gets_no_account_that_the_router_may_move_tokens_of() {
    let mut market = Market::new();
    market.earn(100 * IO);
    let renter = market.renter.insecure_clone();
    let (renter_io, renter_usdc) = (market.renter_io, market.renter_usdc);
    approve(&mut market.world, &renter_io, &renter, &ROUTER.address);
    approve(&mut market.world, &renter_usdc, &renter, &ROUTER.address);
    let owner = market.supplier.owner.insecure_clone();
    let out = market.out(&owner, 50 * IO);
    let mut route = market.amm.route(&MINT, out.amount);
    assert_eq!(route.accounts[3].pubkey, pda::transit(&MINT).0);
    route.accounts[3].pubkey = renter_io;
    let before = market.world.snapshot();
    let result = market.send(payments::pay_out(&out, &route), &owner);
    assert_fails(result, PaymentsError::RouterAccountExposed);
    market.world.assert_unchanged(&before);
    // Revoked, it is an account like any other.
    let revoke =
        token::revoke(&TOKEN_PROGRAM, &renter_io, &renter.pubkey(), &[]).expect("well formed");
    market.world.run(&[revoke], &[&renter]);
    let result = market.send(payments::pay_out(&out, &route), &owner);
    assert_token_error(result, OWNER_MISMATCH);
}

/// A pay-out that a venue carries out in part uses up no more of the cap than that part.
#[test]
fn a_cap_counts_what_was_sold_and_not_what_was_offered() {
    let mut market = Market::new();
    let guardian = market.guardian.insecure_clone();
    let cap = payments::set_venue_cap(&guardian.pubkey(), &AMM_PROGRAM, &[1], 100 * IO);
    market.world.run(&[cap], &[&guardian]);
    market.earn(1_000 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let out = market.out(&owner, 100 * IO);
    let route = market.amm.route(&MINT, IO);
    let sold = market
        .send(payments::pay_out(&out, &route), &owner)
        .expect("in part")
        .event::<PaidOut>()
        .sold;
    assert!(sold <= IO);
    assert_eq!(venue(&market.world).window_used, sold);
    // Not a raw unit above it, whatever is offered.
    let out = market.out(&owner, 100 * IO);
    let route = market.amm.route(&MINT, 100 * IO);
    assert_fails(
        market.send(payments::pay_out(&out, &route), &owner),
        PaymentsError::VenueCapReached,
    );
}

const fn feed(id: u8) -> Feed {
    Feed {
        owner: PYTH,
        id: [id; 32],
        max_age: 60,
        max_confidence_bps: 50,
        max_deviation_bps: 100,
    }
}

/// Where an oracle lets anyone buy back, a stranger cannot use up the day's limit for nothing.
#[test]
fn a_stranger_cannot_use_up_the_days_buy_back_for_nothing() {
    const DAILY: u64 = 50 * USDC;
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    market
        .world
        .put_token_account(market.fees(&usdc), &CONFIG.address, &usdc, 100 * USDC);
    market.world.run(
        &[
            payments::schedule_feed(&authority, &usdc, &feed(5)),
            payments::schedule_feed(&authority, &MINT, &feed(6)),
            payments::schedule_buy_back(&authority, DAILY),
        ],
        &[],
    );
    market.world.advance(RULE_CHANGE_DELAY);
    let prices @ [usdc_price, io_price] = std::array::from_fn(|_| market.world.fresh_address());
    Post::of([5; 32], 100_000_000, 50_000).put(&mut market.world, usdc_price);
    Post::of([6; 32], 15_000_000, 30_000).put(&mut market.world, io_price);
    let stranger = market.world.wallet();
    let terms = |amount| BuyBack {
        caller: stranger.pubkey(),
        io_mint: MINT,
        usdc_mint: usdc,
        amount,
        min_io_out: 0,
    };
    let next_to_nothing = market.amm.route(&usdc, 10_000).bounded_by(prices);
    let spite = payments::buy_back(&terms(DAILY), &next_to_nothing);
    let spite = market.send(spite, &stranger);
    assert_fails(spite, PaymentsError::TooMuchLeft);
    let route = market.amm.route(&usdc, DAILY).bounded_by(prices);
    let all = payments::buy_back(&terms(DAILY), &route);
    market.send(all, &stranger).expect("all of it");
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(config.buy_back_used, DAILY);
}

/// The router's and the config's token accounts are no treasury, as they are nobody's payout wallet:
/// fees swept to a transit would go to whoever is paid next.
#[test]
fn fees_are_not_swept_to_where_they_come_from() {
    let mut market = Market::new();
    let authority = market.authority();
    for treasury in [ROUTER.address, CONFIG.address] {
        let schedule = payments::schedule_treasury(&authority, &treasury);
        let result = attempt(&mut market.world, schedule, &[]);
        assert_fails(result, PaymentsError::NobodyNamed);
    }
}

/// Pairs, prices and venue accounts stand behind one another, and none can be taken for another.
#[test]
fn a_payment_to_several_is_held_to_the_oracle() {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    market.world.run(
        &[
            payments::schedule_feed(&authority, &usdc, &feed(5)),
            payments::schedule_feed(&authority, &MINT, &feed(6)),
        ],
        &[],
    );
    market.world.advance(RULE_CHANGE_DELAY);
    let prices @ [usdc_price, io_price] = std::array::from_fn(|_| market.world.fresh_address());
    Post::of([5; 32], 100_000_000, 50_000).put(&mut market.world, usdc_price);
    Post::of([6; 32], 15_000_000, 30_000).put(&mut market.world, io_price);
    let second = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let mut payment = market.usdc_payment(60 * USDC, false);
    payment.parts.push(Part {
        supplier_owner: second.owner.pubkey(),
        destination: second.earnings(),
        amount: 40 * USDC,
    });
    let route = market.route(&payment).bounded_by(prices);
    let good = payments::pay_token(&payment, &route);
    let first_pair = good.accounts.len() - route.accounts.len() - 2;
    for (a, b) in [(0, 1), (0, 2), (1, 3), (2, 3), (2, 4), (3, 4)] {
        let mut mixed = good.clone();
        mixed.accounts.swap(first_pair + a, first_pair + b);
        let before = market.world.snapshot();
        let renter = market.renter.insecure_clone();
        assert!(market.send(mixed, &renter).is_err(), "{a} and {b}");
        market.world.assert_unchanged(&before);
    }
    let outcome = market.pay_along(&payment, &route).expect("paid");
    assert_eq!(outcome.event::<Paid>().oracle_bounded, 1);
    assert_receipt(&market.world, &outcome);
    market.assert_transits_empty();
    // The oracle moves by more than the deviation, and the same payment is too cheap.
    Post::of([6; 32], 14_000_000, 30_000).put(&mut market.world, io_price);
    payment.order.id = [8; 32];
    let route = market.route(&payment).bounded_by(prices);
    let before = market.world.snapshot();
    let result = market.pay_along(&payment, &route);
    assert_fails(result, PaymentsError::BelowOraclePrice);
    market.world.assert_unchanged(&before);
}
