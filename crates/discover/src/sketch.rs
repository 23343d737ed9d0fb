//! What is known of a value: votes for types and formats, presence, candidates of enumerations.

use crate::bounded::{Bounded, Named, Put};
use palisade_exchange::{Format, KeyedHash, Scalar, ScalarKind, Shape, classify};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Distinct values counted one by one; beyond this a field is no enumeration.
pub(crate) const VALUES: usize = 25;
/// Members of an object kept by name; beyond this they are keys of a map.
pub(crate) const MEMBERS: usize = 192;

/// How often sensitive data was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// In all.
    pub(crate) count: u64,
    /// In exchanges that showed no credential.
    pub(crate) open: u64,
}

/// One value: how often, and its text while it could belong to an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Value {
    pub(crate) count: u64,
    pub(crate) word: Option<Box<str>>,
}

/// Sums over all values seen at one place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Sketch {
    pub(crate) seen: u64,
    pub(crate) null: u64,
    pub(crate) boolean: u64,
    pub(crate) integer: u64,
    pub(crate) number: u64,
    pub(crate) text: u64,
    pub(crate) array: u64,
    pub(crate) object: u64,
    /// Numbers below zero.
    pub(crate) negative: u64,
    /// Most digits of a number, of one with a fraction those before its point.
    pub(crate) digits: u32,
    /// Fewest and most items of an array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<(u64, u64)>,
    /// Shortest and longest string, in characters.
    pub(crate) length: Option<(u32, u32)>,
    pub(crate) formats: BTreeMap<Format, u64>,
    #[serde(with = "values")]
    pub(crate) values: Bounded<u64, Value, VALUES>,
    pub(crate) sensitive: BTreeMap<Box<str>, Seen>,
    pub(crate) members: Bounded<Named, Sketch, MEMBERS>,
    /// Members whose names are values: keys of a map.
    pub(crate) keyed: Option<Box<Sketch>>,
    /// Objects that had such members.
    pub(crate) keyed_objects: u64,
    pub(crate) items: Option<Box<Sketch>>,
}

/// The context of absorbing one body.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) hash: KeyedHash,
    /// No credential was shown.
    pub(crate) open: bool,
}

impl Sketch {
    /// Adds one value. Recursion is bounded by the depth a shape is built with.
    pub(crate) fn absorb(&mut self, shape: &Shape, context: Context) {
        self.seen += 1;
        match shape {
            Shape::Null => self.null += 1,
            Shape::Cut => self.seen -= 1,
            Shape::Scalar(scalar) => self.absorb_scalar(scalar, context),
            Shape::Array(items, count) => {
                self.array += 1;
                self.counts = widest(self.counts, Some((*count, *count)));
                if !items.is_empty() {
                    let sketch = self.items.get_or_insert_default();
                    for item in items {
                        sketch.absorb(item, context);
                    }
                }
            }
            Shape::Object(members) => {
                self.object += 1;
                let mut keyed = false;
                for (name, member) in members {
                    if classify(name).is_some() {
                        keyed = true;
                        self.keyed.get_or_insert_default().absorb(member, context);
                        continue;
                    }
                    match self.members.put((context.hash.of(name), name.clone())) {
                        Put::Kept(sketch, left) => {
                            sketch.absorb(member, context);
                            if let Some((_, left)) = left {
                                self.keyed.get_or_insert_default().merge(left);
                            }
                        }
                        Put::Beyond => self.keyed.get_or_insert_default().absorb(member, context),
                    }
                }
                self.keyed_objects += u64::from(keyed);
            }
        }
    }

    fn absorb_scalar(&mut self, scalar: &Scalar, context: Context) {
        match scalar.kind {
            ScalarKind::Bool => self.boolean += 1,
            ScalarKind::Integer | ScalarKind::Number => {
                let count = if scalar.kind == ScalarKind::Integer { &mut self.integer } else { &mut self.number };
                *count += 1;
                self.digits = self.digits.max(scalar.length);
            }
            ScalarKind::Text => {
                self.text += 1;
                self.length = widest(self.length, Some((scalar.length, scalar.length)));
                if let Some(format) = scalar.format {
                    *self.formats.entry(format).or_default() += 1;
                }
                if let Some(value) = self.values.entry(scalar.hash) {
                    value.count += 1;
                    if value.word.is_none() {
                        value.word.clone_from(&scalar.word);
                    }
                }
            }
        }
        self.negative += u64::from(scalar.negative);
        if let Some(kind) = scalar.sensitive {
            let seen = self.sensitive.entry(kind.as_str().into()).or_default();
            seen.count += 1;
            seen.open += u64::from(context.open);
        }
    }

