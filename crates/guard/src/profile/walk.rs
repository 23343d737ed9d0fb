//! One walk over the values of a body, whether its bytes are there or only its shape.

use super::{Characters, ValueType};
use palisade_document::{Kind, NodeRef};
use palisade_exchange::{
    BodyShape, Format, Scalar, ScalarKind, Shape, classify, format_of, parameter_kind, query_pairs,
};
use palisade_sensitive::{credential_name, value_kind};
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Most bytes of a body that is walked.
const BYTES: usize = 4 << 20;
/// Most values of a body that are looked at.
const VALUES: usize = 20_000;
/// Deepest nesting that is looked at.
const DEPTH: usize = 32;
/// Longest name that is told or learned, in bytes.
const NAME: usize = 128;

/// What is seen of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    pub(super) kind: ValueType,
    /// Characters of a string, digits of a number before its point, items of an array.
    pub(super) length: u64,
    /// Of a string: its format and, where the text is there, its characters.
    pub(super) format: Option<Format>,
    pub(super) characters: Option<Characters>,
    /// Nothing of it is to be looked at: a credential, or what recording took out.
    pub(super) veiled: bool,
    /// Of what is spelled out in a query or form, where any value is text too: its characters.
    pub(super) spelled: Option<u64>,
}

impl Sight {
    fn of(kind: ValueType, length: u64) -> Sight {
        Sight { kind, length, format: None, characters: None, veiled: false, spelled: None }
    }

    pub(super) fn text(text: &str) -> Sight {
        Sight {
            format: format_of(text),
            characters: Some(Characters::of(text)),
            veiled: text == palisade_sensitive::REDACTED,
            ..Sight::of(ValueType::String, text.chars().count() as u64)
        }
    }

    /// A parameter of a query or form: its text tells the type.
    pub(super) fn parameter(name: &str, text: &str) -> Sight {
        let sight = Sight::text(text);
        let spelled = Some(sight.length);
        let digits = || text.trim_start_matches('-').bytes().take_while(u8::is_ascii_digit).count() as u64;
        let sight = match parameter_kind(text) {
            ScalarKind::Text => sight,
            ScalarKind::Bool => Sight { kind: ValueType::Boolean, ..sight },
            ScalarKind::Integer => Sight { kind: ValueType::Integer, length: digits(), ..sight },
            ScalarKind::Number => Sight { kind: ValueType::Number, length: digits(), ..sight },
        };
        Sight { veiled: sight.veiled || credential_name(name), spelled, ..sight }
    }

    fn kept(scalar: &Scalar) -> Sight {
        let kind = match scalar.kind {
            ScalarKind::Bool => ValueType::Boolean,
            ScalarKind::Integer => ValueType::Integer,
            ScalarKind::Number => ValueType::Number,
            ScalarKind::Text => ValueType::String,
        };
        Sight { format: scalar.format, ..Sight::of(kind, u64::from(scalar.length)) }
    }

    fn integer(value: u64) -> Sight {
        Sight::of(ValueType::Integer, value.checked_ilog10().map_or(1, |log| u64::from(log) + 1))
    }

    fn number(value: f64) -> Sight {
        let digits = value.abs().log10().floor().clamp(0.0, 400.0) as u64 + 1;
        let whole = value.abs() >= 1e18;
        Sight::of(if whole { ValueType::Integer } else { ValueType::Number }, digits)
    }
}

/// Where a walk is told.
pub(super) trait Sink {
    /// A place in a body.
    type Place: Copy;

    /// The place of a member, `None` where what stands there is of no interest. `name` is `None` where it is a value.
    fn member(&mut self, at: Self::Place, name: Option<&str>) -> Option<Self::Place>;
    /// The place of an array's items.
    fn item(&mut self, at: Self::Place) -> Option<Self::Place>;
    /// What stands at a place.
    fn value(&mut self, at: Self::Place, sight: Sight);
}

/// A name as it may be told and written: none that is a value itself.
pub(super) fn plain_name(name: &str) -> Option<&str> {
    (name.len() <= NAME && classify(name).is_none() && value_kind(name).is_none()).then_some(name)
}

/// One step of a pointer.
pub(super) fn step(name: Option<&str>) -> String {
    match name {
        None => "*".to_owned(),
        Some("*") => "~2".to_owned(),
        Some(name) => name.replace('~', "~0").replace('/', "~1"),
    }
}

