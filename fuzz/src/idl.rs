//! The programs' IDLs, and how long values of their types are as Borsh: a reader that owes nothing to
//! the code under test.

use serde_json::Value;
use std::sync::LazyLock;

/// The IDLs of the four programs.
pub static IDLS: LazyLock<[Value; 4]> = LazyLock::new(|| {
    [
        include_str!("../../idls/io_mint.json"),
        include_str!("../../idls/io_staking.json"),
        include_str!("../../idls/io_emissions.json"),
        include_str!("../../idls/io_payments.json"),
    ]
    .map(|text| serde_json::from_str(text).expect("an IDL is JSON"))
});

/// The elements of a list in the IDL.
pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// A name in the IDL.
pub fn name(value: &Value) -> &str {
    value["name"].as_str().expect("everything has a name")
}

/// The bytes of a list of numbers in the IDL.
pub fn bytes(value: &Value) -> Vec<u8> {
    let bytes = value.as_array().expect("a list").iter();
    bytes
        .map(|byte| {
            byte.as_u64()
                .and_then(|byte| byte.try_into().ok())
                .expect("a byte")
        })
        .collect()
}

/// A type that the IDL defines.
pub fn defined<'a>(idl: &'a Value, wanted: &str) -> &'a Value {
    let found = list(idl, "types").iter().find(|it| name(it) == wanted);
    &found.expect("the IDL defines what it names")["type"]
}

/// Bytes at the front of `data` that are values of `fields`, one after the other; `None` if it holds
/// no such values.
pub fn length_of(idl: &Value, fields: &[Value], data: &[u8]) -> Option<usize> {
    fields.iter().try_fold(0_usize, |at, field| {
        let length = length(idl, &field["type"], data.get(at..)?)?;
        at.checked_add(length)
    })
}

fn length(idl: &Value, kind: &Value, data: &[u8]) -> Option<usize> {
    let fixed = |length: usize| (data.len() >= length).then_some(length);
    if let Some(primitive) = kind.as_str() {
        return match primitive {
            "bool" => data.first().filter(|byte| **byte < 2).map(|_| 1),
            "u8" => fixed(1),
            "u16" => fixed(2),
            "u64" | "i64" => fixed(8),
            "pubkey" => fixed(32),
            "bytes" => counted(data),
            "string" => {
                let end = counted(data)?;
                core::str::from_utf8(&data[4..end]).ok().map(|_| end)
            }
            other => panic!("{other} is new in the IDL"),
        };
    }
    if let [element, count] = list(kind, "array") {
        let count = count.as_u64().and_then(|count| count.try_into().ok());
        return repeated(idl, element, data, 0, count.expect("a length"));
    }
    if !kind["vec"].is_null() {
        let count = u32::from_le_bytes(*data.first_chunk()?);
        return repeated(idl, &kind["vec"], data, 4, count.try_into().ok()?);
    }
    let kind = defined(
        idl,
        kind["defined"]["name"].as_str().expect("a defined type"),
    );
    match kind["kind"].as_str() {
        Some("struct") => length_of(idl, list(kind, "fields"), data),
        Some("enum") => {
            let variant = list(kind, "variants").get(usize::from(*data.first()?))?;
            length_of(idl, list(variant, "fields"), &data[1..])?.checked_add(1)
        }
        _ => panic!("a type that is neither struct nor enum"),
    }
}

/// A length in four bytes, and so many bytes.
fn counted(data: &[u8]) -> Option<usize> {
    let length = usize::try_from(u32::from_le_bytes(*data.first_chunk()?)).ok()?;
    length.checked_add(4).filter(|end| *end <= data.len())
}

fn repeated(
    idl: &Value,
    element: &Value,
    data: &[u8],
    start: usize,
    count: usize,
) -> Option<usize> {
    (0..count).try_fold(start, |at, _| {
        at.checked_add(length(idl, element, data.get(at..)?)?)
    })
}
