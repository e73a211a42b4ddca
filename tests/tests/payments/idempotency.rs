//! An order is paid once by its payer, whatever is tried.

use crate::fixture::*;
use io_client::{
    Instruction,
    payments::{self, Order, TokenPayment},
    pda,
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        ids::SYSTEM_PROGRAM,
    },
};
use io_tests::{assert_fails, books};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;

/// Each way in which the renter, who is a gateway too, can pay the order.
fn ways(market: &Market, order: Order, amount: u64) -> Vec<Instruction> {
    let renter = market.renter.pubkey();
    let payment = TokenPayment {
        order,
        ..market.usdc_payment(amount, true)
    };
    let route = market.route(&payment);
    let parts = [market.part(amount)];
    vec![
        market.pay_io_to(&market.supplier.io, &order, amount),
        payments::pay_io_split(&renter, &market.renter_io, &parts, &order),
        payments::pay_token(&payment, &route),
        payments::pay_fiat(&payment, &[1; 32], &route),
    ]
}

fn market() -> Market {
    let mut market = Market::new();
    let authority = market.authority();
    let gateway = payments::list_gateway(&authority, &market.renter.pubkey(), 200, u64::MAX);
    market.world.run(&[gateway], &[]);
    market
}

/// Sent twice, with another amount, with another expiry, in another way: paid once.
#[test]
fn an_order_is_paid_once_in_whatever_way() {
    for first in 0..4 {
        let mut market = market();
        let renter = market.renter.insecure_clone();
        let order = market.order();
        let paid = ways(&market, order, USDC).remove(first);
        market.send(paid, &renter).expect("paid");
        let before = market.balances();
        let later = Order {
            expires_at: order.expires_at + 1_000,
            ..order
        };
        for (order, amount) in [(order, USDC), (order, 2 * USDC), (later, USDC)] {
            for again in ways(&market, order, amount) {
                assert_fails(market.send(again, &renter), PaymentsError::AlreadyPaid);
            }
        }
        assert_eq!(market.balances(), before);
        books::check(&market.world).expect("the books");
    }
}

/// Two transactions that were signed before either was sent, and two payments in one transaction.
#[test]
fn an_order_sent_concurrently_is_paid_once() {
    let mut market = market();
    let renter = market.renter.insecure_clone();
    let order = market.order();
    let ways = ways(&market, order, USDC);
    let before = market.balances();
    for [a, b] in [[0, 0], [0, 1], [2, 0], [3, 2]] {
        let both = [ways[a].clone(), ways[b].clone()];
        let result = market.world.send(&both, &[&renter]);
        assert!(result.is_err(), "{a} and {b} in one transaction");
        assert_eq!(market.balances(), before);
    }
    let blockhash = market.world.svm.latest_blockhash();
    let signed: Vec<Transaction> = ways
        .iter()
        .map(|way| {
            let message = Message::new(&[way.clone()], Some(&renter.pubkey()));
            Transaction::new(&[&renter], message, blockhash)
        })
        .collect();
    let mut paid = 0;
    for transaction in &signed {
        match market.world.svm.send_transaction(transaction.clone()) {
            Ok(_) => paid += 1,
            Err(failed) => assert_eq!(
                failed.err,
                TransactionError::InstructionError(
                    0,
                    InstructionError::Custom(PaymentsError::AlreadyPaid.code())
                )
            ),
        }
    }
    assert_eq!(paid, 1);
    // The very same bytes again are the runtime's to refuse.
    let replayed = market.world.svm.send_transaction(signed[0].clone());
    assert_eq!(
        replayed.map_err(|failed| failed.err).err(),
        Some(TransactionError::AlreadyProcessed)
    );
}

