//! Paths and queries, taken apart.

use percent_encoding::percent_decode_str;

/// Most segments of one path that are looked at.
const MAX_SEGMENTS: usize = 32;
/// Most pairs of one query that are looked at.
const MAX_PAIRS: usize = 256;

/// Percent-decodes one segment or parameter; bytes that are not UTF-8 become U+FFFD.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The decoded segments of a path: empty ones (doubled and trailing slashes) are left out; an encoded
/// slash stays inside its segment. At most 32.
pub fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS).map(decode).collect()
}

/// The decoded pairs of a query or of a form, in order; `+` is a blank. At most 256.
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    let plain = |text: &str| decode(&text.replace('+', " "));
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
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(query_pairs("a=1&&b=x+y&c"), [pair("a", "1"), pair("b", "x y"), pair("c", "")]);
    }
}
