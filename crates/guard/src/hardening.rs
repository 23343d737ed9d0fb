//! Changes of an answer's header fields on the way to the client.

use crate::{Edit, ResponseRules};
use palisade_exchange::HeadersView;

/// Security fields that an answer without them gets, with what they say. After the OWASP HTTP headers and REST security
/// cheat sheets; `Strict-Transport-Security` is the business of whoever ends TLS, by `set`.
const SECURITY: [(&str, &str); 5] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Permitted-Cross-Domain-Policies", "none"),
];

/// Fields that name the software behind.
const FINGERPRINTS: [&str; 11] = [
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-runtime",
    "x-version",
    "x-php-version",
    "x-backend-server",
    "x-served-by",
    "x-server",
];

/// What changes.
pub(crate) fn edits(rules: &ResponseRules, headers: HeadersView<'_>) -> Vec<Edit> {
    if *rules == ResponseRules::default() {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut set: Vec<(&str, &str, bool)> =
        rules.set.iter().map(|(name, value)| (name.as_str(), value.as_str(), false)).collect();
    for (at, (name, value)) in headers.0.iter().enumerate() {
        if let Some((_, wanted, done)) = set.iter_mut().find(|(wanted, _, _)| wanted.eq_ignore_ascii_case(name)) {
            // One of a name is set; others of it would say something else.
            edits.push(if *done { Edit::Remove(at) } else { Edit::Replace(at, (*wanted).to_owned()) });
            *done = true;
        } else if rules.remove_fingerprints && FINGERPRINTS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            edits.push(Edit::Remove(at));
        } else if rules.harden_cookies && name.eq_ignore_ascii_case("set-cookie") {
            edits.extend(hardened(value).map(|value| Edit::Replace(at, value)));
        }
    }
    let missing = set.iter().filter(|(_, _, done)| !done);
    edits.extend(missing.map(|(name, value, _)| Edit::Add((*name).to_owned(), (*value).to_owned())));
    if rules.security_headers {
        for (name, value) in SECURITY {
            if headers.get(name).is_none() && !set.iter().any(|(other, _, _)| other.eq_ignore_ascii_case(name)) {
                edits.push(Edit::Add(name.to_owned(), value.to_owned()));
            }
        }
    }
    edits
}

/// A cookie with the attributes it lacks; `None` when it lacks none or is no text.
fn hardened(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let has = |wanted: &str| {
        let mut names = text.split(';').skip(1).map(|part| part.split('=').next().unwrap_or(part).trim());
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    };
    let mut hardened = text.trim_end_matches([';', ' ']).to_owned();
    for (name, written) in [("Secure", "; Secure"), ("HttpOnly", "; HttpOnly"), ("SameSite", "; SameSite=Lax")] {
        if !has(name) {
            hardened.push_str(written);
        }
    }
    (hardened != text).then_some(hardened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_added_and_what_tells_too_much_goes() {
        let rules = ResponseRules {
            security_headers: true,
            set: [("Referrer-Policy".to_owned(), "origin".to_owned()), ("X-A".to_owned(), "1".to_owned())].into(),
            remove_fingerprints: true,
            harden_cookies: true,
            ..ResponseRules::default()
        };
        let headers: &[(&str, &[u8])] = &[
            ("server", b"nginx/1.2"),
            ("x-a", b"0"),
            ("X-FRAME-OPTIONS", b"SAMEORIGIN"),
            ("Set-Cookie", b"a=1; path=/; secure"),
            ("X-A", b"2"),
            ("Set-Cookie", b"b=2; Secure; HttpOnly; SameSite=None"),
        ];
        let add = |name: &str, value: &str| Edit::Add(name.to_owned(), value.to_owned());
        assert_eq!(
            edits(&rules, HeadersView(headers)),
            [
                Edit::Remove(0),
                Edit::Replace(1, "1".to_owned()),
                Edit::Replace(3, "a=1; path=/; secure; HttpOnly; SameSite=Lax".to_owned()),
                Edit::Remove(4),
                add("Referrer-Policy", "origin"),
                add("X-Content-Type-Options", "nosniff"),
                add("Content-Security-Policy", "frame-ancestors 'none'"),
                add("X-Permitted-Cross-Domain-Policies", "none"),
            ]
        );
        assert_eq!(edits(&ResponseRules::default(), HeadersView(headers)), []);
    }
}
