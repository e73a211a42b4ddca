//! Name, symbol and URI, on the real Metaplex Token Metadata (1.6.5 of crates.io, unmodified).

use crate::fixture::{CONFIG, Fixture, MINT};
use io_client::{
    Instruction, Pubkey, mint, pda,
    shared::{
        errors::MintError,
        events::MetadataSet,
        ids::{METADATA_PROGRAM, io_mint},
    },
};
use io_tests::assert_fails;
use solana_instruction::AccountMeta;
use solana_signer::Signer;

const URI: &str = "https://example.com/io.json";

/// A metadata account as a wallet reads it.
#[derive(Debug, PartialEq, Eq)]
struct Metadata {
    update_authority: Pubkey,
    mint: Pubkey,
    texts: [String; 3],
    seller_fee_bps: u16,
    mutable: bool,
    /// 2 is `Fungible`.
    token_standard: Option<u8>,
}

impl Metadata {
    fn read(mut data: &[u8]) -> Self {
        fn take<'a>(data: &mut &'a [u8], len: usize) -> &'a [u8] {
            let (head, tail) = data.split_at(len);
            *data = tail;
            head
        }
        let data = &mut data;
        // Key::MetadataV1
        assert_eq!(take(data, 1), [4]);
        let address = |bytes: &[u8]| Pubkey::try_from(bytes).expect("32 bytes");
        let (update_authority, mint) = (address(take(data, 32)), address(take(data, 32)));
        let texts = [(); 3].map(|()| {
            let len = u32::from_le_bytes(take(data, 4).try_into().expect("4 bytes"));
            let text = take(data, usize::try_from(len).expect("small"));
            let text = std::str::from_utf8(text).expect("UTF-8");
            text.trim_end_matches('\0').to_owned()
        });
        let seller_fee_bps = u16::from_le_bytes(take(data, 2).try_into().expect("2 bytes"));
        assert_eq!(take(data, 1), [0], "no creators");
        let flags = take(data, 2);
        assert_eq!(flags[0], 0, "no sale happened");
        if take(data, 1) == [1] {
            take(data, 1); // edition nonce
        }
        let token_standard = (take(data, 1) == [1]).then(|| take(data, 1)[0]);
        assert_eq!(take(data, 3), [0; 3], "no collection, uses, details");
        Self {
            update_authority,
            mint,
            texts,
            seller_fee_bps,
            mutable: flags[1] == 1,
            token_standard,
        }
    }
}

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.world.deploy("metadata", METADATA_PROGRAM);
    fixture
}

fn metadata(fixture: &Fixture) -> Metadata {
    Metadata::read(&fixture.world.data(&pda::metadata(&MINT).0))
}

fn set(fixture: &Fixture, name: &str, symbol: &str, uri: &str) -> Instruction {
    mint::set_metadata(&fixture.authority(), &MINT, name, symbol, uri)
}

fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    bytes
}

#[test]
fn set_metadata_creates_what_wallets_read() {
    let mut fixture = fixture();
    let outcome = fixture.world.run(&[set(&fixture, "io", "IO", URI)], &[]);
    assert_eq!(
        metadata(&fixture),
        Metadata {
            update_authority: CONFIG,
            mint: MINT,
            texts: ["io", "IO", URI].map(str::to_owned),
            seller_fee_bps: 0,
            mutable: true,
            token_standard: Some(2),
        }
    );
    assert_eq!(
        outcome.event::<MetadataSet>(),
        MetadataSet {
            mint: MINT,
            metadata: pda::metadata(&MINT).0,
            created: 1,
            name: padded("io"),
            symbol: padded("IO"),
            uri: padded(URI),
        }
    );
    println!("set_metadata: {} CU to create", outcome.cu);
}

#[test]
fn set_metadata_changes_what_is_there() {
    let mut fixture = fixture();
    // The longest texts, and the shortest after them.
    let (name, symbol, uri) = ("n".repeat(32), "s".repeat(10), "u".repeat(200));
    fixture.world.run(&[set(&fixture, "io", "IO", URI)], &[]);
    let created = metadata(&fixture);
    for texts in [[name.as_str(), symbol.as_str(), uri.as_str()], ["", "", ""]] {
        let [name, symbol, uri] = texts;
        let outcome = fixture.world.run(&[set(&fixture, name, symbol, uri)], &[]);
        assert_eq!(
            metadata(&fixture),
            Metadata {
                texts: texts.map(str::to_owned),
                ..Metadata::read(&fixture.world.data(&pda::metadata(&MINT).0))
            }
        );
        let now = metadata(&fixture);
        assert_eq!(
            (now.update_authority, now.mutable, now.token_standard),
            (
                created.update_authority,
                created.mutable,
                created.token_standard
            )
        );
        let event: MetadataSet = outcome.event();
        assert_eq!((event.created, event.name), (0, padded(name)));
        assert_eq!((event.symbol, event.uri), (padded(symbol), padded(uri)));
        println!("set_metadata: {} CU to change", outcome.cu);
    }
}

