//! The fields of a layout, found by what `Debug` shows of its bytes: private and nested ones too.

use bytemuck::Pod;
use std::fmt::{Debug, Write as _};

/// A field that has no fields: its path, its bytes and its value.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub path: String,
    pub offset: usize,
    pub size: usize,
    pub value: String,
}

/// The fields of `T` in these bytes, in order.
pub fn fields<T: Pod + Debug>(bytes: &[u8]) -> Vec<Field> {
    assert_eq!(bytes.len(), size_of::<T>());
    let shown = show::<T>(bytes);
    let mut fields: Vec<Field> = Vec::new();
    for offset in 0..bytes.len() {
        let mut other = bytes.to_vec();
        other[offset] ^= 0xFF;
        let other = show::<T>(&other);
        let changed: Vec<&(String, String)> = shown
            .iter()
            .zip(&other)
            .filter(|(ours, theirs)| ours != theirs)
            .map(|(ours, _)| ours)
            .collect();
        let [(path, value)] = changed[..] else {
            panic!("byte {offset} is of {} fields", changed.len());
        };
        match fields.last_mut().filter(|last| last.path == *path) {
            Some(last) => last.size += 1,
            None => fields.push(Field {
                path: path.clone(),
                offset,
                size: 1,
                value: value.clone(),
            }),
        }
    }
    fields
}

/// The fields one a line: offset, size, path, bytes and value. Offsets begin at `start`.
pub fn list(fields: &[Field], bytes: &[u8], start: usize) -> String {
    let mut text = String::new();
    for field in fields {
        let bytes = hex(&bytes[field.offset..][..field.size]);
        let (offset, size) = (start + field.offset, field.size);
        let _ = write!(text, "{offset:>6} {size:>4}  {} = {bytes}", field.path);
        // Of an array of bytes, these say it all.
        if size == 1 || field.value.split(", ").count() < size {
            let _ = write!(text, " = {}", field.value);
        }
        text.push('\n');
    }
    text
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Path and value of each field. Arrays of plain numbers are one field.
fn show<T: Pod + Debug>(bytes: &[u8]) -> Vec<(String, String)> {
    let value: T = bytemuck::pod_read_unaligned(bytes);
    let mut shown: Vec<(String, String)> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut indices: Vec<usize> = Vec::new();
    for line in format!("{value:#?}").lines().skip(1) {
        let line = line.trim();
        if line.starts_with(['}', ']', ')']) {
            path.pop();
            indices.pop();
            continue;
        }
        let (name, rest) = match line.split_once(": ") {
            Some((name, rest)) => (name.to_string(), rest),
            None => {
                let index = indices.last_mut().expect("elements are in an array");
                *index += 1;
                (format!("[{}]", *index - 1), line)
            }
        };
        if rest.ends_with(['{', '[', '(']) {
            path.push(name);
            indices.push(0);
            continue;
        }
        let value = rest.trim_end_matches(',').to_string();
        if name.starts_with('[') {
            let array = join(&path);
            match shown.last_mut().filter(|(last, _)| *last == array) {
                Some((_, values)) => {
                    values.push_str(", ");
                    values.push_str(&value);
                }
                None => shown.push((array, value)),
            }
        } else {
            path.push(name);
            shown.push((join(&path), value));
            path.pop();
        }
    }
    shown
}

fn join(path: &[String]) -> String {
    path.join(".").replace(".[", "[")
}
