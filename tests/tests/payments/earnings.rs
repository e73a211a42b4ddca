//! Earnings of suppliers who take USDC.

use crate::fixture::*;
use io_client::{
    payments::{self, Order, PayOut},
    pda,
    shared::{
        constants::IO,
        errors::PaymentsError,
        events::{EarningsTaken, PaidOut},
        ids::{
            TOKEN_PROGRAM,
            io_payments::{CONFIG, ROUTER},
        },
        math::fee::fee_of,
        state::PayoutPreference,
    },
    venues::padded,
};
use io_tests::{
    amm::{AMM_PROGRAM, Trade},
    assert_fails,
};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn earnings_are_paid_out_in_usdc_to_the_raw_unit() {
    for amount in [100 * IO, 33 * IO + 12_345_679, 1_000 * IO + 1, IO] {
        let mut market = Market::new();
        market.earn(1_500 * IO);
        let Trade { spent, received } = market.amm.quote(&market.world, &MINT, amount);
        let fee = fee_of(received, FEE_BPS).expect("a fee below 100 %");
        let reserves = market.amm.reserves(&market.world, &MINT);
        let owner = market.supplier.owner.insecure_clone();
        let out = PayOut {
            min_usdc_out: received - fee,
            ..market.out(&owner, amount)
        };
        let outcome = market.pay_out(&out, &owner).expect("paid out");
        assert_eq!(
            outcome.event::<PaidOut>(),
            PaidOut {
                supplier: market.supplier.address(),
                by: owner.pubkey(),
                destination: market.supplier.usdc,
                venue: pda::venue(&AMM_PROGRAM, &padded(&[1])).0,
                sold: spent,
                proceeds: received,
                fee,
                delivered: received - fee,
            }
        );
        let world = &market.world;
        assert_eq!(world.token_balance(&market.supplier.usdc), received - fee);
        assert_eq!(world.token_balance(&market.fees(&market.usdc)), fee);
        assert_eq!(
            world.token_balance(&market.supplier.earnings()),
            1_500 * IO - spent
        );
        assert_eq!(
            market.amm.reserves(world, &MINT),
            (reserves.0 + spent, reserves.1 - received)
        );
        market.assert_transits_empty();
    }
}

#[test]
fn pay_outs_and_earnings_work_while_everything_is_paused() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let guardian = market.guardian.insecure_clone();
    let usdc = market.usdc;
    let by = guardian.pubkey();
    market.world.run(
        &[
            payments::set_paused(&by, true),
            payments::set_asset_enabled(&by, &usdc, false),
            payments::set_asset_enabled(&by, &MINT, false),
        ],
        &[&guardian],
    );
    let renter = market.renter.insecure_clone();
    let payment = market.pay_io_to(
        &market.supplier.earnings(),
        &Order {
            id: [1; 32],
            ..market.order()
        },
        IO,
    );
    assert_fails(market.send(payment, &renter), PaymentsError::Paused);
    let micro = payments::pay_io_unreceipted(
        &renter.pubkey(),
        &market.renter_io,
        &market.supplier.owner.pubkey(),
        &market.supplier.earnings(),
        1,
        &[0; 32],
    );
    assert_fails(market.send(micro, &renter), PaymentsError::Paused);

    market
        .owner_pays_out(IO)
        .expect("pay-outs are never paused");
    // With no venue left, the earnings can still be taken as they are.
    let off = payments::set_venue_enabled(&by, &AMM_PROGRAM, &[1], false);
    market.world.run(&[off], &[&guardian]);
    assert_fails(market.owner_pays_out(IO), PaymentsError::VenueDisabled);
    let owner = market.supplier.owner.insecure_clone();
    let take = payments::take_earnings(&owner.pubkey(), &market.supplier.io, 8 * IO);
    market
        .send(take, &owner)
        .expect("earnings can always be taken");
    assert_eq!(market.world.token_balance(&market.supplier.io), 8 * IO);
    market.world.advance(600);
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    market
        .send(close, &renter)
        .expect("receipts can always be closed");
}

#[test]
fn a_keeper_pays_out_at_the_suppliers_price_or_better() {
    let mut market = Market::new();
    market.earn(100 * IO);
    let keeper = market.world.wallet();
    let out = market.out(&keeper, 10 * IO);
    assert_fails(
        market.pay_out(&out, &keeper),
        PaymentsError::KeeperNotAllowed,
    );

    // The pool pays 0.15 USDC for one IO, less its fee, ours and the slippage.
    market.prefer(PayoutPreference::Usdc, 145_000);
    let low = PayOut {
        min_usdc_out: 1_449_999,
        ..out
    };
    assert_fails(
        market.pay_out(&low, &keeper),
        PaymentsError::KeeperPriceTooLow,
    );
    let bound = PayOut {
        min_usdc_out: 1_450_000,
        ..out
    };
    let outcome = market.pay_out(&bound, &keeper).expect("paid out");
    let paid = outcome.event::<PaidOut>();
    assert_eq!(paid.by, keeper.pubkey());
    assert!(paid.delivered >= 1_450_000);
    assert_eq!(
        market.world.token_balance(&market.supplier.usdc),
        paid.delivered
    );

    // A price that the market does not pay stops the keeper, not the owner.
    market.prefer(PayoutPreference::Usdc, 160_000);
    let high = PayOut {
        min_usdc_out: 1_600_000,
        ..out
    };
    assert_fails(
        market.pay_out(&high, &keeper),
        PaymentsError::ReceivedTooLittle,
    );
    market
        .owner_pays_out(10 * IO)
        .expect("the owner names the price");
}

