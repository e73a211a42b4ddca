//! The IDLs in `idls/` and this library say the same: of every instruction, account, event and error.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]

mod description;
mod instructions;

use description::Description;
use io_client::{
    Pubkey,
    errors::explain,
    events::Event,
    shared::{
        errors::{EmissionsError, MintError, PaymentsError, StakingError},
        events::EVENT_TAG,
        ids,
        state::{
            Asset, DeviceClass, EmissionsConfig, Gateway, Layout, MintConfig, Minter, Node,
            NodeEmission, PaymentsConfig, Position, Receipt, RewardPool, SlashProposal,
            StakingConfig, Supplier, Ticket, Venue,
        },
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const PROGRAMS: [(&str, Pubkey); 4] = [
    ("io_mint", ids::io_mint::ID),
    ("io_staking", ids::io_staking::ID),
    ("io_emissions", ids::io_emissions::ID),
    ("io_payments", ids::io_payments::ID),
];

fn idls() -> impl Iterator<Item = Description> {
    PROGRAMS.iter().map(|(name, id)| {
        let idl = Description::read(name);
        assert_eq!(idl.address(), *id, "{name}");
        idl
    })
}

/// The program's name in the names of `io-shared`'s files.
fn part(idl: &Description) -> &str {
    idl.name().strip_prefix("io_").expect("a program's name")
}

/// The text of a file of `io-shared`, or of all in a folder.
fn sources(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/io-shared/src")
        .join(name);
    let read = |path: &Path| fs::read_to_string(path).expect("io-shared's sources are there");
    if path.is_file() {
        return read(&path);
    }
    let files = fs::read_dir(path).expect("io-shared's sources are there");
    files.flatten().map(|file| read(&file.path())).collect()
}

/// Accounts in order with their flags, addresses as fixed or derived, arguments to the last byte.
#[test]
fn instructions_are_as_the_idls_say() {
    let idls: Vec<Description> = idls().collect();
    let mut built = BTreeSet::new();
    for instruction in instructions::all() {
        let idl = idls
            .iter()
            .find(|idl| idl.address() == instruction.program_id)
            .expect("an instruction of one of the programs");
        built.insert(idl.compare(&instruction));
    }
    let described: BTreeSet<String> = idls.iter().flat_map(Description::instructions).collect();
    assert_eq!(built, described, "built here and described there");
}

#[test]
fn accounts_have_the_layouts_that_the_idls_say() {
    fn layout<L: Layout>() -> (Pubkey, [u8; 8], usize) {
        (L::OWNER, L::DISCRIMINATOR, L::SPACE)
    }
    let layouts = BTreeMap::from([
        ("MintConfig", layout::<MintConfig>()),
        ("Minter", layout::<Minter>()),
        ("StakingConfig", layout::<StakingConfig>()),
        ("DeviceClass", layout::<DeviceClass>()),
        ("Node", layout::<Node>()),
        ("Position", layout::<Position>()),
        ("Ticket", layout::<Ticket>()),
        ("SlashProposal", layout::<SlashProposal>()),
        ("EmissionsConfig", layout::<EmissionsConfig>()),
        ("RewardPool", layout::<RewardPool>()),
        ("NodeEmission", layout::<NodeEmission>()),
        ("PaymentsConfig", layout::<PaymentsConfig>()),
        ("Asset", layout::<Asset>()),
        ("Venue", layout::<Venue>()),
        ("Supplier", layout::<Supplier>()),
        ("Receipt", layout::<Receipt>()),
        ("Gateway", layout::<Gateway>()),
    ]);
    let mut described = 0;
    for idl in idls() {
        let declared = sources(&format!("state/{}", part(&idl)))
            .matches("\nlayout!(")
            .count();
        assert_eq!(idl.accounts().count(), declared, "{}", idl.name());
        for (name, discriminator) in idl.accounts() {
            described += 1;
            let space = discriminator.len() + idl.size(&name);
            assert_eq!(
                layouts.get(name.as_str()),
                Some(&(idl.address(), discriminator, space)),
                "{name}"
            );
        }
    }
    assert_eq!(described, layouts.len());
}

/// Each event that an IDL lists decodes here, and each one that the sources declare is listed.
#[test]
fn events_are_as_the_idls_say() {
    for idl in idls() {
        let program = idl.name();
        for (name, discriminator) in idl.events() {
            let fields = vec![0; idl.size(&name)];
            let data = [&EVENT_TAG, &discriminator, fields.as_slice()].concat();
            let event = Event::decode(&idl.address(), &data);
            assert_eq!(
                event.map(|event| (event.name(), event.program())),
                Some((name.as_str(), program))
            );
        }
        let source = sources(&format!("events/{}.rs", part(&idl)));
        let declared = source.matches("\nevent! {").count();
        let by_hand = source.matches("\nimpl Event for ").count();
        assert_eq!(idl.events().count(), declared + by_hand, "{program}");
    }
}

#[test]
fn errors_are_as_the_idls_say() {
    let counts = [
        MintError::ALL.len(),
        StakingError::ALL.len(),
        EmissionsError::ALL.len(),
        PaymentsError::ALL.len(),
    ];
    for (idl, count) in idls().zip(counts) {
        let errors = idl.errors();
        assert_eq!(errors.len(), count, "{}", idl.name());
        for (code, name, message) in errors {
            let error = explain(code).expect("an error of one of the programs");
            assert_eq!(
                (error.program, error.name.as_str(), error.message),
                (idl.name(), name.as_str(), message.as_str())
            );
        }
    }
}
