//! Fees: exact, delayed, capped, never on IO, and only for the treasury.

use crate::fixture::*;
use io_client::{
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::{IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{Paid, Swept},
        ids::{TOKEN_PROGRAM, io_payments::CONFIG},
        state::{Asset, PaymentsConfig},
    },
};
use io_tests::{
    amm::{Amm, Deposit},
    assert_fails, books,
};
use solana_instruction_error::InstructionError;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Account;

/// A market in which `mint` is listed with `fee_bps` and a minimum of 1 raw, and a rich renter.
fn listed(fee_bps: u64, reserve: u64) -> (Market, Amm, TokenPayment) {
    let mut market = Market::new();
    let mint = market.world.create_mint(9);
    let creator = market.world.wallet();
    let source = market
        .world
        .create_token_account(&creator.pubkey(), &mint, reserve);
    let deposit = Deposit {
        mint,
        source,
        amount: reserve,
    };
    let amm = list_with_pool(&mut market.world, &creator, deposit, 100_000 * IO, fee_bps);
    let renter = market.renter.pubkey();
    let payment = TokenPayment {
        mint,
        source: market.world.create_token_account(&renter, &mint, u64::MAX),
        ..market.usdc_payment(0, false)
    };
    (market, amm, payment)
}

#[test]
fn the_fee_is_exact_at_every_edge() {
    let deep = 1_000_000_000_000;
    let most = u64::MAX - deep;
    // basis points, amount, fee = ceil(amount × bps ÷ 10,000)
    for (fee_bps, amount, fee) in [
        (0, 10_000, 0),
        (1, 9_999, 1),
        (1, 10_000, 1),
        (1, 10_001, 2),
        (200, 1_000, 20),
        (200, 1_001, 21),
        (499, 10_000, 499),
        (500, 10_000, 500),
        (500, 10_001, 501),
        (500, 19_999, 1_000),
        (500, 20_000, 1_000),
        // ceil((2^64 − 1 − 10^12) × 5 ÷ 100)
        (500, most, 922_337_153_685_477_581),
        (1, most, 1_844_674_307_370_956),
    ] {
        for fee_on_top in [false, true] {
            let (mut market, amm, payment) = listed(fee_bps, deep);
            let payment = TokenPayment {
                parts: vec![market.part(amount)],
                fee_on_top,
                ..payment
            };
            let net = if fee_on_top { amount } else { amount - fee };
            let route = amm.route(&payment.mint, net);
            if fee_on_top && amount == most {
                let result = market.pay_along(&payment, &route);
                assert_fails(result, PaymentsError::Overflow);
                continue;
            }
            let outcome = market.pay_along(&payment, &route).expect("paid");
            assert_eq!(outcome.event::<Paid>().fee, fee, "{fee_bps} of {amount}");
            let held = market.world.token_balance(&market.fees(&payment.mint));
            assert_eq!(held, fee);
            books::check(&market.world).expect("the books");
        }
    }
}

#[test]
fn one_raw_pays_a_fee_of_one_raw() {
    let (mut market, amm, payment) = listed(1, 1_000 * USDC);
    let raw = |market: &Market, amount, fee_on_top| TokenPayment {
        parts: vec![market.part(amount)],
        fee_on_top,
        ..payment.clone()
    };
    // Inside, nothing is left to swap.
    let inside = raw(&market, 1, false);
    let route = amm.route(&payment.mint, 1);
    let result = market.pay_along(&inside, &route);
    assert_fails(result, PaymentsError::BelowMinimum);
    let before = market.world.token_balance(&payment.source);
    // The pool takes one raw for its fee, and one for its owner's: 3 brings something.
    let on_top = raw(&market, 3, true);
    let route = amm.route(&payment.mint, 3);
    let outcome = market.pay_along(&on_top, &route).expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!((paid.gross, paid.fee), (4, 1));
    let after = market.world.token_balance(&payment.source);
    assert_eq!(before - after, 4);
}

