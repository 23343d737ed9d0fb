//! Patterns with `*`.

use crate::ambiguity;
use std::borrow::Cow;

/// Whether a text fits a pattern in which `*` stands for any text.
pub(crate) fn text(pattern: &[u8], text: &[u8]) -> bool {
    matches(pattern, text, |step| *step == b'*', |step, byte| step == byte)
}

/// A pattern of paths: `*` stands for any text within a segment, `**` as a segment for any number of segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern(Vec<Box<str>>);

impl PathPattern {
    pub(crate) fn new(pattern: &str) -> PathPattern {
        PathPattern(pattern.split('/').filter(|step| !step.is_empty()).map(Box::from).collect())
    }

    /// Whether it fits the segments of a path.
    pub(crate) fn fits(&self, segments: &[&[u8]]) -> bool {
        matches(&self.0, segments, |step| **step == *"**", |step, segment| text(step.as_bytes(), segment))
    }
}

/// A path as a server may read it at most: decoded. Its [`segments`] are compared, so that no spelling leads round a
/// rule.
pub(crate) fn decoded(path: &str) -> Cow<'_, [u8]> {
    ambiguity::decode(path.as_bytes(), false).unwrap_or(Cow::Borrowed(path.as_bytes()))
}

/// The segments of a decoded path, without empty and dot segments.
pub(crate) fn segments(path: &[u8]) -> Vec<&[u8]> {
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        match segment {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    segments
}

/// Each star takes as little as it can, and more where the rest does not fit: the last star alone is tried again, so
/// that time is bounded by the product of both lengths.
fn matches<P, T>(pattern: &[P], text: &[T], is_star: impl Fn(&P) -> bool, fits: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(read)) {
            (None, None) => return true,
            (Some(step), _) if is_star(step) => {
                star = Some((at, read));
                at += 1;
                continue;
            }
            (Some(step), Some(letter)) if fits(step, letter) => {
                (at, read) = (at + 1, read + 1);
                continue;
            }
            _ => {}
        }
        match star {
            Some((place, taken)) if taken < text.len() => {
                star = Some((place, taken + 1));
                (at, read) = (place + 1, taken + 1);
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, value, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("*bot*", "my robot 1", true),
            ("", "", true),
            ("", "a", false),
            ("a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(text(pattern.as_bytes(), value.as_bytes()), expected, "{pattern} {value}");
        }
    }

    #[test]
    fn path_patterns_are_not_led_round_by_spelling() {
        for (pattern, path, expected) in [
            ("/login", "/login", true),
            ("/login", "/%6cogin", true),
            ("/login", "//login/", true),
            ("/login", "/x/../login", true),
            ("/x/login", "/x%2flogin", true),
            ("/login", "/login/x", false),
            ("/users/*/orders", "/users/7/orders", true),
            ("/users/*/orders", "/users/7/8/orders", false),
            ("/a/**", "/a", true),
            ("/a/**", "/a/b/c", true),
            ("/**/end", "/x/y/end", true),
            ("/v*/x", "/v1/x", true),
        ] {
            assert_eq!(PathPattern::new(pattern).fits(&segments(&decoded(path))), expected, "{pattern} {path}");
        }
    }
}
