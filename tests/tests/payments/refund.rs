//! Suppliers who give back what they got.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey, payments, pda,
    shared::{
        constants::IO,
        errors::PaymentsError,
        events::Refunded,
        ids::{TOKEN_PROGRAM, io_payments::CONFIG},
        state::PayoutPreference,
    },
};
use io_tests::{assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

/// A supplier who was paid 10 IO, and whose payout wallet is its owner.
fn paid(preference: PayoutPreference) -> Market {
    let mut market = Market::new();
    let owner = market.supplier.owner.insecure_clone();
    market.supplier.payout = owner.insecure_clone();
    market.supplier.io = io_account(&mut market.world, &owner.pubkey(), 0);
    market.prefer(preference, 0);
    let pay = market.pay_io(10 * IO);
    market.world.run(&[pay], &[&market.renter]);
    market
}

fn refund(market: &Market, source: &Pubkey, amount: u64) -> Instruction {
    payments::refund(
        &market.supplier.owner.pubkey(),
        &market.renter.pubkey(),
        &ORDER,
        source,
        &market.renter_io,
        amount,
    )
}

/// Raw IO given back by the only entry of the renter's receipt.
fn refunded(market: &Market) -> u64 {
    let data = market.world.data(&market.receipt());
    let last = data.last_chunk().expect("an entry");
    u64::from_le_bytes(*last)
}

#[test]
fn a_payment_is_given_back_in_parts_and_never_more_than_it_was() {
    for preference in [PayoutPreference::Io, PayoutPreference::Usdc] {
        let mut market = paid(preference);
        let owner = market.supplier.owner.insecure_clone();
        let source = market.io_destination();
        let mut given = 0;
        for amount in [IO, 2 * IO + 1, 7 * IO - 1] {
            let outcome = market
                .send(refund(&market, &source, amount), &owner)
                .expect("given back");
            given += amount;
            assert_eq!(
                outcome.event::<Refunded>(),
                Refunded {
                    receipt: market.receipt(),
                    supplier: market.supplier.address(),
                    payer: market.renter.pubkey(),
                    source,
                    destination: market.renter_io,
                    amount,
                    refunded: given,
                }
            );
            assert_eq!(refunded(&market), given);
            assert_eq!(market.world.token_balance(&source), 10 * IO - given);
            books::check(&market.world).expect("the books");
        }
        assert_eq!(given, 10 * IO);
        assert_eq!(market.world.token_balance(&market.renter_io), 10_000 * IO);
        // Not one raw more, though the supplier has it.
        let other = io_account(&mut market.world, &owner.pubkey(), IO);
        let more = refund(&market, &other, 1);
        assert_fails(market.send(more, &owner), PaymentsError::RefundTooHigh);
    }
}

#[test]
fn refunds_go_on_while_payments_are_paused() {
    let mut market = paid(PayoutPreference::Io);
    let guardian = market.guardian.insecure_clone();
    let by = guardian.pubkey();
    market.world.run(
        &[
            payments::set_paused(&by, true),
            payments::set_asset_enabled(&by, &MINT, false),
        ],
        &[&guardian],
    );
    let owner = market.supplier.owner.insecure_clone();
    let give = refund(&market, &market.supplier.io, 10 * IO);
    market.send(give, &owner).expect("given back");
}

#[test]
fn refunds_are_refused_for_a_reason() {
    let mut market = paid(PayoutPreference::Io);
    let owner = market.supplier.owner.insecure_clone();
    let source = market.supplier.io;
    for (amount, error) in [
        (0, PaymentsError::ZeroAmount),
        (10 * IO + 1, PaymentsError::RefundTooHigh),
        (u64::MAX, PaymentsError::RefundTooHigh),
    ] {
        let give = refund(&market, &source, amount);
        assert_fails(market.send(give, &owner), error);
    }
    // The vault of a supplier who takes IO is empty.
    let vault = refund(&market, &market.supplier.earnings(), 1);
    assert_token_error(market.send(vault, &owner), INSUFFICIENT_FUNDS);

    // A supplier that the payer lets move tokens cannot call the payer's own IO a refund.
    let approve = spl_token_interface::instruction::approve(
        &TOKEN_PROGRAM,
        &market.renter_io,
        &owner.pubkey(),
        &market.renter.pubkey(),
        &[],
        u64::MAX,
    );
    let second = io_account(&mut market.world, &market.renter.pubkey(), 0);
    let renter = market.renter.insecure_clone();
    market
        .send(approve.expect("well formed"), &renter)
        .expect("approved");
    let mut own = refund(&market, &market.renter_io, IO);
    own.accounts[4].pubkey = second;
    assert_fails(market.send(own, &owner), PaymentsError::WrongSource);
    assert_eq!(refunded(&market), 0);

    // With the receipt closed there is nothing to note it in.
    market.world.advance(600);
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    let give = refund(&market, &source, IO);
    market
        .send(give.clone(), &owner)
        .expect("expired, not closed");
    market.send(close, &renter).expect("closed");
    assert_fails(market.send(give, &owner), PaymentsError::WrongAccount);
}

#[test]
fn refunds_check_their_accounts() {
    let mut market = paid(PayoutPreference::Io);
    let owner = market.supplier.owner.insecure_clone();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let thief = market.world.wallet();
    let thief_io = io_account(&mut market.world, &thief.pubkey(), IO);
    let owner_io = io_account(&mut market.world, &owner.pubkey(), IO);
    let owner_usdc = market
        .world
        .create_token_account(&owner.pubkey(), &usdc, IO);
    // Another order's receipt, of another supplier.
    let other = payments::Order {
        id: [1; 32],
        ..market.order()
    };
    let theirs = payments::pay_io(
        &market.renter.pubkey(),
        &market.renter_io,
        &rival.owner.pubkey(),
        &rival.earnings(),
        &other,
        IO,
    );
    market.world.run(&[theirs], &[&market.renter]);
    let theirs = pda::receipt(&market.renter.pubkey(), &[1; 32]).0;

    let receipt = market.receipt();
    let forged = forged(&mut market.world, &receipt);
    let give = refund(&market, &market.supplier.io, IO);
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    assert_accounts_checked(
        &mut market.world,
        &give,
        &[&owner],
        &[
            (1, rival.address(), custom(PaymentsError::Unauthorized)),
            (1, CONFIG.address, InstructionError::InvalidAccountData),
            (2, theirs, custom(PaymentsError::NotPaid)),
            (2, rival.address(), wrong.clone()),
            (2, owner_io, wrong.clone()),
            (2, forged, wrong.clone()),
            (3, thief_io, InstructionError::Custom(OWNER_MISMATCH)),
            (
                3,
                rival.earnings(),
                InstructionError::Custom(OWNER_MISMATCH),
            ),
            (3, owner_usdc, InstructionError::Custom(MINT_MISMATCH)),
            (4, thief_io, destination.clone()),
            (4, owner_io, destination.clone()),
            (4, market.renter_usdc, destination),
            (
                5,
                pda::asset(&MINT).0,
                InstructionError::AccountDataTooSmall,
            ),
            (6, thief.pubkey(), wrong.clone()),
            (7, thief.pubkey(), wrong.clone()),
            (8, thief.pubkey(), wrong),
        ],
    );
    // A stranger, and a supplier for another.
    let mut foreign = give;
    foreign.accounts[0].pubkey = rival.owner.pubkey();
    assert_fails(
        market.send(foreign.clone(), &rival.owner),
        PaymentsError::Unauthorized,
    );
    foreign.accounts[1].pubkey = rival.address();
    assert_fails(market.send(foreign, &rival.owner), PaymentsError::NotPaid);
    assert_eq!(market.balances(), before);
    assert_eq!(refunded(&market), 0);
}

#[test]
fn each_of_several_suppliers_gives_back_its_own_part() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let other = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let renter = market.renter.insecure_clone();
    let parts = [
        market.part(2 * IO),
        payments::Part {
            supplier_owner: other.owner.pubkey(),
            destination: other.earnings(),
            amount: 3 * IO,
        },
    ];
    let order = market.order();
    let pay = payments::pay_io_split(&renter.pubkey(), &market.renter_io, &parts, &order);
    market.send(pay, &renter).expect("paid");
    let give = |amount| {
        payments::refund(
            &other.owner.pubkey(),
            &renter.pubkey(),
            &ORDER,
            &other.earnings(),
            &market.renter_io,
            amount,
        )
    };
    let (more, all) = (give(3 * IO + 1), give(3 * IO));
    assert_fails(
        market.send(more, &other.owner),
        PaymentsError::RefundTooHigh,
    );
    let outcome = market.send(all, &other.owner).expect("given back");
    assert_eq!(outcome.event::<Refunded>().refunded, 3 * IO);
    assert_eq!(market.world.token_balance(&market.supplier.io), 2 * IO);
    books::check(&market.world).expect("the books");
}
