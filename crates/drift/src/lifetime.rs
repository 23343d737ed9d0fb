//! When an operation is on its way out: what the contract says, and what answers say of themselves.

use jiff::Timestamp;
use jiff::civil::Date;
use palisade_contract::{Contract, Operation};
use palisade_document::{NodeId, NodeRef};
use palisade_exchange::Message;

/// Words that contracts use for the day on which an operation ends.
const SUNSET: [&str; 4] = ["x-sunset", "sunset", "x-sunset-date", "x-sunset-at"];

/// What the contract says of an operation's life.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Life {
    pub(crate) deprecated: bool,
    /// When it ends, microseconds since the Unix epoch, and where that stands.
    pub(crate) sunset: Option<(i64, NodeId)>,
}

impl Life {
    pub(crate) fn of(contract: &Contract, operation: &Operation) -> Life {
        let own = contract.node(operation.node);
        let path = contract.paths.get(operation.path).map(|path| contract.node(path.node));
        let sunset = std::iter::once(own).chain(path).find_map(sunset);
        Life { deprecated: operation.deprecated, sunset }
    }
}

fn sunset(holder: NodeRef<'_>) -> Option<(i64, NodeId)> {
    SUNSET.iter().find_map(|word| {
        let node = holder.get(word)?;
        Some((moment(node.scalar_text())?, node.id()))
    })
}

/// What an answer says of its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Said {
    /// `Deprecation` (RFC 9745), begun by `now`.
    pub(crate) deprecated: bool,
    /// `Sunset` (RFC 8594), passed by `now`.
    pub(crate) ended: bool,
}

impl Said {
    /// What the header fields of an answer given at `now` (microseconds since the Unix epoch) say.
    pub(crate) fn by(answer: &Message, now: i64) -> Said {
        let deprecated = answer.header("deprecation").is_some_and(|value| {
            let value = value.trim();
            // A date (RFC 9745, and drafts before it), else a bare word, of which `false` alone says no.
            moment(value).map_or(!value.is_empty() && !value.eq_ignore_ascii_case("false"), |from| from <= now)
        });
        let ended = answer.header("sunset").and_then(|value| moment(value.trim())).is_some_and(|end| end <= now);
        Said { deprecated, ended }
    }
}

/// A point in time as contracts and headers write it: a day (its end counts), a date and time with offset, an HTTP date,
/// or `@` and seconds (RFC 9651).
fn moment(text: &str) -> Option<i64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse::<i64>().ok()?.checked_mul(1_000_000);
    }
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        let next = day.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        return Some(next.timestamp().as_microsecond());
    }
    let exact = text.parse::<Timestamp>().ok();
    let http = || jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    exact.or_else(http).map(|time| time.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_793_534_400_000_000;

    fn said(headers: &[(&str, &str)]) -> Said {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Said::by(&Message { headers, ..Message::default() }, NOON)
    }

    #[test]
    fn moments_are_read_in_every_spelling() {
        let seconds = |text: &str| moment(text).map(|time| time / 1_000_000);
        assert_eq!(seconds("@1688169599"), Some(1_688_169_599));
        assert_eq!(seconds("Sun, 11 Nov 2018 23:59:59 GMT"), Some(1_541_980_799));
        assert_eq!(seconds("2018-11-11T23:59:59Z"), Some(1_541_980_799));
        // A day has passed when it is over.
        assert_eq!(seconds("2018-11-11"), Some(1_541_980_800));
        for other in ["", "soon", "2018-13-40", "@", "@x"] {
            assert_eq!(moment(other), None, "{other}");
        }
    }

    #[test]
    fn headers_speak_from_their_day_on() {
        assert_eq!(said(&[]), Said::default());
        assert_eq!(said(&[("Deprecation", "false")]), Said::default());
        assert_eq!(
            said(&[("Deprecation", "@4000000000"), ("Sunset", "Sat, 01 Jan 2050 00:00:00 GMT")]),
            Said::default()
        );
        let both = Said { deprecated: true, ended: true };
        assert_eq!(said(&[("deprecation", "true"), ("sunset", "Tue, 01 Jan 2019 00:00:00 GMT")]), both);
    }
}
