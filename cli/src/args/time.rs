//! Moments and spans.

use jiff::Timestamp;
use std::time::Duration;

/// Unix seconds of a moment: as such, or as RFC 3339 writes it.
pub fn moment(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    text.parse::<Timestamp>()
        .map(Timestamp::as_second)
        .map_err(|_| "not a time; write Unix seconds or 2026-07-01T12:00:00Z".to_owned())
}

/// The moment `span` after `now`; the last there is if that is later.
pub fn until(now: i64, span: Duration) -> i64 {
    now.saturating_add_unsigned(span.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_seconds_or_rfc_3339() {
        assert_eq!(moment("1719316800"), Ok(1_719_316_800));
        assert_eq!(moment("2024-06-25T12:00:00Z"), Ok(1_719_316_800));
        assert_eq!(moment("2024-06-25T14:00:00+02:00"), Ok(1_719_316_800));
        assert!(moment("tomorrow").is_err());
    }
}
