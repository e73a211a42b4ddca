//! Payments to several suppliers.

use crate::fixture::*;
use io_client::{
    payments::{self, Order, Part, TokenPayment},
    pda,
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        events::{Paid, PaidPart},
        ids::io_payments::CONFIG,
        math::fee::fee_of,
        state::PayoutPreference,
    },
};
use io_tests::{assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

/// So many suppliers, every other of whom takes USDC.
fn crowd(market: &mut Market, count: usize) -> Vec<Payee> {
    let usdc = market.usdc;
    (0..count)
        .map(|n| {
            let preference = if n % 2 == 0 {
                PayoutPreference::Io
            } else {
                PayoutPreference::Usdc
            };
            register(&mut market.world, &usdc, preference)
        })
        .collect()
}

/// What each gets, 1,000,000 raw and a little more each.
fn parts(crowd: &[Payee]) -> Vec<Part> {
    crowd
        .iter()
        .zip(0..)
        .map(|(payee, n)| Part {
            supplier_owner: payee.owner.pubkey(),
            destination: if n % 2 == 0 {
                payee.io
            } else {
                payee.earnings()
            },
            amount: 1_000_000 + 777 * n,
        })
        .collect()
}

#[test]
fn sixteen_suppliers_are_paid_io_in_one_transaction() {
    let mut market = Market::new();
    for count in [1, 2, 16] {
        let crowd = crowd(&mut market, count);
        let parts = parts(&crowd);
        let order = Order {
            id: [count as u8; 32],
            ..market.order()
        };
        let payer = market.renter.pubkey();
        let before = market.world.token_balance(&market.renter_io);
        let pay = payments::pay_io_split(&payer, &market.renter_io, &parts, &order);
        let outcome = send_v0(&mut market.world, &[pay], &[&market.renter]).expect("paid");

        let total: u64 = parts.iter().map(|part| part.amount).sum();
        let paid = outcome.event::<Paid>();
        assert_eq!((paid.gross, paid.fee, paid.delivered), (total, 0, total));
        assert_eq!((paid.mint, paid.count), (MINT, count as u64));
        let expected: Vec<PaidPart> = parts
            .iter()
            .map(|part| PaidPart {
                supplier: pda::supplier(&part.supplier_owner).0,
                destination: part.destination,
                delivered: part.amount,
            })
            .collect();
        assert_eq!(parts_of(&outcome), expected);
        assert_receipt(&market.world, &outcome);
        for part in &parts {
            assert_eq!(market.world.token_balance(&part.destination), part.amount);
        }
        let after = market.world.token_balance(&market.renter_io);
        assert_eq!(after, before - total);
        books::check(&market.world).expect("the books");
    }
}

#[test]
fn a_swap_is_divided_pro_rata_and_the_last_gets_the_rest() {
    for (amounts, fee_on_top) in [
        (vec![USDC, 2 * USDC, 4 * USDC], false),
        (vec![USDC, 2 * USDC, 4 * USDC], true),
        (vec![3_333_333, 3_333_333, 3_333_334], false),
        (vec![1, 999_999_999], true),
        (vec![7 * USDC; 5], true),
    ] {
        let mut market = Market::new();
        let crowd = crowd(&mut market, amounts.len());
        let mut parts = parts(&crowd);
        for (part, amount) in parts.iter_mut().zip(&amounts) {
            part.amount = *amount;
        }
        let payment = TokenPayment {
            parts,
            ..market.usdc_payment(0, fee_on_top)
        };
        let outcome = market.pay_token(&payment).expect("paid");
        let paid = outcome.event::<Paid>();
        assert_eq!(paid.count, amounts.len() as u64);
        assert_receipt(&market.world, &outcome);

        let total: u64 = amounts.iter().sum();
        let mut left = paid.delivered;
        for (index, (part, amount)) in payment.parts.iter().zip(&amounts).enumerate() {
            let exact = u128::from(paid.delivered) * u128::from(*amount) / u128::from(total);
            let exact = u64::try_from(exact).expect("it fits");
            let got = market.world.token_balance(&part.destination);
            if index + 1 == amounts.len() {
                assert!(got == left && got - exact < amounts.len() as u64);
            } else {
                assert_eq!(got, exact);
            }
            left -= got;
        }
        assert_eq!(left, 0);
        market.assert_transits_empty();
        books::check(&market.world).expect("the books");
    }
}

#[test]
fn a_swap_for_sixteen_suppliers_fits_a_transaction() {
    let mut market = Market::new();
    let crowd = crowd(&mut market, 16);
    let payment = TokenPayment {
        parts: parts(&crowd),
        ..market.usdc_payment(0, false)
    };
    let route = market.route(&payment);
    let pay = payments::pay_token(&payment, &route);
    let outcome = send_v0(&mut market.world, &[pay], &[&market.renter]).expect("paid");
    assert_receipt(&market.world, &outcome);
    assert!(outcome.cu < 100_000, "{} CU", outcome.cu);
    books::check(&market.world).expect("the books");
}

#[test]
fn suppliers_may_share_a_payout_account() {
    let mut market = Market::new();
    let second = crowd(&mut market, 1).remove(0);
    let set = payments::set_supplier(
        &second.owner.pubkey(),
        PayoutPreference::Io,
        &market.supplier.payout.pubkey(),
        0,
    );
    market.world.run(&[set], &[&second.owner]);
    let first = market.part(USDC);
    let payment = TokenPayment {
        parts: vec![
            first,
            Part {
                supplier_owner: second.owner.pubkey(),
                ..first
            },
        ],
        ..market.usdc_payment(0, false)
    };
    let outcome = market.pay_token(&payment).expect("paid");
    let delivered = outcome.event::<Paid>().delivered;
    assert_eq!(market.world.token_balance(&market.supplier.io), delivered);
    assert_receipt(&market.world, &outcome);
}

#[test]
fn a_payment_to_several_is_refused_for_a_reason() {
    let mut market = Market::new();
    let crowd = crowd(&mut market, 17);
    let all = parts(&crowd);
    let before = market.balances();
    let [first, second] = [all[0], all[1]];
    let amount = |part: Part, amount| Part { amount, ..part };
    let count = PaymentsError::WrongSupplierCount;
    for (parts, error) in [
        (all.clone(), count),
        (vec![first, second, first], PaymentsError::SupplierTwice),
        (vec![first, first], PaymentsError::SupplierTwice),
        (vec![first, amount(second, 0)], PaymentsError::ZeroAmount),
        (vec![amount(first, 0), second], PaymentsError::ZeroAmount),
        (
            vec![first, amount(second, u64::MAX)],
            PaymentsError::Overflow,
        ),
    ] {
        let order = market.order();
        let renter = market.renter.pubkey();
        let io = payments::pay_io_split(&renter, &market.renter_io, &parts, &order);
        assert_fails(send_v0(&mut market.world, &[io], &[&market.renter]), error);
        let payment = TokenPayment {
            parts,
            ..market.usdc_payment(0, false)
        };
        let net = payment.amount().map_or(USDC, |amount| {
            amount - fee_of(amount, FEE_BPS).expect("a fee below 100 %")
        });
        let route = market.amm.route(&market.usdc, net);
        let token = payments::pay_token(&payment, &route);
        let renter = [&market.renter];
        assert_fails(send_v0(&mut market.world, &[token], &renter), error);
    }
    let payer = market.renter.pubkey();
    let none = payments::pay_io_split(&payer, &market.renter_io, &[], &market.order());
    let renter = market.renter.insecure_clone();
    assert_fails(market.send(none, &renter), count);
    // No amount, or one, where two suppliers are named; an account too few.
    let order = Order {
        id: [1; 32],
        ..market.order()
    };
    let pay = payments::pay_io_split(&payer, &market.renter_io, &[first, second], &order);
    let mut cut = pay.clone();
    cut.accounts.pop();
    assert_fails(market.send(cut, &renter), count);
    let mut less = pay.clone();
    less.accounts.truncate(less.accounts.len() - 2);
    assert_fails(market.send(less, &renter), count);
    let mut one = payments::pay_io_split(&payer, &market.renter_io, &[first], &order);
    one.accounts = pay.accounts.clone();
    assert_fails(market.send(one, &renter), count);
    let mut nobody = payments::pay_token(&market.usdc_payment(USDC, false), &{
        market.amm.route(&market.usdc, 980_000)
    });
    // order id 32, expires_at 8, then the number of amounts and one amount.
    nobody.data.splice(8 + 40..8 + 40 + 12, [0; 4]);
    assert_fails(market.send(nobody, &renter), count);
    assert_eq!(market.balances(), before);
}

#[test]
fn payments_to_several_check_their_accounts() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let crowd = crowd(&mut market, 3);
    let parts = parts(&crowd[..2]);
    let thief = market.world.wallet();
    let thief_io = io_account(&mut market.world, &thief.pubkey(), IO);
    let order = market.order();
    let pay = payments::pay_io_split(&renter.pubkey(), &market.renter_io, &parts, &order);
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let supplier = custom(PaymentsError::WrongSupplier);
    let destination = custom(PaymentsError::WrongDestination);
    let forged = forged(&mut market.world, &crowd[0].address());
    let pairs = [
        (0, CONFIG.address, supplier.clone()),
        (0, thief.pubkey(), supplier.clone()),
        (0, forged, supplier.clone()),
        (0, crowd[2].address(), destination.clone()),
        (1, thief_io, destination.clone()),
        (1, crowd[2].io, destination.clone()),
        (1, crowd[0].earnings(), destination.clone()),
        (1, crowd[0].usdc, destination.clone()),
        (3, crowd[1].io, destination),
    ];
    let mut accounts = vec![
        (1, thief_io, InstructionError::Custom(OWNER_MISMATCH)),
        (
            1,
            market.renter_usdc,
            InstructionError::Custom(MINT_MISMATCH),
        ),
        (2, pda::receipt(&thief.pubkey(), &ORDER).0, wrong.clone()),
        (3, crowd[0].address(), InstructionError::AccountDataTooSmall),
        (4, thief.pubkey(), wrong.clone()),
        (5, thief.pubkey(), wrong.clone()),
        (6, thief.pubkey(), wrong.clone()),
        (7, thief.pubkey(), wrong),
    ];
    accounts.extend(
        pairs
            .iter()
            .cloned()
            .map(|(at, key, error)| (8 + at, key, error)),
    );
    assert_accounts_checked(&mut market.world, &pay, &[&renter], &accounts);

    // In a swap, those behind the first supplier.
    let first = market.part(USDC);
    let payment = TokenPayment {
        parts: vec![first, parts[0], parts[1]],
        ..market.usdc_payment(0, false)
    };
    let pay = payments::pay_token(&payment, &market.route(&payment));
    let accounts = pairs.map(|(at, key, error)| (17 + at, key, error));
    assert_accounts_checked(&mut market.world, &pay, &[&renter], &accounts);
    assert_eq!(market.balances(), before);
    market.send(pay, &renter).expect("nothing else was wrong");
}

#[test]
fn payments_to_several_wait_while_paused() {
    let mut market = Market::new();
    let guardian = market.guardian.insecure_clone();
    let pause = payments::set_paused(&guardian.pubkey(), true);
    market.world.run(&[pause], &[&guardian]);
    let renter = market.renter.insecure_clone();
    let order = market.order();
    let parts = [market.part(IO)];
    let pay = payments::pay_io_split(&renter.pubkey(), &market.renter_io, &parts, &order);
    assert_fails(market.send(pay, &renter), PaymentsError::Paused);
}
