//! Takes credentials out of an exchange and gives its caller a keyed name.

use crate::credential::{key_header, session_cookie};
use crate::hash::KeyedHash;
use crate::lexical::classify;
use crate::model::{Exchange, Headers, RawExchange};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use palisade_sensitive::{Class, REDACTED, credential_name, redact_path, value_kind};
use sha2::Sha256;

/// Redacts exchanges under one key. Callers keep their name as long as the key stays.
#[derive(Clone)]
pub struct Redactor {
    mac: Hmac<Sha256>,
    values: KeyedHash,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(..)")
    }
}

impl Redactor {
    /// A redactor with the given secret key. The key must not be stored beside what it redacts.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC takes keys of any length, so this cannot fail; the fallback keeps the signature honest.
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(key)
            .unwrap_or_else(|_| <Hmac<Sha256> as Mac>::new(&Default::default()));
        let mut derived = [0u8; 16];
        let mut values = mac.clone();
        values.update(b"palisade values");
        for (slot, byte) in derived.iter_mut().zip(values.finalize().into_bytes()) {
            *slot = byte;
        }
        Redactor { mac, values: KeyedHash::new(derived) }
    }

    /// The hash for body values that belongs to this key.
    pub fn values(&self) -> KeyedHash {
        self.values
    }

    /// Takes the credentials out: header, cookie and query values become `redacted` (the scheme and the
    /// names stay), the caller gets a keyed name.
    pub fn redact(&self, raw: RawExchange) -> Exchange {
        let mut exchange = raw.0;
        exchange.client.principal = self.principal(&exchange);
        redact_headers(&mut exchange.request.headers);
        if let Some(response) = &mut exchange.response {
            redact_headers(&mut response.message.headers);
        }
        if let Some(query) = &exchange.query {
            exchange.query = Some(redact_query(query));
        }
        if let std::borrow::Cow::Owned(path) = redact_credentials_in_path(&exchange.path) {
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
        Some(bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
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
    pairs.into_iter().find(|(name, _)| credential_name(name)).map(|(_, value)| ("key", value))
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

fn redact_headers(headers: &mut Headers) {
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("proxy-authorization") {
            let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
            let jwt = jwt_like(rest.trim());
            let plain = !scheme.is_empty()
                && scheme.len() <= 24
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let blank = if plain { " " } else { "" };
            let scheme = if plain { scheme } else { "" };
            *value = format!("{scheme}{blank}{REDACTED}{}", if jwt { "-jwt" } else { "" });
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
        } else if credential_name(name) && !name.eq_ignore_ascii_case("sec-websocket-key") {
            *value = REDACTED.to_owned();
        } else if let std::borrow::Cow::Owned(clean) = palisade_sensitive::redact(value) {
            *value = clean;
        }
    }
}

fn jwt_like(value: &str) -> bool {
    value.starts_with("eyJ") && value_kind(value) == Some(palisade_sensitive::Kind::Token)
}

fn redact_query(query: &str) -> String {
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| {
            let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
            let sensitive = credential_name(&crate::target::decode(name))
                || value_kind(&crate::target::decode(value)).is_some_and(|kind| kind.class() != Class::Contact);
            if sensitive && !value.is_empty() { format!("{name}={REDACTED}") } else { pair.to_owned() }
        })
        .collect();
    pairs.join("&")
}

/// The path as it may be kept: credentials, personal data and long opaque segments, such as the token of a password
/// reset, become `redacted`. Its shape stays.
pub fn kept_path(path: &str) -> String {
    let opaque = |segment: &str| classify(&crate::target::decode(segment)) == Some(crate::Class::Token);
    let segments: Vec<&str> = path.split('/').map(|segment| if opaque(segment) { REDACTED } else { segment }).collect();
    redact_path(&segments.join("/")).into_owned()
}

/// Paths keep personal data in memory (they name the resource) but lose credentials.
fn redact_credentials_in_path(path: &str) -> std::borrow::Cow<'_, str> {
    let credential = |segment: &str| {
        value_kind(&crate::target::decode(segment)).is_some_and(|kind| kind.class() == Class::Credential)
    };
    if path.split('/').any(credential) { redact_path(path) } else { path.into() }
}
