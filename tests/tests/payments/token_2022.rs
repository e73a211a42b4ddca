//! Mints of Token-2022: with any extension they are refused when they are listed, without they are
//! tokens like any other. SPL token-swap knows none of them, so swaps go through the scripted venue at its
//! most honest.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, TokenPayment},
    pda,
    shared::{
        constants::IO,
        errors::PaymentsError,
        events::{AssetListed, Paid, Swept},
        ids::{
            SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM,
            io_payments::{CONFIG, ROUTER},
        },
        state::Asset,
    },
};
use io_tests::{
    World, assert_fails, books,
    hostile::{HOSTILE_PROGRAM, SCRIPT, Script},
};
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::{instruction as token, state::Account};

/// Length of a token account, behind which Token-2022 writes what kind of account it is.
const BASE: usize = Account::LEN;

/// An instruction of Token-2022.
fn token_2022(accounts: Vec<AccountMeta>, data: Vec<u8>) -> Instruction {
    Instruction {
        program_id: TOKEN_2022_PROGRAM,
        accounts,
        data,
    }
}

fn transfer(from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount: u64) -> Instruction {
    let mut data = vec![3];
    data.extend_from_slice(&amount.to_le_bytes());
    let accounts = vec![
        AccountMeta::new(*from, false),
        AccountMeta::new(*to, false),
        AccountMeta::new_readonly(*owner, true),
    ];
    token_2022(accounts, data)
}

/// A mint made by the program itself: `extension` is its length inside the mint and the instruction
/// that initializes it.
fn create_mint(
    world: &mut World,
    authority: &Keypair,
    extension: Option<(usize, Vec<u8>)>,
) -> Pubkey {
    let mint = world.fresh_address();
    let space = extension
        .as_ref()
        .map_or(82, |(length, _)| BASE + 1 + 4 + length);
    world.put(mint, TOKEN_2022_PROGRAM, vec![0; space], false);
    let mut instructions = Vec::new();
    if let Some((_, data)) = extension {
        instructions.push(token_2022(vec![AccountMeta::new(mint, false)], data));
    }
    let key = authority.pubkey();
    let mut initialize = vec![20, 6];
    initialize.extend_from_slice(key.as_ref());
    initialize.push(1);
    initialize.extend_from_slice(key.as_ref());
    instructions.push(token_2022(vec![AccountMeta::new(mint, false)], initialize));
    world.run(&instructions, &[]);
    mint
}

/// A token account made by the program itself, as wallets have it: its owner can never change.
fn create_account(world: &mut World, mint: &Pubkey, owner: &Pubkey) -> Pubkey {
    let account = world.fresh_address();
    world.put(account, TOKEN_2022_PROGRAM, vec![0; BASE + 5], false);
    let mut initialize = vec![18];
    initialize.extend_from_slice(owner.as_ref());
    world.run(
        &[
            token_2022(vec![AccountMeta::new(account, false)], vec![22]),
            token_2022(
                vec![
                    AccountMeta::new(account, false),
                    AccountMeta::new_readonly(*mint, false),
                ],
                initialize,
            ),
        ],
        &[],
    );
    account
}

fn mint_to(world: &mut World, mint: &Pubkey, account: &Pubkey, authority: &Keypair, amount: u64) {
    let mut data = vec![7];
    data.extend_from_slice(&amount.to_le_bytes());
    let accounts = vec![
        AccountMeta::new(*mint, false),
        AccountMeta::new(*account, false),
        AccountMeta::new_readonly(authority.pubkey(), true),
    ];
    world.run(&[token_2022(accounts, data)], &[authority]);
}

/// Balance of an account whatever its extensions.
fn balance(world: &World, account: &Pubkey) -> u64 {
    Account::unpack(&world.data(account)[..BASE])
        .expect("a token account")
        .amount
}

