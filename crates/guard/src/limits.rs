//! Sizes, counts and depths of requests.

use crate::policy::{codings, content_length, content_type};
use crate::verdict::Reason;
use crate::{Check, MessageLimits};
use palisade_contract::validate::BODY_LIMIT;
use palisade_exchange::{HeadersView, RequestView};
use palisade_limits::{DecodeError, DecodeLimits, decode_all};
use std::borrow::Cow;

/// Longest path and query together, in bytes.
const TARGET_BYTES: u32 = 16 << 10;
/// Most bytes of header names and values together.
const HEADER_BYTES: u32 = 64 << 10;
/// Most header fields.
const HEADER_FIELDS: u32 = 256;

/// What is too large in a request's head.
pub(crate) fn head(limits: &MessageLimits, request: &RequestView<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let fields = request.headers.0;
    let query = request.query.unwrap_or_default();
    let mut within = |count: usize, most: Option<u32>, status, code, title, location| {
        if most.is_some_and(|most| count > most as usize) {
            reasons.push(Reason::new(Check::Limits, status, code, title).at(location));
        }
    };
    let too_large = "The request's head is too large";
    let target = request.path.len() + query.len();
    within(target, limits.target_bytes.or(Some(TARGET_BYTES)), 431, "head_too_large", too_large, "path");
    let bytes = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    within(bytes, limits.header_bytes.or(Some(HEADER_BYTES)), 431, "head_too_large", too_large, "header");
    within(fields.len(), limits.header_fields.or(Some(HEADER_FIELDS)), 431, "too_many_headers", too_large, "header");
    within(query.len(), limits.query_bytes, 400, "query_too_long", "The query is too long", "query");
    if limits.query_parameters.is_some() && !query.is_empty() {
        let count = query.split(['&', ';']).filter(|pair| !pair.is_empty()).count();
        let title = "There are too many query parameters";
        within(count, limits.query_parameters, 400, "too_many_parameters", title, "query");
    }
    if limits.cookies.is_some() {
        let values = request.headers.get_all("cookie");
        let count = values.flat_map(|value| value.split(|byte| *byte == b';')).filter(|pair| !pair.is_empty()).count();
        within(count, limits.cookies, 431, "too_many_cookies", "There are too many cookies", "header");
    }
    if let (Some(most), Some(length)) = (limits.body_bytes, content_length(request.headers))
        && length > most
    {
        reasons.push(body_too_large());
    }
    reasons
}

/// True when a body must be seen for its limits. `plain`: its length is known and it is not coded, so that the head said
/// enough of its size.
pub(crate) fn of_body(limits: &MessageLimits, plain: bool) -> bool {
    let shape = limits.body_depth.or(limits.body_members).or(limits.parts).is_some();
    shape || (limits.body_bytes.is_some() && !plain)
}

/// The reason against a body that is too long.
pub(crate) fn body_too_large() -> Reason {
    Reason::new(Check::Limits, 413, "body_too_large", "The request's body is too large").at("body")
}

/// What is too large, deep or much in a body, as it was sent.
pub(crate) fn body(limits: &MessageLimits, headers: HeadersView<'_>, body: &[u8]) -> Vec<Reason> {
    if !of_body(limits, false) {
        return Vec::new();
    }
    let most = limits.body_bytes.unwrap_or(BODY_LIMIT);
    if body.len() as u64 > most {
        return vec![body_too_large()];
    }
    let codings = codings(headers).filter(|codings| !codings.trim().is_empty());
    let decoded = match codings.map(|codings| decode_all(&codings, body, &decode_limits(most))) {
        Some(Ok(decoded)) => Cow::Owned(decoded),
        Some(Err(DecodeError::TooLong(_))) => return vec![body_too_large()],
        // What cannot be decoded is the business of the check `body`.
        Some(Err(_)) => return Vec::new(),
        None => Cow::Borrowed(body),
    };
    let media = content_type(headers).unwrap_or_default().to_ascii_lowercase();
    let reason = |code, title| vec![Reason::new(Check::Limits, 400, code, title).at("body")];
    let (depth, members) = (limits.body_depth.unwrap_or(u32::MAX), limits.body_members.unwrap_or(u32::MAX));
    if media.contains("json") {
        return match json_shape(&decoded, depth, members) {
            Some(Excess::Depth) => reason("body_too_deep", "The request's body nests too deep"),
            Some(Excess::Members) => reason("too_many_members", "The request's body has too many members"),
            None => Vec::new(),
        };
    }
    if media.contains("xml") && xml_depth(&decoded) > depth {
        return reason("body_too_deep", "The request's body nests too deep");
    }
    if let Some(most) = limits.parts.filter(|_| media.starts_with("multipart/"))
        && parts(&media, content_type(headers).unwrap_or_default(), &decoded) > most
    {
        return reason("too_many_parts", "The request's body has too many parts");
    }
    Vec::new()
}