/// Walks a JSON text. False when it is none or has more bytes than are looked at: what was told before is void then.
pub(super) fn json<S: Sink>(bytes: &[u8], root: S::Place, sink: &mut S) -> bool {
    if bytes.len() > BYTES {
        return false;
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let mut walk = Walk { sink, left: VALUES };
    let seed = Seed { walk: &mut walk, place: root, depth: DEPTH };
    seed.deserialize(&mut reader).and_then(|()| reader.end()).is_ok()
}

/// Walks a JSON text that was read before.
pub(super) fn tree<S: Sink>(root: NodeRef<'_>, place: S::Place, sink: &mut S) -> bool {
    below(root, place, DEPTH, &mut VALUES.clone(), sink);
    true
}

/// Recursion is bounded by `depth`.
fn below<S: Sink>(node: NodeRef<'_>, place: S::Place, depth: usize, left: &mut usize, sink: &mut S) {
    if *left == 0 || depth == 0 {
        return;
    }
    *left -= 1;
    match node.kind() {
        Kind::Null => sink.value(place, Sight::of(ValueType::Null, 0)),
        Kind::Bool => sink.value(place, Sight::of(ValueType::Boolean, 0)),
        Kind::Number => {
            let whole = node.as_u64().or_else(|| node.as_i64().map(i64::unsigned_abs));
            match (whole, node.as_f64()) {
                (Some(whole), _) => sink.value(place, Sight::integer(whole)),
                (None, Some(number)) => sink.value(place, Sight::number(number)),
                (None, None) => {}
            }
        }
        Kind::String => sink.value(place, Sight::text(node.as_str().unwrap_or_default())),
        Kind::Array => {
            if let Some(at) = sink.item(place) {
                node.items().for_each(|item| below(item, at, depth - 1, left, sink));
            }
            sink.value(place, Sight::of(ValueType::Array, node.len() as u64));
        }
        Kind::Object => {
            sink.value(place, Sight::of(ValueType::Object, 0));
            for member in node.members() {
                if *left > 0
                    && let Some(at) = sink.member(place, plain_name(member.key))
                {
                    below(member.value, at, depth - 1, left, sink);
                }
            }
        }
    }
}

/// Walks an urlencoded form: an object of parameters.
pub(super) fn form<S: Sink>(text: &str, root: S::Place, sink: &mut S) -> bool {
    if text.len() > BYTES {
        return false;
    }
    sink.value(root, Sight::of(ValueType::Object, 0));
    for (name, value) in query_pairs(text) {
        if let Some(place) = sink.member(root, plain_name(&name)) {
            sink.value(place, Sight::parameter(&name, &value));
        }
    }
    true
}

/// Walks what was kept of a body.
pub(super) fn shape<S: Sink>(body: &BodyShape, root: S::Place, sink: &mut S) -> bool {
    let Some(shape) = &body.root else { return false };
    descend(shape, root, DEPTH, &mut VALUES.clone(), sink);
    true
}

/// Recursion is bounded by `depth`.
fn descend<S: Sink>(shape: &Shape, place: S::Place, depth: usize, left: &mut usize, sink: &mut S) {
    if *left == 0 || depth == 0 {
        return;
    }
    *left -= 1;
    match shape {
        Shape::Null => sink.value(place, Sight::of(ValueType::Null, 0)),
        Shape::Scalar(scalar) => sink.value(place, Sight::kept(scalar)),
        Shape::Cut => {}
        Shape::Array(items, count) => {
            sink.value(place, Sight::of(ValueType::Array, *count));
            if let Some(below) = sink.item(place) {
                items.iter().for_each(|item| descend(item, below, depth - 1, left, sink));
            }
        }
        Shape::Object(members) => {
            sink.value(place, Sight::of(ValueType::Object, 0));
            for (name, member) in members {
                if let Some(below) = sink.member(place, plain_name(name)) {
                    descend(member, below, depth - 1, left, sink);
                }
            }
        }
    }
}

struct Walk<'s, S> {
    sink: &'s mut S,
    left: usize,
}

struct Seed<'w, 's, S: Sink> {
    walk: &'w mut Walk<'s, S>,
    place: S::Place,
    depth: usize,
}

