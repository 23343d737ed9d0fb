//! What a text is by its spelling alone.

/// Formats of strings, as OpenAPI names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// RFC 4122 text form.
    Uuid,
    /// RFC 3339 full-date.
    Date,
    /// RFC 3339 date-time.
    DateTime,
    /// RFC 3339 full-time.
    Time,
    /// An address with `@`.
    Email,
    /// An absolute URI with authority.
    Uri,
    /// Four dotted numbers.
    Ipv4,
    /// RFC 4291 text form.
    Ipv6,
    /// Base64 with padding.
    Byte,
    /// A JSON Web Token.
    Jwt,
    /// Bytes of a file. No spelling shows it: the part of a form says so.
    Binary,
}

impl Format {
    /// The word OpenAPI uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Uuid => "uuid",
            Format::Date => "date",
            Format::DateTime => "date-time",
            Format::Time => "time",
            Format::Email => "email",
            Format::Uri => "uri",
            Format::Ipv4 => "ipv4",
            Format::Ipv6 => "ipv6",
            Format::Byte => "byte",
            Format::Jwt => "jwt",
            Format::Binary => "binary",
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str, range: std::ops::Range<usize>) -> Option<u32> {
    text.get(range).filter(|part| digits(part))?.parse().ok()
}

fn date(text: &str) -> bool {
    if text.len() != 10 || text.as_bytes().get(4) != Some(&b'-') || text.as_bytes().get(7) != Some(&b'-') {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (number(text, 0..4), number(text, 5..7), number(text, 8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    day >= 1 && day <= days
}

fn month(text: &str) -> bool {
    text.len() == 7
        && text.as_bytes().get(4) == Some(&b'-')
        && number(text, 0..4).is_some_and(|year| (1900..2200).contains(&year))
        && number(text, 5..7).is_some_and(|month| (1..=12).contains(&month))
}

fn time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let bytes = clock.as_bytes();
    let in_range = number(clock, 0..2).is_some_and(|hour| hour < 24)
        && number(clock, 3..5).is_some_and(|minute| minute < 60)
        && number(clock, 6..8).is_some_and(|second| second <= 60);
    if !in_range || bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let after = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
            if after.len() == fraction.len() {
                return false;
            }
            after
        }
        None => rest,
    };
    match rest.as_bytes() {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', _, _, b':', _, _] => {
            number(rest, 1..3).is_some_and(|hour| hour < 24) && number(rest, 4..6).is_some_and(|minute| minute < 60)
        }
        _ => false,
    }
}

fn date_time(text: &str) -> bool {
    text.len() <= 40
        && matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' '))
        && text.get(..10).is_some_and(date)
        && text.get(11..).is_some_and(time)
}

fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    scheme.len() >= 2
        && scheme.len() <= 16
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !rest.contains(|character: char| character.is_whitespace() || character.is_control())
}

fn email(text: &str) -> bool {
    palisade_sensitive::value_kind(text) == Some(palisade_sensitive::Kind::Email)
}

fn mixed(text: &str) -> (usize, usize, usize) {
    text.bytes().fold((0, 0, 0), |(upper, lower, number), byte| match byte {
        b'A'..=b'Z' => (upper + 1, lower, number),
        b'a'..=b'z' => (upper, lower + 1, number),
        b'0'..=b'9' => (upper, lower, number + 1),
        _ => (upper, lower, number),
    })
}

fn base64(text: &str) -> bool {
    if text.len() < 20 || !text.len().is_multiple_of(4) {
        return false;
    }
    let body = text.trim_end_matches('=');
    let fits = text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    if !fits {
        return false;
    }
    let (upper, lower, number) = mixed(text);
    upper >= 2 && lower >= 2 && (number >= 2 || text.len() > body.len())
}

/// The format of a string value, when its spelling proves one.
pub fn format_of(text: &str) -> Option<Format> {
    if text.len() < 3 || text.len() > 4096 {
        return None;
    }
    if uuid(text) {
        return Some(Format::Uuid);
    }
    if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        if date(text) {
            return Some(Format::Date);
        }
        if date_time(text) {
            return Some(Format::DateTime);
        }
        if time(text) {
            return Some(Format::Time);
        }
        if text.len() <= 15 && text.parse::<std::net::Ipv4Addr>().is_ok() {
            return Some(Format::Ipv4);
        }
    }
    if text.contains(':') {
        if text.len() <= 45 && text.parse::<std::net::Ipv6Addr>().is_ok() {
            return Some(Format::Ipv6);
        }
        if uri(text) {
            return Some(Format::Uri);
        }
    }
    if text.starts_with("eyJ") && palisade_sensitive::value_kind(text) == Some(palisade_sensitive::Kind::Token) {
        return Some(Format::Jwt);
    }
    if text.contains('@') && email(text) {
        return Some(Format::Email);
    }
    base64(text).then_some(Format::Byte)
}

/// What a path segment is by its spelling alone: such a segment is a value, never a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Decimal digits, perhaps signed.
    Int,
    /// Decimal number with a fraction.
    Number,
    /// RFC 4122 text form.
    Uuid,
    /// Hexadecimal digits, eight or more, letters and digits both.
    Hex,
    /// Year, month and day.
    Date,
    /// Year and month.
    Month,
    /// Date and time.
    DateTime,
    /// An address with `@`.
    Email,
    /// A network address.
    Ip,
    /// 26 Crockford base32 characters.
    Ulid,
    /// Capitals, hyphen, digits, as in `ABC-123`.
    Ticket,
    /// A long opaque mix of letters and digits.
    Token,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 12] = [
        Class::Int,
        Class::Number,
        Class::Uuid,
        Class::Hex,
        Class::Date,
        Class::Month,
        Class::DateTime,
        Class::Email,
        Class::Ip,
        Class::Ulid,
        Class::Ticket,
        Class::Token,
    ];

    /// The word that stands for it in states and contracts.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Int => "int",
            Class::Number => "number",
            Class::Uuid => "uuid",
            Class::Hex => "hex",
            Class::Date => "date",
            Class::Month => "month",
            Class::DateTime => "date-time",
            Class::Email => "email",
            Class::Ip => "ip",
            Class::Ulid => "ulid",
            Class::Ticket => "ticket",
            Class::Token => "token",
        }
    }
}

