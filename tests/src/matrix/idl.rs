//! What the IDLs call instructions, their accounts, and layouts.

use io_client::{Instruction, Pubkey, shared::events::EVENT_TAG};
use serde::Deserialize;
use std::{fs, path::Path};

/// The IDLs of the four programs.
pub struct Idls(Vec<Idl>);

#[derive(Deserialize)]
struct Idl {
    address: String,
    metadata: Metadata,
    instructions: Vec<Described>,
    accounts: Vec<Tagged>,
    events: Vec<Tagged>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    discriminator: [u8; 8],
    accounts: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Tagged {
    name: String,
    discriminator: [u8; 8],
}

/// An instruction's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// `program::instruction`.
    pub instruction: String,
    /// Of the declared accounts, in order.
    pub accounts: Vec<String>,
}

impl Idls {
    /// Reads `idls/` of the checkout.
    pub fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../idls");
        let programs = crate::PROGRAMS.iter().map(|(name, _)| {
            let path = folder.join(format!("{name}.json"));
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        });
        Self(programs.collect())
    }

    /// Every instruction, as `program::instruction`.
    pub fn instructions(&self) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|idl| idl.instructions.iter().map(|named| idl.full(&named.name)))
            .collect()
    }

    /// The names of one of the four programs' instructions.
    pub fn names(&self, instruction: &Instruction) -> Option<Names> {
        let idl = self.of(&instruction.program_id)?;
        let described = idl
            .instructions
            .iter()
            .find(|known| instruction.data.starts_with(&known.discriminator))?;
        let accounts = described.accounts.iter();
        Some(Names {
            instruction: idl.full(&described.name),
            accounts: accounts.map(|account| account.name.clone()).collect(),
        })
    }

    /// The layout of an account that `owner` owns.
    pub fn layout(&self, owner: &Pubkey, data: &[u8]) -> Option<&str> {
        let mut layouts = self.of(owner)?.accounts.iter();
        let layout = layouts.find(|layout| data.starts_with(&layout.discriminator))?;
        Some(&layout.name)
    }

    /// The event that a program's call of itself carries.
    pub fn event(&self, data: &[u8]) -> Option<&str> {
        let data = data.strip_prefix(&EVENT_TAG)?;
        let mut events = self.0.iter().flat_map(|idl| &idl.events);
        let event = events.find(|event| data.starts_with(&event.discriminator))?;
        Some(&event.name)
    }

    fn of(&self, program: &Pubkey) -> Option<&Idl> {
        let address = program.to_string();
        self.0.iter().find(|idl| idl.address == address)
    }
}

impl Idl {
    fn full(&self, instruction: &str) -> String {
        format!("{}::{instruction}", self.metadata.name)
    }
}
