//! Payments in a listed token.

use crate::fixture::*;
use io_client::{
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::USDC,
        errors::PaymentsError,
        events::{AssetMinimumSet, Paid},
        ids::{
            TOKEN_PROGRAM,
            io_payments::{CONFIG, ROUTER},
        },
        state::PayoutPreference,
    },
    venues::{Route, padded},
};
use io_tests::{
    amm::{AMM_PROGRAM, Trade},
    assert_fails,
};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn usdc_is_swapped_to_the_raw_unit() {
    // amount, on top, fee = ceil(2 %)
    for (amount, fee_on_top, fee) in [
        (100 * USDC, false, 2 * USDC),
        (100 * USDC, true, 2 * USDC),
        (1_234_567, false, 24_692),
        (1_234_567, true, 24_692),
        (10_001, false, 201),
        (10_001, true, 201),
        (MINIMUM, false, 200),
        (999_999_999, true, 20_000_000),
    ] {
        let mut market = Market::new();
        let (gross, net) = if fee_on_top {
            (amount + fee, amount)
        } else {
            (amount, amount - fee)
        };
        let Trade { spent, received } = market.amm.quote(&market.world, &market.usdc, net);
        let reserves = market.amm.reserves(&market.world, &market.usdc);
        let payment = TokenPayment {
            min_io_out: received,
            ..market.usdc_payment(amount, fee_on_top)
        };
        let outcome = market.pay_token(&payment).expect("paid");

        let gross = gross - (net - spent);
        let paid = Paid {
            payer: market.renter.pubkey(),
            order_id: ORDER,
            mint: market.usdc,
            venue: pda::venue(&AMM_PROGRAM, &padded(&[1])).0,
            reference: [0; 32],
            gross,
            fee,
            delivered: received,
            paid_at: market.world.now(),
            expires_at: payment.order.expires_at,
            oracle_bounded: 0,
            count: 1,
        };
        assert_eq!(outcome.event::<Paid>(), paid);
        assert_receipt(&market.world, &outcome);
        let world = &market.world;
        assert_eq!(world.token_balance(&market.supplier.io), received);
        assert_eq!(world.token_balance(&market.fees(&market.usdc)), fee);
        assert_eq!(
            world.token_balance(&market.renter_usdc),
            10_000 * USDC - gross
        );
        assert_eq!(
            market.amm.reserves(world, &market.usdc),
            (reserves.0 + spent, reserves.1 - received)
        );
        market.assert_transits_empty();
    }
}

#[test]
fn usdc_paid_to_a_supplier_who_takes_usdc_waits_as_io() {
    let mut market = Market::new();
    market.prefer(PayoutPreference::Usdc, 0);
    let payment = market.usdc_payment(50 * USDC, false);
    let outcome = market.pay_token(&payment).expect("paid");
    let delivered = outcome.event::<Paid>().delivered;
    assert_eq!(
        market.world.token_balance(&market.supplier.earnings()),
        delivered
    );
    market.assert_transits_empty();
}

#[test]
fn a_payment_that_brings_too_little_changes_nothing() {
    let mut market = Market::new();
    let payment = market.usdc_payment(100 * USDC, false);
    let Trade { received, .. } = market.amm.quote(&market.world, &market.usdc, 98 * USDC);
    let before = market.balances();
    let greedy = TokenPayment {
        min_io_out: received + 1,
        ..payment.clone()
    };
    assert_fails(market.pay_token(&greedy), PaymentsError::ReceivedTooLittle);
    // The venue's own bound stops it as well.
    let route = market
        .amm
        .pool
        .route(&market.usdc, 98 * USDC, received + 1)
        .expect("the pool holds it");
    const EXCEEDED_SLIPPAGE: u32 = 16;
    assert_token_error(market.pay_along(&payment, &route), EXCEEDED_SLIPPAGE);
    assert_eq!(market.balances(), before);
    assert!(!market.world.exists(&market.receipt()));
    let exact = TokenPayment {
        min_io_out: received,
        ..payment.clone()
    };
    market.pay_token(&exact).expect("exactly enough");
}

