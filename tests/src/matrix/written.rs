//! Accounts as the programs write them.

use super::{
    idl::Idls,
    subject::{Kind, Subject, kind},
    tape::Call,
};
use std::{collections::BTreeMap, fmt::Write as _};

/// Of each layout the account with the fewest zeros that a call leaves: its name and its bytes in
/// hexadecimal, one a line.
pub fn written(calls: Vec<Call>, idls: &Idls) -> String {
    let mut fullest: BTreeMap<String, (usize, Vec<u8>)> = BTreeMap::new();
    for call in calls {
        let subject = Subject::of(call, idls).expect("the call succeeds by itself");
        for (_, after) in subject.changes.into_values() {
            let Kind::Ours(layout) = kind(after.as_ref(), idls) else {
                continue;
            };
            let data = after.map(|account| account.data).unwrap_or_default();
            let full = data.iter().filter(|byte| **byte != 0).count();
            let known = fullest.entry(layout).or_default();
            if full > known.0 {
                *known = (full, data);
            }
        }
    }
    let mut text = String::new();
    for (layout, (_, data)) in fullest {
        let _ = write!(text, "{layout} ");
        for byte in data {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    text
}
