//! What is known of a value: votes for types and formats, presence, candidates of enumerations.

use crate::bounded::{Bounded, Few, Named, Put};
use crate::spread::Spread;
use crate::variants::{self, Variants};
use palisade_exchange::{Format, Names, Scalar, ScalarKind, Tape, Value as Part, Word};
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
    /// Its callers, in requests.
    pub(crate) spread: Spread,
    pub(crate) word: Option<Box<str>>,
}

/// Kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Array,
    Object,
}

impl ValueKind {
    pub(crate) const ALL: [ValueKind; 7] = [
        ValueKind::Null,
        ValueKind::Boolean,
        ValueKind::Integer,
        ValueKind::Number,
        ValueKind::Text,
        ValueKind::Array,
        ValueKind::Object,
    ];
}

/// Who sent each kind of value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Kinds([Spread; 7]);

impl Kinds {
    pub(crate) fn of(&self, kind: ValueKind) -> Spread {
        let Kinds([null, boolean, integer, number, text, array, object]) = self;
        *match kind {
            ValueKind::Null => null,
            ValueKind::Boolean => boolean,
            ValueKind::Integer => integer,
            ValueKind::Number => number,
            ValueKind::Text => text,
            ValueKind::Array => array,
            ValueKind::Object => object,
        }
    }

    fn add(&mut self, kind: ValueKind, caller: u64) {
        for (known, spread) in ValueKind::ALL.into_iter().zip(&mut self.0) {
            if known == kind {
                spread.add(caller);
            }
        }
    }

    fn merge(&mut self, other: &Kinds) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            mine.merge(theirs);
        }
    }
}

/// Numbers, none of them below zero, from which on a number is said to be at least zero: where one of a hundred is below
/// it, 300 hold none in one case of 20. Upper ends stay among what was seen: the next value may always be larger.
const NEVER_BELOW: u64 = 300;

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
    /// Their callers, in requests.
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) below_zero: Spread,
    /// Most digits of a number, of one with a fraction those before its point.
    pub(crate) digits: u32,
    /// Fewest and most items of an array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<(u64, u64)>,
    /// Shortest and longest string, in characters.
    pub(crate) length: Option<(u32, u32)>,
    pub(crate) formats: BTreeMap<Format, u64>,
    /// Callers, in requests.
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) spread: Spread,
    /// Callers by kind of value, in requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kinds: Option<Box<Kinds>>,
    /// Callers whose strings had no format, in requests.
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) plain: Spread,
    /// The values of a field that could be an enumeration: few of them, all of them words.
    #[serde(with = "values")]
    pub(crate) values: Few<Value, VALUES>,
    pub(crate) sensitive: BTreeMap<Box<str>, Seen>,
    pub(crate) members: Bounded<Named, Sketch, MEMBERS>,
    /// Members whose names are values: keys of a map.
    pub(crate) keyed: Option<Box<Sketch>>,
    /// Objects that had such members.
    pub(crate) keyed_objects: u64,
    pub(crate) items: Option<Box<Sketch>>,
    /// Kinds of objects that a member tells apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variants: Option<Box<Variants>>,
}

/// The context of absorbing one body.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// What names say.
    pub(crate) names: &'a Names,
    /// No credential was shown.
    pub(crate) open: bool,
    /// Hash of the caller, of what callers send.
    pub(crate) caller: Option<u64>,
}

impl Sketch {
    /// Adds one body. Recursion is bounded by the depth a tape is read with.
    pub(crate) fn absorb(&mut self, tape: &Tape, context: Context<'_>) {
        self.absorb_at(tape, 0, context);
    }

    fn absorb_at(&mut self, tape: &Tape, at: usize, context: Context<'_>) {
        let Some(part) = tape.items().get(at) else { return };
        if let Part::Scalar(scalar) = part.value {
            self.absorb_scalar(&scalar, tape.word(part), context);
            return;
        }
        self.meet(part.value, context);
        match part.value {
            Part::Cut | Part::Scalar(_) => return,
            Part::Null => self.null += 1,
            Part::Array(count) => {
                self.array += 1;
                self.counts = widest(self.counts, Some((count, count)));
                for (place, _) in tape.inside(at) {
                    self.items.get_or_insert_default().absorb_at(tape, place, context);
                }
            }
            Part::Object => self.absorb_object(tape, at, context),
        }
        self.seen += 1;
    }

