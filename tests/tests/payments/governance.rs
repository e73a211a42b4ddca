//! Who may change what when.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey, payments, pda,
    shared::{
        constants::{RULE_CHANGE_DELAY, USDC},
        errors::PaymentsError,
        events::{
            AssetEnabled, AssetFeeScheduled, PaymentsAuthorityAccepted, PaymentsAuthorityNominated,
            PaymentsGuardianSet, PaymentsPaused, PayoutFeeScheduled, TreasuryScheduled,
            VenueEnabled,
        },
        ids::{TOKEN_PROGRAM, io_payments::CONFIG},
        state::{Asset, PaymentsConfig, Venue},
    },
    venues::padded,
};
use io_tests::{amm::AMM_PROGRAM, assert_fails};
use solana_keypair::Keypair;
use solana_signer::Signer;

#[test]
fn the_guardian_can_only_switch_off() {
    let mut market = Market::new();
    let authority = market.world.authority.insecure_clone();
    let guardian = market.guardian.insecure_clone();
    let stranger = market.world.wallet();
    let usdc = market.usdc;
    let venue = pda::venue(&AMM_PROGRAM, &padded(&[1])).0;
    let by = guardian.pubkey();

    type Switch<'a> = &'a dyn Fn(&Keypair, bool) -> Instruction;
    let asset: Switch = &|signer, on| payments::set_asset_enabled(&signer.pubkey(), &usdc, on);
    let swaps: Switch =
        &|signer, on| payments::set_venue_enabled(&signer.pubkey(), &AMM_PROGRAM, &[1], on);
    let payment: Switch = &|signer, on| payments::set_paused(&signer.pubkey(), !on);
    for switch in [asset, swaps, payment] {
        let refused = PaymentsError::Unauthorized;
        assert_fails(market.send(switch(&stranger, false), &stranger), refused);
        assert_fails(market.send(switch(&guardian, true), &guardian), refused);
        let off = market
            .send(switch(&guardian, false), &guardian)
            .expect("the guardian switches off");
        assert_fails(market.send(switch(&guardian, true), &guardian), refused);
        for event in off.events::<AssetEnabled>() {
            assert_eq!(
                event,
                AssetEnabled {
                    mint: usdc,
                    by,
                    enabled: 0
                }
            );
        }
        for event in off.events::<VenueEnabled>() {
            assert_eq!(
                event,
                VenueEnabled {
                    venue,
                    by,
                    enabled: 0
                }
            );
        }
        for event in off.events::<PaymentsPaused>() {
            assert_eq!(event, PaymentsPaused { by, paused: 1 });
        }
        let count = off.events::<AssetEnabled>().len()
            + off.events::<VenueEnabled>().len()
            + off.events::<PaymentsPaused>().len();
        assert_eq!(count, 1);
        market
            .send(switch(&authority, true), &authority)
            .expect("the authority switches on");
    }
    assert_eq!(market.world.read::<Asset>(&pda::asset(&usdc).0).enabled, 1);
    assert_eq!(market.world.read::<Venue>(&venue).enabled, 1);
    assert_eq!(
        market.world.read::<PaymentsConfig>(&CONFIG.address).paused,
        0
    );
}