#[test]
fn an_order_replayed_after_its_receipt_is_closed_has_expired() {
    let mut market = market();
    let renter = market.renter.insecure_clone();
    let order = market.order();
    let ways = ways(&market, order, USDC);
    market.send(ways[0].clone(), &renter).expect("paid");
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    market.world.advance(599);
    assert_fails(
        market.send(close.clone(), &renter),
        PaymentsError::NotExpired,
    );
    market.world.advance(1);
    market.send(close, &renter).expect("closed");
    let before = market.balances();
    for way in ways {
        assert_fails(market.send(way, &renter), PaymentsError::Expired);
    }
    assert_eq!(market.balances(), before);
}

/// Someone else who copies a payment pays with tokens of their own, under a receipt of their own.
#[test]
fn another_payer_neither_spends_the_renters_tokens_nor_takes_the_order() {
    let mut market = market();
    let renter = market.renter.insecure_clone();
    let other = market.world.wallet();
    let key = other.pubkey();
    let order = market.order();
    let usdc = market.usdc;
    let source = market.world.create_token_account(&key, &usdc, 10 * USDC);
    let io = io_account(&mut market.world, &key, 10 * IO);
    let stolen = TokenPayment {
        payer: key,
        ..market.usdc_payment(USDC, true)
    };
    let route = market.route(&stolen);
    let mismatch = InstructionError::Custom(OWNER_MISMATCH);
    let mut copied = market.pay_io(IO);
    copied.accounts[0].pubkey = key;
    // The renter's receipt is not theirs to make.
    assert_fails(
        market.send(copied.clone(), &other),
        PaymentsError::WrongAccount,
    );
    copied.accounts[4].pubkey = pda::receipt(&key, &ORDER).0;
    assert_reason(market.send(copied, &other), mismatch.clone());
    let copied = payments::pay_token(&stolen, &route);
    assert_reason(market.send(copied, &other), mismatch);

    let own = TokenPayment { source, ..stolen };
    let own = payments::pay_token(&own, &route);
    market.send(own, &other).expect("paid with their own");
    assert!(!market.world.exists(&market.receipt()));
    let parts = [market.part(IO)];
    let again = payments::pay_io_split(&key, &io, &parts, &order);
    assert_fails(market.send(again, &other), PaymentsError::AlreadyPaid);
    // The renter's order is still the renter's to pay, once.
    let mine = market.pay_io(IO);
    market.send(mine.clone(), &renter).expect("paid");
    assert_fails(market.send(mine, &renter), PaymentsError::AlreadyPaid);
}

/// Nobody but the payer can make the receipt's account, and lamports sent there stop no payment.
#[test]
fn an_order_id_is_worth_nothing_to_a_squatter() {
    for way in 0..4 {
        let mut market = market();
        let renter = market.renter.insecure_clone();
        let squatter = market.world.wallet();
        let receipt = market.receipt();
        let mut create = vec![0; 52];
        create[4..12].copy_from_slice(&1_000_000_u64.to_le_bytes());
        let create = Instruction {
            program_id: SYSTEM_PROGRAM,
            accounts: vec![
                AccountMeta::new(squatter.pubkey(), true),
                AccountMeta::new(receipt, false),
            ],
            data: create,
        };
        assert_reason(
            market.send(create, &squatter),
            InstructionError::MissingRequiredSignature,
        );
        // With less and with more than the rent.
        let lamports: u64 = if way % 2 == 0 {
            1_000_000
        } else {
            5_000_000_000
        };
        let mut transfer = vec![2, 0, 0, 0];
        transfer.extend_from_slice(&lamports.to_le_bytes());
        let transfer = Instruction {
            program_id: SYSTEM_PROGRAM,
            accounts: vec![
                AccountMeta::new(squatter.pubkey(), true),
                AccountMeta::new(receipt, false),
            ],
            data: transfer,
        };
        market.send(transfer, &squatter).expect("sent");
        let order = market.order();
        let pay = ways(&market, order, USDC).remove(way);
        let outcome = market.send(pay, &renter).expect("paid all the same");
        assert_receipt(&market.world, &outcome);
    }
}
