//! Takes credentials out of an exchange and gives its caller a keyed name.

use crate::credential::{key_header, session_cookie};
use crate::hash::KeyedHash;
use crate::header::harmless;
use crate::lexical::classify;
use crate::marker::Marker;
use crate::model::{Exchange, Headers, RawExchange};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use palisade_sensitive::{Class, Hint, Kind, REDACTED, Rules, Side, credential_name, value_kind};
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What stands in place of a JSON Web Token that was a credential.
const REDACTED_JWT: &str = "redacted-jwt";

/// Redacts exchanges under one key. Callers keep their name as long as the key stays.
#[derive(Clone)]
pub struct Redactor {
    mac: Hmac<Sha256>,
    values: KeyedHash,
    rules: Arc<Rules>,
    /// What was found out about header fields. Who finds it taken does without.
    fields: Arc<Mutex<Fields>>,
}

/// Names of header fields that are remembered.
const MAX_FIELDS: usize = 512;
/// Values of one of them that are remembered to hold nothing sensitive, in each direction, and their longest, in bytes.
const MAX_CLEAN: usize = 8;
const MAX_CLEAN_VALUE: usize = 64;

/// Header fields that come again and again.
#[derive(Default)]
struct Fields(HashMap<Box<str>, Field>);

struct Field {
    credential: bool,
    request: Way,
    response: Way,
}

/// What a field promises in one direction, and values of it with nothing to take out.
struct Way {
    hint: Hint,
    clean: Vec<Box<str>>,
}

impl Fields {
    fn of(&mut self, name: &str, rules: &Rules) -> Option<&mut Field> {
        if !self.0.contains_key(name) {
            if self.0.len() >= MAX_FIELDS {
                return None;
            }
            let way = |side| Way { hint: rules.hint(name, side), clean: Vec::new() };
            let (request, response) = (way(Side::Request), way(Side::Response));
            self.0.insert(name.into(), Field { credential: credential_field(name), request, response });
        }
        self.0.get_mut(name)
    }
}

impl Way {
    fn remember(&mut self, value: &str) {
        if value.len() <= MAX_CLEAN_VALUE && self.clean.len() < MAX_CLEAN {
            self.clean.push(value.into());
        }
    }
}

fn credential_field(name: &str) -> bool {
    !harmless(name) && credential_name(name) && !name.eq_ignore_ascii_case("sec-websocket-key")
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(..)")
    }
}

impl Redactor {
    /// A redactor with the given secret key and the built-in rules. The key must not be stored beside what it redacts.
    pub fn new(key: &[u8; 32]) -> Self {
        Redactor::with_rules(key, Arc::default())
    }

    /// A redactor that goes by a user's own rules too.
    pub fn with_rules(key: &[u8; 32], rules: Arc<Rules>) -> Self {
        // HMAC takes keys of any length, so this cannot fail; the fallback keeps the signature honest.
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(key)
            .unwrap_or_else(|_| <Hmac<Sha256> as Mac>::new(&Default::default()));
        let mut derived = [0u8; 16];
        let mut values = mac.clone();
        values.update(b"palisade values");
        for (slot, byte) in derived.iter_mut().zip(values.finalize().into_bytes()) {
            *slot = byte;
        }
        Redactor { mac, values: KeyedHash::new(derived), rules, fields: Arc::default() }
    }

    /// The hash for body values that belongs to this key.
    pub fn values(&self) -> KeyedHash {
        self.values
    }

    /// What counts as sensitive.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// What values are marked by.
    pub fn marker(&self) -> Marker<'_> {
        Marker { hash: self.values, rules: &self.rules }
    }

    /// Takes the credentials out: header, cookie and query values become `redacted` (the scheme and the
    /// names stay), the caller gets a keyed name unless it has one. What is redacted stays as it is.
    pub fn redact(&self, raw: RawExchange) -> Exchange {
        let mut exchange = raw.0;
        if exchange.client.principal.is_none() {
            exchange.client.principal = self.principal(&exchange);
        }
        let mut known = self.fields.try_lock().ok();
        redact_headers(&mut exchange.request.headers, &self.rules, Side::Request, known.as_deref_mut());
        if let Some(response) = &mut exchange.response {
            redact_headers(&mut response.message.headers, &self.rules, Side::Response, known.as_deref_mut());
        }
        drop(known);
        if let Some(query) = &exchange.query {
            exchange.query = Some(redact_query(query, &self.rules));
        }
        if let Cow::Owned(path) = redact_credentials_in_path(&exchange.path, &self.rules) {
            exchange.path = path;
        }
        exchange.host = exchange.host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        exchange
    }

    fn principal(&self, exchange: &Exchange) -> Option<String> {
        let (kind, value) = credential_value(exchange)
            .or_else(|| exchange.client.address.map(|address| ("address", address.to_string())))?;
        let mut mac = self.mac.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
        Some(bytes.iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
    }
}

