//! The credentials that a request shows.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use palisade_contract::Location;
use palisade_contract::validate::Carrier;
use palisade_exchange::{RequestView, query_pairs};
use std::borrow::Cow;

/// Most query parameters that are looked through.
const PAIRS: usize = 256;

/// What stands at one place of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Presented<'r> {
    Missing,
    /// More than one value: servers differ on which one counts.
    Ambiguous,
    Malformed(&'static str),
    Value(Cow<'r, str>),
}

/// What a request shows where a scheme's credential stands.
pub(super) fn presented<'r>(carrier: &Carrier<'_>, request: &RequestView<'r>) -> Presented<'r> {
    let mut values: Vec<Cow<'r, str>> = Vec::new();
    match carrier.location {
        Location::Header => {
            for value in request.headers.get_all(carrier.name) {
                let Ok(text) = std::str::from_utf8(value) else {
                    return Presented::Malformed("The credential holds bytes that no credential has");
                };
                values.push(text.trim_matches([' ', '\t']).into());
            }
        }
        Location::Query => {
            let query = request.query.unwrap_or_default();
            if query.split('&').count() > PAIRS {
                return Presented::Malformed("The query has too many parameters to tell which is the credential");
            }
            let pairs = query_pairs(query).into_iter();
            values.extend(pairs.filter(|(name, _)| *name == carrier.name).map(|(_, value)| value));
        }
        Location::Cookie => {
            for field in request.headers.get_all("cookie").filter_map(|field| std::str::from_utf8(field).ok()) {
                let pairs = field.split(';').filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='));
                values.extend(pairs.filter(|(name, _)| *name == carrier.name).map(|(_, value)| Cow::Borrowed(value)));
            }
            // A browser sends a cookie of one name for each path that set it.
            values.sort_unstable();
            values.dedup();
        }
        _ => return Presented::Missing,
    }
    let value = match (values.pop(), values.is_empty()) {
        (None, _) => return Presented::Missing,
        (Some(_), false) => return Presented::Ambiguous,
        (Some(value), true) => value,
    };
    let Some(scheme) = carrier.scheme else {
        return if value.is_empty() { Presented::Missing } else { Presented::Value(value) };
    };
    let (word, rest) = value.split_once(' ').unwrap_or((&value, ""));
    if !word.eq_ignore_ascii_case(scheme) {
        return Presented::Missing;
    }
    let rest = rest.trim_start_matches(' ');
    match scheme {
        "bearer" if !is_token(rest) => Presented::Malformed("No bearer token follows the word Bearer"),
        "basic" if !is_basic(rest) => Presented::Malformed("No user and password in base64 follow the word Basic"),
        _ if rest.is_empty() => Presented::Malformed("No credential follows the name of its scheme"),
        _ => Presented::Value(rest.to_owned().into()),
    }
}

/// `b64token` of RFC 6750.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(byte)
}

/// A user and a password with a colon between them (RFC 7617).
fn is_basic(text: &str) -> bool {
    let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
    decoded.is_ok_and(|pair| pair.contains(&b':') && !pair.iter().any(u8::is_ascii_control))
}
