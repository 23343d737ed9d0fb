//! Paths and queries, taken apart.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Most segments of one path that are looked at.
const MAX_SEGMENTS: usize = 32;
/// Most pairs of one query that are looked at.
const MAX_PAIRS: usize = 256;

/// Percent-decodes one segment or parameter; bytes that are not UTF-8 become U+FFFD.
pub fn decode(text: &str) -> String {
    decoded(text).into_owned()
}

/// As [`decode`], where nothing is encoded without a copy.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('%') { percent_decode_str(text).decode_utf8_lossy() } else { Cow::Borrowed(text) }
}

/// The decoded segments of a path: empty ones (doubled and trailing slashes) are left out; an encoded
/// slash stays inside its segment. At most 32.
pub fn segments(path: &str) -> Vec<Cow<'_, str>> {
    path.split('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS).map(decoded).collect()
}

/// Most matrix parameters of a segment.
const MAX_MATRIX: usize = 4;

/// The matrix parameters of a segment: `flights;from=ZRH;to=OSL` into `flights` and its pairs. None when it has none, or
/// what stands behind its semicolons is something else.
///
/// Source: RFC 3986, section 3.3; the style `matrix` of OpenAPI.
pub fn matrix(segment: &str) -> Option<(&str, Vec<(&str, &str)>)> {
    let (stem, rest) = segment.split_once(';')?;
    let name = |name: &str| {
        let mut bytes = name.bytes();
        bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
            && name.len() <= 32
    };
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for pair in rest.split(';') {
        let (key, value) = pair.split_once('=')?;
        if stem.is_empty() || !name(key) || pairs.len() == MAX_MATRIX || pairs.iter().any(|(known, _)| *known == key) {
            return None;
        }
        pairs.push((key, value));
    }
    Some((stem, pairs))
}

/// The decoded pairs of a query or of a form, in order; `+` is a blank. At most 256.
pub fn query_pairs(query: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    fn plain(text: &str) -> Cow<'_, str> {
        if text.contains('+') { Cow::Owned(decode(&text.replace('+', " "))) } else { decoded(text) }
    }
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PAIRS)
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_come_apart() {
        assert_eq!(segments("//a/b%20c/%2Fd/"), ["a", "b c", "/d"]);
        assert!(segments("/").is_empty());
        let pairs = query_pairs("a=1&&b=x+y&c=%2B");
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x y"), ("c", "+")]);
    }
}