#[test]
fn mints_with_extensions_are_refused() {
    let mut market = Market::new();
    let authority = market.authority();
    let owner = market.world.wallet();
    let key = owner.pubkey();
    let with = |head: &[u8], parts: &[&[u8]]| {
        let mut data = head.to_vec();
        parts.iter().for_each(|part| data.extend_from_slice(part));
        data
    };
    let some = [&[1], key.as_ref()].concat();
    for (what, length, data) in [
        (
            "a transfer fee",
            108,
            with(
                &[26, 0],
                &[
                    &some,
                    &some,
                    &100_u16.to_le_bytes(),
                    &u64::MAX.to_le_bytes(),
                ],
            ),
        ),
        (
            // Even one of nothing: it can be raised.
            "a transfer fee of zero",
            108,
            with(&[26, 0], &[&some, &some, &[0; 2], &[0; 8]]),
        ),
        (
            "a transfer hook",
            64,
            with(&[36, 0], &[key.as_ref(), HOSTILE_PROGRAM.as_ref()]),
        ),
        ("a permanent delegate", 32, with(&[35], &[key.as_ref()])),
        ("accounts frozen by default", 1, vec![28, 0, 2]),
        ("a close authority", 32, with(&[25], &[&some])),
        ("no transfers", 0, vec![32]),
        (
            "interest",
            52,
            with(&[33, 0], &[key.as_ref(), &5_i16.to_le_bytes()]),
        ),
        ("a pause", 33, with(&[44, 0], &[key.as_ref()])),
        (
            "a pointer to its metadata",
            64,
            with(&[39, 0], &[key.as_ref(), key.as_ref()]),
        ),
    ] {
        let mint = create_mint(&mut market.world, &owner, Some((length, data)));
        assert!(market.world.data(&mint).len() > BASE, "{what}");
        let before = market.world.snapshot();
        for program in [TOKEN_2022_PROGRAM, TOKEN_PROGRAM] {
            let list = payments::list_asset(&authority, &mint, &program, 200, 1);
            assert_fails(
                market.world.send(&[list], &[]),
                PaymentsError::UnsupportedMint,
            );
        }
        market.world.assert_unchanged(&before);
    }
}

#[test]
fn a_mint_is_listed_with_its_own_program() {
    let mut market = Market::new();
    let authority = market.authority();
    let owner = market.world.wallet();
    let new = create_mint(&mut market.world, &owner, None);
    let classic = market.world.create_mint(6);
    let account = create_account(&mut market.world, &new, &owner.pubkey());
    for (mint, program, error) in [
        (new, TOKEN_PROGRAM, PaymentsError::UnsupportedMint),
        (classic, TOKEN_2022_PROGRAM, PaymentsError::UnsupportedMint),
        (account, TOKEN_2022_PROGRAM, PaymentsError::UnsupportedMint),
        (new, SYSTEM_PROGRAM, PaymentsError::WrongAccount),
    ] {
        let list = payments::list_asset(&authority, &mint, &program, 200, 1);
        assert_fails(market.world.send(&[list], &[]), error);
    }
    // A mint that nobody initialized yet could still get extensions.
    let blank = market.world.fresh_address();
    market
        .world
        .put(blank, TOKEN_2022_PROGRAM, vec![0; 82], false);
    let list = payments::list_asset(&authority, &blank, &TOKEN_2022_PROGRAM, 200, 1);
    assert_fails(
        market.world.send(&[list], &[]),
        PaymentsError::UnsupportedMint,
    );
}

/// A market that takes a token of Token-2022 without extensions.
struct Modern {
    market: Market,
    mint: Pubkey,
    payment: TokenPayment,
    reserve: Pubkey,
    stock: Pubkey,
}

const PAID: u64 = 1_000_001;
const FEE: u64 = 20_001;
const NET: u64 = PAID - FEE;
const BRINGS: u64 = 7 * IO;

impl Modern {
    fn new() -> Self {
        let mut market = Market::new();
        let authority = market.authority();
        let issuer = market.world.wallet();
        let mint = create_mint(&mut market.world, &issuer, None);
        market.world.deploy("hostile_venue", HOSTILE_PROGRAM);
        let outcome = market.world.run(
            &[
                payments::list_asset(&authority, &mint, &TOKEN_2022_PROGRAM, FEE_BPS, 1),
                payments::list_venue(&authority, &HOSTILE_PROGRAM, &SCRIPT),
            ],
            &[],
        );
        let listed = outcome.event::<AssetListed>();
        assert_eq!(
            (listed.mint, listed.token_program, listed.decimals),
            (mint, TOKEN_2022_PROGRAM, 6)
        );
        let world = &mut market.world;
        let asset: Asset = world.read(&pda::asset(&mint).0);
        assert_eq!(asset.token_program, TOKEN_2022_PROGRAM);
        for (account, owner) in [
            (pda::transit(&mint).0, ROUTER.address),
            (pda::fees(&mint).0, CONFIG.address),
        ] {
            let data = world.data(&account);
            assert_eq!(data.len(), BASE, "no extension");
            let account = Account::unpack(&data).expect("a token account");
            assert_eq!((account.owner, account.mint), (owner, mint));
        }
        let venue = Script::default().authority();
        let source = create_account(world, &mint, &market.renter.pubkey());
        mint_to(world, &mint, &source, &issuer, 5_000_000);
        let reserve = create_account(world, &mint, &venue);
        let stock = io_account(world, &venue, 10 * BRINGS);
        let payment = TokenPayment {
            mint,
            source,
            ..market.usdc_payment(PAID, false)
        };
        Self {
            market,
            mint,
            payment,
            reserve,
            stock,
        }
    }