#[test]
fn there_is_never_a_fee_on_io() {
    let mut market = Market::new();
    let authority = market.authority();
    let renter = market.renter.insecure_clone();
    for fee_bps in [1, 500] {
        let raise = payments::schedule_asset_fee(&authority, &MINT, fee_bps);
        let result = attempt(&mut market.world, raise, &[]);
        assert_fails(result, PaymentsError::FeeTooHigh);
    }
    for (id, amount) in [(1, 1), (2, 49), (3, 7 * IO + 1)] {
        let order = payments::Order {
            id: [id; 32],
            ..market.order()
        };
        let before = market.world.token_balance(&market.supplier.io);
        let pay = market.pay_io_to(&market.supplier.io, &order, amount);
        market.send(pay, &renter).expect("paid");
        let after = market.world.token_balance(&market.supplier.io);
        assert_eq!(after - before, amount);
    }
    assert_eq!(market.world.token_balance(&market.fees(&MINT)), 0);
    books::check(&market.world).expect("the books");
}

/// Every way to a fee that is higher or sooner than the rules allow.
#[test]
fn nobody_gets_around_the_delay_and_the_cap() {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    let gateway = market.world.wallet().pubkey();
    let list = payments::list_gateway(&authority, &gateway, 200, USDC);
    market.world.run(&[list], &[]);
    let too_high = PaymentsError::FeeTooHigh;
    for instruction in [
        payments::schedule_asset_fee(&authority, &usdc, 501),
        payments::schedule_asset_fee(&authority, &usdc, u64::MAX),
        payments::schedule_payout_fee(&authority, 501),
        payments::schedule_payout_fee(&authority, u64::MAX),
        payments::schedule_gateway_fee(&authority, &gateway, 501),
        payments::list_gateway(&authority, &authority, 501, 1),
    ] {
        assert_fails(attempt(&mut market.world, instruction, &[]), too_high);
    }
    let fees = |market: &Market| {
        let now = market.world.now();
        let asset: Asset = market.world.read(&pda::asset(&usdc).0);
        let config: PaymentsConfig = market.world.read(&CONFIG.address);
        let gateway: io_client::shared::state::Gateway =
            market.world.read(&pda::gateway(&gateway).0);
        [
            asset.fee_bps.at(now),
            config.payout_fee_bps.at(now),
            gateway.fee_bps.at(now),
        ]
    };
    let schedule = |market: &mut Market, fee_bps| {
        market.world.run(
            &[
                payments::schedule_asset_fee(&authority, &usdc, fee_bps),
                payments::schedule_payout_fee(&authority, fee_bps),
                payments::schedule_gateway_fee(&authority, &gateway, fee_bps),
            ],
            &[],
        );
    };
    schedule(&mut market, 500);
    market.world.advance(RULE_CHANGE_DELAY - 1);
    assert_eq!(fees(&market), [200; 3]);
    // Scheduled again, it waits again; what was to come is dropped.
    schedule(&mut market, 499);
    market.world.advance(1);
    assert_eq!(fees(&market), [200; 3]);
    // Listing again, to name another fee, is refused; switching off and on changes nothing.
    for list in [
        payments::list_asset(&authority, &usdc, &TOKEN_PROGRAM, 500, 1),
        payments::list_gateway(&authority, &gateway, 500, 1),
    ] {
        let result = attempt(&mut market.world, list, &[]);
        assert_fails(result, PaymentsError::AlreadyListed);
    }
    market.world.run(
        &[
            payments::set_asset_enabled(&authority, &usdc, false),
            payments::set_asset_enabled(&authority, &usdc, true),
            payments::set_gateway_enabled(&authority, &gateway, false),
            payments::set_gateway_enabled(&authority, &gateway, true),
        ],
        &[],
    );
    assert_eq!(fees(&market), [200; 3]);
    // A payment before the second takes the old fee, one after it the new one.
    let pay = |market: &mut Market, id| {
        let payment = market.usdc_payment(100 * USDC, true);
        let order = payments::Order {
            id: [id; 32],
            ..payment.order
        };
        let payment = TokenPayment { order, ..payment };
        let outcome = market.pay_token(&payment).expect("paid");
        outcome.event::<Paid>().fee
    };
    market.world.advance(RULE_CHANGE_DELAY - 2);
    assert_eq!(pay(&mut market, 1), 2 * USDC);
    market.world.advance(1);
    assert_eq!(pay(&mut market, 2), 4_990_000);
    assert_eq!(fees(&market), [499; 3]);
}