impl<'de, S: Sink> DeserializeSeed<'de> for Seed<'_, '_, S> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth == 0 || self.walk.left == 0 {
            return IgnoredAny::deserialize(deserializer).map(|_| ());
        }
        self.walk.left -= 1;
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Seed<'_, '_, S> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.walk.sink.value(self.place, Sight::of(ValueType::Null, 0));
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.walk.sink.value(self.place, Sight::of(ValueType::Boolean, 0));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.walk.sink.value(self.place, Sight::integer(value));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.walk.sink.value(self.place, Sight::integer(value.unsigned_abs()));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.walk.sink.value(self.place, Sight::number(value));
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.walk.sink.value(self.place, Sight::text(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0;
        let below = self.walk.sink.item(self.place);
        if let Some(place) = below {
            while items.next_element_seed(Seed { walk: &mut *self.walk, place, depth: self.depth - 1 })?.is_some() {
                count += 1;
            }
        } else {
            while items.next_element::<IgnoredAny>()?.is_some() {
                count += 1;
            }
        }
        self.walk.sink.value(self.place, Sight::of(ValueType::Array, count));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.walk.sink.value(self.place, Sight::of(ValueType::Object, 0));
        while let Some(Below(place)) = members.next_key_seed(Key { walk: &mut *self.walk, place: self.place })? {
            match place {
                Some(place) => {
                    members.next_value_seed(Seed { walk: &mut *self.walk, place, depth: self.depth - 1 })?;
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The place of the member whose name is read next.
struct Below<P>(Option<P>);

struct Key<'w, 's, S: Sink> {
    walk: &'w mut Walk<'s, S>,
    place: S::Place,
}

impl<'de, S: Sink> DeserializeSeed<'de> for Key<'_, '_, S> {
    type Value = Below<S::Place>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<S: Sink> Visitor<'_> for Key<'_, '_, S> {
    type Value = Below<S::Place>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if self.walk.left == 0 {
            return Ok(Below(None));
        }
        Ok(Below(self.walk.sink.member(self.place, plain_name(name))))
    }
}

/// Walks the bytes of a body as its media type has it. False where that is not known, or is not what stands there.
pub(super) fn body<S: Sink>(media: Option<&str>, bytes: &[u8], root: S::Place, sink: &mut S) -> bool {
    let media = media.and_then(|media| media.split(';').next()).map(str::trim).unwrap_or("application/json");
    if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return std::str::from_utf8(bytes).is_ok_and(|text| form(text, root, sink));
    }
    let end = media.rsplit(['/', '+']).next().unwrap_or_default();
    end.eq_ignore_ascii_case("json") && json(bytes, root, sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_document::{Limits, read};
    use proptest::prelude::*;

    /// Everything a walk tells, with its place as text.
    #[derive(Default)]
    struct Notes {
        places: Vec<String>,
        told: Vec<(String, Sight)>,
    }

    impl Notes {
        fn below(&mut self, at: usize, step: &str) -> Option<usize> {
            let place = format!("{}/{step}", self.places.get(at).map_or("", String::as_str));
            self.places.push(place);
            Some(self.places.len() - 1)
        }
    }

    impl Sink for Notes {
        type Place = usize;

        fn member(&mut self, at: usize, name: Option<&str>) -> Option<usize> {
            self.below(at, name.unwrap_or("*"))
        }

        fn item(&mut self, at: usize) -> Option<usize> {
            self.below(at, "-")
        }

        fn value(&mut self, at: usize, sight: Sight) {
            let place = self.places.get(at).cloned().unwrap_or_default();
            self.told.push((place, sight));
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<u64>().prop_map(serde_json::Value::from),
            (-1e20f64..1e20).prop_map(serde_json::Value::from),
            "[a-z0-9é@.-]{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::hash_map("[a-z0-9]{1,6}", inner, 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_tree_tells_what_its_bytes_tell(value in value()) {
            let text = value.to_string();
            let start = || Notes { places: vec![String::new()], told: Vec::new() };
            let (mut bytes, mut read_before) = (start(), start());
            prop_assert!(json(text.as_bytes(), 0, &mut bytes));
            let document = read("body", text.as_bytes(), &Limits::default()).document;
            prop_assert!(tree(document.root(), 0, &mut read_before));
            prop_assert_eq!(bytes.told, read_before.told);
        }
    }
}
