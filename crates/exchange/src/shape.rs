//! The body tree without its values: types, formats, lengths and keyed hashes.

use crate::lexical::{Format, format_of};
use crate::marker::Marker;
use crate::tape::{Names, Tape};
use palisade_sensitive::{Hint, Kind, Side};
use std::collections::BTreeMap;

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScalarKind {
    /// `true` or `false`.
    Bool,
    /// A number without fraction.
    Integer,
    /// Any other number.
    Number,
    /// A string.
    Text,
}

/// A scalar without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar {
    /// Its type.
    pub kind: ScalarKind,
    /// Format of a string, when its spelling proves one.
    pub format: Option<Format>,
    /// Characters of a string, digits of a number, of one with a fraction those before its point.
    pub length: u32,
    /// A number below zero.
    pub negative: bool,
    /// Keyed hash of the text; 0 for booleans.
    pub hash: u64,
    /// What kind of sensitive data it is.
    pub sensitive: Option<Kind>,
}

/// One value of a body, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `null`.
    Null,
    /// Boolean, number or string.
    Scalar(Scalar),
    /// An array: the items looked at, and how many there were.
    Array(Vec<Shape>, u64),
    /// An object: members by name. The last one wins when a name stands twice.
    Object(BTreeMap<Box<str>, Shape>),
    /// Beyond the limits: not looked at.
    Cut,
}

/// A body without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyShape {
    /// Length in bytes.
    pub length: u64,
    /// The structure, when the media type has one we read (JSON, forms) and all of the body was seen.
    pub root: Option<Shape>,
}

/// Bounds of building a shape.
#[derive(Debug, Clone, Copy)]
pub struct ShapeLimits {
    /// Most bytes of a body.
    pub bytes: usize,
    /// Most values.
    pub nodes: usize,
    /// Deepest nesting.
    pub depth: usize,
}

impl Default for ShapeLimits {
    fn default() -> Self {
        ShapeLimits { bytes: 4 << 20, nodes: 20_000, depth: 32 }
    }
}

/// Longest word kept as a candidate of an enumeration, in bytes.
const MAX_WORD: usize = 32;

impl Shape {
    /// The shape of a JSON text; `None` when it is not JSON or passes a limit of bytes.
    pub fn of_json(bytes: &[u8], marker: Marker<'_>, side: Side, limits: &ShapeLimits) -> Option<Shape> {
        let (mut tape, mut names) = (Tape::default(), Names::new(marker));
        tape.read_json(bytes, &mut names, marker, side, limits).then(|| tape.to_shape(&names)).flatten()
    }
}

/// The type of a parameter, by its text.
pub fn parameter_kind(text: &str) -> ScalarKind {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let integer = !digits.is_empty()
        && digits.len() <= 18
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    let number = || {
        text.len() <= 32
            && text.contains('.')
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.parse::<f64>().is_ok_and(f64::is_finite)
    };
    if integer {
        ScalarKind::Integer
    } else if number() {
        ScalarKind::Number
    } else if matches!(text, "true" | "false") {
        ScalarKind::Bool
    } else {
        ScalarKind::Text
    }
}

impl Scalar {
    /// A file of so many bytes. Nothing is known of its content.
    pub(crate) fn binary(length: usize) -> Scalar {
        Scalar {
            kind: ScalarKind::Text,
            format: Some(Format::Binary),
            length: u32::try_from(length).unwrap_or(u32::MAX),
            negative: false,
            hash: 0,
            sensitive: None,
        }
    }

    /// What a text is below a name that promises something.
    pub(crate) fn new(kind: ScalarKind, hint: Hint, text: &str, marker: Marker<'_>) -> Scalar {
        let boolean = kind == ScalarKind::Bool;
        let sensitive = match kind {
            ScalarKind::Text => marker.rules.kind_of_text(hint, text),
            ScalarKind::Integer | ScalarKind::Number => marker.rules.kind_of_number(hint, text),
            ScalarKind::Bool => None,
        };
        let format = if kind == ScalarKind::Text { format_of(text) } else { None };
        let length = match kind {
            ScalarKind::Bool => 0,
            ScalarKind::Text => text.chars().count(),
            ScalarKind::Integer | ScalarKind::Number => {
                text.trim_start_matches('-').bytes().take_while(u8::is_ascii_digit).count()
            }
        };
        Scalar {
            kind,
            format,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            negative: !boolean && kind != ScalarKind::Text && text.starts_with('-'),
            hash: if boolean { 0 } else { marker.hash.of(text) },
            sensitive,
        }
    }
}

/// Short, begins with a letter, little punctuation, digits only at the end: could belong to an enumeration.
/// Keys, codes and passwords mix digits or cases and do not pass.
pub(crate) fn word_like(text: &str) -> bool {
    if text.len() > MAX_WORD || !text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let stem = text.trim_end_matches(|character: char| character.is_ascii_digit());
    let humps = || {
        let humps = text
            .as_bytes()
            .windows(2)
            .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
        humps.count()
    };
    text.len() - stem.len() <= 2
        && stem.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b' '))
        && text.bytes().filter(|byte| *byte == b' ').count() <= 2
        && humps() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::KeyedHash;
    use proptest::prelude::*;

    fn shape(text: &str) -> Option<Shape> {
        let marker = Marker { hash: KeyedHash::new([7; 16]), rules: palisade_sensitive::Rules::built_in() };
        Shape::of_json(text.as_bytes(), marker, Side::Response, &ShapeLimits::default())
    }

    #[test]
    fn a_shape_tells_types_and_no_values() {
        let Some(Shape::Object(members)) = shape(r#"{"id":7,"name":"Canary-12345","tags":["a"],"n":null,"p":-1.5}"#)
        else {
            panic!("an object");
        };
        let Some(Shape::Scalar(name)) = members.get("name") else { panic!("a scalar") };
        assert_eq!((name.kind, name.length), (ScalarKind::Text, 12));
        assert_eq!(members.get("n"), Some(&Shape::Null));
        let Some(Shape::Scalar(price)) = members.get("p") else { panic!("a scalar") };
        assert!(price.negative && price.kind == ScalarKind::Number);
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        assert_eq!(shape(&"[".repeat(100_000)), None);
        let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
        assert!(format!("{:?}", shape(&deep)).contains("Cut"));
        let wide = format!("[{}1]", "1,".repeat(50_000));
        let Some(Shape::Array(items, count)) = shape(&wide) else { panic!("an array") };
        assert!(items.len() <= 20_000 && count == 50_001);
    }

    #[test]
    fn sensitive_fields_are_named() {
        let Some(Shape::Object(members)) = shape(r#"{"password":"hunter2","cvv":123,"count":4111111111111111}"#) else {
            panic!("an object");
        };
        let kind = |name: &str| match members.get(name) {
            Some(Shape::Scalar(scalar)) => scalar.sensitive,
            _ => None,
        };
        assert_eq!(kind("password"), Some(Kind::Password));
        assert_eq!(kind("cvv"), Some(Kind::CardVerification));
        assert_eq!(kind("count"), None);
    }

    #[test]
    fn keys_that_are_sensitive_values_are_taken_out() {
        let shape = format!("{:?}", shape(r#"{"someone@example.org":{"a":1},"4111111111111111":2,"plain":3}"#));
        assert!(shape.contains("plain") && shape.contains("redacted"), "{shape}");
        assert!(!shape.contains("someone") && !shape.contains("4111"), "{shape}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let marker = Marker { hash: KeyedHash::new([0; 16]), rules: palisade_sensitive::Rules::built_in() };
            let _ = Shape::of_json(&bytes, marker, Side::Request, &ShapeLimits::default());
        }
    }
}