#[test]
fn set_metadata_works_although_someone_sent_lamports_first() {
    let mut fixture = fixture();
    fixture.world.fund(&pda::metadata(&MINT).0);
    fixture.world.run(&[set(&fixture, "io", "IO", URI)], &[]);
    assert_eq!(metadata(&fixture).texts[1], "IO");
}

#[test]
fn set_metadata_bounds_its_texts() {
    let mut fixture = fixture();
    let long = |len: usize| "x".repeat(len);
    for (name, symbol, uri) in [
        (long(33), long(1), long(1)),
        (long(1), long(11), long(1)),
        (long(1), long(1), long(201)),
        // Longer than what the event holds, too.
        (long(1), long(17), long(1)),
        (long(600), long(0), long(0)),
    ] {
        let too_long = set(&fixture, &name, &symbol, &uri);
        assert_fails(
            fixture.world.send(&[too_long], &[]),
            MintError::MetadataTooLong,
        );
    }
    assert!(!fixture.world.exists(&pda::metadata(&MINT).0));
}

#[test]
fn only_the_authority_names_the_mint() {
    let mut fixture = fixture();
    fixture.world.run(&[set(&fixture, "io", "IO", URI)], &[]);
    let guardian = fixture.guardian.insecure_clone();
    for signer in [guardian, fixture.world.wallet()] {
        let theirs = mint::set_metadata(&signer.pubkey(), &MINT, "scam", "SCAM", "");
        assert_fails(
            fixture.world.send(&[theirs], &[&signer]),
            MintError::Unauthorized,
        );
    }
    assert_eq!(metadata(&fixture).texts[0], "io");
}

#[test]
fn set_metadata_pins_its_accounts() {
    let mut fixture = fixture();
    let good = set(&fixture, "io", "IO", URI);
    let other = fixture.world.create_mint(8);
    let config = fixture.world.fresh_address();
    let data = fixture.world.data(&CONFIG);
    fixture.world.put(config, io_mint::ID, data, false);
    for index in 1..good.accounts.len() {
        let mut swapped = good.clone();
        swapped.accounts[index].pubkey = if index == 1 { config } else { other };
        assert_fails(fixture.world.send(&[swapped], &[]), MintError::WrongAccount);
    }
    // The metadata of another mint, with the config as its update authority.
    let mut swapped = good.clone();
    let theirs = pda::metadata(&other).0;
    fixture.world.run(&[good], &[]);
    let data = fixture.world.data(&pda::metadata(&MINT).0);
    fixture.world.put(theirs, METADATA_PROGRAM, data, false);
    swapped.accounts[3].pubkey = theirs;
    assert_fails(fixture.world.send(&[swapped], &[]), MintError::WrongAccount);
}

/// An adopted mint has metadata of its own; whoever may change it hands it to the config first.
#[test]
fn metadata_that_others_made_is_changed_once_it_is_handed_over() {
    let mut fixture = fixture();
    let old = fixture.world.wallet();
    fixture.world.run(&[set(&fixture, "io", "IO", URI)], &[]);
    let address = pda::metadata(&MINT).0;
    let mut data = fixture.world.data(&address);
    data[1..33].copy_from_slice(old.pubkey().as_ref());
    fixture.world.put(address, METADATA_PROGRAM, data, false);

    let change = set(&fixture, "new", "NEW", "");
    let refused = fixture.world.send(&[change.clone()], &[]);
    // UpdateAuthorityIncorrect
    assert_eq!(
        refused.map_err(|failure| failure.code()).err(),
        Some(Some(7))
    );

    // UpdateMetadataAccountV2: no data, the config as update authority, nothing else.
    let hand_over = Instruction {
        program_id: METADATA_PROGRAM,
        accounts: vec![
            AccountMeta::new(address, false),
            AccountMeta::new_readonly(old.pubkey(), true),
        ],
        data: [&[15, 0, 1][..], CONFIG.as_ref(), &[0, 0]].concat(),
    };
    fixture.world.run(&[hand_over, change], &[&old]);
    let now = metadata(&fixture);
    assert_eq!(
        (now.update_authority, now.texts[0].as_str()),
        (CONFIG, "new")
    );
}
