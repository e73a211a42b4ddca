//! Gateways that are listed, and how their rules change.

use super::{DAILY, Desk, GATEWAY_FEE_BPS};
use crate::fixture::*;
use io_client::{
    Pubkey, payments, pda,
    shared::{
        constants::{RULE_CHANGE_DELAY, VERSION},
        errors::PaymentsError,
        events::{
            GatewayEnabled, GatewayFeeScheduled, GatewayLimitLowered, GatewayLimitScheduled,
            GatewayListed,
        },
        state::Gateway,
    },
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn a_gateway_is_listed_by_the_authority() {
    let mut market = Market::new();
    let authority = market.authority();
    let stranger = market.world.wallet();
    let wallet = market.world.wallet().pubkey();
    let list = payments::list_gateway(&authority, &wallet, 300, 7);
    let (address, bump) = pda::gateway(&wallet);
    for (instruction, error) in [
        (
            payments::list_gateway(&stranger.pubkey(), &wallet, 300, 7),
            PaymentsError::Unauthorized,
        ),
        (
            payments::list_gateway(&authority, &wallet, 501, 7),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::list_gateway(&authority, &Pubkey::default(), 300, 7),
            PaymentsError::NobodyNamed,
        ),
    ] {
        let result = attempt(&mut market.world, instruction, &[&stranger]);
        assert_fails(result, error);
    }
    let wrong = custom(PaymentsError::WrongAccount);
    assert_accounts_checked(
        &mut market.world,
        &list,
        &[],
        &[
            (1, pda::gateway(&authority).0, wrong.clone()),
            (3, wallet, wrong.clone()),
            (4, wallet, wrong.clone()),
            (5, wallet, wrong),
        ],
    );
    let outcome = market.world.run(&[list.clone()], &[]);
    assert_eq!(
        outcome.event::<GatewayListed>(),
        GatewayListed {
            gateway: address,
            wallet,
            fee_bps: 300,
            daily_limit: 7,
        }
    );
    let gateway: Gateway = market.world.read(&address);
    let now = market.world.now();
    assert_eq!(
        (gateway.version, gateway.bump, gateway.enabled),
        (VERSION, bump, 1)
    );
    assert_eq!((gateway.wallet, gateway.used), (wallet, 0));
    assert_eq!(
        (gateway.fee_bps.at(now), gateway.daily_limit.at(now)),
        (300, 7)
    );
    let again = attempt(&mut market.world, list, &[]);
    assert_fails(again, PaymentsError::AlreadyListed);
}

#[test]
fn a_gateways_rules_change_after_the_delay_and_are_tightened_at_once() {
    let mut desk = Desk::new();
    let authority = desk.market.authority();
    let guardian = desk.market.guardian.insecure_clone();
    let by = guardian.pubkey();
    let stranger = desk.market.world.wallet();
    let wallet = desk.wallet.pubkey();
    let gateway = pda::gateway(&wallet).0;
    let effective_at = desk.market.world.now() + RULE_CHANGE_DELAY;

    let fee = payments::schedule_gateway_fee(&authority, &wallet, 100);
    assert_eq!(
        desk.market
            .world
            .run(&[fee], &[])
            .event::<GatewayFeeScheduled>(),
        GatewayFeeScheduled {
            gateway,
            fee_bps: 100,
            effective_at,
        }
    );
    let limit = payments::schedule_gateway_limit(&authority, &wallet, 2 * DAILY);
    assert_eq!(
        desk.market
            .world
            .run(&[limit], &[])
            .event::<GatewayLimitScheduled>(),
        GatewayLimitScheduled {
            gateway,
            daily_limit: 2 * DAILY,
            effective_at,
        }
    );
    let rules = |desk: &Desk| {
        let now = desk.market.world.now();
        let gateway = desk.gateway();
        (gateway.fee_bps.at(now), gateway.daily_limit.at(now))
    };
    desk.market.world.advance(RULE_CHANGE_DELAY - 1);
    assert_eq!(rules(&desk), (GATEWAY_FEE_BPS, DAILY));
    desk.market.world.advance(1);
    assert_eq!(rules(&desk), (100, 2 * DAILY));

    // The guardian lowers and disables at once; it neither raises nor enables.
    let raise = payments::schedule_gateway_limit(&authority, &wallet, 9 * DAILY);
    desk.market.world.run(&[raise], &[]);
    let lower = payments::lower_gateway_limit(&by, &wallet, DAILY);
    let outcome = desk.market.world.run(&[lower.clone()], &[&guardian]);
    assert_eq!(
        outcome.event::<GatewayLimitLowered>(),
        GatewayLimitLowered {
            gateway,
            by,
            daily_limit: DAILY,
        }
    );
    desk.market.world.advance(2 * RULE_CHANGE_DELAY);
    assert_eq!(
        rules(&desk),
        (100, DAILY),
        "the raise that waited is dropped"
    );
    let off = payments::set_gateway_enabled(&by, &wallet, false);
    let outcome = desk.market.world.run(&[off], &[&guardian]);
    assert_eq!(
        outcome.event::<GatewayEnabled>(),
        GatewayEnabled {
            gateway,
            by,
            enabled: 0,
        }
    );
    let key = stranger.pubkey();
    let unauthorized = PaymentsError::Unauthorized;
    for (instruction, error) in [
        (lower, PaymentsError::LimitNotLower),
        (
            payments::lower_gateway_limit(&authority, &wallet, 2 * DAILY),
            PaymentsError::LimitNotLower,
        ),
        (
            payments::lower_gateway_limit(&key, &wallet, 1),
            unauthorized,
        ),
        (
            payments::set_gateway_enabled(&by, &wallet, true),
            unauthorized,
        ),
        (
            payments::set_gateway_enabled(&key, &wallet, false),
            unauthorized,
        ),
        (
            payments::schedule_gateway_fee(&by, &wallet, 1),
            unauthorized,
        ),
        (
            payments::schedule_gateway_limit(&by, &wallet, 1),
            unauthorized,
        ),
        (
            payments::schedule_gateway_limit(&key, &wallet, 1),
            unauthorized,
        ),
        (
            payments::schedule_gateway_fee(&authority, &wallet, 501),
            PaymentsError::FeeTooHigh,
        ),
    ] {
        let signers = [&guardian, &stranger];
        let result = attempt(&mut desk.market.world, instruction, &signers);
        assert_fails(result, error);
    }
    let wrong = custom(PaymentsError::WrongAccount);
    for instruction in [
        payments::schedule_gateway_fee(&authority, &wallet, 1),
        payments::lower_gateway_limit(&authority, &wallet, 1),
    ] {
        assert_accounts_checked(
            &mut desk.market.world,
            &instruction,
            &[],
            &[
                (1, pda::asset(&MINT).0, InstructionError::InvalidAccountData),
                (3, key, wrong.clone()),
                (4, key, wrong.clone()),
            ],
        );
    }
}