#[test]
fn rules_change_after_the_delay() {
    let mut market = Market::new();
    let authority = market.world.authority.insecure_clone();
    let stranger = market.world.wallet();
    let treasury = market.world.wallet().pubkey();
    let key = authority.pubkey();
    let usdc = market.usdc;
    let effective_at = market.world.now() + RULE_CHANGE_DELAY;
    let outcome = market.world.run(
        &[
            payments::schedule_asset_fee(&key, &usdc, 300),
            payments::schedule_payout_fee(&key, 100),
            payments::schedule_treasury(&key, &treasury),
        ],
        &[],
    );
    assert_eq!(
        outcome.event::<AssetFeeScheduled>(),
        AssetFeeScheduled {
            mint: usdc,
            fee_bps: 300,
            effective_at
        }
    );
    assert_eq!(
        outcome.event::<PayoutFeeScheduled>(),
        PayoutFeeScheduled {
            fee_bps: 100,
            effective_at
        }
    );
    assert_eq!(
        outcome.event::<TreasuryScheduled>(),
        TreasuryScheduled {
            treasury,
            effective_at
        }
    );
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    let asset: Asset = market.world.read(&pda::asset(&usdc).0);
    assert_eq!(
        asset.fee_bps.pending(market.world.now()),
        Some((300, effective_at))
    );
    assert_eq!(
        config.payout_fee_bps.pending(market.world.now()),
        Some((100, effective_at))
    );
    assert_eq!(config.treasury_at(effective_at), &treasury);

    let refused = PaymentsError::Unauthorized;
    let other = stranger.pubkey();
    for (instruction, error) in [
        (payments::schedule_asset_fee(&other, &usdc, 1), refused),
        (payments::schedule_payout_fee(&other, 1), refused),
        (payments::schedule_treasury(&other, &other), refused),
        (
            payments::schedule_asset_fee(&key, &usdc, 501),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::schedule_asset_fee(&key, &MINT, 1),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::schedule_payout_fee(&key, 501),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::schedule_treasury(&key, &Pubkey::default()),
            PaymentsError::NobodyNamed,
        ),
    ] {
        assert_fails(market.send(instruction, &stranger), error);
    }
    // In force, the new treasury is the only one that can be paid, and the new fee is taken.
    market.world.advance(RULE_CHANGE_DELAY);
    let payment = market.usdc_payment(USDC, true);
    market.pay_token(&payment).expect("paid");
    let old = payments::sweep(&usdc, &TOKEN_PROGRAM, &market.treasury_usdc);
    assert_fails(
        attempt(&mut market.world, old, &[]),
        PaymentsError::WrongTreasury,
    );
    let treasury_usdc = market.world.create_token_account(&treasury, &usdc, 0);
    let sweep = payments::sweep(&usdc, &TOKEN_PROGRAM, &treasury_usdc);
    market.world.run(&[sweep], &[]);
    assert_eq!(market.world.token_balance(&treasury_usdc), 30_000);
}

#[test]
fn the_authority_is_handed_over_in_two_steps() {
    let mut market = Market::new();
    let authority = market.world.authority.insecure_clone();
    let [next, stranger] = std::array::from_fn(|_| market.world.wallet());
    let (old, new) = (authority.pubkey(), next.pubkey());
    let refused = PaymentsError::Unauthorized;

    let nominate = payments::nominate_authority(&stranger.pubkey(), &new);
    assert_fails(market.send(nominate, &stranger), refused);
    let accept = payments::accept_authority(&new);
    assert_fails(
        market.send(accept.clone(), &next),
        PaymentsError::NotNominated,
    );
    let outcome = market
        .send(payments::nominate_authority(&old, &new), &authority)
        .expect("the authority nominates");
    assert_eq!(
        outcome.event::<PaymentsAuthorityNominated>(),
        PaymentsAuthorityNominated {
            authority: old,
            nominee: new
        }
    );
    let outcome = market.send(accept, &next).expect("the nominee accepts");
    assert_eq!(
        outcome.event::<PaymentsAuthorityAccepted>(),
        PaymentsAuthorityAccepted { authority: new }
    );

    let guardian = stranger.pubkey();
    assert_fails(
        market.send(payments::set_guardian(&old, &guardian), &authority),
        refused,
    );
    let outcome = market
        .send(payments::set_guardian(&new, &guardian), &next)
        .expect("the new authority acts");
    assert_eq!(
        outcome.event::<PaymentsGuardianSet>(),
        PaymentsGuardianSet { guardian }
    );
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(
        (config.governance.authority, config.governance.guardian),
        (new, guardian)
    );
}
