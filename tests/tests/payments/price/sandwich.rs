//! A pool that an attacker moves around a swap.

use super::{IO_POST, USDC_POST, Watched};
use crate::fixture::*;
use io_client::{
    payments::{self, TokenPayment},
    shared::{
        constants::{IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::Paid,
        state::Feed,
    },
};
use io_tests::assert_fails;
use solana_signer::Signer;

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