#[test]
fn a_pay_out_that_brings_too_little_changes_nothing() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let before = market.balances();
    let owner = market.supplier.owner.insecure_clone();
    let Trade { received, .. } = market.amm.quote(&market.world, &MINT, 10 * IO);
    let fee = fee_of(received, FEE_BPS).expect("a fee below 100 %");
    let out = market.out(&owner, 10 * IO);
    let greedy = PayOut {
        min_usdc_out: received - fee + 1,
        ..out
    };
    assert_fails(
        market.pay_out(&greedy, &owner),
        PaymentsError::ReceivedTooLittle,
    );
    let zero = market.out(&owner, 0);
    let route = market.amm.route(&MINT, 1);
    let zero = payments::pay_out(&zero, &route);
    assert_fails(market.send(zero, &owner), PaymentsError::ZeroAmount);
    assert_token_error(market.owner_pays_out(10 * IO + 1), INSUFFICIENT_FUNDS);
    assert_eq!(market.balances(), before);
}

#[test]
fn pay_outs_check_their_accounts() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let thief = market.world.wallet();
    let thief_usdc = market.world.create_token_account(&thief.pubkey(), &usdc, 0);
    let router_usdc = market.world.create_token_account(&ROUTER.address, &usdc, 0);
    let router_io = market.world.create_token_account(&ROUTER.address, &MINT, 0);

    let out = market.out(&owner, IO);
    let good = payments::pay_out(&out, &market.amm.route(&MINT, IO));
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    let transit = custom(PaymentsError::WrongTransit);
    let no_layout = InstructionError::InvalidAccountData;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&owner],
        &[
            (1, CONFIG.address, no_layout.clone()),
            (1, rival.address(), wrong.clone()),
            (2, pda::asset(&MINT).0, no_layout),
            (3, rival.earnings(), wrong.clone()),
            (4, router_io, transit.clone()),
            (5, router_usdc, transit),
            (6, thief.pubkey(), wrong.clone()),
            (7, thief_usdc, wrong.clone()),
            (7, market.treasury_usdc, wrong.clone()),
            (7, pda::fees(&MINT).0, wrong.clone()),
            (8, thief_usdc, destination.clone()),
            (8, market.supplier.io, destination.clone()),
            (8, rival.usdc, destination),
            (10, TOKEN_PROGRAM, wrong.clone()),
            (11, thief.pubkey(), wrong.clone()),
            (12, thief.pubkey(), wrong.clone()),
            (13, thief.pubkey(), wrong),
        ],
    );
    // A supplier's vault cannot be sold by another supplier, whatever vault is named.
    let mut stolen = good;
    stolen.accounts[0].pubkey = rival.owner.pubkey();
    assert_fails(
        attempt(&mut market.world, stolen, &[&rival.owner]),
        PaymentsError::KeeperNotAllowed,
    );
    assert_eq!(market.balances(), before);
}

#[test]
fn earnings_can_be_taken_as_io() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let stranger = market.world.wallet();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let destination = market.supplier.io;
    let take = payments::take_earnings(&owner.pubkey(), &destination, 4 * IO);
    let outcome = market.send(take.clone(), &owner).expect("taken");
    assert_eq!(
        outcome.event::<EarningsTaken>(),
        EarningsTaken {
            supplier: market.supplier.address(),
            destination,
            amount: 4 * IO,
        }
    );
    assert_eq!(market.world.token_balance(&destination), 4 * IO);
    assert_eq!(
        market.world.token_balance(&market.supplier.earnings()),
        6 * IO
    );

    let zero = payments::take_earnings(&owner.pubkey(), &destination, 0);
    assert_fails(market.send(zero, &owner), PaymentsError::ZeroAmount);
    let more = payments::take_earnings(&owner.pubkey(), &destination, 6 * IO + 1);
    assert_token_error(market.send(more, &owner), INSUFFICIENT_FUNDS);
    let mut foreign = take.clone();
    foreign.accounts[0].pubkey = stranger.pubkey();
    assert_fails(market.send(foreign, &stranger), PaymentsError::Unauthorized);
    let wrong = custom(PaymentsError::WrongAccount);
    let no_destination = custom(PaymentsError::WrongDestination);
    assert_accounts_checked(
        &mut market.world,
        &take,
        &[&owner],
        &[
            (1, rival.address(), custom(PaymentsError::Unauthorized)),
            (2, rival.earnings(), wrong.clone()),
            (3, rival.io, no_destination.clone()),
            (3, market.supplier.usdc, no_destination),
            (5, stranger.pubkey(), wrong.clone()),
            (6, stranger.pubkey(), wrong.clone()),
            (7, stranger.pubkey(), wrong),
        ],
    );
}