    fn transit(&self) -> Pubkey {
        pda::transit(&self.mint).0
    }

    /// Takes `taken` and brings IO.
    fn swap(&self, taken: u64) -> Script {
        let script = Script::default();
        let venue = script.authority();
        let pay = token::transfer(
            &TOKEN_PROGRAM,
            &self.stock,
            &pda::transit(&MINT).0,
            &venue,
            &[],
            BRINGS,
        );
        script
            .call(transfer(
                &self.transit(),
                &self.reserve,
                &ROUTER.address,
                taken,
            ))
            .call(pay.expect("well formed"))
    }
}

#[test]
fn a_mint_without_extensions_works() {
    let mut modern = Modern::new();
    let route = modern.swap(NET - 9).route();
    let outcome = modern
        .market
        .pay_along(&modern.payment, &route)
        .expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!(
        (paid.mint, paid.gross, paid.fee, paid.delivered),
        (modern.mint, PAID - 9, FEE, BRINGS)
    );
    assert_receipt(&modern.market.world, &outcome);
    let mint = modern.mint;
    let world = &mut modern.market.world;
    // What the venue left goes back by the same program.
    assert_eq!(balance(world, &modern.payment.source), 5_000_000 - PAID + 9);
    assert_eq!(balance(world, &modern.reserve), NET - 9);
    assert_eq!(balance(world, &pda::fees(&mint).0), FEE);
    assert_eq!(balance(world, &pda::transit(&mint).0), 0);
    assert_eq!(world.token_balance(&modern.market.supplier.io), BRINGS);
    books::check(world).expect("the books");

    // The fees reach the treasury's account, which has an extension as every wallet's has.
    let treasury = modern.market.treasury.pubkey();
    let destination = create_account(world, &mint, &treasury);
    let other = create_account(world, &mint, &ROUTER.address);
    let sweep = payments::sweep(&mint, &TOKEN_2022_PROGRAM, &other);
    assert_fails(world.send(&[sweep], &[]), PaymentsError::WrongTreasury);
    let sweep = payments::sweep(&mint, &TOKEN_PROGRAM, &destination);
    assert_fails(world.send(&[sweep], &[]), PaymentsError::WrongAccount);
    let sweep = payments::sweep(&mint, &TOKEN_2022_PROGRAM, &destination);
    let swept = world.run(&[sweep], &[]).event::<Swept>();
    assert_eq!(swept.amount, FEE);
    assert_eq!(balance(world, &destination), FEE);
}

/// Token-2022 lets an owner give its account extensions later: one more way to tamper with a transit.
#[test]
fn a_transit_gets_no_extension() {
    const REALLOCATE: u8 = 29;
    const MEMO_TRANSFER: [u8; 2] = [8, 0];
    let mut modern = Modern::new();
    let venue = Script::default().authority();
    modern.market.world.fund(&venue);
    let reallocate = token_2022(
        vec![
            AccountMeta::new(modern.transit(), false),
            AccountMeta::new(venue, true),
            AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
            AccountMeta::new_readonly(ROUTER.address, true),
        ],
        [&[REALLOCATE], &MEMO_TRANSFER[..]].concat(),
    );
    let route = modern.swap(NET).call(reallocate).route();
    let before = modern.market.world.snapshot();
    let result = modern.market.pay_along(&modern.payment, &route);
    assert_fails(result, PaymentsError::TransitTampered);
    modern.market.world.assert_unchanged(&before);
}

/// Stray accounts of the router are not a venue's to spend, extensions or not.
#[test]
fn a_stray_account_with_extensions_is_not_exposed() {
    let mut modern = Modern::new();
    let mint = modern.mint;
    let stray = create_account(&mut modern.market.world, &mint, &ROUTER.address);
    assert_eq!(modern.market.world.data(&stray).len(), BASE + 5);
    let theft = transfer(&stray, &modern.reserve, &ROUTER.address, 0);
    let route = modern.swap(NET).call(theft).route();
    let before = modern.market.world.snapshot();
    let result = modern.market.pay_along(&modern.payment, &route);
    assert_fails(result, PaymentsError::RouterAccountExposed);
    modern.market.world.assert_unchanged(&before);
}
