//! What an IDL says, read as a stranger's tool would.

use io_client::{Instruction, Pubkey};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// One program's IDL.
pub struct Description(Value);

impl Description {
    /// Reads the committed IDL of a program.
    pub fn read(program: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../idls/{program}.json"));
        let text = fs::read_to_string(path).expect("the IDL is there; run `cargo xtask idl`");
        Self(serde_json::from_str(&text).expect("an IDL is JSON"))
    }

    pub fn name(&self) -> &str {
        text(&self.0["metadata"]["name"])
    }

    pub fn address(&self) -> Pubkey {
        key(&self.0["address"])
    }

    /// Names of the instructions, each behind its program's.
    pub fn instructions(&self) -> Vec<String> {
        let instructions = list(&self.0["instructions"]).iter();
        instructions.map(|it| self.full_name(it)).collect()
    }

    fn full_name(&self, instruction: &Value) -> String {
        format!("{}::{}", self.name(), text(&instruction["name"]))
    }

    /// Names and discriminators of the accounts.
    pub fn accounts(&self) -> impl Iterator<Item = (String, [u8; 8])> {
        list(&self.0["accounts"]).iter().map(named)
    }

    /// Names and discriminators of the events.
    pub fn events(&self) -> impl Iterator<Item = (String, [u8; 8])> {
        list(&self.0["events"]).iter().map(named)
    }

    /// Code, name and message of each error.
    pub fn errors(&self) -> Vec<(u32, String, String)> {
        let errors = list(&self.0["errors"]).iter().map(|error| {
            let code = error["code"]
                .as_u64()
                .and_then(|code| u32::try_from(code).ok());
            let (name, message) = (text(&error["name"]), text(&error["msg"]));
            (code.expect("a code"), name.to_owned(), message.to_owned())
        });
        errors.collect()
    }

    /// Bytes of a type whose values are all of one size.
    pub fn size(&self, name: &str) -> usize {
        let size = self.size_of(&serde_json::json!({ "defined": { "name": name } }), &[]);
        size.expect("the size of a type that is read in place")
    }

    /// Compares an instruction with the description that its data names; that one's name.
    pub fn compare(&self, instruction: &Instruction) -> String {
        let (discriminator, mut rest) = instruction.data.split_at(8);
        let described = list(&self.0["instructions"])
            .iter()
            .find(|it| bytes(&it["discriminator"]) == discriminator)
            .unwrap_or_else(|| panic!("{} lists no {discriminator:?}", self.name()));
        let name = self.full_name(described);

        let mut arguments = BTreeMap::new();
        for argument in list(&described["args"]) {
            let size = self
                .size_of(&argument["type"], rest)
                .unwrap_or_else(|| panic!("{name}: {} does not decode", argument["name"]));
            let (value, behind) = rest.split_at(size);
            arguments.insert(text(&argument["name"]), value);
            rest = behind;
        }
        assert!(rest.is_empty(), "{name}: {} bytes too many", rest.len());

        let accounts = list(&described["accounts"]);
        let count = accounts.len();
        assert!(
            instruction.accounts.len() >= count,
            "{name}: too few accounts"
        );
        let keys: BTreeMap<&str, Pubkey> = accounts
            .iter()
            .zip(&instruction.accounts)
            .map(|(account, meta)| (text(&account["name"]), meta.pubkey))
            .collect();
        assert_eq!(keys.len(), count, "{name}: two accounts of one name");
        for (account, meta) in accounts.iter().zip(&instruction.accounts) {
            let what = format!("{name}: {}", text(&account["name"]));
            let flag = |flag: &str| account[flag].as_bool().unwrap_or_default();
            assert_eq!(
                (meta.is_writable, meta.is_signer),
                (flag("writable"), flag("signer")),
                "{what}: writable, signer"
            );
            if account["address"].is_string() {
                assert_eq!(meta.pubkey, key(&account["address"]), "{what}");
            }
            if account["pda"].is_object() {
                let seed = |seed: &Value| match text(&seed["kind"]) {
                    "const" => bytes(&seed["value"]),
                    "account" => keys[text(&seed["path"])].to_bytes().to_vec(),
                    "arg" => arguments[text(&seed["path"])].to_vec(),
                    kind => panic!("{what}: a seed of kind {kind}"),
                };
                let pda = &account["pda"];
                let seeds: Vec<Vec<u8>> = list(&pda["seeds"]).iter().map(seed).collect();
                let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
                let program = match &pda["program"] {
                    Value::Null => self.address(),
                    program => Pubkey::try_from(seed(program)).expect("an address"),
                };
                let (address, _) = Pubkey::find_program_address(&seeds, &program);
                assert_eq!(meta.pubkey, address, "{what}");
            }
        }
        name
    }

    /// How many of the bytes a value of this type takes, as Borsh writes it; for a type of one size the
    /// bytes need not be there.
    fn size_of(&self, kind: &Value, data: &[u8]) -> Option<usize> {
        let counted = |data: &[u8]| {
            let count = data.first_chunk()?;
            usize::try_from(u32::from_le_bytes(*count)).ok()
        };
        if let Some(name) = kind.as_str() {
            return Some(match name {
                "bool" | "u8" | "i8" => 1,
                "u16" | "i16" => 2,
                "u32" | "i32" => 4,
                "u64" | "i64" => 8,
                "u128" | "i128" => 16,
                "pubkey" => 32,
                "string" | "bytes" => 4 + counted(data)?,
                _ => return None,
            });
        }
        if let Some(item) = kind.get("vec") {
            let items = data.get(4..)?;
            return (0..counted(data)?).try_fold(4, |size, _| {
                Some(size + self.size_of(item, items.get(size - 4..)?)?)
            });
        }
        if let Some([item, count]) = kind.get("array").map(list) {
            let count = count
                .as_u64()
                .and_then(|count| usize::try_from(count).ok())?;
            return Some(self.size_of(item, &[])? * count);
        }
        let name = text(&kind["defined"]["name"]);
        let defined = &list(&self.0["types"])
            .iter()
            .find(|it| text(&it["name"]) == name)
            .unwrap_or_else(|| panic!("{} is not defined", name))["type"];
        let fields = |of: &Value, data: &[u8], start: usize| {
            list(&of["fields"]).iter().try_fold(start, |size, field| {
                let rest = data.get(size..).unwrap_or_default();
                Some(size + self.size_of(&field["type"], rest)?)
            })
        };
        match text(&defined["kind"]) {
            "struct" => fields(defined, data, 0),
            "enum" => {
                let variant = list(&defined["variants"]).get(usize::from(*data.first()?))?;
                fields(variant, data, 1)
            }
            "type" => self.size_of(&defined["alias"], data),
            _ => None,
        }
    }
}

fn named(value: &Value) -> (String, [u8; 8]) {
    let discriminator = bytes(&value["discriminator"]);
    let discriminator = discriminator
        .try_into()
        .expect("a discriminator of 8 bytes");
    (text(&value["name"]).to_owned(), discriminator)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The items of a list; none if there is no such list.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn key(value: &Value) -> Pubkey {
    text(value).parse().expect("an address")
}

fn bytes(value: &Value) -> Vec<u8> {
    let byte = |byte: &Value| byte.as_u64().and_then(|byte| u8::try_from(byte).ok());
    let bytes: Option<Vec<u8>> = list(value).iter().map(byte).collect();
    bytes.expect("bytes")
}
