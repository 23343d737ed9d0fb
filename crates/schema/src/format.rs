//! The formats that are asserted.

use crate::number::Decimal;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A format that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Date,
    DateTime,
    Time,
    Duration,
    Email,
    Uuid,
    Uri,
    UriReference,
    Ipv4,
    Ipv6,
    Hostname,
    Byte,
    Binary,
    Int32,
    Int64,
    Float,
    Double,
}

impl Format {
    pub(crate) fn from_word(word: &str) -> Option<Format> {
        Some(match word {
            "date" => Format::Date,
            "date-time" => Format::DateTime,
            "time" => Format::Time,
            "duration" => Format::Duration,
            "email" => Format::Email,
            "uuid" => Format::Uuid,
            "uri" | "url" => Format::Uri,
            "uri-reference" => Format::UriReference,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "hostname" => Format::Hostname,
            "byte" => Format::Byte,
            "binary" => Format::Binary,
            "int32" => Format::Int32,
            "int64" => Format::Int64,
            "float" => Format::Float,
            "double" => Format::Double,
            _ => return None,
        })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Format::Date => "date",
            Format::DateTime => "date-time",
            Format::Time => "time",
            Format::Duration => "duration",
            Format::Email => "email",
            Format::Uuid => "uuid",
            Format::Uri => "uri",
            Format::UriReference => "uri-reference",
            Format::Ipv4 => "ipv4",
            Format::Ipv6 => "ipv6",
            Format::Hostname => "hostname",
            Format::Byte => "byte",
            Format::Binary => "binary",
            Format::Int32 => "int32",
            Format::Int64 => "int64",
            Format::Float => "float",
            Format::Double => "double",
        }
    }

    /// True for the formats of numbers.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Format::Int32 | Format::Int64 | Format::Float | Format::Double)
    }

    /// Whether a string has this format.
    pub(crate) fn holds(self, text: &str) -> bool {
        match self {
            Format::Date => is_date(text.as_bytes()),
            Format::DateTime => is_date_time(text.as_bytes()),
            Format::Time => is_time(text.as_bytes()),
            Format::Duration => is_duration(text),
            Format::Email => is_email(text),
            Format::Uuid => is_uuid(text.as_bytes()),
            Format::Uri => is_uri(text),
            Format::UriReference => is_uri_reference(text),
            Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Format::Hostname => is_hostname(text),
            Format::Byte => is_base64(text.as_bytes()),
            _ => true,
        }
    }

    /// Whether a number text has this format.
    pub(crate) fn holds_number(self, text: &str) -> bool {
        let within = |low: &str, high: &str| {
            let (Some(value), Some(low), Some(high)) =
                (Decimal::parse(text), Decimal::parse(low), Decimal::parse(high))
            else {
                return false;
            };
            value.compare(&low).is_ge() && value.compare(&high).is_le()
        };
        match self {
            Format::Int32 => match text.parse::<i64>() {
                Ok(value) => i32::try_from(value).is_ok(),
                Err(_) => crate::number::is_integer(text) && within("-2147483648", "2147483647"),
            },
            Format::Int64 => {
                text.parse::<i64>().is_ok()
                    || (crate::number::is_integer(text) && within("-9223372036854775808", "9223372036854775807"))
            }
            Format::Float => text.parse::<f32>().is_ok_and(f32::is_finite),
            Format::Double => text.parse::<f64>().is_ok_and(f64::is_finite),
            _ => true,
        }
    }
}

