//! `cargo xtask idl`: each program's IDL in `idls/`, from the program's own sources.
//!
//! One half is what Anchor's macros print in the program's `idl-build` tests: instructions and their
//! arguments. The other is what `io-shared` says of accounts, events, errors and addresses.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anchor_lang_idl_spec::{
    Idl, IdlAccount, IdlConst, IdlDefinedFields, IdlErrorCode, IdlEvent, IdlInstruction,
    IdlInstructionAccount, IdlInstructionAccountItem, IdlPda, IdlSeed, IdlType, IdlTypeDef,
    IdlTypeDefTy,
};
use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::{
    build::{self, Group, Program},
    cargo, process,
    project::Checkout,
    ui,
};

/// What to do with the IDLs.
#[derive(Args, Debug, Default)]
pub struct Options {
    /// Compare with the committed IDLs instead of writing them
    #[arg(long)]
    pub check: bool,
}

/// Builds every program's IDL and writes or compares it.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    ui::heading("IDLs");
    let folder = checkout.idls();
    let mut shared = shared(checkout)?;
    let mut different = Vec::new();
    for program in build::discover(checkout)? {
        if program.group != Group::Product {
            continue;
        }
        let step = ui::Step::start(&program.library);
        let shared = shared.remove(&program.library).with_context(|| {
            format!("{} is not in crates/io-shared/src/idl.rs", program.library)
        })?;
        let idl = join(declared(checkout, &program)?, shared)
            .with_context(|| format!("the IDL of {} is not whole", program.library))?;
        let text = format!("{}\n", serde_json::to_string_pretty(&idl)?);
        let path = folder.join(&program.library).with_extension("json");
        let same = fs::read_to_string(&path).ok().as_deref() == Some(&text);
        if options.check && !same {
            different.push(format!("idls/{}.json", program.library));
        } else if !same {
            write(&path, &text)?;
        }
        step.done(&format!("{} instructions", idl.instructions.len()));
    }
    if !different.is_empty() {
        bail!(
            "{} differ from what the programs' sources say; run `cargo xtask idl`, look at the \
             change and commit it",
            different.join(", ")
        );
    }
    Ok(())
}

/// What `io-shared` says of one program.
#[derive(Deserialize)]
struct Shared {
    accounts: Vec<IdlAccount>,
    events: Vec<IdlEvent>,
    errors: Vec<IdlErrorCode>,
    types: Vec<IdlTypeDef>,
    constants: Vec<IdlConst>,
    addresses: Vec<Place>,
}

/// Where an account is, in the instructions named (all if none is).
#[derive(Deserialize)]
struct Place {
    account: String,
    instructions: Vec<String>,
    is: Found,
}

#[derive(Deserialize)]
struct Found {
    address: Option<String>,
    pda: Option<IdlPda>,
}

impl Place {
    fn is_of(&self, account: &IdlInstructionAccount) -> bool {
        let Found { address, pda } = &self.is;
        account.name == self.account
            && account.pda == *pda
            && (address.is_none() || account.address == *address)
    }
}

fn shared(checkout: &Checkout) -> Result<BTreeMap<String, Shared>> {
    let text = process::capture(cargo::command(&checkout.root).args([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "io-shared",
        "--example",
        "idl",
        "--features",
        "idl-build",
    ]))?;
    serde_json::from_str(&text).context("io-shared's half of the IDLs has an unexpected form")
}

/// The IDL that Anchor's macros print: in tests of the program, between lines that name the part.
fn declared(checkout: &Checkout, program: &Program) -> Result<Idl> {
    let printed = process::capture(cargo::command(&checkout.root).args([
        "test",
        "--quiet",
        "--locked",
        "--lib",
        "--package",
        &program.package,
        "--features",
        "idl-build",
        "--",
        "__anchor_private_print_idl",
        "--show-output",
    ]))?;
    let part = |name: &str| {
        let (_, rest) = printed.split_once(&format!("--- IDL begin {name} ---\n"))?;
        let (part, _) = rest.split_once(&format!("\n--- IDL end {name} ---"))?;
        Some(part)
    };
    let (Some(address), Some(idl)) = (part("address"), part("program")) else {
        bail!(
            "the tests of {} printed no IDL; did Anchor's version change?",
            program.package
        );
    };
    let mut idl: Idl = serde_json::from_str(idl).context("Anchor's IDL has an unexpected form")?;
    address.trim().clone_into(&mut idl.address);
    Ok(idl)
}

/// Both halves in one, in the order that Anchor's own tool gives.
fn join(mut idl: Idl, shared: Shared) -> Result<Idl> {
    for instruction in &mut idl.instructions {
        settle(instruction, &shared.addresses);
    }
    for place in &shared.addresses {
        let mut accounts = idl.instructions.iter().flat_map(accounts);
        if !accounts.any(|account| place.is_of(account)) {
            bail!(
                "no instruction has a {} at the place that is said of it",
                place.account
            );
        }
    }
    let mut types: BTreeMap<String, IdlTypeDef> = by_name(idl.types);
    // The declared types hold other programs' accounts too, which instructions only read.
    let arguments = idl
        .instructions
        .iter()
        .flat_map(|instruction| &instruction.args);
    let mut wanted = BTreeSet::new();
    for argument in arguments {
        name_types(&argument.ty, &types, &mut wanted);
    }
    types.retain(|name, _| wanted.contains(name));
    types.extend(by_name(shared.types));
    idl.accounts = shared.accounts;
    idl.events = shared.events;
    idl.errors = shared.errors;
    idl.constants = shared.constants;
    idl.types = types.into_values().collect();

    idl.instructions.sort_by(|a, b| a.name.cmp(&b.name));
    idl.accounts.sort_by(|a, b| a.name.cmp(&b.name));
    idl.events.sort_by(|a, b| a.name.cmp(&b.name));
    idl.constants.sort_by(|a, b| a.name.cmp(&b.name));
    whole(&idl)?;
    Ok(idl)
}