/// The class of a decoded path segment (or of a map's key); `None` for words.
pub fn classify(segment: &str) -> Option<Class> {
    if segment.is_empty() || segment.len() > 2048 {
        return (!segment.is_empty()).then_some(Class::Token);
    }
    // What stood there was too secret to be kept: a value, no word.
    if segment == palisade_sensitive::REDACTED {
        return Some(Class::Token);
    }
    let unsigned = segment.strip_prefix('-').unwrap_or(segment);
    if digits(unsigned) {
        return Some(Class::Int);
    }
    match format_of(segment) {
        Some(Format::Uuid) => return Some(Class::Uuid),
        Some(Format::Date) => return Some(Class::Date),
        Some(Format::DateTime) => return Some(Class::DateTime),
        Some(Format::Email) => return Some(Class::Email),
        Some(Format::Ipv4 | Format::Ipv6) => return Some(Class::Ip),
        Some(Format::Jwt | Format::Byte) => return Some(Class::Token),
        _ => {}
    }
    if month(segment) {
        return Some(Class::Month);
    }
    if let Some((whole, fraction)) = unsigned.split_once('.')
        && digits(whole)
        && digits(fraction)
    {
        return Some(Class::Number);
    }
    if ticket(segment) {
        return Some(Class::Ticket);
    }
    let (upper, lower, number) = mixed(segment);
    let length = segment.len();
    if length >= 8 && number >= 1 && upper + lower >= 1 && segment.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let long = matches!(length, 24 | 32 | 40 | 64 | 128);
        if long || (number >= 2 && (upper == 0 || lower == 0)) {
            return Some(Class::Hex);
        }
    }
    let crockford =
        |byte: u8| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'L' | b'O' | b'U'));
    if length == 26
        && number >= 3
        && matches!(segment.as_bytes().first(), Some(b'0'..=b'7'))
        && segment.bytes().all(crockford)
    {
        return Some(Class::Ulid);
    }
    let opaque =
        segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'+' | b'.'));
    let runs =
        segment.split(|character: char| !character.is_ascii_alphanumeric()).map(str::len).max().unwrap_or_default();
    // Base64 for URLs may have a hyphen or underscore anywhere; words joined by them do not mix both cases and digits.
    let base64url = length >= 20
        && runs >= 8
        && upper.min(lower) >= 3
        && number >= 2
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let inside: usize = segment.split(['-', '_']).map(changes).sum();
    if base64url && inside * 3 >= length {
        return Some(Class::Token);
    }
    if opaque && runs >= 16 && number >= 3 && upper + lower >= 3 && changes(segment) * 4 >= length {
        return Some(Class::Token);
    }
    None
}

/// Capitals, hyphen, digits.
fn ticket(segment: &str) -> bool {
    segment.split_once('-').is_some_and(|(project, number)| {
        (1..=10).contains(&project.len())
            && project.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && project.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
            && digits(number)
    })
}

/// How often the kind of character changes: high in opaque tokens, low in words with a number.
fn changes(text: &str) -> usize {
    let kind = |byte: &u8| match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.as_bytes().windows(2).filter(|pair| matches!(pair, [left, right] if kind(left) != kind(right))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn segments_that_are_values_and_words_that_are_not() {
        let cases = [
            ("42", Some(Class::Int)),
            ("550e8400-e29b-41d4-a716-446655440000", Some(Class::Uuid)),
            ("507f1f77bcf86cd799439011", Some(Class::Hex)),
            ("2026-02-28", Some(Class::Date)),
            ("2026-02-30", None),
            ("2026-02", Some(Class::Month)),
            ("a@example.org", Some(Class::Email)),
            ("10.0.0.1", Some(Class::Ip)),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", Some(Class::Ulid)),
            ("OPS-113", Some(Class::Ticket)),
            ("x7Gk29QpLm3Zt8Rw", Some(Class::Token)),
            ("t_DK3_CAVNho6LdwsrSGGaSG", Some(Class::Token)),
            ("GetUserById_v2_ForAdminX", None),
            ("My-Summer-Trip-2026-Part-2", None),
            ("v1", None),
            ("walnut792", None),
            ("me", None),
            ("search", None),
            ("deadbeef", None),
            ("by-email", None),
            ("notification-preferences-2", None),
        ];
        for (segment, class) in cases {
            assert_eq!(classify(segment), class, "{segment}");
        }
    }

    #[test]
    fn formats() {
        let cases = [
            ("2026-11-22T10:00:00Z", Some(Format::DateTime)),
            ("2026-11-22T10:00:00.123456+02:00", Some(Format::DateTime)),
            ("2026-13-22T10:00:00Z", None),
            ("10:00:00Z", Some(Format::Time)),
            ("https://example.org/a?b", Some(Format::Uri)),
            ("::1", Some(Format::Ipv6)),
            ("aGVsbG8gd29ybGQhISEhMTIz", Some(Format::Byte)),
            ("a plain sentence", None),
            ("é-é-é-é-é-", None),
        ];
        for (text, format) in cases {
            assert_eq!(format_of(text), format, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer(text in "\\PC{0,48}") {
            let _ = (classify(&text), format_of(&text));
        }
    }
}
