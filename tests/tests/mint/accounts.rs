//! Each account that each instruction checks.

use crate::fixture::{CONFIG, Fixture, MINT, allowance, minter_of};
use io_client::{
    Instruction, Pubkey, mint, pda,
    shared::{
        errors::MintError,
        events::{Event, Minted},
        ids::{self, io_mint},
    },
};
use io_tests::assert_fails;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Each pinned account of each instruction, swapped for another one, is refused by name.
#[test]
fn a_wrong_account_is_refused() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.add(allowance(100));
    let (owner, account) = fixture.io_account();
    fixture.mint(&minter, &account, 50).expect("allowed");
    let nominee = fixture.world.wallet();
    let nominate = mint::nominate_authority(&authority, &nominee.pubkey());
    fixture.world.run(&[nominate], &[]);

    // What could pass for the real ones: owned by the right program, with the right bytes.
    let other = fixture.world.wallet().pubkey();
    let mut fake = |real: Pubkey| {
        let address = fixture.world.fresh_address();
        let original = fixture.world.svm.get_account(&real).expect("exists");
        fixture
            .world
            .put(address, original.owner, original.data, original.executable);
        address
    };
    let fakes = [
        (CONFIG, fake(CONFIG)),
        (MINT, fake(MINT)),
        (ids::TOKEN_PROGRAM, fake(ids::TOKEN_PROGRAM)),
        (io_mint::ID, fake(io_mint::ID)),
        (io_mint::PROGRAM_DATA, fake(io_mint::PROGRAM_DATA)),
        (io_mint::EVENT_AUTHORITY.address, other),
        (ids::SYSTEM_PROGRAM, other),
    ];

    // In an order in which they all work, but for initialize, which has run.
    let minting = minter.pubkey();
    let instructions: [(&str, Instruction, &[&Keypair]); 11] = [
        ("initialize", mint::initialize(&authority, &authority), &[]),
        (
            "add_minter",
            mint::add_minter(&authority, &other, &allowance(1)),
            &[],
        ),
        (
            "raise_minter",
            mint::raise_minter(&authority, &minting, 101),
            &[],
        ),
        (
            "cancel_raise",
            mint::cancel_raise(&authority, &minting),
            &[],
        ),
        (
            "mint_to",
            mint::mint_to(&minting, &MINT, &account, 1),
            &[&minter],
        ),
        (
            "burn",
            mint::burn(&owner.pubkey(), &MINT, &account, 1),
            &[&owner],
        ),
        ("set_paused", mint::set_paused(&authority, true), &[]),
        (
            "revoke_minter",
            mint::revoke_minter(&authority, &minting, &authority),
            &[],
        ),
        ("set_guardian", mint::set_guardian(&authority, &other), &[]),
        (
            "nominate_authority",
            mint::nominate_authority(&authority, &nominee.pubkey()),
            &[],
        ),
        (
            "accept_authority",
            mint::accept_authority(&nominee.pubkey()),
            &[&nominee],
        ),
    ];
    let mut swaps = 0;
    for (name, instruction, signers) in &instructions {
        for index in 0..instruction.accounts.len() {
            let real = instruction.accounts[index].pubkey;
            let Some((_, fake)) = fakes.iter().find(|(address, _)| *address == real) else {
                continue;
            };
            let mut swapped = instruction.clone();
            swapped.accounts[index].pubkey = *fake;
            let failure = fixture
                .world
                .send(&[swapped], signers)
                .expect_err("a wrong account");
            assert_eq!(
                failure.code(),
                Some(MintError::WrongAccount.code()),
                "{name}, account {index}: {:?}",
                failure.error
            );
            swaps += 1;
        }
    }
    assert_eq!(swaps, 42);
    for (name, instruction, signers) in &instructions[1..] {
        let outcome = fixture.world.run(&[instruction.clone()], signers);
        println!("{name}: {} CU", outcome.cu);
    }
}

/// Typed accounts: an account of another program, of another layout, or none.
#[test]
fn an_account_that_is_no_minter_is_refused() {
    let mut fixture = Fixture::new();
    let authority = fixture.authority();
    let minter = fixture.add(allowance(100));
    let (_, account) = fixture.io_account();
    let forged = fixture.world.fresh_address();
    let data = fixture.world.data(&minter_of(&minter));
    fixture.world.put(forged, ids::io_staking::ID, data, false);
    let none = fixture.world.fresh_address();
    for (wrong, reason) in [
        (forged, InstructionError::IllegalOwner),
        (none, InstructionError::AccountDataTooSmall),
    ] {
        let cases: [(Instruction, usize, &[&Keypair]); 4] = [
            (mint::cancel_raise(&authority, &minter.pubkey()), 2, &[]),
            (
                mint::mint_to(&minter.pubkey(), &MINT, &account, 1),
                1,
                &[&minter],
            ),
            (
                mint::raise_minter(&authority, &minter.pubkey(), 101),
                2,
                &[],
            ),
            (
                mint::revoke_minter(&authority, &minter.pubkey(), &authority),
                2,
                &[],
            ),
        ];
        for (mut instruction, index, signers) in cases {
            instruction.accounts[index].pubkey = wrong;
            let failure = fixture
                .world
                .send(&[instruction], signers)
                .expect_err("not a minter");
            assert_eq!(failure.reason(), Some(&reason));
        }
    }
}

#[test]
fn add_minter_refuses_another_address_for_the_minter() {
    let mut fixture = Fixture::new();
    let minter = fixture.world.wallet();
    let mut instruction = mint::add_minter(&fixture.authority(), &minter.pubkey(), &allowance(1));
    instruction.accounts[2].pubkey = pda::minter(&fixture.authority()).0;
    assert_fails(
        fixture.world.send(&[instruction], &[]),
        MintError::WrongAccount,
    );
}

/// Nobody but the program can make one of its events.
#[test]
fn an_event_cannot_be_forged() {
    let mut fixture = Fixture::new();
    let data = [
        &io_client::shared::events::EVENT_TAG[..],
        &Minted::DISCRIMINATOR,
        &[1; 88],
    ];
    let forged = Instruction {
        program_id: io_mint::ID,
        accounts: vec![solana_instruction::AccountMeta::new_readonly(
            fixture.authority(),
            true,
        )],
        data: data.concat(),
    };
    assert!(fixture.world.send(&[forged], &[]).is_err());
}
