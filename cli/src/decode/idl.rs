//! Instructions of the four programs, by their IDLs.

use super::{Known, reader::Reader, units};
use crate::output::Shown;
use io_client::{Instruction, Pubkey};
use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

static IDLS: LazyLock<Vec<Idl>> = LazyLock::new(|| {
    [
        include_str!("../../../idls/io_mint.json"),
        include_str!("../../../idls/io_staking.json"),
        include_str!("../../../idls/io_emissions.json"),
        include_str!("../../../idls/io_payments.json"),
    ]
    .into_iter()
    // Each of them is read in a test.
    .filter_map(|text| serde_json::from_str(text).ok())
    .collect()
});

#[derive(Deserialize)]
struct Idl {
    address: String,
    #[cfg(test)]
    metadata: Metadata,
    instructions: Vec<IdlInstruction>,
    /// Only those that arguments are of are looked at.
    types: Vec<Value>,
}

#[cfg(test)]
#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct IdlInstruction {
    name: String,
    discriminator: Vec<u8>,
    accounts: Vec<Account>,
    args: Vec<Field>,
}

#[derive(Deserialize)]
struct Account {
    name: String,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: Type,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Bool,
    U8,
    U16,
    U64,
    I64,
    Pubkey,
    String,
    Bytes,
    Vec(Box<Type>),
    Array(Box<Type>, usize),
    Defined { name: String },
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shape {
    Struct { fields: Vec<Field> },
    Enum { variants: Vec<Variant> },
}

#[derive(Deserialize)]
struct Variant {
    name: String,
    #[serde(default)]
    fields: Vec<Field>,
}

/// The instruction's name and what it carries; `None` if no IDL has it, or its data is not what the IDL says,
/// to the last byte.
pub fn decode(instruction: &Instruction) -> Option<Known> {
    let program = instruction.program_id.to_string();
    let idl = IDLS.iter().find(|idl| idl.address == program)?;
    let known = idl
        .instructions
        .iter()
        .find(|known| instruction.data.starts_with(&known.discriminator))?;
    let mut decoding = Decoding {
        idl,
        instruction: &known.name,
        reader: Reader(instruction.data.get(known.discriminator.len()..)?),
        found: Vec::new(),
    };
    for argument in &known.args {
        decoding.read(&argument.name, &argument.kind)?;
    }
    if !decoding.reader.0.is_empty() {
        return None;
    }
    Some(Known {
        name: known.name.clone(),
        arguments: decoding.found,
        accounts: known
            .accounts
            .iter()
            .map(|account| account.name.clone())
            .collect(),
    })
}

/// Program and name of every instruction.
#[cfg(test)]
pub fn instructions() -> Vec<(String, String)> {
    let all = IDLS.iter().flat_map(|idl| {
        let names = idl.instructions.iter();
        names.map(|known| (idl.metadata.name.clone(), known.name.clone()))
    });
    all.collect()
}

struct Decoding<'a> {
    idl: &'a Idl,
    instruction: &'a str,
    reader: Reader<'a>,
    found: Vec<(String, Shown)>,
}

impl Decoding<'_> {
    /// Reads a value and notes what it is; a struct's and an enum's parts each by itself.
    fn read(&mut self, path: &str, kind: &Type) -> Option<()> {
        let value = match kind {
            Type::Defined { name } => return self.defined(path, name),
            Type::Bool => Shown::Flag(self.reader.bool()?),
            Type::U8 => {
                let number = self.reader.u8()?;
                self.number(path, number.into())
            }
            Type::U16 => {
                let number = self.reader.u16()?;
                self.number(path, number.into())
            }
            Type::U64 => {
                let number = self.reader.u64()?;
                self.number(path, number)
            }
            Type::I64 => Shown::Time(self.reader.i64()?),
            Type::Pubkey => Shown::or_nobody(Pubkey::new_from_array(self.reader.array()?)),
            Type::String => units::text_of(&self.reader.string()?),
            Type::Bytes => {
                let length = self.reader.length()?;
                hex(&self.reader.bytes(length)?)
            }
            Type::Vec(item) => {
                let length = self.reader.length()?;
                return self.list(path, item, length);
            }
            Type::Array(item, length) if matches!(**item, Type::U8) => {
                units::bytes(path, &self.reader.bytes(*length)?)
            }
            Type::Array(item, length) => return self.list(path, item, *length),
        };
        self.found.push((path.to_owned(), value));
        Some(())
    }

    fn number(&self, path: &str, value: u64) -> Shown {
        units::number(self.instruction, path, value, &self.found)
    }

    /// Reads numbers, each of them a value of its own.
    fn list(&mut self, path: &str, item: &Type, length: usize) -> Option<()> {
        for index in 0..length {
            let value = match item {
                Type::U16 => self.reader.u16()?.into(),
                Type::U64 => self.reader.u64()?,
                _ => return None,
            };
            let shown = self.number(path, value);
            self.found.push((format!("{path}[{index}]"), shown));
        }
        Some(())
    }

    fn defined(&mut self, path: &str, name: &str) -> Option<()> {
        let mut types = self.idl.types.iter();
        let defined = types.find(|one| one.get("name").is_some_and(|found| found == name))?;
        let shape: Shape = serde_json::from_value(defined.get("type")?.clone()).ok()?;
        let fields = match shape {
            Shape::Struct { fields } => fields,
            Shape::Enum { variants } => {
                let number = usize::from(self.reader.u8()?);
                let variant = variants.into_iter().nth(number)?;
                self.found
                    .push((path.to_owned(), Shown::text(variant.name)));
                variant.fields
            }
        };
        for field in &fields {
            self.read(&format!("{path}.{}", field.name), &field.kind)?;
        }
        Some(())
    }
}

pub fn hex(bytes: &[u8]) -> Shown {
    Shown::text(
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>(),
    )
}
