//! Fields of events, as people and as programs read them.

use crate::output::{Shown, number, short};
use io_client::{
    Pubkey,
    events::Event,
    rpc::{Network, Result},
    shared::events::Value as Field,
};
use serde_json::{Map, Value, json};

/// The mints whose amounts are shown in tokens.
pub struct Mints {
    io: Pubkey,
    usdc: Pubkey,
}

impl Mints {
    pub async fn read(network: &Network) -> Result<Self> {
        Ok(Self {
            io: network.io_mint().await?,
            usdc: network.usdc_mint().await?,
        })
    }
}

/// Events as JSON: name, program and fields of each.
pub fn json_of(events: &[Event]) -> Value {
    let events = events.iter().map(|event| {
        json!({
            "event": event.name(),
            "program": event.program(),
            "fields": fields_of(event),
        })
    });
    events.collect()
}

/// An event's fields as JSON, the parts of a payment or of scores included.
pub fn fields_of(event: &Event) -> Value {
    let fields = event.fields().into_iter();
    let mut object: Map<_, _> = fields
        .map(|(name, field)| (name.to_owned(), json_field(field)))
        .collect();
    match event {
        Event::Paid(_, parts) => {
            let parts = parts.iter().map(|part| {
                json!({
                    "supplier": part.supplier.to_string(),
                    "destination": part.destination.to_string(),
                    "delivered": number(part.delivered),
                })
            });
            object.insert("parts".into(), parts.collect());
        }
        Event::ScoresSet(_, nodes) => {
            let nodes = nodes.iter().map(|score| {
                json!({
                    "node": score.node.to_string(),
                    "score_bps": score.score_bps,
                    "earned": number(score.earned),
                    "forfeited": number(score.forfeited),
                    "weight": number(score.weight),
                    "pending_weight": number(score.pending_weight),
                })
            });
            object.insert("nodes".into(), nodes.collect());
        }
        _ => {}
    }
    Value::Object(object)
}

fn json_field(field: Field<'_>) -> Value {
    match field {
        Field::Unsigned(value) => number(value),
        Field::Signed(value) => value.into(),
        Field::Address(address) => address.to_string().into(),
        Field::Bytes(bytes) => hex(bytes).into(),
        Field::Numbers(numbers) => numbers.iter().map(|value| number(*value)).collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An event's fields in one line: amounts in tokens, addresses shortened, zeros left out.
pub fn line_of(event: &Event, mints: &Mints) -> String {
    let fields = event.fields();
    let mint = fields.iter().find_map(|(name, field)| match field {
        Field::Address(mint) if *name == "mint" => Some(**mint),
        _ => None,
    });
    let shown = fields.iter().filter_map(|(name, field)| {
        let text = match field {
            Field::Unsigned(value) => unit_of(event, name, mint, mints).shown(*value).human(),
            Field::Signed(0) => return None,
            Field::Signed(at) => Shown::Time(*at).human(),
            Field::Address(address) if **address == Pubkey::default() => return None,
            Field::Address(address) => short(address),
            Field::Bytes(bytes) => text(bytes)?,
            Field::Numbers(numbers) => {
                let unit = unit_of(event, name, mint, mints);
                let numbers = numbers.iter().filter(|number| **number > 0);
                let numbers: Vec<_> = numbers.map(|number| unit.shown(*number).human()).collect();
                numbers.join(" + ")
            }
        };
        let name = name.replace('_', " ");
        let name = name.strip_suffix(" bps").unwrap_or(&name);
        Some(format!("{name} {text}"))
    });
    let mut parts: Vec<String> = shown.collect();
    if let Event::ScoresSet(_, nodes) = event {
        parts.extend(nodes.iter().map(|score| {
            format!(
                "{} {}",
                short(&score.node),
                Shown::Bps(score.score_bps).human()
            )
        }));
    }
    if let Event::Paid(_, paid) = event {
        parts.extend(paid.iter().map(|part| {
            let delivered = Shown::Io(part.delivered).human();
            format!("supplier {} {delivered}", short(&part.supplier))
        }));
    }
    parts.join(", ")
}

/// Bytes as text if they are, else the first of them; `None` for zeros.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    let used = bytes.get(..=end)?;
    match core::str::from_utf8(used) {
        Ok(text) if !text.chars().any(char::is_control) => Some(text.to_owned()),
        _ => Some(format!("{}…", hex(bytes.get(..4)?))),
    }
}

/// What a number in an event counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Io,
    Usdc,
    Bps,
    Plain,
}

impl Unit {
    fn shown(self, value: u64) -> Shown {
        match self {
            _ if value == u64::MAX => Shown::text("without limit"),
            Self::Io => Shown::Io(value),
            Self::Usdc => Shown::Usdc(value),
            Self::Bps => Shown::Bps(value),
            Self::Plain => Shown::Number(value),
        }
    }
}