fn by_name(types: Vec<IdlTypeDef>) -> BTreeMap<String, IdlTypeDef> {
    types
        .into_iter()
        .map(|definition| (definition.name.clone(), definition))
        .collect()
}

/// Says where the instruction's accounts are, as far as anything says it.
fn settle(instruction: &mut IdlInstruction, places: &[Place]) {
    let names: BTreeSet<String> = accounts(instruction)
        .map(|account| account.name.clone())
        .collect();
    let arguments = instruction.args.iter();
    let arguments: BTreeSet<String> = arguments.map(|argument| argument.name.clone()).collect();
    let applies = |place: &&Place| {
        let seeds = place.is.pda.iter().flat_map(|pda| &pda.seeds);
        (place.instructions.is_empty() || place.instructions.contains(&instruction.name))
            && seeds.into_iter().all(|seed| match seed {
                IdlSeed::Const(_) => true,
                IdlSeed::Account(seed) => names.contains(&seed.path),
                IdlSeed::Arg(seed) => arguments.contains(&seed.path),
            })
    };
    let places: Vec<&Place> = places.iter().filter(applies).collect();
    for item in &mut instruction.accounts {
        let IdlInstructionAccountItem::Single(account) = item else {
            continue;
        };
        // Anchor writes the path of the field that holds the address where it cannot say the address.
        if let Some(path) = account.address.take_if(|address| address.contains('.')) {
            account.docs.push(format!("Is `{path}`."));
        }
        let place = places.iter().find(|place| place.account == account.name);
        if let Some(place) = place {
            account.address = account.address.take().or(place.is.address.clone());
            account.pda.clone_from(&place.is.pda);
        }
    }
}

fn accounts(instruction: &IdlInstruction) -> impl Iterator<Item = &IdlInstructionAccount> {
    instruction.accounts.iter().filter_map(|item| match item {
        IdlInstructionAccountItem::Single(account) => Some(account),
        IdlInstructionAccountItem::Composite(_) => None,
    })
}

/// Adds the names of the types that `kind` is made of.
fn name_types(kind: &IdlType, types: &BTreeMap<String, IdlTypeDef>, names: &mut BTreeSet<String>) {
    match kind {
        IdlType::Option(inner) | IdlType::Vec(inner) | IdlType::Array(inner, _) => {
            name_types(inner, types, names);
        }
        IdlType::Defined { name, .. } if names.insert(name.clone()) => {
            let definition = types.get(name);
            for part in definition.into_iter().flat_map(|it| parts(&it.ty)) {
                name_types(part, types, names);
            }
        }
        _ => {}
    }
}

/// The types that a definition names itself.
fn parts(definition: &IdlTypeDefTy) -> Vec<&IdlType> {
    match definition {
        IdlTypeDefTy::Struct { fields } => fields_of(fields),
        IdlTypeDefTy::Enum { variants } => variants
            .iter()
            .flat_map(|variant| fields_of(&variant.fields))
            .collect(),
        IdlTypeDefTy::Type { alias } => vec![alias],
    }
}

fn fields_of(fields: &Option<IdlDefinedFields>) -> Vec<&IdlType> {
    match fields {
        None => Vec::new(),
        Some(IdlDefinedFields::Named(fields)) => fields.iter().map(|field| &field.ty).collect(),
        Some(IdlDefinedFields::Tuple(types)) => types.iter().collect(),
    }
}

/// Fails if the IDL names what it does not define, or says twice what may stand once.
fn whole(idl: &Idl) -> Result<()> {
    let types = by_name(idl.types.clone());
    let mut named: BTreeSet<String> = idl.accounts.iter().map(|it| it.name.clone()).collect();
    named.extend(idl.events.iter().map(|event| event.name.clone()));
    for definition in &idl.types {
        for part in parts(&definition.ty) {
            name_types(part, &types, &mut named);
        }
    }
    for instruction in &idl.instructions {
        for argument in &instruction.args {
            name_types(&argument.ty, &types, &mut named);
        }
    }
    for name in named {
        if !types.contains_key(&name) {
            bail!("{name} is named and not defined");
        }
    }
    let discriminators = idl.accounts.iter().map(|it| &it.discriminator);
    let discriminators = discriminators.chain(idl.events.iter().map(|it| &it.discriminator));
    let discriminators = discriminators.chain(idl.instructions.iter().map(|it| &it.discriminator));
    let mut seen = BTreeSet::new();
    for discriminator in discriminators {
        if !seen.insert(discriminator) {
            bail!("the discriminator {discriminator:?} stands twice");
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    let write = || {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        fs::write(path, text)
    };
    write().with_context(|| format!("could not write {}", path.display()))
}
