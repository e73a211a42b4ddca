//! Burning, which is counted.

use crate::fixture::{
    Fixture, INSUFFICIENT_FUNDS, MINT, OWNER_MISMATCH, allowance, assert_token_error,
};
use io_client::{
    mint,
    shared::{errors::MintError, events::Burned, ids},
};
use io_tests::assert_fails;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Account;

#[test]
fn burn_takes_from_owner_and_delegate_and_counts() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    fixture.mint(&minter, &account, 100).expect("allowed");
    let outcome = fixture.world.run(
        &[mint::burn(&owner.pubkey(), &MINT, &account, 30)],
        &[&owner],
    );
    assert_eq!(
        outcome.event::<Burned>(),
        Burned {
            source: account,
            authority: owner.pubkey(),
            amount: 30,
            burned: 30
        }
    );
    println!("burn: {} CU", outcome.cu);

    let delegate = fixture.world.wallet();
    let by_delegate = mint::burn(&delegate.pubkey(), &MINT, &account, 20);
    let refused = fixture.world.send(&[by_delegate.clone()], &[&delegate]);
    assert_token_error(refused, OWNER_MISMATCH);
    let mut token = fixture.world.token_account(&account);
    token.delegate = Some(delegate.pubkey()).into();
    token.delegated_amount = 20;
    let mut data = vec![0; Account::LEN];
    token.pack_into_slice(&mut data);
    fixture.world.put(account, ids::TOKEN_PROGRAM, data, false);
    fixture.world.run(&[by_delegate], &[&delegate]);

    assert_eq!(fixture.world.token_balance(&account), 50);
    assert_eq!(fixture.world.supply(&MINT), 50);
    let config = fixture.config();
    assert_eq!((config.minted, config.burned), (100, 50));
}

#[test]
fn burn_refuses_nothing_and_more_than_there_is() {
    let mut fixture = Fixture::new();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    let (_, elsewhere) = fixture.io_account();
    fixture.mint(&minter, &account, 40).expect("allowed");
    fixture.mint(&minter, &elsewhere, 60).expect("allowed");
    let burn = |amount| mint::burn(&owner.pubkey(), &MINT, &account, amount);
    assert_fails(
        fixture.world.send(&[burn(0)], &[&owner]),
        MintError::ZeroAmount,
    );
    assert_token_error(
        fixture.world.send(&[burn(41)], &[&owner]),
        INSUFFICIENT_FUNDS,
    );
    assert_fails(
        fixture.world.send(&[burn(101)], &[&owner]),
        MintError::BurnExceedsMinted,
    );
    assert_eq!(fixture.config().burned, 0);
}
