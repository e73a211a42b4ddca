//! What is said of a list.

use super::plan::{Part, count};
use crate::{
    exported::{Exported, Fault, List},
    failure::Result,
    output::{Record, Report, Shown, Table},
};

/// What is said where there is nothing to sign or send.
pub fn idle(list: &List, parts: &[Part]) -> Result<Report> {
    let there = |which| parts.contains(&which);
    let landed = parts.iter().all(|part| *part == Part::Landed);
    if landed || there(Part::Signed) {
        let what = match landed {
            true => "Nothing is to be signed: all have landed",
            false => "Nothing is to be signed: the signature is there already",
        };
        return Ok(report(what, list, parts));
    }
    let mut left = (1..).zip(list.transactions.iter().zip(parts));
    let first = left.find(|(_, (_, part))| **part != Part::Landed);
    Err(match first {
        Some((number, (one, _))) if there(Part::Waits) => Fault::OutOfOrder(number, one.missing()),
        _ => {
            let open = list.transactions.iter().filter(|one| one.slot.is_none());
            let mut wanted: Vec<_> = open.flat_map(|one| one.signers().to_vec()).collect();
            wanted.sort_unstable();
            wanted.dedup();
            Fault::NotASigner(wanted)
        }
    }
    .into())
}

/// What became of each, and what is left.
pub fn report(title: &str, list: &List, parts: &[Part]) -> Report {
    let columns = [
        ("No", "number"),
        ("Does", "does"),
        ("State", "state"),
        ("To sign", "missing"),
    ];
    let mut table = Table::new("transactions", "no transactions", columns);
    let first_open = list.transactions.iter().position(|one| one.slot.is_none());
    for (number, (one, part)) in (1_u64..).zip(list.transactions.iter().zip(parts)) {
        let state = match (part, one.slot) {
            (Part::Landed, _) => "landed before".to_owned(),
            (_, Some(slot)) => format!("landed in slot {slot}"),
            (Part::Sign { .. }, _) => "signed".to_owned(),
            (Part::Signed, _) => "signed before".to_owned(),
            (Part::Theirs, _) => "not signed here".to_owned(),
            _ => format!(
                "waits for {}",
                first_open.map_or(0, |at| at.saturating_add(1))
            ),
        };
        table.row([
            Shown::Number(number),
            Shown::text(one.summary()),
            Shown::text(state),
            Shown::Addresses(one.missing()),
        ]);
    }
    let counted = |which| Shown::Number(count(parts, which));
    let record = Record::new()
        .with("Signed", "signed_count", counted(Part::signs))
        .with("Sent", "sent_count", counted(Part::sends));
    let mut report = Report::new().title(title).record(record).table(table);
    if first_open.is_some() {
        report = match list.file() {
            Some(path) => report.note(format!(
                "\n{} has the signatures: hand it to who signs next, within a minute of the first signature.",
                path.display()
            )),
            None => {
                let written = list.transactions.iter().map(Exported::transaction_base64);
                let written: Vec<_> = written.collect();
                report.note(format!("\nAs they are now, in base64:\n{}", written.join("\n")))
            }
        };
    }
    report.data("transactions", list.json())
}

pub const fn doing(part: Part) -> &'static str {
    match part {
        Part::Send => "sent now",
        Part::SignAndSend | Part::Sign { sends: true } => "signed and sent now",
        _ => "signed now and sent by others",
    }
}
