//! Which credentials an exchange shows, after redaction: kinds and names, never values.

use crate::header::harmless;
use crate::model::Exchange;
use crate::target::query_pairs;
use palisade_sensitive::credential_name;

/// A credential a caller showed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// `Authorization: Bearer`; true when it was a JSON Web Token.
    Bearer {
        /// The token has the form of a JSON Web Token.
        jwt: bool,
    },
    /// `Authorization: Basic`.
    Basic,
    /// `Authorization` with another scheme, lower case.
    Other(String),
    /// A header that holds a key, its name in lower case.
    Header(String),
    /// A session cookie, by name.
    Cookie(String),
    /// A query parameter that holds a key or token, by name.
    Query(String),
}

/// Words in a cookie's name that make it a session: others (preferences, measurement) prove nothing.
pub const SESSION_WORDS: [&str; 9] = ["sess", "sid", "auth", "token", "jwt", "login", "access", "identity", "user"];

/// Whether a cookie's name says that it is a session, a token or an identity.
pub fn session_cookie(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.contains("csrf") && !name.contains("xsrf") && SESSION_WORDS.iter().any(|word| name.contains(word))
}

/// Headers that hold a credential but are not API keys by name, and headers that look like one but are not.
pub(crate) fn key_header(name: &str) -> bool {
    if harmless(name) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    !matches!(
        name.as_str(),
        "authorization" | "proxy-authorization" | "cookie" | "set-cookie" | "sec-websocket-key" | "key"
    ) && !name.contains("csrf")
        && !name.contains("xsrf")
        && !name.starts_with("sec-")
        && !name.starts_with("idempotency")
        && credential_name(&name)
}

impl Exchange {
    /// The credentials the request shows, in a stable order.
    pub fn credentials(&self) -> Vec<Credential> {
        let mut found = Vec::new();
        for (name, value) in &self.request.headers {
            if name.eq_ignore_ascii_case("authorization") {
                let scheme = value.split_once(' ').map_or(value.as_str(), |(scheme, _)| scheme).to_ascii_lowercase();
                found.push(match scheme.as_str() {
                    "bearer" => Credential::Bearer { jwt: value.ends_with("-jwt") },
                    "basic" => Credential::Basic,
                    _ => Credential::Other(scheme),
                });
            } else if name.eq_ignore_ascii_case("cookie") {
                for pair in value.split(';') {
                    let cookie = pair.split_once('=').map_or(pair, |(name, _)| name).trim();
                    if session_cookie(cookie) {
                        found.push(Credential::Cookie(cookie.to_owned()));
                    }
                }
            } else if key_header(name) {
                found.push(Credential::Header(name.to_ascii_lowercase()));
            }
        }
        for (name, _) in self.query.as_deref().map(query_pairs).unwrap_or_default() {
            if credential_name(&name) {
                found.push(Credential::Query(name.into_owned()));
            }
        }
        found.sort();
        found.dedup();
        found
    }
}
