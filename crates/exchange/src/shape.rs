//! The body tree without its values: types, formats, lengths and keyed hashes.

use crate::lexical::{Format, format_of};
use crate::marker::Marker;
use palisade_sensitive::{Hint, Kind, REDACTED, Side, value_kind};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The text of a short word that could belong to an enumeration. In memory only: never written.
    pub word: Option<Box<str>>,
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

/// Member names longer than this are left out, in bytes.
const MAX_NAME: usize = 256;
/// Longest word kept as a candidate of an enumeration, in bytes.
const MAX_WORD: usize = 32;

impl Shape {
    /// The shape of a JSON text; `None` when it is not JSON or passes a limit of bytes.
    pub fn of_json(bytes: &[u8], marker: Marker<'_>, side: Side, limits: &ShapeLimits) -> Option<Shape> {
        if bytes.len() > limits.bytes {
            return None;
        }
        let left = Cell::new(limits.nodes);
        let hint = marker.rules.hint("", side);
        let seed = Seed { marker, side, left: &left, depth: limits.depth, hint };
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let shape = seed.deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        Some(shape)
    }

    /// The shape of an `application/x-www-form-urlencoded` text: an object of strings.
    pub fn of_form(text: &str, marker: Marker<'_>, side: Side) -> Shape {
        let mut members = BTreeMap::new();
        for (name, value) in crate::target::query_pairs(text) {
            if name.len() <= MAX_NAME {
                let shape = Shape::of_parameter(&name, &value, marker, side);
                members.insert(kept_name(name), shape);
            }
        }
        Shape::Object(members)
    }

    /// The shape of one parameter: its text tells the type.
    pub fn of_parameter(name: &str, value: &str, marker: Marker<'_>, side: Side) -> Shape {
        let digits = value.strip_prefix('-').unwrap_or(value);
        let integer = !digits.is_empty()
            && digits.len() <= 18
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.len() == 1 || !digits.starts_with('0'));
        let number = value.len() <= 32
            && value.contains('.')
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && value.parse::<f64>().is_ok_and(f64::is_finite);
        let kind = if integer {
            ScalarKind::Integer
        } else if number {
            ScalarKind::Number
        } else if matches!(value, "true" | "false") {
            ScalarKind::Bool
        } else {
            ScalarKind::Text
        };
        Shape::Scalar(Scalar::new(kind, marker.rules.hint(name, side), value, marker))
    }

    /// Every scalar with the name of the member it stands under (array items: the array's name; the root:
    /// empty), in order, without recursion on the stack beyond the depth the shape was built with.
    pub fn scalars<'a>(&'a self, visit: &mut impl FnMut(&'a str, &'a Scalar)) {
        let mut open: Vec<(&'a str, &'a Shape)> = vec![("", self)];
        while let Some((name, shape)) = open.pop() {
            match shape {
                Shape::Scalar(scalar) => visit(name, scalar),
                Shape::Array(items, _) => open.extend(items.iter().rev().map(|item| (name, item))),
                Shape::Object(members) => {
                    open.extend(members.iter().rev().map(|(name, member)| (&**name, member)));
                }
                Shape::Null | Shape::Cut => {}
            }
        }
    }
}

impl Scalar {
    fn new(kind: ScalarKind, hint: Hint, text: &str, marker: Marker<'_>) -> Scalar {
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
        let word = kind == ScalarKind::Text && format.is_none() && sensitive.is_none() && word_like(text);
        Scalar {
            kind,
            format,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            negative: !boolean && kind != ScalarKind::Text && text.starts_with('-'),
            hash: if boolean { 0 } else { marker.hash.of(text) },
            sensitive,
            word: word.then(|| text.into()),
        }
    }
}

/// Short, begins with a letter, little punctuation, digits only at the end: could belong to an enumeration.
/// Keys, codes and passwords mix digits or cases and do not pass.
fn word_like(text: &str) -> bool {
    let stem = text.trim_end_matches(|character: char| character.is_ascii_digit());
    let humps = text
        .as_bytes()
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    text.len() <= MAX_WORD
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.len() - stem.len() <= 2
        && stem.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b' '))
        && text.bytes().filter(|byte| *byte == b' ').count() <= 2
        && humps.count() <= 2
}

/// The name of a member as it may be kept: keys of maps are values now and then, and some are sensitive.
fn kept_name(name: String) -> Box<str> {
    if value_kind(&name).is_some() { REDACTED.into() } else { name.into_boxed_str() }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    marker: Marker<'a>,
    side: Side,
    left: &'a Cell<usize>,
    depth: usize,
    /// What the name of the member promises that this stands under.
    hint: Hint,
}

impl Seed<'_> {
    fn scalar(&self, kind: ScalarKind, text: &str) -> Shape {
        Shape::Scalar(Scalar::new(kind, self.hint, text, self.marker))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Shape;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        if self.left.get() == 0 || self.depth == 0 {
            IgnoredAny::deserialize(deserializer)?;
            return Ok(Shape::Cut);
        }
        self.left.set(self.left.get() - 1);
        deserializer.deserialize_any(self)
    }
}

use serde::Deserialize;

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Shape, E> {
        Ok(self.scalar(ScalarKind::Bool, if value { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Shape, E> {
        Ok(self.scalar(ScalarKind::Integer, &value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Shape, E> {
        Ok(self.scalar(ScalarKind::Integer, &value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Shape, E> {
        Ok(self.scalar(ScalarKind::Number, &value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Shape, E> {
        Ok(self.scalar(ScalarKind::Text, value))
    }

    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut kept = Vec::new();
        let mut count = 0u64;
        loop {
            if self.left.get() == 0 {
                match items.next_element::<IgnoredAny>()? {
                    Some(_) => count += 1,
                    None => break,
                }
                continue;
            }
            let seed = Seed { depth: self.depth - 1, ..self };
            match items.next_element_seed(seed)? {
                Some(item) => {
                    count += 1;
                    kept.push(item);
                }
                None => break,
            }
        }
        Ok(Shape::Array(kept, count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Shape, A::Error> {
        let mut kept = BTreeMap::new();
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if name.len() > MAX_NAME || self.left.get() == 0 {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let hint = self.marker.rules.hint(&name, self.side);
            let value = members.next_value_seed(Seed { depth: self.depth - 1, hint, ..self })?;
            kept.insert(kept_name(name.into_owned()), value);
        }
        Ok(Shape::Object(kept))
    }
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
        assert_eq!((name.kind, name.length, &name.word), (ScalarKind::Text, 12, &None));
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