/// What the field `name` of `event` counts; `mint` is the one that the event names.
fn unit_of(event: &Event, name: &str, mint: Option<Pubkey>, mints: &Mints) -> Unit {
    if name.ends_with("bps") || name == "pool_shares" {
        return Unit::Bps;
    }
    let of_mint = match mint {
        Some(mint) if mint == mints.io => Unit::Io,
        Some(mint) if mint == mints.usdc => Unit::Usdc,
        _ => Unit::Plain,
    };
    match (event, name) {
        (Event::Paid(..), "gross" | "fee")
        | (Event::AssetListed(_) | Event::AssetMinimumSet(_), "minimum")
        | (Event::Swept(_), "amount") => of_mint,
        (Event::PaidOut(_), "proceeds" | "fee" | "delivered")
        | (Event::BoughtBack(_), "spent")
        | (Event::BuyBackScheduled(_), "daily")
        | (Event::SupplierChanged(_), "keeper_min_price")
        | (
            Event::GatewayListed(_)
            | Event::GatewayLimitScheduled(_)
            | Event::GatewayLimitLowered(_),
            "daily_limit",
        ) => Unit::Usdc,
        (
            _,
            "amount" | "minted" | "minter_minted" | "burned" | "supply" | "total" | "next_total"
            | "skipped" | "window_limit" | "emission" | "bounty" | "bounty_cap" | "pool_amounts"
            | "emitted" | "earned" | "forfeited" | "min_stake" | "min_stake_next" | "max_stake"
            | "commission" | "rewards_owed" | "operator_active" | "operator_cooling"
            | "delegators_active" | "delegators_cooling" | "stake_left" | "rewards_left"
            | "delivered" | "refunded" | "sold" | "cap",
        ) => Unit::Io,
        _ => Unit::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::shared::events::{Deposited, Paid, PaidOut, PaidPart, VenueListed};

    const MINTS: Mints = Mints {
        io: Pubkey::new_from_array([1; 32]),
        usdc: Pubkey::new_from_array([2; 32]),
    };

    fn paid(mint: Pubkey) -> Event {
        let head = Paid {
            payer: Pubkey::default(),
            order_id: [0xab; 32],
            mint,
            venue: Pubkey::default(),
            reference: [0; 32],
            gross: 1_020_000,
            fee: 20_000,
            delivered: 500_000_000,
            paid_at: 0,
            expires_at: 1_719_316_800,
            oracle_bounded: 0,
            count: 1,
        };
        let part = PaidPart {
            supplier: MINTS.io,
            destination: MINTS.usdc,
            delivered: 500_000_000,
        };
        Event::Paid(head, vec![part])
    }

    #[test]
    fn amounts_are_in_the_token_that_they_count() {
        let line = line_of(&paid(MINTS.usdc), &MINTS);
        for part in [
            "gross 1.02 USDC",
            "delivered 5 IO",
            "abababab…",
            "2024-06-25",
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert!(line_of(&paid(MINTS.io), &MINTS).contains("gross 0.0102 IO"));
        let other = line_of(&paid(Pubkey::new_from_array([9; 32])), &MINTS);
        assert!(other.contains("gross 1,020,000,"), "{other}");
        let out = Event::PaidOut(PaidOut {
            supplier: MINTS.io,
            by: MINTS.io,
            destination: MINTS.io,
            venue: MINTS.io,
            sold: 100_000_000,
            proceeds: 1_000_000,
            fee: 20_000,
            delivered: 980_000,
        });
        let line = line_of(&out, &MINTS);
        assert!(line.contains("sold 1 IO"), "{line}");
        assert!(line.contains("delivered 0.98 USDC"), "{line}");
    }

    #[test]
    fn json_keeps_every_digit_and_every_part() {
        let deposited = Event::Deposited(Deposited {
            node: MINTS.io,
            position: MINTS.usdc,
            amount: u64::MAX,
            shares: 7,
        });
        let fields = fields_of(&deposited);
        assert_eq!(fields["amount"], "18446744073709551615");
        assert_eq!(fields["shares"], 7);
        assert_eq!(
            fields_of(&paid(MINTS.io))["parts"][0]["delivered"],
            500_000_000
        );
    }

    #[test]
    fn a_field_called_as_the_events_own_name_is_not_lost() {
        let listed = Event::VenueListed(VenueListed {
            venue: MINTS.io,
            program: MINTS.usdc,
            discriminator: [1, 0, 0, 0, 0, 0, 0, 0],
            discriminator_len: 1,
            usable_from: 0,
        });
        let events = json_of(&[listed]);
        assert_eq!(events[0]["program"], "io_payments");
        assert_eq!(events[0]["fields"]["program"], MINTS.usdc.to_string());
    }
}
