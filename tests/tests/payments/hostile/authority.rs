//! A venue that uses its call for more than the swap: to call back, to spend what else is signed for.

use super::{Way, both, lamports, transfer};
use crate::fixture::*;
use io_client::{
    Instruction, payments, pda,
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        ids::{
            TOKEN_PROGRAM,
            io_payments::{self, CONFIG, EVENT_AUTHORITY, ROUTER},
        },
    },
};
use io_tests::hostile::{HOSTILE_TWIN, Script};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn a_venue_that_re_enters_the_router() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        let event = Instruction {
            program_id: io_payments::ID,
            accounts: vec![AccountMeta::new_readonly(EVENT_AUTHORITY.address, true)],
            data: io_client::shared::events::EVENT_TAG.to_vec(),
        };
        let calls = [
            payments::take_earnings(&thief, &trap.loot[0], IO),
            payments::register_supplier(
                &ROUTER.address,
                &ROUTER.address,
                io_client::shared::state::PayoutPreference::Io,
                &thief,
                &MINT,
            ),
            payments::close_receipt(&thief, &ORDER, &thief),
            payments::set_paused(&ROUTER.address, true),
        ];
        let refused = InstructionError::ReentrancyNotAllowed;
        for call in calls {
            // Without the rights that the venue does not have, so that only the re-entrance is tried.
            let mut call = call;
            for account in &mut call.accounts {
                account.is_signer &= account.pubkey == ROUTER.address;
                account.is_writable = false;
            }
            let directly = trap.honest().call(call.clone());
            trap.assert_stopped("re-entering", &directly, &refused);
            let mut detour = Script::of(HOSTILE_TWIN).call(call).instruction();
            for account in &mut detour.accounts {
                account.is_signer = account.pubkey == ROUTER.address;
            }
            detour
                .accounts
                .push(AccountMeta::new_readonly(io_payments::ID, false));
            let by_a_twin = trap.honest().call(detour);
            trap.assert_stopped("re-entering by a detour", &by_a_twin, &refused);
        }
        // A forged event wants a signature that the venue does not have.
        let forged = trap.honest().call(event);
        trap.assert_stopped(
            "forging an event",
            &forged,
            &InstructionError::PrivilegeEscalation,
        );
    });
}

#[test]
fn a_venue_that_spends_another_account_of_the_router() {
    both(|trap| {
        let world = &mut trap.market.world;
        // A stray account, and the transit of a third asset on which tokens were left.
        let stray = world.create_token_account(&ROUTER.address, &trap.mints[0], 0);
        let third = world.create_mint(9);
        let authority = world.authority.pubkey();
        world.run(
            &[payments::list_asset(
                &authority,
                &third,
                &TOKEN_PROGRAM,
                0,
                0,
            )],
            &[],
        );
        let transit = pda::transit(&third).0;
        world.put_token_account(transit, &ROUTER.address, &third, 77);
        let loot = world.create_token_account(&trap.thief.pubkey(), &third, 0);
        for (account, destination, amount) in [(stray, trap.loot[0], 0), (transit, loot, 77)] {
            let spent =
                trap.honest()
                    .call(transfer(&account, &destination, &ROUTER.address, amount));
            trap.assert_refused(
                "spending another account",
                &spent,
                PaymentsError::RouterAccountExposed,
            );
            trap.assert_stopped(
                "spending another account named read-only",
                &spent.named_readonly(&account),
                &InstructionError::PrivilegeEscalation,
            );
        }
    });
}

#[test]
fn a_venue_that_uses_signatures_that_are_not_its_own() {
    both(|trap| {
        let (usdc, authority) = (trap.market.usdc, trap.market.authority());
        let escalation = InstructionError::PrivilegeEscalation;
        // The payer of the transaction's fee has tokens too.
        let purse = trap
            .market
            .world
            .create_token_account(&authority, &usdc, USDC);
        let destination = trap
            .market
            .world
            .create_token_account(&trap.thief.pubkey(), &usdc, 0);
        let theft = trap
            .honest()
            .call(transfer(&purse, &destination, &authority, USDC));
        trap.assert_stopped("the fee payer's tokens", &theft, &escalation);
        let theft = trap
            .honest()
            .call(lamports(&authority, &trap.thief.pubkey(), 1));
        trap.assert_stopped("the fee payer's lamports", &theft, &escalation);
        // The supplier's account may be named, and is its owner's.
        let supplier = (
            trap.market.io_destination(),
            trap.market.supplier.payout.pubkey(),
        );
        let theft = trap
            .honest()
            .call(transfer(&supplier.0, &destination, &supplier.1, 0));
        let result = match trap.way {
            Way::PayToken => escalation.clone(),
            Way::PayOut => InstructionError::Custom(DUPLICATE),
        };
        trap.assert_stopped("the supplier's tokens", &theft, &result);
        // Nor does the router sign for a supplier, or the config.
        for owner in [trap.market.supplier.address(), CONFIG.address] {
            let account = io_account(&mut trap.market.world, &owner, IO);
            let loot = io_account(&mut trap.market.world, &trap.thief.pubkey(), 0);
            let theft = trap.honest().call(transfer(&account, &loot, &owner, IO));
            trap.assert_stopped("a program's signature", &theft, &escalation);
        }
    });
}

#[test]
fn a_venue_that_takes_lamports() {
    both(|trap| {
        let thief = trap.thief.pubkey();
        trap.market.world.fund(&ROUTER.address);
        let escalation = InstructionError::PrivilegeEscalation;
        let sent = trap.honest().call(lamports(&ROUTER.address, &thief, 1));
        trap.assert_stopped("the router's lamports", &sent, &escalation);
        for account in [trap.from, trap.to] {
            let spent = trap.honest().pay(&account, &thief, 1);
            let external = InstructionError::ExternalAccountLamportSpend;
            trap.assert_stopped("a transit's lamports", &spent, &external);
        }
        // Lamports that a venue gives away are a present.
        let present = trap.honest();
        trap.send(&present).expect("nothing else is wrong");
    });
}
