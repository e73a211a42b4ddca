//! Events as clients decode them, against the events of the IDLs.
#![no_main]

use arbitrary::Arbitrary;
use io_client::{
    Pubkey,
    events::Event,
    shared::events::{EVENT_TAG, Value},
};
use io_fuzz::idl::{IDLS, bytes, defined, length_of, list, name};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// The program that called itself.
    program: u8,
    /// The event that `data` holds without its tag and discriminator; or all of it.
    event: Option<u8>,
    /// Cut or filled up to the event's length, with so many parts where it has parts.
    parts: Option<u8>,
    data: Vec<u8>,
}

/// Of an event in the IDL, the bytes of its head, and of each part that may follow it.
fn lengths(idl: &serde_json::Value, event: &str) -> (usize, Option<usize>) {
    let enough = [0; 4_096];
    let length = |kind: &str| {
        let fields = list(defined(idl, kind), "fields");
        length_of(idl, fields, &enough).expect("events are of fixed size")
    };
    let part = match event {
        "Paid" => Some(length("PaidPart")),
        "ScoresSet" => Some(length("NodeScore")),
        _ => None,
    };
    (length(event), part)
}

fn value_bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Unsigned(value) => value.to_le_bytes().to_vec(),
        Value::Signed(value) => value.to_le_bytes().to_vec(),
        Value::Address(value) => value.to_bytes().to_vec(),
        Value::Bytes(value) => value.to_vec(),
        Value::Numbers(value) => value.iter().flat_map(|it| it.to_le_bytes()).collect(),
    }
}

fuzz_target!(|input: Input| {
    let idl = &IDLS[usize::from(input.program) % IDLS.len()];
    let program: Pubkey = idl["address"]
        .as_str()
        .and_then(|it| it.parse().ok())
        .expect("an id");
    let events = list(idl, "events");
    let mut data = input.data;
    if let Some(event) = input.event {
        let event = &events[usize::from(event) % events.len()];
        if let Some(parts) = input.parts {
            let (head, part) = lengths(idl, name(event));
            let parts = usize::from(parts % 20);
            let whole = head + part.map_or(0, |part| part * parts);
            data.truncate(whole);
            // No two fields next to each other are the same, so that none can stand for another.
            data.extend((data.len()..whole).map(|at| at.to_le_bytes()[0]));
            if part.is_some() {
                data[head - 8..head].copy_from_slice(&parts.to_le_bytes());
            }
        }
        let start = [EVENT_TAG.to_vec(), bytes(&event["discriminator"])].concat();
        data.splice(0..0, start);
    }

    // What the IDL says of these bytes: which event, and where its parts begin.
    let known = data.strip_prefix(&EVENT_TAG).and_then(|data| {
        let event = events
            .iter()
            .find(|it| data.starts_with(&bytes(&it["discriminator"])))?;
        let data = &data[8..];
        let (head, part) = lengths(idl, name(event));
        let parts = data.len().checked_sub(head)?;
        let whole = match part {
            None => parts == 0,
            // The head ends with how many follow.
            Some(part) => {
                let count = data[..head].last_chunk().map(|it| u64::from_le_bytes(*it));
                u128::from(count?) * part as u128 == parts as u128
            }
        };
        whole.then_some((name(event), data.split_at(head)))
    });

    let decoded = Event::decode(&program, &data);
    assert_eq!(
        decoded.as_ref().map(Event::name),
        known.map(|(name, _)| name)
    );
    let (Some(decoded), Some((_, (head, parts)))) = (decoded, known) else {
        return;
    };
    // Nothing is lost or moved: the fields put together again are the bytes.
    let fields = decoded.fields();
    let again: Vec<u8> = fields
        .iter()
        .flat_map(|(_, value)| value_bytes(value))
        .collect();
    assert_eq!(again, head);
    match &decoded {
        Event::Paid(_, paid) => assert_eq!(bytemuck::cast_slice::<_, u8>(paid), parts),
        Event::ScoresSet(_, nodes) => assert_eq!(bytemuck::cast_slice::<_, u8>(nodes), parts),
        _ => assert!(parts.is_empty()),
    }
    assert_eq!(idl["metadata"]["name"].as_str(), Some(decoded.program()));
});
