//! A cap on what is swapped through a venue in a rolling day.

use crate::fixture::*;
use io_client::{
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::{DAY, IO, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{Paid, PaidOut, VenueCapSet, VenueListed},
        state::Venue,
    },
    venues::padded,
};
use io_tests::{
    Failure, Outcome,
    amm::{AMM_PROGRAM, Amm, Deposit, FEES},
    assert_fails,
};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

fn cap(market: &mut Market, signer: &Keypair, cap: u64) -> Result<Outcome, Failure> {
    let set = payments::set_venue_cap(&signer.pubkey(), &AMM_PROGRAM, &[1], cap);
    market.send(set, signer)
}

fn venue(market: &Market) -> Venue {
    let address = pda::venue(&AMM_PROGRAM, &padded(&[1])).0;
    market.world.read(&address)
}

/// Another order of the renter's.
fn payment(market: &Market, number: u8, amount: u64) -> TokenPayment {
    TokenPayment {
        order: payments::Order {
            id: [number; 32],
            ..market.order()
        },
        ..market.usdc_payment(amount, false)
    }
}

#[test]
fn a_payment_counts_what_it_brings() {
    let mut market = Market::new();
    let guardian = market.guardian.insecure_clone();
    let quote = |market: &Market| {
        let usdc = market.usdc;
        market.amm.quote(&market.world, &usdc, 98 * USDC).received
    };
    let first = quote(&market);
    cap(&mut market, &guardian, first).expect("lowered");
    let paid = payment(&market, 1, 100 * USDC);
    market.pay_token(&paid).expect("exactly the cap");
    assert_eq!(venue(&market).window_used, first);

    // Not one raw unit more, and the renter keeps everything.
    let more = payment(&market, 2, 10_000);
    let before = market.world.snapshot();
    assert_fails(market.pay_token(&more), PaymentsError::VenueCapReached);
    market.world.assert_unchanged(&before);

    // Half a day later half of it is free again: a second payment is as large as the first, less what
    // the pool's price moved, and too large by nearly half.
    market.world.advance(DAY / 2);
    let second = payment(&market, 2, 100 * USDC);
    assert_fails(market.pay_token(&second), PaymentsError::VenueCapReached);
    let half = payment(&market, 2, 50 * USDC);
    let brought = market.pay_token(&half).expect("half").event::<Paid>();
    assert!(brought.delivered <= first - first / 2);
    assert_eq!(
        venue(&market).window_used,
        first.div_ceil(2) + brought.delivered
    );
    market.world.advance(DAY);
    let third = payment(&market, 3, 100 * USDC);
    market.pay_token(&third).expect("a day later");
}

#[test]
fn a_pay_out_counts_what_it_sells() {
    let mut market = Market::new();
    market.earn(1_000 * IO);
    let guardian = market.guardian.insecure_clone();
    cap(&mut market, &guardian, 100 * IO).expect("lowered");
    let first = market.owner_pays_out(60 * IO).expect("within the cap");
    let before = market.world.snapshot();
    let refused = market.owner_pays_out(40 * IO + 1_000_000);
    assert_fails(refused, PaymentsError::VenueCapReached);
    market.world.assert_unchanged(&before);
    let second = market.owner_pays_out(40 * IO).expect("the rest of the cap");
    let sold = [first, second].map(|outcome| outcome.event::<PaidOut>().sold);
    assert_eq!(venue(&market).window_used, sold[0] + sold[1]);
    // Payments through the same venue share the cap.
    let paid = payment(&market, 1, USDC);
    assert_fails(market.pay_token(&paid), PaymentsError::VenueCapReached);
    // Earnings leave as they are, whatever the venue's cap.
    let (owner, destination) = (market.supplier.owner.insecure_clone(), market.supplier.io);
    let take = payments::take_earnings(&owner.pubkey(), &destination, 900 * IO);
    market.send(take, &owner).expect("taken");
}

#[test]
fn a_buy_back_counts_what_it_burns() {
    let mut market = Market::new();
    let paid = payment(&market, 1, 100 * USDC);
    market.pay_token(&paid).expect("paid");
    assert_eq!(venue(&market).window_used, 0, "no cap, no count");
    let authority = market.world.authority.insecure_clone();
    let daily = payments::schedule_buy_back(&authority.pubkey(), 10 * USDC);
    market.world.run(&[daily], &[]);
    market.world.advance(RULE_CHANGE_DELAY);
    let usdc = market.usdc;
    let quote = market.amm.quote(&market.world, &usdc, USDC).received;
    cap(&mut market, &authority, quote - 1).expect("lowered");
    let buy = payments::BuyBack {
        caller: authority.pubkey(),
        io_mint: MINT,
        usdc_mint: usdc,
        amount: USDC,
        min_io_out: 1,
    };
    let buy_back = payments::buy_back(&buy, &market.amm.route(&usdc, USDC));
    let before = market.world.snapshot();
    let refused = market.world.send(&[buy_back], &[]);
    assert_fails(refused, PaymentsError::VenueCapReached);
    market.world.assert_unchanged(&before);
    let buy = payments::BuyBack {
        amount: USDC - 1_000,
        ..buy
    };
    let buy_back = payments::buy_back(&buy, &market.amm.route(&usdc, buy.amount));
    market.world.run(&[buy_back], &[]);
    assert!(venue(&market).window_used > 0);
}