    /// Adds what another sketch saw.
    pub(crate) fn merge(&mut self, other: Sketch) {
        self.seen += other.seen;
        self.null += other.null;
        self.boolean += other.boolean;
        self.integer += other.integer;
        self.number += other.number;
        self.text += other.text;
        self.array += other.array;
        self.object += other.object;
        self.negative += other.negative;
        self.digits = self.digits.max(other.digits);
        self.keyed_objects += other.keyed_objects;
        self.counts = widest(self.counts, other.counts);
        self.length = widest(self.length, other.length);
        for (format, count) in other.formats {
            *self.formats.entry(format).or_default() += count;
        }
        for (hash, value) in other.values.into_entries() {
            if let Some(mine) = self.values.entry(hash) {
                mine.count += value.count;
                mine.word = mine.word.take().or(value.word);
            }
        }
        for (kind, seen) in other.sensitive {
            let mine = self.sensitive.entry(kind).or_default();
            mine.count += seen.count;
            mine.open += seen.open;
        }
        if let Some(keyed) = other.keyed {
            self.keyed.get_or_insert_default().merge(*keyed);
        }
        for (name, member) in other.members.into_entries() {
            match self.members.put(name) {
                Put::Kept(mine, left) => {
                    mine.merge(member);
                    if let Some((_, left)) = left {
                        self.keyed.get_or_insert_default().merge(left);
                    }
                }
                Put::Beyond => self.keyed.get_or_insert_default().merge(member),
            }
        }
        if let Some(items) = other.items {
            self.items.get_or_insert_default().merge(*items);
        }
    }

    /// Values that were not null.
    pub(crate) fn present(&self) -> u64 {
        self.seen - self.null.min(self.seen)
    }

    /// The words of an enumeration, sorted, when the field looks like one: `least` values seen, each of few
    /// distinct words `each` times on average, all of them known.
    pub(crate) fn enumeration(&self, least: u64, each: u64) -> Option<Vec<&str>> {
        let distinct = self.values.len() as u64;
        if self.text < least || self.text != self.present() || distinct == 0 || self.values.is_full() || distinct > 16 {
            return None;
        }
        if distinct * each > self.text || !self.sensitive.is_empty() {
            return None;
        }
        let mut words = self.values.iter().map(|(_, value)| value.word.as_deref()).collect::<Option<Vec<_>>>()?;
        words.sort_unstable();
        Some(words)
    }

    /// True when the members are keys of a map rather than properties.
    pub(crate) fn is_map(&self) -> bool {
        let Some(keyed) = &self.keyed else { return false };
        self.members.is_full() || keyed.seen > 0 && self.members.len() as u64 <= keyed.seen
    }

    /// Number of sketches in this one.
    pub(crate) fn weight(&self) -> usize {
        1 + self.members.iter().map(|(_, member)| member.weight()).sum::<usize>()
            + self.keyed.as_ref().map_or(0, |keyed| keyed.weight())
            + self.items.as_ref().map_or(0, |items| items.weight())
    }

    /// A mark of the structure, two levels deep: bodies of one kind share it.
    pub(crate) fn signature(shape: &Shape, hash: KeyedHash) -> u64 {
        let mut text = String::new();
        outline(shape, 2, &mut text);
        hash.of(&text)
    }
}

/// The range that holds both.
fn widest<T: Ord>(one: Option<(T, T)>, two: Option<(T, T)>) -> Option<(T, T)> {
    match (one, two) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, two) => one.or(two),
    }
}

fn outline(shape: &Shape, depth: usize, text: &mut String) {
    match shape {
        Shape::Null | Shape::Scalar(_) | Shape::Cut => text.push('.'),
        Shape::Array(items, _) => {
            text.push('[');
            if let (Some(item), true) = (items.first(), depth > 0) {
                outline(item, depth - 1, text);
            }
            text.push(']');
        }
        Shape::Object(members) => {
            text.push('{');
            for (name, member) in members.iter().take(64) {
                if classify(name).is_none() {
                    text.push_str(name);
                }
                if depth > 0 && !matches!(member, Shape::Null | Shape::Scalar(_)) {
                    outline(member, depth - 1, text);
                }
                text.push(',');
            }
            text.push('}');
        }
    }
}

/// The values on disk: hashes and counts. Words are written only where the contract would show them.
mod values {
    use super::{Bounded, VALUES, Value};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        values: &Bounded<u64, Value, VALUES>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let total: u64 = values.iter().map(|(_, value)| value.count).sum();
        let repeated =
            !values.is_full() && (2..=16).contains(&values.len()) && total >= 10 && total >= 4 * values.len() as u64;
        let entries: Vec<(u64, u64, Option<&str>)> = values
            .iter()
            .map(|(hash, value)| (*hash, value.count, value.word.as_deref().filter(|_| repeated && value.count >= 2)))
            .collect();
        entries.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Bounded<u64, Value, VALUES>, D::Error> {
        let mut values = Bounded::default();
        for (hash, count, word) in Vec::<(u64, u64, Option<Box<str>>)>::deserialize(deserializer)? {
            if let Some(value) = values.entry(hash) {
                *value = Value { count, word };
            }
        }
        Ok(values)
    }
}