#[test]
fn what_the_venue_leaves_goes_back() {
    let mut market = Market::new();
    let payment = market.usdc_payment(100 * USDC, true);
    // The data asks the venue for less than it is given: 1 % is the most it may leave.
    let stingy = market.amm.route(&market.usdc, 99 * USDC - 1);
    assert_fails(
        market.pay_along(&payment, &stingy),
        PaymentsError::TooMuchLeft,
    );
    let route = market.amm.route(&market.usdc, 99 * USDC);
    let trade = market.amm.quote(&market.world, &market.usdc, 99 * USDC);
    assert_eq!(trade.spent, 99 * USDC);
    let outcome = market.pay_along(&payment, &route).expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!((paid.gross, paid.fee), (101 * USDC, 2 * USDC));
    assert_eq!(paid.delivered, trade.received);
    assert_eq!(
        market.world.token_balance(&market.renter_usdc),
        9_899 * USDC
    );
    market.assert_transits_empty();
}

#[test]
fn tokens_left_on_a_transit_by_a_stranger_stop_nothing() {
    let mut market = Market::new();
    let usdc = market.usdc;
    for (mint, amount) in [(MINT, 5), (usdc, 7)] {
        let transit = pda::transit(&mint).0;
        market
            .world
            .put_token_account(transit, &ROUTER.address, &mint, amount);
    }
    let Trade { received, .. } = market.amm.quote(&market.world, &usdc, 98 * USDC);
    // They do not help to reach the bound, and are cleared away.
    let payment = market.usdc_payment(100 * USDC, false);
    let greedy = TokenPayment {
        min_io_out: received + 1,
        ..payment.clone()
    };
    assert_fails(market.pay_token(&greedy), PaymentsError::ReceivedTooLittle);
    let outcome = market.pay_token(&payment).expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!((paid.gross, paid.delivered), (100 * USDC, received + 5));
    assert_eq!(
        market.world.token_balance(&market.renter_usdc),
        9_900 * USDC + 7
    );
    market.assert_transits_empty();
}

#[test]
fn token_payments_are_refused_for_a_reason() {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    let payment = market.usdc_payment(USDC, false);
    let before = market.balances();

    let zero = TokenPayment {
        parts: vec![market.part(0)],
        ..payment.clone()
    };
    assert_fails(market.pay_token(&zero), PaymentsError::ZeroAmount);
    let small = TokenPayment {
        parts: vec![market.part(MINIMUM - 1)],
        ..payment.clone()
    };
    assert_fails(market.pay_token(&small), PaymentsError::BelowMinimum);
    let huge = TokenPayment {
        parts: vec![market.part(u64::MAX)],
        fee_on_top: true,
        ..payment.clone()
    };
    assert_fails(market.pay_token(&huge), PaymentsError::Overflow);
    let poor = TokenPayment {
        parts: vec![market.part(10_001 * USDC)],
        ..payment.clone()
    };
    assert_token_error(market.pay_token(&poor), INSUFFICIENT_FUNDS);

    // IO is listed, but paid without a swap.
    let in_io = TokenPayment {
        mint: MINT,
        source: market.renter_io,
        ..payment.clone()
    };
    let route = market.route(&payment);
    assert_fails(
        market.pay_along(&in_io, &route),
        PaymentsError::PayIoDirectly,
    );

    // An asset or a venue that nobody listed has no account.
    let unlisted = market.world.create_mint(6);
    let foreign = TokenPayment {
        mint: unlisted,
        ..payment.clone()
    };
    assert_reason(
        market.pay_along(&foreign, &route),
        InstructionError::UninitializedAccount,
    );
    let elsewhere = Route {
        discriminator: padded(&[2]),
        ..route.clone()
    };
    assert_reason(
        market.pay_along(&payment, &elsewhere),
        InstructionError::AccountDataTooSmall,
    );
    // Another instruction of a listed venue, and the listed one of another program.
    for data in [vec![2; 17], vec![]] {
        let other = Route {
            data,
            ..route.clone()
        };
        assert_fails(
            market.pay_along(&payment, &other),
            PaymentsError::WrongVenueInstruction,
        );
    }

    for (off, on, error) in [
        (
            payments::set_asset_enabled(&authority, &usdc, false),
            payments::set_asset_enabled(&authority, &usdc, true),
            PaymentsError::AssetDisabled,
        ),
        (
            payments::set_venue_enabled(&authority, &AMM_PROGRAM, &[1], false),
            payments::set_venue_enabled(&authority, &AMM_PROGRAM, &[1], true),
            PaymentsError::VenueDisabled,
        ),
        (
            payments::set_paused(&authority, true),
            payments::set_paused(&authority, false),
            PaymentsError::Paused,
        ),
    ] {
        market.world.run(&[off], &[]);
        assert_fails(market.pay_token(&payment), error);
        market.world.run(&[on], &[]);
    }
    assert_eq!(market.balances(), before);
    market.pay_token(&payment).expect("nothing else was wrong");
}