/// The part of the caller's credential that names the caller: JWT issuer and subject, Basic user, else all.
fn credential_value(exchange: &Exchange) -> Option<(&'static str, String)> {
    if let Some(value) = exchange.request.header("authorization") {
        let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer")
            && let Some(subject) = jwt_subject(rest)
        {
            return Some(("jwt", subject));
        }
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(pair) = STANDARD.decode(rest)
        {
            let user = pair.split(|byte| *byte == b':').next().unwrap_or_default();
            return Some(("basic", String::from_utf8_lossy(user).into_owned()));
        }
        return Some(("authorization", rest.to_owned()));
    }
    if let Some((_, value)) = exchange.request.headers.iter().find(|(name, _)| key_header(name)) {
        return Some(("key", value.clone()));
    }
    for (_, value) in exchange.request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie")) {
        let session =
            value.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| session_cookie(name));
        if let Some((_, session)) = session {
            return Some(("cookie", session.to_owned()));
        }
    }
    let pairs = exchange.query.as_deref().map(crate::target::query_pairs)?;
    pairs.into_iter().find(|(name, _)| credential_name(name)).map(|(_, value)| ("key", value.into_owned()))
}

fn jwt_subject(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1).filter(|payload| payload.len() <= 16 << 10)?;
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let text = |name: &str| match claims.get(name) {
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(serde_json::Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    Some(format!("{}\n{}", text("iss").unwrap_or_default(), text("sub")?))
}

fn redact_headers(headers: &mut Headers, rules: &Rules, side: Side, mut known: Option<&mut Fields>) {
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("proxy-authorization") {
            let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
            let jwt = jwt_like(rest.trim()) || rest == REDACTED_JWT;
            let plain = !scheme.is_empty()
                && scheme.len() <= 24
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let blank = if plain { " " } else { "" };
            let scheme = if plain { scheme } else { "" };
            *value = format!("{scheme}{blank}{}", if jwt { REDACTED_JWT } else { REDACTED });
        } else if name.eq_ignore_ascii_case("cookie") {
            let names: Vec<String> = value
                .split(';')
                .map(|pair| pair.split_once('=').map_or("", |(name, _)| name).trim())
                .filter(|name| !name.is_empty())
                .map(|name| format!("{name}={REDACTED}"))
                .collect();
            *value = if names.is_empty() { REDACTED.to_owned() } else { names.join("; ") };
        } else if name.eq_ignore_ascii_case("set-cookie") {
            let (pair, attributes) = value.split_once(';').unwrap_or((value, ""));
            let cookie = pair.split_once('=').map_or("", |(name, _)| name).trim();
            let semicolon = if attributes.is_empty() { "" } else { ";" };
            *value = format!("{cookie}={REDACTED}{semicolon}{attributes}");
        } else {
            let field = known.as_deref_mut().and_then(|known| known.of(name, rules));
            let credential = field.as_ref().map_or_else(|| credential_field(name), |field| field.credential);
            let way = field.map(|field| match side {
                Side::Request => &mut field.request,
                Side::Response => &mut field.response,
            });
            let hint = way.as_ref().map_or_else(|| rules.hint(name, side), |way| way.hint);
            if credential {
                *value = REDACTED.to_owned();
            } else if way.as_ref().is_some_and(|way| way.clean.iter().any(|clean| **clean == **value)) {
                // It was looked at before.
            } else if let Some(kind) = rules.kind_of_text(hint, value) {
                *value = format!("[redacted:{}]", kind.as_str());
            } else if let Cow::Owned(clean) = rules.redact(value) {
                *value = clean;
            } else if let Some(way) = way {
                way.remember(value);
            }
        }
    }
}

fn jwt_like(value: &str) -> bool {
    value.starts_with("eyJ") && value_kind(value) == Some(palisade_sensitive::Kind::Token)
}

/// Rewrites the values of a query that are to go, and what stands in place of a name and is a value.
fn rewrite_query(query: &str, goes: impl Fn(&str, &str) -> bool) -> String {
    let pairs: Vec<Cow<'_, str>> = query
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
            let decoded = crate::target::decode(name);
            let name = if value_kind(&decoded).is_some() { REDACTED } else { name };
            match value {
                None => Cow::Borrowed(name),
                Some(value) if !value.is_empty() && goes(&decoded, &crate::target::decode(value)) => {
                    Cow::Owned(format!("{name}={REDACTED}"))
                }
                Some(value) => Cow::Owned(format!("{name}={value}")),
            }
        })
        .collect();
    pairs.join("&")
}

/// In memory a query loses credentials and what proves to be worse than a way to reach someone.
fn redact_query(query: &str, rules: &Rules) -> String {
    rewrite_query(query, |name, value| {
        let kind = rules.kind_of_text(rules.hint(name, Side::Request), value);
        let proven = |kind: &Kind| matches!(kind, Kind::Own(_)) || value_kind(value) == Some(*kind);
        credential_name(name) || kind.filter(proven).is_some_and(|kind| !reaches(kind))
    })
}

/// Whether something of a kind reaches or describes a person and does no more.
fn reaches(kind: Kind) -> bool {
    matches!(kind.class(), Class::Contact | Class::Personal)
}

/// The query as it may be kept: every sensitive value becomes `redacted`, by what it is and by what its name promises.
pub fn kept_query(query: &str, rules: &Rules) -> String {
    rewrite_query(query, |name, value| {
        credential_name(name) || rules.kind_of_text(rules.hint(name, Side::Request), value).is_some()
    })
}

