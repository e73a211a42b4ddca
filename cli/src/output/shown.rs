//! Values, as people and as programs read them.

use io_client::{Pubkey, amount, shared::constants::IO};
use jiff::Timestamp;
use serde_json::Value;

/// Decimals of SOL.
const SOL_DECIMALS: u8 = 9;
/// Largest whole number that every JSON reader keeps exactly.
const EXACT: u64 = 1 << 53;

/// A value that a command shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Raw IO.
    Io(u64),
    /// Raw IO, shown to people in whole IO.
    WholeIo(u64),
    /// Raw USDC.
    Usdc(u64),
    /// Raw units of a token with so many decimals.
    Token(u64, u8, String),
    /// Lamports.
    Sol(u64),
    /// An address in full.
    Address(Pubkey),
    /// Several of them.
    Addresses(Vec<Pubkey>),
    Text(String),
    Number(u64),
    /// Basis points, as a percentage.
    Bps(u64),
    Flag(bool),
    /// Unix seconds.
    Time(i64),
    /// Unix seconds, and how far from `now`.
    When {
        at: i64,
        now: i64,
    },
    /// From when on, and how far from `now`; `None` for at once.
    From(Option<i64>, i64),
    /// 32 bytes in hexadecimal.
    Id([u8; 32]),
    List(Vec<String>),
    /// Nothing to show.
    None,
}

impl Shown {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// `value` shown by `show`, or nothing.
    pub fn maybe<T>(value: Option<T>, show: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::None, show)
    }

    /// An address, or that it is nobody's.
    pub fn or_nobody(address: Pubkey) -> Self {
        if address == Pubkey::default() {
            Self::text("nobody")
        } else {
            Self::Address(address)
        }
    }

    /// As people read it.
    pub fn human(&self) -> String {
        match self {
            Self::Io(raw) => format!("{} IO", amount::format_io(*raw)),
            Self::WholeIo(raw) => {
                let whole = raw.checked_div(IO).unwrap_or(0);
                format!("{} IO", amount::format(whole, 0))
            }
            Self::Usdc(raw) => format!("{} USDC", amount::format_usdc(*raw)),
            Self::Token(raw, decimals, name) => {
                format!("{} {name}", amount::format(*raw, *decimals))
            }
            Self::Sol(lamports) => format!("{} SOL", amount::format(*lamports, SOL_DECIMALS)),
            Self::Address(address) => address.to_string(),
            Self::Addresses(addresses) => joined(addresses, ToString::to_string),
            Self::Text(text) => text.clone(),
            Self::Number(number) => amount::format(*number, 0),
            Self::Bps(bps) => format!("{} %", amount::format(*bps, 2)),
            Self::Flag(true) => "yes".into(),
            Self::Flag(false) => "no".into(),
            Self::Time(at) => date(*at),
            Self::When { at, now } if at > now => {
                format!("{} (in {})", date(*at), span(at.abs_diff(*now)))
            }
            Self::When { at, now } => format!("{} ({} ago)", date(*at), span(at.abs_diff(*now))),
            Self::From(None, _) => "at once".into(),
            Self::From(Some(at), now) => Self::When { at: *at, now: *now }.human(),
            Self::Id(bytes) => hex(bytes),
            Self::List(items) => items.join(", "),
            Self::None => "–".into(),
        }
    }

    /// As people read it where there is little room.
    pub fn brief(&self) -> String {
        match self {
            Self::Address(address) => short(address),
            Self::Addresses(addresses) => joined(addresses, short),
            Self::Id(bytes) => {
                let digits = hex(bytes);
                digits
                    .get(..8)
                    .map_or(digits.clone(), |start| format!("{start}…"))
            }
            shown => shown.human(),
        }
    }

    /// As programs read it.
    pub fn json(&self) -> Value {
        match self {
            Self::Io(raw)
            | Self::WholeIo(raw)
            | Self::Usdc(raw)
            | Self::Token(raw, ..)
            | Self::Sol(raw)
            | Self::Number(raw)
            | Self::Bps(raw) => number(*raw),
            Self::Time(at) | Self::When { at, .. } => (*at).into(),
            Self::From(at, _) => (*at).into(),
            Self::Address(address) => address.to_string().into(),
            Self::Addresses(addresses) => addresses.iter().map(ToString::to_string).collect(),
            Self::Text(text) => text.as_str().into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Id(bytes) => hex(bytes).into(),
            Self::List(items) => items.as_slice().into(),
            Self::None => Value::Null,
        }
    }
}

/// A number as JSON: as a string if a reader of doubles would round it.
pub fn number(number: u64) -> Value {
    if number > EXACT {
        number.to_string().into()
    } else {
        number.into()
    }
}

/// Addresses as `text` has each; a dash for none.
fn joined(addresses: &[Pubkey], text: impl Fn(&Pubkey) -> String) -> String {
    match addresses {
        [] => Shown::None.human(),
        some => some.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

/// The first and the last four characters of an address.
pub fn short(address: &Pubkey) -> String {
    let text = address.to_string();
    match (text.get(..4), text.get(text.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) => format!("{first}…{last}"),
        _ => text,
    }
}

/// The two largest units of a span of seconds.
pub fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let count = rest.checked_div(length).unwrap_or(0);
        rest = rest.checked_rem(length).unwrap_or(0);
        if count > 0 || (length == 1 && parts.is_empty()) {
            parts.push(format!("{count} {unit}"));
        }
    }
    parts.truncate(2);
    parts.join(" ")
}

fn date(at: i64) -> String {
    Timestamp::from_second(at).map_or_else(
        |_| format!("second {at}"),
        |moment| moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_well_and_stay_exact() {
        let address = Pubkey::from_str_const("ioMT3Hv9F2KkR6eafztRKtin9JjCyZ2HnJ8AcLvE2mv");
        assert_eq!(short(&address), "ioMT…E2mv");
        for (shown, human, json) in [
            (
                Shown::Io(4_800_000_000_000),
                "48,000 IO",
                4_800_000_000_000_u64.into(),
            ),
            (Shown::Usdc(1_500_000), "1.5 USDC", 1_500_000.into()),
            (Shown::Sol(5_000), "0.000005 SOL", 5_000.into()),
            (Shown::Bps(250), "2.5 %", 250.into()),
            (
                Shown::Time(1_719_316_800),
                "2024-06-25 12:00:00 UTC",
                1_719_316_800.into(),
            ),
            (
                Shown::Io(EXACT + 1),
                "90,071,992.54740993 IO",
                "9007199254740993".into(),
            ),
            (Shown::None, "–", Value::Null),
        ] {
            assert_eq!(shown.human(), human);
            assert_eq!(shown.json(), json);
        }
        let (none, two) = (Shown::Addresses(vec![]), Shown::Addresses(vec![address; 2]));
        assert_eq!([none.human(), none.brief()], ["–", "–"]);
        assert_eq!(two.brief(), "ioMT…E2mv, ioMT…E2mv");
        assert_eq!(two.json()[1], address.to_string());
        let when = Shown::When { at: 0, now: 90_061 };
        assert_eq!(when.human(), "1970-01-01 00:00:00 UTC (1 d 1 h ago)");
    }

    #[test]
    fn spans_name_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (3_600, "1 h"),
            (3_661, "1 h 1 min"),
            (1_209_599, "13 d 23 h"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }
}
