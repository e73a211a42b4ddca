//! Paying out and buying back, which anyone may call.

use super::{IO_POST, USDC_POST, Watched};
use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, BuyBack, TokenPayment},
    shared::{
        constants::{RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{BoughtBack, PaidOut},
        state::PayoutPreference,
    },
};
use io_tests::{Failure, Outcome, assert_fails, pyth::Post};
use solana_keypair::Keypair;
use solana_signer::Signer;

// pay_out

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

// buy_back

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
