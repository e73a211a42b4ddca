//! What the numbers in instructions count.

use super::idl::hex;
use crate::output::{Shown, span};
use io_client::shared::state::{ClassRule, EmissionsRule};

/// A number that the argument `path` of `instruction` has, with its unit; `found` are the arguments in front.
pub fn number(instruction: &str, path: &str, value: u64, found: &[(String, Shown)]) -> Shown {
    let argument = path.rsplit('.').next().unwrap_or(path);
    match (instruction, argument) {
        ("schedule_rule", "rule") => rule_name(EmissionsRule::from_byte, value),
        ("schedule_class", "rule") => rule_name(ClassRule::from_byte, value),
        ("schedule_rule" | "schedule_class", "next") => by_rule(found, value),
        (_, "window_limit" | "cap") if value == u64::MAX => Shown::text("no limit"),
        ("request_unstake", "amount") if value == u64::MAX => Shown::text("all"),
        ("buy_back", "amount") => Shown::Usdc(value),
        ("pay_token" | "pay_fiat", "amounts") | (_, "minimum") => {
            Shown::Token(value, 0, "raw units of the token".into())
        }
        (_, "daily" | "daily_limit" | "min_usdc_out" | "keeper_min_price") => Shown::Usdc(value),
        (
            _,
            "amount" | "amounts" | "next_total" | "window_limit" | "cap" | "bounty_cap"
            | "min_accepted" | "min_io_out",
        ) => Shown::Io(value),
        (_, "window_seconds") => Shown::text(span(value)),
        (_, "multiplier_milli") => Shown::Token(value, 3, "×".into()),
        (_, "scores" | "pool_shares" | "bps") => Shown::Bps(value),
        (_, name) if name.ends_with("_bps") => Shown::Bps(value),
        _ => Shown::Number(value),
    }
}

fn rule_name<R: core::fmt::Debug>(of: impl Fn(u8) -> Option<R>, value: u64) -> Shown {
    let rule = u8::try_from(value).ok().and_then(of);
    rule.map_or(Shown::Number(value), |rule| {
        Shown::text(format!("{rule:?}"))
    })
}

/// The next value of the rule that was read before it.
fn by_rule(found: &[(String, Shown)], value: u64) -> Shown {
    let rule = found.iter().find(|(name, _)| name == "rule");
    let Some((_, Shown::Text(rule))) = rule else {
        return Shown::Number(value);
    };
    match rule.as_str() {
        "BountyBps" | "MaxBoostBps" | "MaxScoreStepBps" => Shown::Bps(value),
        "BountyCap" => Shown::Io(value),
        "Multiplier" => Shown::Token(value, 3, "×".into()),
        "DelegatorsSlashable" => Shown::Flag(value != 0),
        _ => Shown::Number(value),
    }
}

/// Bytes of the argument `path`: a name as such, anything else in hexadecimal.
pub fn bytes(path: &str, bytes: &[u8]) -> Shown {
    let text = core::str::from_utf8(bytes).ok();
    let text = text.map(|text| text.trim_end_matches('\0'));
    match text {
        Some(name) if path == "name" => text_of(name),
        _ => hex(bytes),
    }
}

/// Text that somebody else chose, as it is shown to whoever is to sign it: what could move the cursor, or
/// change the direction of writing, and so hide the rest, is escaped.
pub fn text_of(text: &str) -> Shown {
    let plain = |one: char| one.is_alphanumeric() || one.is_ascii_graphic() || one == ' ';
    if text.chars().all(plain) {
        Shown::text(text)
    } else {
        Shown::text(text.escape_default().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_hide_what_is_beside_it() {
        for (text, shown) in [
            ("io.net & Söhne", "io.net & Söhne"),
            ("B200", "B200"),
            ("a\u{1b}[2Kb", "a\\u{1b}[2Kb"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\nb", "a\\nb"),
        ] {
            assert_eq!(text_of(text).human(), shown);
        }
    }
}
