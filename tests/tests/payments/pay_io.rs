//! Payments in IO and their receipts.

use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, Order, TokenPayment},
    pda,
    shared::{
        constants::{DAY, IO, USDC},
        errors::PaymentsError,
        events::{MicroPaid, Paid, PaidPart, ReceiptClosed},
        ids::io_payments::CONFIG,
        state::PayoutPreference,
    },
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn io_goes_straight_to_the_payout_wallet() {
    let mut market = Market::new();
    let amount = 12 * IO + 345;
    let order = market.order();
    let instruction = market.pay_io(amount);
    let outcome = market.world.run(&[instruction], &[&market.renter]);

    assert_eq!(market.world.token_balance(&market.supplier.io), amount);
    assert_eq!(
        market.world.token_balance(&market.renter_io),
        10_000 * IO - amount
    );
    let paid = Paid {
        payer: market.renter.pubkey(),
        order_id: ORDER,
        mint: MINT,
        venue: Pubkey::default(),
        reference: [0; 32],
        gross: amount,
        fee: 0,
        delivered: amount,
        paid_at: market.world.now(),
        expires_at: order.expires_at,
        oracle_bounded: 0,
        count: 1,
    };
    assert_eq!(outcome.event::<Paid>(), paid);
    let part = PaidPart {
        supplier: market.supplier.address(),
        destination: market.supplier.io,
        delivered: amount,
    };
    assert_eq!(parts_of(&outcome), [part]);
    assert_receipt(&market.world, &outcome);
}

#[test]
fn io_waits_in_the_vault_of_a_supplier_who_takes_usdc() {
    let mut market = Market::new();
    market.prefer(PayoutPreference::Usdc, 0);
    let instruction = market.pay_io(5 * IO);
    let outcome = market.world.run(&[instruction], &[&market.renter]);
    assert_eq!(
        parts_of(&outcome)[0].destination,
        market.supplier.earnings()
    );
    assert_eq!(
        market.world.token_balance(&market.supplier.earnings()),
        5 * IO
    );
    assert_eq!(market.world.token_balance(&market.supplier.io), 0);

    // The wallet is wrong now, and after switching back the vault is.
    let order = Order {
        id: [1; 32],
        ..market.order()
    };
    let to_wallet = market.pay_io_to(&market.supplier.io, &order, IO);
    let to_vault = market.pay_io_to(&market.supplier.earnings(), &order, IO);
    let renter = market.renter.insecure_clone();
    let wrong = PaymentsError::WrongDestination;
    assert_fails(market.send(to_wallet.clone(), &renter), wrong);
    market.prefer(PayoutPreference::Io, 0);
    assert_fails(market.send(to_vault, &renter), wrong);
    market.send(to_wallet, &renter).expect("paid to the wallet");
}

#[test]
fn an_order_is_paid_once() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let instruction = market.pay_io(IO);
    market.send(instruction.clone(), &renter).expect("paid");
    assert_fails(
        market.send(instruction.clone(), &renter),
        PaymentsError::AlreadyPaid,
    );
    let payment = market.usdc_payment(USDC, true);
    assert_fails(market.pay_token(&payment), PaymentsError::AlreadyPaid);

    // Another payer's order of the same id is another order.
    let other = market.world.wallet();
    let source = io_account(&mut market.world, &other.pubkey(), IO);
    let theirs = payments::pay_io(
        &other.pubkey(),
        &source,
        &market.supplier.owner.pubkey(),
        &market.supplier.io,
        &market.order(),
        IO,
    );
    market.send(theirs, &other).expect("paid");

    // The receipt stays until the payment expires; after that the payment is refused for good.
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    market.world.advance(599);
    assert_fails(
        market.send(close.clone(), &renter),
        PaymentsError::NotExpired,
    );
    market.world.advance(1);
    let rent = market.world.lamports(&market.receipt());
    let before = market.world.lamports(&renter.pubkey());
    let outcome = market.send(close, &renter).expect("closed");
    assert_eq!(market.world.lamports(&renter.pubkey()), before + rent);
    assert!(!market.world.exists(&market.receipt()));
    assert_eq!(
        outcome.event::<ReceiptClosed>(),
        ReceiptClosed {
            receipt: market.receipt(),
            payer: renter.pubkey(),
            order_id: ORDER,
            rent_payer: renter.pubkey(),
        }
    );
    assert_fails(market.send(instruction, &renter), PaymentsError::Expired);
}

#[test]
fn closing_pays_the_rent_back_to_its_payer_only() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let instruction = market.pay_io(IO);
    market.send(instruction, &renter).expect("paid");
    market.world.advance(600);
    let thief = market.world.wallet();
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &thief.pubkey());
    assert_fails(market.send(close, &thief), PaymentsError::WrongAccount);
    // Nobody else takes away the record that refunds need.
    let mut close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    close.accounts[1].is_signer = false;
    assert_reason(
        market.send(close.clone(), &thief),
        InstructionError::MissingRequiredSignature,
    );
    close.accounts[1].is_signer = true;
    close.accounts[0].pubkey = CONFIG.address;
    assert_reason(
        market.send(close, &renter),
        InstructionError::InvalidAccountData,
    );
}