/// Rewrites the segments of a path that are to go, by the word before each, and the values of matrix parameters that are
/// to go or whose names say so. The shape of the path stays.
fn rewrite_path<'a>(path: &'a str, goes: impl Fn(&str, &str) -> bool) -> Cow<'a, str> {
    let decoded: Vec<String> = path.split('/').map(crate::target::decode).collect();
    let before = std::iter::once("").chain(decoded.iter().map(String::as_str));
    let rewritten: Vec<Option<Cow<'static, str>>> = before
        .zip(&decoded)
        .map(|(before, segment)| match crate::target::matrix(segment) {
            Some((stem, pairs)) => without_matrix(before, stem, &pairs, &goes).map(Cow::Owned),
            None => goes(before, segment).then_some(Cow::Borrowed(REDACTED)),
        })
        .collect();
    if rewritten.iter().all(Option::is_none) {
        return Cow::Borrowed(path);
    }
    let kept = path.split('/').zip(rewritten).map(|(raw, other)| other.unwrap_or(Cow::Borrowed(raw)));
    Cow::Owned(kept.collect::<Vec<_>>().join("/"))
}

/// A segment without what is to go of it; none when nothing is.
fn without_matrix(
    before: &str,
    stem: &str,
    pairs: &[(&str, &str)],
    goes: &impl Fn(&str, &str) -> bool,
) -> Option<String> {
    let named = |name: &str| credential_name(name) || session_cookie(name);
    let gone = |(name, value): &(&str, &str)| !value.is_empty() && (named(name) || goes(name, value));
    if !goes(before, stem) && !pairs.iter().any(gone) {
        return None;
    }
    let mut kept = encoded(if goes(before, stem) { REDACTED } else { stem });
    for pair in pairs {
        let value = encoded(if gone(pair) { REDACTED } else { pair.1 });
        kept.push_str(&format!(";{}={value}", pair.0));
    }
    Some(kept)
}

/// What a segment of a path holds as it is.
const KEPT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@').remove(b',');

/// A text as a path holds it.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

/// The path as it may be kept: credentials, personal data and long opaque segments, such as the token of a password
/// reset, become `redacted`. Its shape stays.
pub fn kept_path(path: &str, rules: &Rules) -> String {
    let goes = |before: &str, segment: &str| {
        classify(segment) == Some(crate::Class::Token) || rules.kind_of_segment(before, segment).is_some()
    };
    rewrite_path(path, goes).into_owned()
}

/// Paths keep personal data in memory (they name the resource) but lose credentials.
fn redact_credentials_in_path<'a>(path: &'a str, rules: &Rules) -> Cow<'a, str> {
    rewrite_path(path, |_, segment| {
        rules.kind_of_segment("", segment).is_some_and(|kind| kind.class() == Class::Credential)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_holds_nothing_sensitive() {
        let rules = Rules::built_in();
        let queries = [
            ("page=2&q=tea", "page=2&q=tea"),
            ("email=a%40example.org&page=2", "email=redacted&page=2"),
            ("phone=5550100234&empty=&bare", "phone=redacted&empty=&bare"),
            ("ssn=536228726", "ssn=redacted"),
            ("order=536228726", "order=536228726"),
            ("a%40example.org", "redacted"),
            ("a%40example.org=1&token=t", "redacted=1&token=redacted"),
        ];
        for (query, wanted) in queries {
            assert_eq!(kept_query(query, rules), wanted);
        }
        let paths = [
            ("/users/7/orders", "/users/7/orders"),
            ("/users/by-email/a%40example.org/x", "/users/by-email/redacted/x"),
            ("/phone/5550100234", "/phone/redacted"),
            ("/reset/R3s3tL1nkQ8wE2rT6yU0iO4pA9sD3fG7", "/reset/redacted"),
            ("/password/reset", "/password/reset"),
            ("/shop;jsessionid=8A1F/items;page=2", "/shop;jsessionid=redacted/items;page=2"),
            ("/users;mail=a%40example.org;sort=up", "/users;mail=redacted;sort=up"),
        ];
        for (path, wanted) in paths {
            assert_eq!(kept_path(path, rules), wanted);
        }
    }

    #[test]
    fn in_memory_stays_what_names_a_resource() {
        let rules = Rules::built_in();
        let query = redact_query("email=a%40example.org&card=4111111111111111&api_key=k&born=1990-01-01", rules);
        assert_eq!(query, "email=a%40example.org&card=redacted&api_key=redacted&born=1990-01-01");
        assert_eq!(redact_credentials_in_path("/users/a%40example.org", rules), "/users/a%40example.org");
        assert_eq!(redact_credentials_in_path("/keys/AKIAIOSFODNN7EXAMPLE", rules), "/keys/redacted");
        let path =
            redact_credentials_in_path("/shop;jsessionid=8A1F;mail=a%40b.example/7;key=AKIAIOSFODNN7EXAMPLE", rules);
        assert_eq!(path, "/shop;jsessionid=redacted;mail=a@b.example/7;key=redacted");
    }
}