    /// Who sent it, of what callers send.
    fn meet(&mut self, part: Part, context: Context<'_>) {
        if let Some(caller) = context.caller {
            self.spread.add(caller);
            if let Some(kind) = kind_of(part) {
                self.kinds.get_or_insert_default().add(kind, caller);
            }
        }
    }

    fn absorb_object(&mut self, tape: &Tape, at: usize, context: Context<'_>) {
        self.object += 1;
        self.tell(tape, at, context);
        let mut keyed = false;
        for (place, part) in tape.inside(at) {
            let Some(name) = context.names.get(part.name) else { continue };
            if name.value {
                keyed = true;
                self.keyed.get_or_insert_default().absorb_at(tape, place, context);
                continue;
            }
            match self.members.put_named(MEMBERS, name.hash, &name.text) {
                Put::Kept(sketch, left) => {
                    sketch.absorb_at(tape, place, context);
                    if let Some((_, left)) = left {
                        self.keyed.get_or_insert_default().merge(left);
                    }
                }
                Put::Beyond => self.keyed.get_or_insert_default().absorb_at(tape, place, context),
            }
        }
        self.keyed_objects += u64::from(keyed);
    }

    /// Counts an object for its kind. Of several members that may tell it, one is taken whatever their order.
    fn tell(&mut self, tape: &Tape, at: usize, context: Context<'_>) {
        let known = |part: &palisade_exchange::Item| context.names.get(part.name).filter(|name| !name.value);
        let kind = tape.inside(at).filter_map(|(_, part)| {
            let Part::Scalar(scalar) = part.value else { return None };
            let name = known(part).filter(|name| scalar.kind == ScalarKind::Text && variants::telling(&name.text))?;
            (tape.word(part) != Word::Never).then_some((name.hash, scalar.hash))
        });
        if let Some((name, word)) = kind.min() {
            let members = tape.inside(at).filter_map(|(_, part)| known(part)).map(|name| name.hash);
            self.variants.get_or_insert_default().add(name, word, members);
        }
    }

    /// Adds one scalar.
    pub(crate) fn absorb_scalar(&mut self, scalar: &Scalar, word: Word<'_>, context: Context<'_>) {
        self.meet(Part::Scalar(*scalar), context);
        self.seen += 1;
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
                } else if let Some(caller) = context.caller {
                    self.plain.add(caller);
                }
                if word == Word::Never {
                    self.values = Few::Many;
                } else if let Some(value) = self.values.entry(scalar.hash) {
                    value.count += 1;
                    if let Some(caller) = context.caller {
                        value.spread.add(caller);
                    }
                    if let (None, Word::Text(word)) = (&value.word, word) {
                        value.word = Some(word.into());
                    }
                }
            }
        }
        if scalar.negative {
            self.negative += 1;
            if let Some(caller) = context.caller {
                self.below_zero.add(caller);
            }
        }
        if let Some(kind) = scalar.sensitive {
            let word = kind.as_str();
            if !self.sensitive.contains_key(word) {
                self.sensitive.insert(word.into(), Seen::default());
            }
            if let Some(seen) = self.sensitive.get_mut(word) {
                seen.count += 1;
                seen.open += u64::from(context.open);
            }
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
        self.below_zero.merge(other.below_zero);
        self.digits = self.digits.max(other.digits);
        self.keyed_objects += other.keyed_objects;
        self.counts = widest(self.counts, other.counts);
        self.length = widest(self.length, other.length);
        self.spread.merge(other.spread);
        self.plain.merge(other.plain);
        if let Some(kinds) = other.kinds {
            self.kinds.get_or_insert_default().merge(&kinds);
        }
        for (format, count) in other.formats {
            *self.formats.entry(format).or_default() += count;
        }
        self.values.merge(other.values, |mine, value| {
            mine.count += value.count;
            mine.spread.merge(value.spread);
            mine.word = mine.word.take().or(value.word);
        });
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
        if let Some(variants) = other.variants {
            self.variants.get_or_insert_default().merge(*variants);
        }
    }

    /// How many values of a kind there were.
    pub(crate) fn count(&self, kind: ValueKind) -> u64 {
        match kind {
            ValueKind::Null => self.null,
            ValueKind::Boolean => self.boolean,
            ValueKind::Integer => self.integer,
            ValueKind::Number => self.number,
            ValueKind::Text => self.text,
            ValueKind::Array => self.array,
            ValueKind::Object => self.object,
        }
    }

    pub(crate) fn count_mut(&mut self, kind: ValueKind) -> &mut u64 {
        match kind {
            ValueKind::Null => &mut self.null,
            ValueKind::Boolean => &mut self.boolean,
            ValueKind::Integer => &mut self.integer,
            ValueKind::Number => &mut self.number,
            ValueKind::Text => &mut self.text,
            ValueKind::Array => &mut self.array,
            ValueKind::Object => &mut self.object,
        }
    }

    /// Values that were not null.
    pub(crate) fn present(&self) -> u64 {
        self.seen - self.null.min(self.seen)
    }

    /// Whether enough numbers were seen, none of them below zero, to say that none will be.
    pub(crate) fn never_below_zero(&self) -> bool {
        self.negative == 0 && self.integer + self.number >= NEVER_BELOW
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

    /// A mark of the structure, two levels deep, whatever the order of members: bodies of one kind share it.
    pub(crate) fn signature(tape: &Tape, names: &Names) -> u64 {
        outline(tape, 0, 2, names)
    }
}

