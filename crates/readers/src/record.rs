//! What every reader asks of a record.

use crate::tally::Limits;
use palisade_exchange::{Body, Redactor};
use palisade_limits::{DecodeLimits, decode_all};
use std::net::IpAddr;
use uuid::Uuid;

/// Whether a word may be a method: a token (RFC 9110, section 5.6.2) of reasonable length.
pub(crate) fn is_method(word: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !word.is_empty() && word.len() <= 32 && word.bytes().all(token)
}

/// The id of an exchange that was recorded without one: the same for the same record of the same recording. `time` in
/// microseconds since the Unix epoch.
pub(crate) fn id(redactor: &Redactor, time: i64, url: &str, number: u64) -> Uuid {
    let seed = redactor.values().of(url).to_be_bytes();
    let mut random = [0u8; 10];
    for (slot, byte) in random.iter_mut().zip(seed.into_iter().take(6).chain((number as u32).to_be_bytes())) {
        *slot = byte;
    }
    uuid::Builder::from_unix_timestamp_millis((time / 1000).max(0) as u64, &random).into_uuid()
}

/// Where a request goes.
pub(crate) struct Target {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// Host, and port when it is not the scheme's own.
    pub(crate) host: String,
    /// Path, without query.
    pub(crate) path: String,
    /// Query, without `?`.
    pub(crate) query: Option<String>,
}

/// Longest URL that is read, in bytes.
const MAX_URL: usize = 64 << 10;

/// The parts of an absolute URL; none when it is not one of http, https, ws or wss.
pub(crate) fn split_url(url: &str) -> Option<Target> {
    if url.len() > MAX_URL || url.bytes().any(|byte| byte.is_ascii_control()) {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        _ => return None,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at_checked(end)?;
    let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    if host.is_empty() || host.contains(|character: char| character.is_whitespace()) {
        return None;
    }
    let host = match (scheme, host.rsplit_once(':')) {
        ("http", Some((name, "80"))) | ("https", Some((name, "443"))) => name.to_owned(),
        _ => host,
    };
    let (path, query) = split_target(target);
    Some(Target { scheme, host, path, query })
}

/// Path and query of what stands behind the host of a URL.
pub(crate) fn split_target(target: &str) -> (String, Option<String>) {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let path = if path.is_empty() { "/".to_owned() } else { path.replace(' ', "%20") };
    (path, query)
}

/// An address, with or without its port; the first one of a list.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    let first = text.split(',').next()?.trim();
    let bare = first.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let without_port = || first.rsplit_once(':').map(|(address, _)| address);
    bare.unwrap_or(first).parse().ok().or_else(|| without_port()?.parse().ok())
}

/// A body as it was on the wire. `cut` says that bytes of it are not there, `length` how many it had.
pub(crate) fn body(coding: Option<&str>, bytes: Vec<u8>, cut: bool, length: u64, limits: &Limits) -> Body {
    match (coding.filter(|coding| !coding.is_empty()), cut) {
        _ if length == 0 && cut => Body::Unknown { length: None },
        _ if length == 0 => Body::Empty,
        (Some(_), true) => Body::Unknown { length: Some(length) },
        (Some(coding), false) => {
            let most = DecodeLimits { bytes: limits.body_bytes as u64, ..DecodeLimits::default() };
            match decode_all(coding, &bytes, &most) {
                Ok(bytes) if bytes.is_empty() => Body::Empty,
                Ok(bytes) => Body::Bytes { bytes: bytes.into(), truncated: false },
                Err(_) => Body::Unknown { length: Some(length) },
            }
        }
        (None, _) if bytes.is_empty() => Body::Unknown { length: Some(length) },
        (None, truncated) => Body::Bytes { bytes: bytes.into(), truncated },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_nothing_is_none_and_one_that_did_not_come_is_not_known() {
        let body = |coding, bytes: &[u8], cut, length| body(coding, bytes.to_vec(), cut, length, &Limits::default());
        // gzip of no bytes at all.
        let nothing = [31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(body(Some("gzip"), &nothing, false, 20), Body::Empty);
        assert_eq!(body(None, b"", true, 20), Body::Unknown { length: Some(20) });
        assert_eq!(body(None, b"", false, 0), Body::Empty);
        assert_eq!(body(None, b"a", true, 20), Body::Bytes { bytes: b"a"[..].into(), truncated: true });
    }
}
