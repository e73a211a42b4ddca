//! Which accounts a venue may be handed; what it may do with them is in `hostile`.

use crate::fixture::*;
use io_client::{
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::{IO, MAX_VENUE_ACCOUNTS, USDC},
        errors::PaymentsError,
        ids::{TOKEN_PROGRAM, io_payments::ROUTER},
    },
};
use io_tests::assert_fails;
use solana_instruction::AccountMeta;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::{Account, AccountState};

#[test]
fn a_venue_gets_no_more_than_it_may() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let payment = market.usdc_payment(USDC, false);
    let route = market.route(&payment);
    let stray = market
        .world
        .create_token_account(&ROUTER.address, &usdc, 9 * USDC);
    let before = market.balances();

    // A token account of the router besides the transits may be named, but not writable.
    let mut exposing = route.clone();
    exposing.accounts.push(AccountMeta::new(stray, false));
    assert_fails(
        market.pay_along(&payment, &exposing),
        PaymentsError::RouterAccountExposed,
    );
    // Nor a frozen one, which its mint's freezer may thaw during the call, or the router close.
    let mut frozen = market.world.token_account(&stray);
    frozen.state = AccountState::Frozen;
    let mut data = vec![0; Account::LEN];
    frozen.pack_into_slice(&mut data);
    market.world.put(stray, TOKEN_PROGRAM, data, false);
    assert_fails(
        market.pay_along(&payment, &exposing),
        PaymentsError::RouterAccountExposed,
    );
    // Accounts that the router pays from and to by itself cannot be named at all.
    for account in [
        payment.payer,
        payment.source,
        market.fees(&usdc),
        market.receipt(),
    ] {
        let mut aliasing = route.clone();
        aliasing
            .accounts
            .push(AccountMeta::new_readonly(account, false));
        assert_token_error(market.pay_along(&payment, &aliasing), DUPLICATE);
    }
    let mut long = route.clone();
    while long.accounts.len() <= MAX_VENUE_ACCOUNTS {
        long.accounts
            .push(AccountMeta::new_readonly(TOKEN_PROGRAM, false));
    }
    assert_fails(
        market.pay_along(&payment, &long),
        PaymentsError::TooManyAccounts,
    );
    assert_eq!(market.balances(), before);
    long.accounts.pop();
    // The program reads an eleventh account as the host's fee account, so a real one goes there.
    long.accounts[10] = AccountMeta::new(market.amm.pool.fee_account, false);
    market
        .pay_along(&payment, &long)
        .expect("as many as there may be are passed on");
}

/// Neither its signer's lamports nor where its money comes from and goes to is in a venue's reach, so
/// that nothing checked before the call can be another thing after it.
#[test]
fn a_pay_out_names_its_own_accounts_to_no_venue() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let out = market.out(&owner, IO);
    let route = market.amm.route(&MINT, IO);
    for account in [
        market.supplier.earnings(),
        pda::fees(&market.usdc).0,
        out.destination,
    ] {
        for writable in [false, true] {
            let mut aliasing = route.clone();
            aliasing.accounts.push(AccountMeta {
                pubkey: account,
                is_signer: false,
                is_writable: writable,
            });
            let instruction = payments::pay_out(&out, &aliasing);
            assert_token_error(market.send(instruction, &owner), DUPLICATE);
        }
    }
    let instruction = payments::pay_out(&out, &route);
    market.send(instruction, &owner).expect("paid out");
}

#[test]
fn a_transit_with_a_delegate_is_never_used() {
    // Cannot come about; the check after the call would catch it all the same.
    let mut market = Market::new();
    let transit = pda::transit(&MINT).0;
    let account = Account {
        mint: MINT,
        owner: ROUTER.address,
        delegate: Some(market.treasury.pubkey()).into(),
        delegated_amount: u64::MAX,
        state: AccountState::Initialized,
        ..Account::default()
    };
    let mut data = vec![0; Account::LEN];
    account.pack_into_slice(&mut data);
    market.world.put(transit, TOKEN_PROGRAM, data, false);
    let payment = market.usdc_payment(USDC, false);
    assert_fails(market.pay_token(&payment), PaymentsError::TransitTampered);
}

/// A venue may see where the IO goes; what it sends there itself counts for nothing.
#[test]
fn naming_a_destination_gains_a_venue_nothing() {
    let mut market = Market::new();
    let payment = market.usdc_payment(USDC, false);
    let mut route = market.route(&payment);
    let trade = market.amm.quote(&market.world, &market.usdc, 980_000);
    for account in [market.amm.pool.fee_account, market.supplier.io] {
        route.accounts.push(AccountMeta::new(account, false));
    }
    market.pay_along(&payment, &route).expect("paid");
    let got = market.world.token_balance(&market.supplier.io);
    assert_eq!(got, trade.received);
    // Sent there past the transit, nothing was received.
    let mut past = market.route(&payment);
    let transit = pda::transit(&MINT).0;
    for account in &mut past.accounts {
        if account.pubkey == transit {
            account.pubkey = market.supplier.io;
        }
    }
    let order = payments::Order {
        id: [1; 32],
        ..payment.order
    };
    let payment = TokenPayment {
        order,
        min_io_out: 0,
        ..payment
    };
    let before = market.balances();
    assert_fails(
        market.pay_along(&payment, &past),
        PaymentsError::ReceivedTooLittle,
    );
    assert_eq!(market.balances(), before);
}