#[test]
fn anyone_sweeps_but_only_the_treasury_gets_the_fees() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let payment = market.usdc_payment(100 * USDC, true);
    market.pay_token(&payment).expect("paid");
    market.earn_more(100 * IO);
    market.owner_pays_out(50 * IO).expect("paid out");
    let fees = market.fees(&usdc);
    let held = market.world.token_balance(&fees);
    assert!(held > 2 * USDC, "both kinds of fees are here");

    let guardian = market.guardian.insecure_clone();
    let pause = payments::set_paused(&guardian.pubkey(), true);
    market.world.run(&[pause], &[&guardian]);
    let sweep = payments::sweep(&usdc, &TOKEN_PROGRAM, &market.treasury_usdc);
    let outcome = market.world.run(&[sweep.clone()], &[]);
    assert_eq!(
        outcome.event::<Swept>(),
        Swept {
            mint: usdc,
            treasury: market.treasury.pubkey(),
            destination: market.treasury_usdc,
            amount: held,
        }
    );
    let world = &mut market.world;
    assert_eq!(world.token_balance(&market.treasury_usdc), held);
    assert_eq!(world.token_balance(&fees), 0);
    assert_fails(attempt(world, sweep, &[]), PaymentsError::NothingToSweep);
}

#[test]
fn sweeps_check_their_accounts() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let payment = market.usdc_payment(100 * USDC, true);
    market.pay_token(&payment).expect("paid");
    let thief = market.world.wallet().pubkey();
    let treasury = market.treasury.pubkey();
    let thief_usdc = market.world.create_token_account(&thief, &usdc, 0);
    let treasury_io = io_account(&mut market.world, &treasury, 0);
    // The treasury's, but someone else may take it from there.
    let mut shared = |delegate: bool| {
        let address = market.world.create_token_account(&treasury, &usdc, 0);
        let mut account = market.world.token_account(&address);
        if delegate {
            account.delegate = Some(thief).into();
            account.delegated_amount = u64::MAX;
        } else {
            account.close_authority = Some(thief).into();
        }
        let mut data = vec![0; Account::LEN];
        account.pack_into_slice(&mut data);
        market.world.put(address, TOKEN_PROGRAM, data, false);
        address
    };
    let (delegated, closable) = (shared(true), shared(false));
    let other = pda::asset(&MINT).0;
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongTreasury);
    let sweep = payments::sweep(&usdc, &TOKEN_PROGRAM, &market.treasury_usdc);
    assert_accounts_checked(
        &mut market.world,
        &sweep,
        &[],
        &[
            (0, other, wrong.clone()),
            (0, CONFIG.address, InstructionError::InvalidAccountData),
            (1, pda::fees(&MINT).0, wrong.clone()),
            (1, pda::transit(&usdc).0, wrong.clone()),
            (1, thief_usdc, wrong.clone()),
            (2, thief_usdc, destination.clone()),
            (2, treasury_io, destination.clone()),
            (2, treasury, destination.clone()),
            (2, delegated, destination.clone()),
            (2, closable, destination),
            (3, other, InstructionError::AccountDataTooSmall),
            (4, thief, wrong.clone()),
            (5, thief, wrong.clone()),
            (6, thief, wrong),
        ],
    );
    assert_eq!(market.balances(), before);
    market.world.run(&[sweep], &[]);
}
