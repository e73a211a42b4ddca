//! A venue that makes the router's transits unfit for whoever comes next.

use super::{Mints, Trap, WRAPPED_SOL, Way, approve, assign, both, close, transfer};
use crate::fixture::*;
use io_client::{
    Instruction,
    payments::{self, TokenPayment},
    pda,
    shared::{
        errors::PaymentsError,
        ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments::ROUTER},
    },
};
use io_tests::hostile::Script;
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::{
    instruction::{self as token, AuthorityType},
    state::Account,
};

#[test]
fn a_venue_that_closes_a_transit() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        let closed = trap.honest().call(close(&trap.from, &thief));
        trap.assert_refused(
            "closing the transit it emptied",
            &closed,
            PaymentsError::TransitTampered,
        );
        let taken = trap.take(Script::default(), &trap.reserve, trap.asked);
        let closed = taken.call(close(&trap.to, &thief));
        trap.assert_refused(
            "closing the transit swapped to",
            &closed,
            PaymentsError::TransitTampered,
        );
        // Closed and made anew it would have to sign for itself.
        let mut data = vec![0; 4];
        data.extend_from_slice(&2_039_280_u64.to_le_bytes());
        data.extend_from_slice(&165_u64.to_le_bytes());
        data.extend_from_slice(TOKEN_PROGRAM.as_ref());
        let create = Instruction {
            program_id: SYSTEM_PROGRAM,
            accounts: vec![
                AccountMeta::new(trap.thief.pubkey(), true),
                AccountMeta::new(trap.from, true),
            ],
            data,
        };
        let anew = trap.honest().call(close(&trap.from, &thief)).call(create);
        trap.assert_stopped(
            "making the transit anew",
            &anew,
            &InstructionError::PrivilegeEscalation,
        );
    });
}

#[test]
fn a_venue_that_delegates_a_transit() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        for transit in [trap.from, trap.to] {
            let delegated = trap.honest().call(approve(&transit, &thief));
            trap.assert_refused("a delegate", &delegated, PaymentsError::TransitTampered);
            let delegated = Script::default().call(approve(&transit, &thief));
            let taken = trap.take(delegated, &trap.reserve, trap.asked);
            let swapped = trap.give(taken, &trap.to, trap.brings);
            trap.assert_refused(
                "a delegate before the swap",
                &swapped,
                PaymentsError::TransitTampered,
            );
        }
    });
}

#[test]
fn a_venue_that_reassigns_a_transit() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        for transit in [trap.from, trap.to] {
            for kind in [AuthorityType::AccountOwner, AuthorityType::CloseAccount] {
                let assigned = trap.honest().call(assign(&transit, kind, &thief));
                trap.assert_refused("an authority", &assigned, PaymentsError::TransitTampered);
            }
        }
    });
}

#[test]
fn a_venue_that_freezes_a_transit() {
    both(|trap| {
        let venue = Script::default().authority();
        let usdc = trap.market.usdc;
        trap.market.world.put_freeze_authority(&usdc, &venue);
        let transit = pda::transit(&usdc).0;
        let frozen = trap.honest().call(
            token::freeze_account(&TOKEN_PROGRAM, &transit, &usdc, &venue, &[])
                .expect("well formed"),
        );
        trap.assert_refused("freezing", &frozen, PaymentsError::TransitTampered);
    });
}

/// A transit of wrapped SOL can be closed while tokens are on it: they go with its lamports.
#[test]
fn a_venue_that_unwraps_the_transit() {
    let mut trap = Trap::new(Way::PayToken);
    let (authority, renter) = (trap.market.authority(), trap.market.renter.pubkey());
    let world = &mut trap.market.world;
    let rent = world.rent(Account::LEN as u64);
    world.put_wrapped_sol();
    world.run(
        &[payments::list_asset(
            &authority,
            &WRAPPED_SOL,
            &TOKEN_PROGRAM,
            200,
            1,
        )],
        &[],
    );
    let source = world.wrap_sol(&renter, 10_000_000_000);
    let reserve = world.wrap_sol(&Script::default().authority(), 0);
    let transit = pda::transit(&WRAPPED_SOL).0;
    let payment = TokenPayment {
        mint: WRAPPED_SOL,
        source,
        ..trap.market.usdc_payment(1_000_000_000, false)
    };
    let honest = trap.give(
        Script::default().call(transfer(&transit, &reserve, &ROUTER.address, 980_000_000)),
        &trap.to,
        trap.brings,
    );
    let unwrapped = trap
        .give(Script::default(), &trap.to, trap.brings)
        .call(close(&transit, &trap.thief.pubkey()));
    let before = trap.market.world.snapshot();
    let result = trap.market.pay_along(&payment, &unwrapped.route());
    assert_reason(result, custom(PaymentsError::TransitTampered));
    trap.market.world.assert_unchanged(&before);
    trap.market
        .pay_along(&payment, &honest.route())
        .expect("an honest swap of wrapped SOL");
    assert_eq!(trap.market.world.lamports(&transit), rent);
    assert_eq!(trap.market.world.token_balance(&reserve), 980_000_000);
}