#[test]
fn a_cap_falls_at_once_and_rises_with_notice() {
    let mut market = Market::new();
    let [guardian, stranger] = [market.guardian.insecure_clone(), market.world.wallet()];
    let authority = market.world.authority.insecure_clone();
    let address = pda::venue(&AMM_PROGRAM, &padded(&[1])).0;
    let now = market.world.now();

    let refused = PaymentsError::Unauthorized;
    assert_fails(cap(&mut market, &stranger, 1), refused);
    let outcome = cap(&mut market, &guardian, 500 * IO).expect("lowered");
    assert_eq!(
        outcome.event::<VenueCapSet>(),
        VenueCapSet {
            venue: address,
            by: guardian.pubkey(),
            cap: 500 * IO,
            effective_at: now,
        }
    );
    assert_eq!(venue(&market).cap.at(now), 500 * IO);
    assert_fails(cap(&mut market, &guardian, 500 * IO + 1), refused);

    let outcome = cap(&mut market, &authority, u64::MAX).expect("scheduled");
    let effective_at = now + RULE_CHANGE_DELAY;
    assert_eq!(outcome.event::<VenueCapSet>().effective_at, effective_at);
    let waiting = venue(&market).cap;
    assert_eq!(waiting.at(effective_at - 1), 500 * IO);
    assert_eq!(waiting.at(effective_at), u64::MAX);
    // The guardian stops a raise by naming what is in force.
    cap(&mut market, &guardian, 500 * IO).expect("cancelled");
    assert_eq!(venue(&market).cap.at(effective_at), 500 * IO);
    cap(&mut market, &authority, 0).expect("closed at once");
    let paid = payment(&market, 1, USDC);
    assert_fails(market.pay_token(&paid), PaymentsError::VenueCapReached);

    let good = payments::set_venue_cap(&authority.pubkey(), &AMM_PROGRAM, &[1], 0);
    let wrong = custom(PaymentsError::WrongAccount);
    let asset = pda::asset(&MINT).0;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[],
        &[
            (1, asset, InstructionError::InvalidAccountData),
            (2, asset, InstructionError::AccountDataTooSmall),
            (3, stranger.pubkey(), wrong.clone()),
            (4, stranger.pubkey(), wrong),
        ],
    );
}

#[test]
fn each_venue_has_a_cap_of_its_own() {
    let mut market = Market::new();
    let guardian = market.guardian.insecure_clone();
    // The same program by another instruction is another venue: a second pool proves nothing here, so
    // list the deposit-all instruction, which is never called, and cap that.
    let authority = market.authority();
    let list = payments::list_venue(&authority, &AMM_PROGRAM, &[2]);
    market.world.run(&[list], &[]);
    let set = payments::set_venue_cap(&guardian.pubkey(), &AMM_PROGRAM, &[2], 0);
    market.send(set, &guardian).expect("lowered");
    let paid = payment(&market, 1, 100 * USDC);
    market.pay_token(&paid).expect("through the other");
    // Pools of one program share its cap.
    let creator = market.world.wallet();
    let (io, usdc) = (
        io_account(&mut market.world, &creator.pubkey(), 10_000 * IO),
        market
            .world
            .create_token_account(&creator.pubkey(), &market.usdc, 1_500 * USDC),
    );
    let deposits = [
        Deposit {
            mint: MINT,
            source: io,
            amount: 10_000 * IO,
        },
        Deposit {
            mint: market.usdc,
            source: usdc,
            amount: 1_500 * USDC,
        },
    ];
    let small = Amm::create(&mut market.world, &creator, 7, deposits, FEES);
    cap(&mut market, &guardian, 10 * IO).expect("lowered");
    let first = payment(&market, 2, USDC);
    let route = small.route(&first.mint, 980_000);
    market.pay_along(&first, &route).expect("within the cap");
    let second = payment(&market, 3, USDC);
    assert_fails(market.pay_token(&second), PaymentsError::VenueCapReached);
}

/// A stolen authority neither swaps through a venue of its own nor goes around a cap at once.
#[test]
fn a_venue_listed_later_waits() {
    let mut market = Market::new();
    let guardian = market.guardian.insecure_clone();
    cap(&mut market, &guardian, 0).expect("lowered");
    market.world.advance(RULE_CHANGE_DELAY);
    let paid = payment(&market, 1, 100 * USDC);
    assert_fails(market.pay_token(&paid), PaymentsError::VenueCapReached);
    // The same instruction of the same program, by a longer discriminator.
    let mut route = market.route(&paid);
    let longer: [u8; 2] = [route.data[0], route.data[1]];
    let authority = market.authority();
    let list = payments::list_venue(&authority, &AMM_PROGRAM, &longer);
    let outcome = market.world.run(&[list], &[]);
    let usable_from = market.world.now() + RULE_CHANGE_DELAY;
    assert_eq!(outcome.event::<VenueListed>().usable_from, usable_from);
    route.discriminator = padded(&longer);
    let early = market.pay_along(&paid, &route);
    assert_fails(early, PaymentsError::VenueCapReached);
    market.world.advance(RULE_CHANGE_DELAY - 1);
    let late = payment(&market, 2, 100 * USDC);
    let early = market.pay_along(&late, &route);
    assert_fails(early, PaymentsError::VenueCapReached);
    market.world.advance(1);
    market.pay_along(&late, &route).expect("two days later");
}
