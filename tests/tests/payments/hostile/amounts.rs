//! A venue that returns too little, or to others, or moves too much.

use super::{Mints, Trap, Way, both, transfer};
use crate::fixture::*;
use io_client::{
    payments::TokenPayment,
    pda,
    shared::{
        constants::USDC,
        errors::PaymentsError,
        ids::{TOKEN_PROGRAM, io_payments::ROUTER},
    },
};
use io_tests::hostile::Script;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;
use spl_token_interface::instruction::{self as token};

#[test]
fn the_same_venue_may_be_honest() {
    both(|trap| {
        let script = trap.honest();
        trap.send(&script).expect("nothing is wrong with it");
        let world = &trap.market.world;
        assert_eq!(world.token_balance(&trap.reserve), trap.asked + 5);
        assert_eq!(world.token_balance(&trap.stock), trap.brings);
        trap.market.assert_transits_empty();
    });
}

#[test]
fn a_venue_that_takes_all_and_returns_nothing() {
    both(|trap| {
        let theft = trap.take(Script::default(), &trap.loot[0], trap.asked);
        trap.assert_refused("the theft of all", &theft, PaymentsError::ReceivedTooLittle);
        let burn = Script::default().call(
            token::burn(
                &TOKEN_PROGRAM,
                &trap.from,
                &trap.mints[0],
                &ROUTER.address,
                &[],
                trap.asked,
            )
            .expect("well formed"),
        );
        trap.market.world.put_supply(&trap.mints[0], u64::MAX / 2);
        trap.assert_refused("burning all", &burn, PaymentsError::ReceivedTooLittle);
    });
}

#[test]
fn a_venue_that_returns_less_than_the_signer_accepts() {
    let mut trap = Trap::new(Way::PayToken);
    let payment = TokenPayment {
        min_io_out: trap.brings + 1,
        ..trap.market.usdc_payment(100 * USDC, false)
    };
    let before = trap.market.world.snapshot();
    let route = trap.honest().route();
    let result = trap.market.pay_along(&payment, &route);
    assert_reason(result, custom(PaymentsError::ReceivedTooLittle));
    trap.market.world.assert_unchanged(&before);
}

#[test]
fn a_venue_that_returns_to_another_account() {
    both(|trap| {
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let elsewhere = trap.give(taken, &trap.loot[1], trap.brings);
        trap.assert_refused(
            "paying someone else",
            &elsewhere,
            PaymentsError::ReceivedTooLittle,
        );
        // An account of the router of the right mint, which is not the transit.
        let double = match trap.mints[1] {
            MINT => io_account(&mut trap.market.world, &ROUTER.address, 0),
            mint => trap
                .market
                .world
                .create_token_account(&ROUTER.address, &mint, 0),
        };
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let double = trap.give(taken, &double, trap.brings);
        trap.assert_refused(
            "paying a double of the transit",
            &double,
            PaymentsError::RouterAccountExposed,
        );
    });
}

#[test]
fn a_venue_that_reports_success_for_nothing() {
    both(|trap| {
        let nothing = PaymentsError::ReceivedTooLittle;
        trap.assert_refused("doing nothing", &Script::default(), nothing);
        let boast = Script::default().say(&trap.brings.to_le_bytes());
        trap.assert_refused("boasting", &boast, nothing);
        let naught = trap.take(Script::default(), &trap.reserve, 0);
        let naught = trap.give(naught, &trap.to, 0);
        trap.assert_refused("moving zero", &naught, nothing);
        // What lay there before is not what it brought.
        let [mint, transit] = [trap.mints[1], trap.to];
        trap.market
            .world
            .put_token_account(transit, &ROUTER.address, &mint, 900);
        trap.assert_refused("pointing at what was there", &boast, nothing);
    });
}

#[test]
fn a_venue_that_moves_more_than_asked() {
    both(|trap| {
        // Seven raw units that someone left on the transit are not the venue's.
        let (mint, from) = (trap.mints[0], trap.from);
        trap.market
            .world
            .put_token_account(from, &ROUTER.address, &mint, 7);
        for more in [1, 7] {
            let taken = trap.take(Script::default(), &trap.reserve, trap.asked + more);
            let greedy = trap.give(taken, &trap.to, trap.brings);
            trap.assert_refused("taking more", &greedy, PaymentsError::SpentTooMuch);
        }
        const INSUFFICIENT: InstructionError = InstructionError::Custom(INSUFFICIENT_FUNDS);
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked + 8);
        trap.assert_stopped("taking more than there is", &taken, &INSUFFICIENT);
        // Nor what someone left on the other one.
        let (mint, to) = (trap.mints[1], trap.to);
        trap.market
            .world
            .put_token_account(to, &ROUTER.address, &mint, 9);
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let backwards = taken.call(transfer(&to, &trap.loot[1], &ROUTER.address, 9));
        trap.assert_refused(
            "taking from the transit swapped to",
            &backwards,
            PaymentsError::ReceivedTooLittle,
        );
    });
}

#[test]
fn a_venue_that_swaps_the_accounts() {
    both(|trap| {
        // The transits change places: the router's own view of them is by address.
        let crossed = Script::default()
            .call(transfer(
                &trap.stock,
                &trap.to,
                &Script::default().authority(),
                trap.brings,
            ))
            .call(transfer(
                &trap.to,
                &trap.loot[1],
                &ROUTER.address,
                trap.brings,
            ));
        let taken = trap.take(crossed, &trap.loot[0], trap.asked);
        trap.assert_refused(
            "giving and taking back",
            &taken,
            PaymentsError::ReceivedTooLittle,
        );
        // The payer's and the supplier's accounts cannot be named at all.
        let market = &trap.market;
        let own = match trap.way {
            Way::PayToken => vec![market.renter.pubkey(), market.renter_usdc, market.receipt()],
            Way::PayOut => vec![
                market.supplier.earnings(),
                market.supplier.usdc,
                pda::fees(&market.usdc).0,
            ],
        };
        for account in own {
            let named = trap.honest().pay(&account, &trap.thief.pubkey(), 0);
            let duplicate = InstructionError::Custom(DUPLICATE);
            trap.assert_stopped("naming the payer's accounts", &named, &duplicate);
        }
    });
}
