//! Accounts and events as the programs write them.

use super::{
    idl::Idls,
    subject::{Kind, Subject, kind},
    tape::Call,
};
use std::{collections::BTreeMap, fmt::Write as _};

/// Of each layout and each event the bytes with the fewest zeros that a call leaves: what they are and
/// themselves in hexadecimal, one a line.
pub fn written(calls: Vec<Call>, idls: &Idls) -> String {
    let mut fullest: BTreeMap<String, (usize, Vec<u8>)> = BTreeMap::new();
    let mut see = |name: String, data: Vec<u8>| {
        let full = data.iter().filter(|byte| **byte != 0).count();
        let known = fullest.entry(name).or_default();
        if full > known.0 {
            *known = (full, data);
        }
    };
    for call in calls {
        let subject = Subject::of(call, idls).expect("the call succeeds by itself");
        for (_, after) in subject.changes.into_values() {
            if let Kind::Ours(layout) = kind(after.as_ref(), idls) {
                let data = after.map(|account| account.data).unwrap_or_default();
                see(format!("account {layout}"), data);
            }
        }
        for data in subject.inner {
            if let Some(event) = idls.event(&data) {
                see(format!("event {event}"), data);
            }
        }
    }
    let mut text = String::new();
    for (name, (_, data)) in fullest {
        let _ = write!(text, "{name} ");
        for byte in data {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    text
}
