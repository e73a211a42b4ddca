//! Feeds that are scheduled, and take over.

use super::{DEVIATION_BPS, IO_FEED, USDC_FEED, feed};
use crate::fixture::*;
use io_client::{
    Pubkey,
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::{MAX_FEED_AGE, RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::FeedScheduled,
        ids::{TOKEN_PROGRAM, io_payments::CONFIG},
        state::{Asset, Feed, PaymentsConfig},
    },
};
use io_tests::{assert_fails, pyth::PYTH};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn a_feed_takes_over_after_the_delay() {
    let mut market = Market::new();
    let authority = market.authority();
    let (now, usdc) = (market.world.now(), market.usdc);
    let effective_at = now + RULE_CHANGE_DELAY;
    for (mint, id) in [(usdc, USDC_FEED), (MINT, IO_FEED)] {
        let schedule = payments::schedule_feed(&authority, &mint, &feed(id));
        let outcome = market.world.run(&[schedule], &[]);
        assert_eq!(
            outcome.event::<FeedScheduled>(),
            FeedScheduled {
                mint,
                owner: PYTH,
                id,
                max_age: 60,
                max_confidence_bps: 50,
                max_deviation_bps: DEVIATION_BPS,
                effective_at,
            }
        );
        let asset: Asset = market.world.read(&pda::asset(&mint).0);
        assert!(!asset.feed.at(effective_at - 1).is_listed());
        assert_eq!(*asset.feed.at(effective_at), feed(id));
    }
    // The config knows those of the two that every swap has on one side.
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(*config.io_feed.at(effective_at), feed(IO_FEED));
    assert_eq!(*config.usdc_feed.at(effective_at), feed(USDC_FEED));
    assert!(!config.io_feed.at(effective_at - 1).is_listed());

    market.world.advance(RULE_CHANGE_DELAY - 1);
    let payment = market.usdc_payment(100 * USDC, false);
    market.pay_token(&payment).expect("not bounded yet");
    market.world.advance(1);
    let again = TokenPayment {
        order: payments::Order {
            id: [9; 32],
            ..market.order()
        },
        ..payment
    };
    let wrong = PaymentsError::WrongPriceAccount;
    assert_fails(market.pay_token(&again), wrong);
}

#[test]
fn a_feed_of_another_token_is_no_feed_of_the_configs() {
    let mut market = Market::new();
    let authority = market.authority();
    let mint = market.world.create_mint(9);
    market.world.run(
        &[
            payments::list_asset(&authority, &mint, &TOKEN_PROGRAM, 200, 1),
            payments::schedule_feed(&authority, &mint, &feed([8; 32])),
        ],
        &[],
    );
    let later = market.world.now() + RULE_CHANGE_DELAY;
    let asset: Asset = market.world.read(&pda::asset(&mint).0);
    assert_eq!(asset.feed.at(later).id, [8; 32]);
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert!(!config.io_feed.at(later).is_listed() && !config.usdc_feed.at(later).is_listed());
}

#[test]
fn feeds_are_scheduled_by_the_authority_within_bounds() {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    for bad in [
        Feed {
            owner: Pubkey::default(),
            ..feed(USDC_FEED)
        },
        feed([0; 32]),
        Feed {
            max_age: MAX_FEED_AGE + 1,
            ..feed(USDC_FEED)
        },
        Feed {
            max_confidence_bps: 1_001,
            ..feed(USDC_FEED)
        },
        Feed {
            max_deviation_bps: 2_001,
            ..feed(USDC_FEED)
        },
    ] {
        let schedule = payments::schedule_feed(&authority, &usdc, &bad);
        assert_fails(market.world.send(&[schedule], &[]), PaymentsError::BadFeed);
    }
    let guardian = market.guardian.insecure_clone();
    let by_guardian = payments::schedule_feed(&guardian.pubkey(), &usdc, &feed(USDC_FEED));
    let refused = market.send(by_guardian, &guardian);
    assert_fails(refused, PaymentsError::Unauthorized);
    let good = payments::schedule_feed(&authority, &usdc, &feed(USDC_FEED));
    let wrong = custom(PaymentsError::WrongAccount);
    let venue = pda::venue(&market.amm.pool.program, &[1, 0, 0, 0, 0, 0, 0, 0]).0;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[],
        &[
            (1, venue, InstructionError::AccountDataTooSmall),
            (2, venue, InstructionError::AccountDataTooSmall),
            (3, guardian.pubkey(), wrong.clone()),
            (4, guardian.pubkey(), wrong),
        ],
    );
    market.world.run(&[good], &[]);
}
