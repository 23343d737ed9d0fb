//! Redaction of free text, paths and query strings.

use crate::{Class, Kind, Rules, Side, credential_name, field_kind};
use std::borrow::Cow;

/// What stands in place of a value that was taken out.
pub const REDACTED: &str = "redacted";

fn delimiter(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '"' | '\'' | '<' | '>' | '&' | '?' | ';' | ',' | '(' | ')' | '[' | ']')
}

impl Rules {
    /// Takes credentials and personal data out of free text: each is replaced by `[redacted:KIND]`.
    ///
    /// Text that holds nothing sensitive is given back as it is. Linear in the text.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if let Some(start) = text.find("-----BEGIN ")
            && text.get(start..).is_some_and(|block| crate::value_kind(block) == Some(Kind::PrivateKey))
        {
            let end = text.rfind("-----END ").filter(|end| *end > start);
            let rest = end.and_then(|end| text.get(end..)).and_then(|tail| tail.get(9..)?.split_once("-----"));
            let head = text.get(..start).unwrap_or_default();
            return Cow::Owned(format!(
                "{}[redacted:private-key]{}",
                self.redact_tokens(head),
                self.redact_tokens(rest.map_or("", |r| r.1))
            ));
        }
        self.redact_tokens(text)
    }

    fn redact_tokens<'a>(&self, text: &'a str) -> Cow<'a, str> {
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
            let replaced = self.redact_token(token, scheme_before);
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

    fn redact_token(&self, token: &str, after_scheme: bool) -> Option<String> {
        if after_scheme && token.len() >= 4 {
            return Some("[redacted:token]".to_owned());
        }
        if let Some(kind) = self.kind_of_value(token) {
            return Some(format!("[redacted:{}]", kind.as_str()));
        }
        let (name, value) = token.split_once(['=', ':'])?;
        if value.is_empty() {
            return None;
        }
        if credential_name(name) || field_kind(name).is_some_and(|kind| kind.class() == Class::Credential) {
            return Some(format!("{name}={REDACTED}"));
        }
        // `//` is what follows the scheme of an address.
        let value = value.strip_prefix("//").unwrap_or(value);
        let kind = self.kind_of_text(self.hint(name, Side::Request), value)?;
        Some(format!("{name}=[redacted:{}]", kind.as_str()))
    }

    /// The kind of a value of which no name is known.
    fn kind_of_value(&self, value: &str) -> Option<Kind> {
        self.kind_of_text(self.hint("", Side::Request), value)
    }

    /// The kind of a segment of a path, decoded; the segment before it stands as its name, as in `/by-phone/5550100`.
    pub fn kind_of_segment(&self, before: &str, segment: &str) -> Option<Kind> {
        let hint = self.hint(before, Side::Request);
        let kind = self.kind_of_text(hint, segment)?;
        // Words under a word name things more often than people: `/email/verify`, `/password/reset`.
        let word = segment.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.'));
        (!word || self.kind_of_value(segment).is_some()).then_some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(text: &str) -> Cow<'_, str> {
        Rules::built_in().redact(text)
    }

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
        let cases = [
            ("nothing to see", "nothing to see"),
            ("Authorization: Bearer abcdef123", "Authorization: Bearer [redacted:token]"),
            ("mail someone@example.org now", "mail [redacted:email] now"),
            ("?api_key=abcdef&page=2", "?api_key=redacted&page=2"),
            ("?phone=5550100234&page=2", "?phone=[redacted:phone]&page=2"),
            ("card \"4111111111111111\".", "card \"[redacted:card-number]\"."),
            ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ];
        for (text, wanted) in cases {
            assert_eq!(redact(text), wanted);
        }
        assert_eq!(redact(&format!("t={jwt}")), "t=[redacted:token]");
        let pem = "key -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end";
        assert_eq!(redact(pem), "key [redacted:private-key] end");
    }

    #[test]
    fn segments_are_judged_by_the_word_before_them() {
        let kind = |before, segment| Rules::built_in().kind_of_segment(before, segment);
        assert_eq!(kind("by-email", "a@example.org"), Some(Kind::Email));
        assert_eq!(kind("phone", "5550100234"), Some(Kind::Phone));
        assert_eq!(kind("ssn", "536228726"), Some(Kind::NationalId));
        for (before, segment) in
            [("users", "7"), ("password", "reset"), ("token", "refresh-now"), ("orders", "5550100234")]
        {
            assert_eq!(kind(before, segment), None, "{before}/{segment}");
        }
    }
}