#[test]
fn lamports_sent_to_a_receipt_beforehand_stop_nothing() {
    let mut market = Market::new();
    let receipt = market.receipt();
    market.world.fund(&receipt);
    let instruction = market.pay_io(IO);
    let outcome = market.world.run(&[instruction], &[&market.renter]);
    assert_receipt(&market.world, &outcome);
}

#[test]
fn a_payment_is_good_for_at_most_thirty_days() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let now = market.world.now();
    let destination = market.supplier.io;
    for (n, expires_at, error) in [
        (1, now, Some(PaymentsError::Expired)),
        (2, i64::MIN, Some(PaymentsError::Expired)),
        (3, now + 30 * DAY + 1, Some(PaymentsError::ExpiresTooLate)),
        (4, i64::MAX, Some(PaymentsError::ExpiresTooLate)),
        (5, now + 1, None),
        (6, now + 30 * DAY, None),
    ] {
        let order = Order {
            id: [n; 32],
            expires_at,
        };
        let payment = TokenPayment {
            order,
            ..market.usdc_payment(USDC, false)
        };
        let in_token = market.pay_token(&payment);
        let order = Order {
            id: [100 + n; 32],
            expires_at,
        };
        let instruction = market.pay_io_to(&destination, &order, IO);
        let in_io = market.send(instruction, &renter);
        match error {
            Some(error) => {
                assert_fails(in_token, error);
                assert_fails(in_io, error);
            }
            None => assert!(in_token.is_ok() && in_io.is_ok(), "{expires_at}"),
        }
    }
}

#[test]
fn io_payments_check_what_they_are_given() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let zero = market.pay_io(0);
    assert_fails(market.send(zero, &renter), PaymentsError::ZeroAmount);
    let too_much = market.pay_io(10_000 * IO + 1);
    assert_token_error(market.send(too_much, &renter), INSUFFICIENT_FUNDS);

    let good = market.pay_io(IO);
    let rival = register(
        &mut market.world,
        &market.usdc.clone(),
        PayoutPreference::Usdc,
    );
    let thief = market.world.wallet();
    let thief_io = io_account(&mut market.world, &thief.pubkey(), 0);
    let thief_rich = io_account(&mut market.world, &thief.pubkey(), IO);
    let payout_usdc = market.supplier.usdc;
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&renter],
        &[
            (1, CONFIG.address, InstructionError::InvalidAccountData),
            (1, thief.pubkey(), InstructionError::IllegalOwner),
            (2, thief_rich, InstructionError::Custom(OWNER_MISMATCH)),
            (
                2,
                market.renter_usdc,
                InstructionError::Custom(MINT_MISMATCH),
            ),
            (3, thief_io, destination.clone()),
            (3, payout_usdc, destination.clone()),
            (3, rival.earnings(), destination.clone()),
            (3, rival.address(), destination),
            (3, market.renter_io, InstructionError::Custom(DUPLICATE)),
            (4, pda::receipt(&thief.pubkey(), &ORDER).0, wrong.clone()),
            (6, thief.pubkey(), wrong.clone()),
            (7, thief.pubkey(), wrong.clone()),
            (8, thief.pubkey(), wrong.clone()),
            (9, thief.pubkey(), wrong),
        ],
    );
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    assert_reason(
        attempt(&mut market.world, unsigned, &[]),
        InstructionError::MissingRequiredSignature,
    );
    // Another supplier's vault is no destination for one who takes USDC either.
    market.prefer(PayoutPreference::Usdc, 0);
    let stolen = market.pay_io_to(&rival.earnings(), &market.order(), IO);
    assert_fails(
        market.send(stolen, &renter),
        PaymentsError::WrongDestination,
    );
    assert_eq!(market.world.token_balance(&market.renter_io), 10_000 * IO);
}

#[test]
fn a_payment_without_a_receipt_is_cheaper() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let pay = |market: &Market, destination: &Pubkey, amount| {
        payments::pay_io_unreceipted(
            &market.renter.pubkey(),
            &market.renter_io,
            &market.supplier.owner.pubkey(),
            destination,
            amount,
            &[8; 32],
        )
    };
    let destination = market.supplier.io;
    let good = pay(&market, &destination, 7);
    let outcome = market.send(good.clone(), &renter).expect("paid");
    assert_eq!(
        outcome.event::<MicroPaid>(),
        MicroPaid {
            payer: renter.pubkey(),
            supplier: market.supplier.address(),
            destination,
            reference: [8; 32],
            amount: 7,
        }
    );
    assert_eq!(market.world.token_balance(&destination), 7);

    let zero = pay(&market, &destination, 0);
    assert_fails(market.send(zero, &renter), PaymentsError::ZeroAmount);
    let wrong = custom(PaymentsError::WrongAccount);
    let vault = market.supplier.earnings();
    let key = renter.pubkey();
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&renter],
        &[
            (1, CONFIG.address, InstructionError::InvalidAccountData),
            (
                2,
                market.renter_usdc,
                InstructionError::Custom(MINT_MISMATCH),
            ),
            (3, vault, custom(PaymentsError::WrongDestination)),
            (5, key, wrong.clone()),
            (6, key, wrong.clone()),
            (7, key, wrong),
        ],
    );
    market.prefer(PayoutPreference::Usdc, 0);
    let to_vault = pay(&market, &vault, 9);
    market.send(to_vault, &renter).expect("paid");
    assert_eq!(market.world.token_balance(&vault), 9);
}
