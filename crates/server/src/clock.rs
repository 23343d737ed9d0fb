//! The clock, and times as text.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since the Unix epoch.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// RFC 3339, UTC, with microseconds.
pub fn text(microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string()
}

/// A new UUIDv7 as text.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn microseconds_are_always_shown() {
        assert_eq!(super::text(1_795_359_600_000_000), "2026-11-22T15:00:00.000000Z");
        assert_eq!(super::text(1), "1970-01-01T00:00:00.000001Z");
        assert_eq!(super::text(i64::MAX), "1970-01-01T00:00:00.000000Z");
    }
}