/// Exactly the digits at `from..to` as a number.
fn digits(text: &[u8], from: usize, to: usize) -> Option<u32> {
    text.get(from..to)?.iter().try_fold(0, |sum: u32, byte| {
        byte.is_ascii_digit().then(|| sum.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')))
    })
}

fn is_date(text: &[u8]) -> bool {
    if text.len() != 10 || text.get(4) != Some(&b'-') || text.get(7) != Some(&b'-') {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

fn is_date_time(text: &[u8]) -> bool {
    let (Some(date), Some(separator), Some(time)) = (text.get(..10), text.get(10), text.get(11..)) else {
        return false;
    };
    is_date(date) && matches!(separator, b'T' | b't' | b' ') && is_time(time)
}

fn is_time(text: &[u8]) -> bool {
    if text.get(2) != Some(&b':') || text.get(5) != Some(&b':') {
        return false;
    }
    let (Some(hour), Some(minute), Some(second)) = (digits(text, 0, 2), digits(text, 3, 5), digits(text, 6, 8)) else {
        return false;
    };
    let mut rest = text.get(8..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return false;
        }
        rest = fraction.get(length..).unwrap_or_default();
    }
    let offset: i64 = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => match (digits(rest, 1, 3), digits(rest, 4, 6)) {
            (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => {
                let minutes = i64::from(hours * 60 + minutes);
                if *sign == b'+' { minutes } else { -minutes }
            }
            _ => return false,
        },
        _ => return false,
    };
    if hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    // A leap second comes at 23:59:60 UTC only.
    second < 60 || (i64::from(hour * 60 + minute) - offset).rem_euclid(1440) == 1439
}

fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (rest, None),
    };
    let part = |text: &str, units: &str| -> Option<usize> {
        let (mut count, mut last, mut text) = (0, None, text);
        while !text.is_empty() {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let unit = text.as_bytes().get(length).copied()?;
            let place = units.bytes().position(|known| known == unit)?;
            // Units come in order and none between two is left out.
            if length == 0 || last.is_some_and(|last: usize| place != last + 1) {
                return None;
            }
            last = Some(place);
            count += 1;
            text = text.get(length + 1..)?;
        }
        Some(count)
    };
    if let Some(weeks) = date.strip_suffix('W') {
        return time.is_none() && !weeks.is_empty() && weeks.bytes().all(|byte| byte.is_ascii_digit());
    }
    match (part(date, "YMD"), time.map(|time| part(time, "HMS"))) {
        (Some(date), None) => date > 0,
        (Some(_), Some(Some(time))) => time > 0,
        _ => false,
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_holds = if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        !quoted.bytes().any(|byte| byte == b'\n' || byte == b'\r')
    } else {
        !local.is_empty()
            && local.split('.').all(|atom| {
                !atom.is_empty()
                    && atom
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+/=?^_`{|}~-".contains(c))
            })
    };
    let address = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let domain_holds = match address {
        Some(address) => match address.strip_prefix("IPv6:") {
            Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
            None => address.parse::<Ipv4Addr>().is_ok(),
        },
        None => {
            is_hostname(domain) || (!domain.is_ascii() && !domain.is_empty() && !domain.contains(char::is_whitespace))
        }
    };
    local_holds && domain_holds
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_hostname(text: &str) -> bool {
    text.len() <= 253
        && !text.is_empty()
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Both alphabets, with or without padding.
fn is_base64(text: &[u8]) -> bool {
    let body = text.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    let padding = text.len() - body;
    padding <= 2
        && (padding == 0 || text.len().is_multiple_of(4))
        && body % 4 != 1
        && text.iter().take(body).all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) && is_uri_reference(text)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_uri_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escaped = |at: usize| matches!((bytes.get(at + 1), bytes.get(at + 2)), (Some(a), Some(b)) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    let clean = bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => escaped(at),
        byte => matches!(byte, b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~'),
    });
    if !clean || bytes.iter().filter(|byte| **byte == b'#').count() > 1 {
        return false;
    }
    let segment = |text: &str| text.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(text.len());
    let bracket = |text: &str| text.bytes().any(|byte| matches!(byte, b'[' | b']'));
    // What stands before a colon in the first segment is a scheme.
    let first = text.get(..segment(text)).unwrap_or_default();
    if first.split_once(':').is_some_and(|(scheme, _)| !is_scheme(scheme)) {
        return false;
    }
    // Brackets only round an address, and a port is a number.
    let after = text.split_once(':').map_or(text, |(_, rest)| rest);
    let rest = after.strip_prefix("//").or_else(|| text.strip_prefix("//"));
    let Some(rest) = rest else { return !bracket(text) };
    let (authority, tail) = rest.split_at_checked(segment(rest)).unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if user.contains('@') || bracket(user) || bracket(tail) {
        return false;
    }
    let port = if let Some(bracketed) = host.strip_prefix('[') {
        let Some((address, port)) = bracketed.split_once(']') else { return false };
        if address.parse::<Ipv6Addr>().is_err() && !address.starts_with(['v', 'V']) {
            return false;
        }
        port.strip_prefix(':').unwrap_or(port)
    } else {
        if bracket(host) {
            return false;
        }
        host.split_once(':').map_or("", |(_, port)| port)
    };
    port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn formats_hold_what_their_standards_say() {
        for (word, good, bad) in [
            ("date", vec!["2024-02-29"], vec!["2023-02-29", "2024-13-01", "24-1-1", "2024-01-1x"]),
            (
                "date-time",
                vec!["2024-01-01T00:00:00Z", "2024-01-01t23:59:60.5z", "1998-12-31T15:59:60-08:00"],
                vec!["2024-01-01", "2024-01-01T24:00:00Z", "2024-01-01T12:00:00", "2024-01-01T12:00:60Z"],
            ),
            ("time", vec!["12:00:00Z", "12:00:00.123+01:30"], vec!["12:00", "12:00:00", "12:00:00.Z"]),
            ("duration", vec!["P1Y2M3D", "PT1H", "P4W", "P1DT12H"], vec!["P", "PT", "1D", "P1H", "P1D2Y", "P2D1"]),
            ("email", vec!["a@b.co", "a.b+c@x-y.org", "x@[127.0.0.1]"], vec!["a", "a@", "@b", "a..b@c.d", "a b@c.d"]),
            ("uuid", vec!["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], vec!["2eb8aa08aa9811eab4aa73b441d16380", ""]),
            (
                "uri",
                vec!["http://a.b/c?d=e#f", "urn:x:y", "mailto:a@b.c", "http://[::1]:80/"],
                vec!["/a", "//a/b", "http://a b/", "http://a/%zz", "http://a/{x}", "http://[::1/", "\\\\a"],
            ),
            ("ipv4", vec!["127.0.0.1"], vec!["127.0.0.01", "256.1.1.1", "1.2.3"]),
            ("ipv6", vec!["::1", "fe80::1"], vec!["12345::", "::1%eth0", "1:2"]),
            ("hostname", vec!["a.b-c.d", "localhost"], vec!["-a", "a_b", "", "a..b"]),
            ("byte", vec!["", "YQ==", "YWI", "-_-_"], vec!["Y", "Y===", "a b c", "YQ=a"]),
        ] {
            let Some(format) = Format::from_word(word) else { panic!("{word} is known") };
            assert_eq!(format.word(), word);
            for text in good {
                assert!(format.holds(text), "{word} {text:?}");
            }
            for text in bad {
                assert!(!format.holds(text), "{word} {text:?}");
            }
        }
    }

    #[test]
    fn numeric_formats_know_their_range() {
        for (format, text, expected) in [
            (Format::Int32, "2147483647", true),
            (Format::Int32, "2147483648", false),
            (Format::Int32, "1e3", true),
            (Format::Int64, "9223372036854775807", true),
            (Format::Int64, "9223372036854775808", false),
            (Format::Int64, "-9223372036854775808.0", true),
            (Format::Float, "1e39", false),
            (Format::Double, "1e39", true),
            (Format::Double, "1e400", false),
        ] {
            assert_eq!(format.holds_number(text), expected, "{format:?} {text}");
        }
    }
}