#[test]
fn token_payments_check_their_accounts() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let thief = market.world.wallet();
    let thief_io = io_account(&mut market.world, &thief.pubkey(), 0);
    let thief_usdc = market
        .world
        .create_token_account(&thief.pubkey(), &usdc, 5 * USDC);
    let router_usdc = market.world.create_token_account(&ROUTER.address, &usdc, 0);
    let router_io = market.world.create_token_account(&ROUTER.address, &MINT, 0);

    let payment = market.usdc_payment(USDC, false);
    let good = payments::pay_token(&payment, &market.route(&payment));
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    let transit = custom(PaymentsError::WrongTransit);
    let no_layout = InstructionError::InvalidAccountData;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&renter],
        &[
            (1, CONFIG.address, no_layout.clone()),
            (1, rival.address(), destination.clone()),
            (2, CONFIG.address, no_layout.clone()),
            (2, pda::asset(&MINT).0, wrong.clone()),
            (3, pda::asset(&MINT).0, no_layout),
            (4, thief_usdc, InstructionError::Custom(OWNER_MISMATCH)),
            (4, market.renter_io, InstructionError::Custom(MINT_MISMATCH)),
            (5, thief_usdc, wrong.clone()),
            (5, pda::fees(&MINT).0, wrong.clone()),
            (5, market.treasury_usdc, wrong.clone()),
            (6, router_usdc, transit.clone()),
            (6, pda::transit(&MINT).0, transit.clone()),
            (7, router_io, transit.clone()),
            (7, pda::transit(&usdc).0, transit),
            (8, thief.pubkey(), wrong.clone()),
            (9, thief_io, destination.clone()),
            (9, rival.earnings(), destination.clone()),
            (9, market.supplier.earnings(), destination.clone()),
            (9, market.supplier.usdc, destination),
            (10, pda::receipt(&thief.pubkey(), &ORDER).0, wrong.clone()),
            (12, TOKEN_PROGRAM, wrong.clone()),
            (13, thief.pubkey(), wrong.clone()),
            (14, thief.pubkey(), wrong.clone()),
            (15, thief.pubkey(), wrong.clone()),
            (16, thief.pubkey(), wrong),
        ],
    );
    assert_eq!(market.balances(), before);
}

#[test]
fn the_authority_sets_the_smallest_payment() {
    let mut market = Market::new();
    let authority = market.authority();
    let guardian = market.guardian.insecure_clone();
    let usdc = market.usdc;
    let set = payments::set_asset_minimum(&authority, &usdc, USDC);
    let wrong = custom(PaymentsError::WrongAccount);
    let (nobody, supplier) = (guardian.pubkey(), market.supplier.address());
    assert_accounts_checked(
        &mut market.world,
        &set,
        &[],
        &[
            (1, supplier, InstructionError::AccountDataTooSmall),
            (
                2,
                pda::asset(&MINT).0,
                InstructionError::AccountDataTooSmall,
            ),
            (3, nobody, wrong.clone()),
            (4, nobody, wrong),
        ],
    );
    let foreign = payments::set_asset_minimum(&nobody, &usdc, USDC);
    assert_fails(market.send(foreign, &guardian), PaymentsError::Unauthorized);
    let outcome = market.world.run(&[set], &[]);
    assert_eq!(
        outcome.event::<AssetMinimumSet>(),
        AssetMinimumSet {
            mint: usdc,
            minimum: USDC,
        }
    );
    let small = market.usdc_payment(USDC - 1, false);
    assert_fails(market.pay_token(&small), PaymentsError::BelowMinimum);
    // It is what all suppliers get together that counts, and the fee does not.
    let exact = market.usdc_payment(USDC, false);
    market.pay_token(&exact).expect("paid");
}