fn kind_of(part: Part) -> Option<ValueKind> {
    Some(match part {
        Part::Null => ValueKind::Null,
        Part::Cut => return None,
        Part::Array(_) => ValueKind::Array,
        Part::Object => ValueKind::Object,
        Part::Scalar(scalar) => match scalar.kind {
            ScalarKind::Bool => ValueKind::Boolean,
            ScalarKind::Integer => ValueKind::Integer,
            ScalarKind::Number => ValueKind::Number,
            ScalarKind::Text => ValueKind::Text,
        },
    })
}

/// The range that holds both.
fn widest<T: Ord>(one: Option<(T, T)>, two: Option<(T, T)>) -> Option<(T, T)> {
    match (one, two) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, two) => one.or(two),
    }
}

/// The sum over members, each of them mixed from the keyed hash of its name and what is below it.
fn outline(tape: &Tape, at: usize, depth: usize, names: &Names) -> u64 {
    match tape.items().get(at).map(|part| part.value) {
        None | Some(Part::Null | Part::Scalar(_) | Part::Cut) => 1,
        Some(Part::Array(_)) => {
            let first = tape.inside(at).next().filter(|_| depth > 0);
            mix(2, first.map_or(0, |(place, _)| outline(tape, place, depth - 1, names)))
        }
        Some(Part::Object) => tape.inside(at).fold(3, |sum: u64, (place, part)| {
            let name = names.get(part.name).filter(|name| !name.value).map_or(0, |name| name.hash);
            let flat = depth == 0 || matches!(part.value, Part::Null | Part::Scalar(_));
            let below = if flat { 0 } else { outline(tape, place, depth - 1, names) };
            sum.wrapping_add(mix(name, below))
        }),
    }
}

/// Spreads two marks over one, by the finisher of SplitMix64.
pub(crate) fn mix(one: u64, two: u64) -> u64 {
    let mixed = one ^ two.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 29)
}

/// The values on disk: hashes and counts. Words are written only where the contract would show them.
mod values {
    use super::{Few, Spread, VALUES, Value};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Hash, count, word, callers.
    type Stored = (u64, u64, Option<Box<str>>, Spread);

    pub(super) fn serialize<S: Serializer>(values: &Few<Value, VALUES>, serializer: S) -> Result<S::Ok, S::Error> {
        if values.is_full() {
            return serializer.serialize_none();
        }
        let total: u64 = values.iter().map(|(_, value)| value.count).sum();
        let repeated = (2..=16).contains(&values.len()) && total >= 10 && total >= 4 * values.len() as u64;
        let word = |value: &'_ Value| value.word.clone().filter(|_| repeated && value.count >= 2);
        let entries: Vec<Stored> =
            values.iter().map(|(hash, value)| (*hash, value.count, word(value), value.spread)).collect();
        entries.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Few<Value, VALUES>, D::Error> {
        let Some(entries) = Option::<Vec<Stored>>::deserialize(deserializer)? else {
            return Ok(Few::Many);
        };
        let mut values = Few::default();
        for (hash, count, word, spread) in entries {
            if let Some(value) = values.entry(hash) {
                *value = Value { count, spread, word };
            }
        }
        Ok(values)
    }
}