fn decode_limits(bytes: u64) -> DecodeLimits {
    DecodeLimits { bytes, ..DecodeLimits::default() }
}

#[derive(Debug, PartialEq, Eq)]
enum Excess {
    Depth,
    Members,
}

/// Nesting that no limit lets through: what is counted stays bounded.
const DEEPEST: usize = 10_000;

/// What is too much in a JSON text, without reading it: brackets and commas outside of strings.
fn json_shape(text: &[u8], depth: u32, members: u32) -> Option<Excess> {
    let mut commas: Vec<u32> = Vec::new();
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                while let Some(byte) = bytes.next().filter(|byte| **byte != b'"') {
                    if *byte == b'\\' {
                        bytes.next();
                    }
                }
            }
            b'{' | b'[' => {
                commas.push(0);
                if commas.len() > (depth as usize).min(DEEPEST) {
                    return Some(Excess::Depth);
                }
            }
            b'}' | b']' => drop(commas.pop()),
            b',' => {
                if let Some(count) = commas.last_mut() {
                    *count += 1;
                    if *count >= members {
                        return Some(Excess::Members);
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// Deepest nesting of elements in an XML text: start and end tags counted.
fn xml_depth(text: &[u8]) -> u32 {
    let (mut depth, mut deepest) = (0u32, 0u32);
    for piece in text.split(|byte| *byte == b'<').skip(1) {
        match piece.first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                deepest = deepest.max(depth + 1);
                let tag = piece.split(|byte| *byte == b'>').next().unwrap_or_default();
                depth += u32::from(!tag.ends_with(b"/"));
            }
        }
    }
    deepest
}

/// Parts of a multipart body: its boundaries, but for the one that ends it.
fn parts(lower: &str, media: &str, body: &[u8]) -> u32 {
    let Some(at) = lower.find("boundary=") else { return 0 };
    let value = media.get(at + "boundary=".len()..).unwrap_or_default();
    let value = value.strip_prefix('"').map_or_else(|| value.split(';').next(), |value| value.split('"').next());
    let boundary = format!("--{}", value.unwrap_or_default().trim());
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let count = lines.filter(|line| *line == boundary.as_bytes()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(limits: &MessageLimits, media: &str, text: &str) -> &'static str {
        let headers: &[(&str, &[u8])] = &[("Content-Type", media.as_bytes())];
        body(limits, HeadersView(headers), text.as_bytes()).first().map_or("", |reason| reason.code)
    }

    #[test]
    fn bodies_are_kept_within_their_limits() {
        let limits = MessageLimits {
            body_bytes: Some(60),
            body_depth: Some(2),
            body_members: Some(3),
            parts: Some(1),
            ..MessageLimits::default()
        };
        for (media, text, expected) in [
            ("application/json", r#"{"a":[1,2,3]}"#, ""),
            ("application/json", r#"{"a":[1,2,3,4]}"#, "too_many_members"),
            ("application/json", r#"{"a":[{}]}"#, "body_too_deep"),
            ("application/json", r#"{"a":"[[[,,,,\"[[["}"#, ""),
            ("application/problem+json", "[[[", "body_too_deep"),
            ("text/xml", "<?xml version='1.0'?><a><b/><c>x</c></a>", ""),
            ("text/xml", "<a><b><c/></b></a>", "body_too_deep"),
            ("multipart/form-data; boundary=X", "--X\r\n\r\na\r\n--X--\r\n", ""),
            ("multipart/form-data; boundary=\"X\"", "--X\r\n\r\na\r\n--X\r\n\r\nb\r\n--X--", "too_many_parts"),
            ("text/plain", "[[[[[[[[,,,,,,,,", ""),
        ] {
            assert_eq!(code(&limits, media, text), expected, "{text}");
        }
        assert_eq!(code(&limits, "text/plain", &"x".repeat(61)), "body_too_large");
        assert_eq!(code(&MessageLimits::default(), "application/json", "[[[["), "");
    }
}
