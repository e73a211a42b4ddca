//! What a gateway pays, and what it is refused.

use super::{DAILY, Desk, REFERENCE};
use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, Part, TokenPayment},
    pda,
    shared::{
        constants::{DAY, IO, USDC},
        errors::PaymentsError,
        events::{Paid, Refunded},
        state::PayoutPreference,
    },
};
use io_tests::{amm::Trade, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn a_gateway_pays_on_a_renters_behalf() {
    for fee_on_top in [false, true] {
        let mut desk = Desk::new();
        let payment = TokenPayment {
            fee_on_top,
            ..desk.payment(100 * USDC)
        };
        let fee = 3 * USDC;
        let net = if fee_on_top { 100 * USDC } else { 97 * USDC };
        let Trade { spent, received } =
            desk.market
                .amm
                .quote(&desk.market.world, &payment.mint, net);
        let outcome = desk.pay(&payment).expect("paid");
        let paid = outcome.event::<Paid>();
        assert_eq!(
            (paid.payer, paid.reference),
            (desk.wallet.pubkey(), REFERENCE)
        );
        assert_eq!(
            (paid.gross, paid.fee, paid.delivered),
            (fee + spent, fee, received)
        );
        assert_receipt(&desk.market.world, &outcome);
        let world = &desk.market.world;
        assert_eq!(world.token_balance(&desk.usdc), 10_000 * USDC - fee - spent);
        let fees = desk.market.fees(&desk.market.usdc);
        assert_eq!(world.token_balance(&fees), fee);
        assert_eq!(world.token_balance(&desk.market.supplier.io), received);
        // The limit counts what was asked, before the pool left a little.
        assert_eq!(
            (desk.gateway().used, desk.gateway().used_at),
            (fee + net, world.now())
        );
        desk.market.assert_transits_empty();
        books::check(world).expect("the books");
    }
}

#[test]
fn a_gateway_pays_several_suppliers_and_gets_the_refunds() {
    let mut desk = Desk::new();
    let mint = desk.market.usdc;
    let other = register(&mut desk.market.world, &mint, PayoutPreference::Usdc);
    let payment = TokenPayment {
        parts: vec![
            desk.market.part(60 * USDC),
            Part {
                supplier_owner: other.owner.pubkey(),
                destination: other.earnings(),
                amount: 40 * USDC,
            },
        ],
        ..desk.payment(0)
    };
    let outcome = desk.pay(&payment).expect("paid");
    let got = parts_of(&outcome)[1].delivered;
    assert_receipt(&desk.market.world, &outcome);
    let wallet = desk.wallet.pubkey();
    let io = io_account(&mut desk.market.world, &wallet, 0);
    let refund = |destination: &Pubkey| {
        payments::refund(
            &other.owner.pubkey(),
            &wallet,
            &ORDER,
            &other.earnings(),
            destination,
            got,
        )
    };
    let to_renter = refund(&desk.market.renter_io);
    assert_fails(
        desk.market.send(to_renter, &other.owner),
        PaymentsError::WrongDestination,
    );
    let outcome = desk
        .market
        .send(refund(&io), &other.owner)
        .expect("given back");
    assert_eq!(outcome.event::<Refunded>().payer, wallet);
    assert_eq!(desk.market.world.token_balance(&io), got);
    books::check(&desk.market.world).expect("the books");
}

#[test]
fn a_day_takes_the_limit_fees_included_and_no_more() {
    let mut desk = Desk::new();
    let above = PaymentsError::AboveDailyLimit;
    let part = |desk: &Desk, id, amount| TokenPayment {
        order: desk.order(id),
        fee_on_top: false,
        ..desk.payment(amount)
    };
    let too_much = part(&desk, 1, DAILY + 1);
    assert_fails(desk.pay(&too_much), above);
    // On top, the fee counts too.
    let on_top = TokenPayment {
        fee_on_top: true,
        ..part(&desk, 1, 971 * USDC)
    };
    assert_fails(desk.pay(&on_top), above);
    let first = part(&desk, 1, 600 * USDC);
    desk.pay(&first).expect("paid");
    let next = part(&desk, 2, 400 * USDC + 1);
    assert_fails(desk.pay(&next), above);
    let next = part(&desk, 2, 400 * USDC);
    desk.pay(&next).expect("up to the limit");
    let more = part(&desk, 3, MINIMUM);
    assert_fails(desk.pay(&more), above);
    // A clock that goes back drains nothing; half a day makes room for half the limit.
    desk.market.world.advance(-60);
    let more = part(&desk, 3, MINIMUM);
    assert_fails(desk.pay(&more), above);
    desk.market.world.advance(60 + DAY / 2);
    let half = part(&desk, 3, 500 * USDC + 1);
    assert_fails(desk.pay(&half), above);
    let half = part(&desk, 3, 500 * USDC);
    desk.pay(&half).expect("room again");
    // A payment that fails for another reason uses nothing up.
    desk.market.world.advance(DAY);
    let greedy = TokenPayment {
        min_io_out: u64::MAX,
        ..part(&desk, 4, 999 * USDC)
    };
    let before = desk.gateway().used;
    assert_fails(desk.pay(&greedy), PaymentsError::ReceivedTooLittle);
    assert_eq!(desk.gateway().used, before);
    let whole = part(&desk, 4, DAILY);
    desk.pay(&whole)
        .expect("a whole day later, the whole limit");
}

#[test]
fn fiat_payments_are_refused_for_a_reason() {
    let mut desk = Desk::new();
    let wallet = desk.wallet.insecure_clone();
    let payment = desk.payment(USDC);
    let before = desk.market.balances();
    let nameless = desk.instruction(&payment, &[0; 32]);
    assert_fails(
        desk.market.send(nameless, &wallet),
        PaymentsError::NoReference,
    );
    let zero = desk.payment(0);
    let zero = payments::pay_fiat(&zero, &REFERENCE, &desk.market.amm.route(&zero.mint, 1));
    assert_fails(desk.market.send(zero, &wallet), PaymentsError::ZeroAmount);
    let small = desk.payment(MINIMUM - 1);
    assert_fails(desk.pay(&small), PaymentsError::BelowMinimum);
    // Another wallet, with the renter's own USDC and its own signature.
    let renter = desk.market.renter.insecure_clone();
    let own = desk.market.usdc_payment(USDC, true);
    let mut foreign = desk.instruction(&own, &REFERENCE);
    assert_reason(
        desk.market.send(foreign.clone(), &renter),
        InstructionError::AccountDataTooSmall,
    );
    foreign.accounts[0].pubkey = pda::gateway(&wallet.pubkey()).0;
    assert_fails(
        desk.market.send(foreign, &renter),
        PaymentsError::Unauthorized,
    );
    // Another asset.
    let in_io = TokenPayment {
        mint: MINT,
        source: io_account(&mut desk.market.world, &wallet.pubkey(), IO),
        ..payment.clone()
    };
    let route = desk.market.amm.route(&MINT, USDC);
    let in_io = payments::pay_fiat(&in_io, &REFERENCE, &route);
    assert_fails(
        desk.market.send(in_io, &wallet),
        PaymentsError::GatewayPaysUsdc,
    );
    let guardian = desk.market.guardian.insecure_clone();
    let by = guardian.pubkey();
    let authority = desk.market.authority();
    let usdc = desk.market.usdc;
    for (off, on, error) in [
        (
            payments::set_gateway_enabled(&by, &wallet.pubkey(), false),
            payments::set_gateway_enabled(&authority, &wallet.pubkey(), true),
            PaymentsError::GatewayDisabled,
        ),
        (
            payments::set_asset_enabled(&by, &usdc, false),
            payments::set_asset_enabled(&authority, &usdc, true),
            PaymentsError::AssetDisabled,
        ),
        (
            payments::set_paused(&by, true),
            payments::set_paused(&authority, false),
            PaymentsError::Paused,
        ),
    ] {
        desk.market.world.run(&[off], &[&guardian]);
        assert_fails(desk.pay(&payment), error);
        desk.market.world.run(&[on], &[]);
    }
    assert_eq!(desk.market.balances(), before);
    assert_eq!(desk.gateway().used, 0);
    desk.pay(&payment).expect("nothing else was wrong");
}

#[test]
fn fiat_payments_check_their_accounts() {
    let mut desk = Desk::new();
    let wallet = desk.wallet.insecure_clone();
    let authority = desk.market.authority();
    let other = desk.market.world.wallet().pubkey();
    let list = payments::list_gateway(&authority, &other, 0, u64::MAX);
    desk.market.world.run(&[list], &[]);
    let payment = desk.payment(USDC);
    let pay = desk.instruction(&payment, &REFERENCE);
    let usdc = desk.market.usdc;
    let thief_usdc = desk
        .market
        .world
        .create_token_account(&other, &usdc, 5 * USDC);
    let wrong = custom(PaymentsError::WrongAccount);
    let transit = custom(PaymentsError::WrongTransit);
    assert_accounts_checked(
        &mut desk.market.world,
        &pay,
        &[&wallet],
        &[
            (
                0,
                pda::gateway(&other).0,
                custom(PaymentsError::Unauthorized),
            ),
            (0, pda::asset(&MINT).0, InstructionError::InvalidAccountData),
            (3, pda::asset(&MINT).0, wrong.clone()),
            (5, thief_usdc, InstructionError::Custom(OWNER_MISMATCH)),
            (6, thief_usdc, wrong.clone()),
            (7, pda::transit(&MINT).0, transit.clone()),
            (8, pda::transit(&usdc).0, transit),
            (9, other, wrong.clone()),
            (10, thief_usdc, custom(PaymentsError::WrongDestination)),
            (11, pda::receipt(&other, &ORDER).0, wrong.clone()),
            (13, other, wrong.clone()),
            (14, other, wrong.clone()),
            (15, other, wrong.clone()),
            (16, other, wrong.clone()),
            (17, other, wrong),
        ],
    );
}
