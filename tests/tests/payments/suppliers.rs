//! Suppliers and how they are paid.

use crate::fixture::*;
use io_client::{
    Pubkey, payments, pda,
    shared::{
        constants::VERSION,
        errors::PaymentsError,
        events::{SupplierChanged, SupplierRegistered},
        ids::io_payments::{CONFIG, ROUTER},
        state::{PayoutPreference, Supplier},
    },
};
use io_tests::assert_fails;
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

#[test]
fn a_supplier_registers_with_a_vault_of_its_own() {
    let mut market = Market::new();
    let [owner, payer] = std::array::from_fn(|_| market.world.wallet());
    let payout = market.world.wallet().pubkey();
    let usdc = PayoutPreference::Usdc;
    let register =
        payments::register_supplier(&payer.pubkey(), &owner.pubkey(), usdc, &payout, &MINT);
    let before = market.world.lamports(&owner.pubkey());
    let outcome = market.world.run(&[register.clone()], &[&owner, &payer]);
    assert_eq!(market.world.lamports(&owner.pubkey()), before);

    let (address, bump) = pda::supplier(&owner.pubkey());
    let (earnings, _) = pda::earnings(&address);
    let supplier: Supplier = market.world.read(&address);
    assert_eq!((supplier.version, supplier.bump), (VERSION, bump));
    assert_eq!((supplier.owner, supplier.payout), (owner.pubkey(), payout));
    assert_eq!(
        (supplier.earnings, supplier.rent_payer),
        (earnings, payer.pubkey())
    );
    assert_eq!(
        (supplier.preference, supplier.keeper_min_price),
        (usdc as u8, 0)
    );
    let vault = market.world.token_account(&earnings);
    assert_eq!((vault.owner, vault.mint), (address, MINT));
    assert_eq!(
        outcome.event::<SupplierRegistered>(),
        SupplierRegistered {
            supplier: address,
            owner: owner.pubkey(),
            payout,
            earnings,
            rent_payer: payer.pubkey(),
            preference: 1,
        }
    );
    let again = market.world.send(&[register], &[&owner, &payer]);
    assert_fails(again, PaymentsError::AlreadyRegistered);
}

#[test]
fn registration_checks_what_it_is_given() {
    let mut market = Market::new();
    let owner = market.world.wallet();
    let key = owner.pubkey();
    let io = PayoutPreference::Io;
    for payout in [Pubkey::default(), ROUTER.address, CONFIG.address] {
        let nobody = payments::register_supplier(&key, &key, io, &payout, &MINT);
        assert_fails(market.send(nobody, &owner), PaymentsError::NobodyNamed);
    }
    let good = payments::register_supplier(&key, &key, io, &key, &MINT);
    let mut unknown = good.clone();
    unknown.data[8] = 2;
    assert_fails(
        market.send(unknown, &owner),
        PaymentsError::UnknownPreference,
    );
    let mut unsigned = good.clone();
    unsigned.accounts[1] = AccountMeta::new_readonly(market.renter.pubkey(), false);
    assert_reason(
        market.send(unsigned, &owner),
        InstructionError::MissingRequiredSignature,
    );
    let wrong = custom(PaymentsError::WrongAccount);
    let usdc = market.usdc;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&owner],
        &[
            (2, market.supplier.address(), wrong.clone()),
            (3, market.supplier.earnings(), wrong.clone()),
            (4, usdc, wrong.clone()),
            (6, key, wrong.clone()),
            (7, key, wrong),
        ],
    );
    market
        .send(good, &owner)
        .expect("nothing was wrong with it");
}

#[test]
fn a_supplier_switches_at_any_time() {
    let mut market = Market::new();
    let owner = market.supplier.owner.insecure_clone();
    let stranger = market.world.wallet();
    let payout = market.world.wallet().pubkey();
    let supplier = market.supplier.address();
    let set = payments::set_supplier(&owner.pubkey(), PayoutPreference::Usdc, &payout, 150_000);
    let outcome = market
        .send(set.clone(), &owner)
        .expect("the owner switches");
    let read: Supplier = market.world.read(&supplier);
    assert!(read.takes_usdc());
    assert_eq!((read.payout, read.keeper_min_price), (payout, 150_000));
    assert_eq!(
        outcome.event::<SupplierChanged>(),
        SupplierChanged {
            supplier,
            payout,
            preference: 1,
            keeper_min_price: 150_000
        }
    );

    let mut foreign = set.clone();
    foreign.accounts[0].pubkey = stranger.pubkey();
    assert_fails(market.send(foreign, &stranger), PaymentsError::Unauthorized);
    let mut unknown = set;
    unknown.data[8] = 7;
    assert_fails(
        market.send(unknown, &owner),
        PaymentsError::UnknownPreference,
    );
    let nobody = Pubkey::default();
    let nobody = payments::set_supplier(&owner.pubkey(), PayoutPreference::Io, &nobody, 0);
    assert_fails(market.send(nobody, &owner), PaymentsError::NobodyNamed);
}
