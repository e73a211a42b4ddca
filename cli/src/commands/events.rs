//! `io events`: what transactions recorded, as it happens.

use crate::output::number;
use io_client::{events::Event, shared::events::Value as Field};
use serde_json::{Map, Value, json};

/// Events as JSON: name, program and fields of each.
pub fn json_of(events: &[Event]) -> Value {
    events.iter().map(event_json).collect()
}

fn event_json(event: &Event) -> Value {
    let mut object = Map::new();
    object.insert("event".into(), event.name().into());
    object.insert("program".into(), event.program().into());
    for (name, field) in event.fields() {
        object.insert(name.into(), field_json(field));
    }
    if let Event::Paid(_, parts) = event {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| {
                json!({
                    "supplier": part.supplier.to_string(),
                    "destination": part.destination.to_string(),
                    "delivered": number(part.delivered),
                })
            })
            .collect();
        object.insert("parts".into(), parts.into());
    }
    Value::Object(object)
}

fn field_json(field: Field<'_>) -> Value {
    match field {
        Field::Unsigned(value) => number(value),
        Field::Signed(value) => value.into(),
        Field::Address(address) => address.to_string().into(),
        Field::Bytes(bytes) => bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into(),
        Field::Numbers(numbers) => numbers.iter().map(|value| number(*value)).collect(),
    }
}
