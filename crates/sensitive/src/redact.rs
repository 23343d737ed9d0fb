//! Redaction of free text, paths and query strings.

use crate::{Class, credential_name, field_kind, value_kind};
use std::borrow::Cow;

/// What stands in place of a value that was taken out.
pub const REDACTED: &str = "redacted";

fn delimiter(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '"' | '\'' | '<' | '>' | '&' | '?' | ';' | ',' | '(' | ')' | '[' | ']')
}

/// Takes credentials and personal data out of free text: each is replaced by `[redacted:KIND]`.
///
/// Text that holds nothing sensitive is given back as it is. Linear in the text.
pub fn redact(text: &str) -> Cow<'_, str> {
    if let Some(start) = text.find("-----BEGIN ")
        && text.get(start..).is_some_and(|block| value_kind(block) == Some(crate::Kind::PrivateKey))
    {
        let end = text.rfind("-----END ").filter(|end| *end > start);
        let rest = end.and_then(|end| text.get(end..)).and_then(|tail| tail.get(9..)?.split_once("-----"));
        let head = text.get(..start).unwrap_or_default();
        return Cow::Owned(format!(
            "{}[redacted:private-key]{}",
            redact_tokens(head),
            redact_tokens(rest.map_or("", |r| r.1))
        ));
    }
    redact_tokens(text)
}

fn redact_tokens(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut scheme_before = false;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let length = match rest.find(delimiter) {
            Some(0) => {
                let step = rest.chars().next().map_or(1, char::len_utf8);
                if let Some(out) = &mut out {
                    out.push_str(rest.get(..step).unwrap_or_default());
                }
                at += step;
                continue;
            }
            Some(length) => length,
            None => rest.len(),
        };
        let token = rest.get(..length).unwrap_or_default();
        let replaced = redact_token(token, scheme_before);
        scheme_before = ["bearer", "basic", "digest"].iter().any(|scheme| token.eq_ignore_ascii_case(scheme));
        match (replaced, &mut out) {
            (Some(new), Some(out)) => out.push_str(&new),
            (Some(new), None) => out = Some(format!("{}{new}", text.get(..at).unwrap_or_default())),
            (None, Some(out)) => out.push_str(token),
            (None, None) => {}
        }
        at += length;
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn redact_token(token: &str, after_scheme: bool) -> Option<String> {
    if after_scheme && token.len() >= 4 {
        return Some("[redacted:token]".to_owned());
    }
    if let Some(kind) = value_kind(token) {
        return Some(format!("[redacted:{}]", kind.as_str()));
    }
    let (name, value) = token.split_once(['=', ':'])?;
    if value.is_empty() {
        return None;
    }
    if credential_name(name) || field_kind(name).is_some_and(|kind| kind.class() == Class::Credential) {
        return Some(format!("{name}={REDACTED}"));
    }
    value_kind(value).map(|kind| format!("{name}=[redacted:{}]", kind.as_str()))
}

/// Takes sensitive values out of a path, segment by segment; the shape of the path stays.
pub fn redact_path(path: &str) -> Cow<'_, str> {
    let sensitive = |segment: &str| {
        let decoded = segment.replace("%40", "@").replace("%20", " ").replace("%2B", "+");
        value_kind(&decoded).is_some()
    };
    if !path.split('/').any(sensitive) {
        return Cow::Borrowed(path);
    }
    let kept: Vec<&str> = path.split('/').map(|segment| if sensitive(segment) { REDACTED } else { segment }).collect();
    Cow::Owned(kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
        let cases = [
            ("nothing to see", "nothing to see"),
            ("Authorization: Bearer abcdef123", "Authorization: Bearer [redacted:token]"),
            ("mail someone@example.org now", "mail [redacted:email] now"),
            ("?api_key=abcdef&page=2", "?api_key=redacted&page=2"),
            ("card \"4111111111111111\".", "card \"[redacted:card-number]\"."),
        ];
        for (text, wanted) in cases {
            assert_eq!(redact(text), wanted);
        }
        assert_eq!(redact(&format!("t={jwt}")), "t=[redacted:token]");
        let pem = "key -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end";
        assert_eq!(redact(pem), "key [redacted:private-key] end");
    }

    #[test]
    fn paths_keep_their_shape() {
        assert_eq!(redact_path("/users/by-email/a%40example.org/x"), "/users/by-email/redacted/x");
        assert_eq!(redact_path("/users/7"), "/users/7");
    }
}
