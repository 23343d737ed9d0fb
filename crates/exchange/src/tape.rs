//! Bodies read into one flat list of what their values are, in the order they stand: no tree is built, and the lists
//! serve again for the next body.

use crate::header::protocol_header;
use crate::lexical::classify;
use crate::marker::Marker;
use crate::model::{Body, Message};
use crate::multipart;
use crate::shape::{Scalar, ScalarKind, Shape, ShapeLimits, parameter_kind, word_like};
use palisade_sensitive::{Hint, REDACTED, Side, credential_name, value_kind};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Write as _;

/// Names known at a time; beyond it all are forgotten before the next exchange.
const MAX_NAMES: usize = 1 << 16;
/// Member names longer than this are left out, in bytes.
const MAX_NAME: usize = 256;

/// What is known of the name of a member or parameter.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// Its keyed hash.
    pub hash: u64,
    /// It is spelled like a value, as keys of maps are.
    pub value: bool,
    /// It names a credential.
    pub credential: bool,
    /// As a header in lower case it belongs to the protocol.
    pub protocol: bool,
    /// What it promises to hold in a request and in an answer.
    hints: [Hint; 2],
    /// The name that followed it last.
    next: u32,
    /// The object in which it was met last.
    met: u64,
}

/// A name of [`Names`].
pub type NameId = u32;

/// The names met so far: what a name says of its values is found out once.
#[derive(Debug, Clone)]
pub struct Names {
    ids: HashMap<Box<str>, NameId>,
    known: Vec<Name>,
    last: NameId,
    objects: u64,
}

impl Names {
    /// No names. One marker goes with them for ever.
    pub fn new(marker: Marker<'_>) -> Self {
        let mut names = Names { ids: HashMap::new(), known: Vec::new(), last: 0, objects: 0 };
        names.intern("", marker);
        names
    }

    /// Forgets all names when there are very many. What was read before is of no use then.
    pub fn trim(&mut self, marker: Marker<'_>) {
        if self.known.len() > MAX_NAMES {
            *self = Names::new(marker);
        }
    }

    /// The id of a name. Keys of maps are values now and then: one that is sensitive is known as redacted.
    pub fn intern(&mut self, text: &str, marker: Marker<'_>) -> NameId {
        let last = self.last as usize;
        // Members mostly follow one another as they did before.
        if let Some(guess) = self.known.get(last).map(|last| last.next)
            && self.known.get(guess as usize).is_some_and(|known| *known.text == *text)
        {
            self.last = guess;
            return guess;
        }
        let id = match self.ids.get(text) {
            Some(id) => *id,
            None if value_kind(text).is_some() => match self.ids.get(REDACTED) {
                Some(id) => *id,
                None => self.add(REDACTED, marker),
            },
            None => self.add(text, marker),
        };
        if let Some(last) = self.known.get_mut(last) {
            last.next = id;
        }
        self.last = id;
        id
    }

    fn add(&mut self, text: &str, marker: Marker<'_>) -> NameId {
        let id = NameId::try_from(self.known.len()).unwrap_or(NameId::MAX);
        self.known.push(Name {
            text: text.into(),
            hash: marker.hash.of(text),
            value: classify(text).is_some(),
            credential: credential_name(text),
            protocol: protocol_header(text),
            hints: [marker.rules.hint(text, Side::Request), marker.rules.hint(text, Side::Response)],
            next: id,
            met: 0,
        });
        self.ids.insert(text.into(), id);
        id
    }

    /// What is known of a name.
    pub fn get(&self, id: NameId) -> Option<&Name> {
        self.known.get(id as usize)
    }

    fn scalar(&self, kind: ScalarKind, id: NameId, text: &str, marker: Marker<'_>, side: Side) -> Scalar {
        let hint = self.get(id).map(|Name { hints: [request, response], .. }| match side {
            Side::Request => *request,
            Side::Response => *response,
        });
        Scalar::new(kind, hint.unwrap_or_default(), text, marker)
    }

    /// One parameter: its text tells the type.
    pub fn parameter<'a>(&self, id: NameId, text: &'a str, marker: Marker<'_>, side: Side) -> (Scalar, Word<'a>) {
        let scalar = self.scalar(parameter_kind(text), id, text, marker, side);
        (scalar, word(&scalar, text))
    }

    /// Marks a name as met in an object; true when it may have been met there before.
    fn meet(&mut self, id: NameId, object: u64) -> bool {
        let Some(name) = self.known.get_mut(id as usize) else { return false };
        let before = std::mem::replace(&mut name.met, object);
        // A later object stands inside this one, and hid what was met here before.
        before >= object
    }
}

/// Whether a string could belong to an enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// It could: its text. In memory only: never written.
    Text(&'a str),
    /// It could not, by its spelling.
    Never,
    /// Its text is not known any more.
    Unknown,
}

fn word<'a>(scalar: &Scalar, text: &'a str) -> Word<'a> {
    let plain = scalar.kind == ScalarKind::Text && scalar.format.is_none() && scalar.sensitive.is_none();
    if plain && word_like(text) { Word::Text(text) } else { Word::Never }
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// Boolean, number or string.
    Scalar(Scalar),
    /// An array: how many items there were, more perhaps than were looked at.
    Array(u64),
    /// An object.
    Object,
    /// Beyond the limits: not looked at.
    Cut,
}

/// One value of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The name of the member that it is or that it stands in, over arrays.
    pub name: NameId,
    /// What it is.
    pub value: Value,
    /// Where what stands in it ends: the place of the next value beside it.
    pub end: usize,
    word: (u32, u32),
}

/// The values of one body. An object has no two members of one name: the last one wins.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    items: Vec<Item>,
    words: String,
    /// Read from what was kept of a body.
    kept: bool,
}

impl Tape {
    /// The values, each before what stands in it.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether a value could belong to an enumeration.
    pub fn word(&self, item: &Item) -> Word<'_> {
        let (start, end) = item.word;
        match self.words.get(start as usize..end as usize) {
            _ if self.kept => Word::Unknown,
            Some(text) if start < end => Word::Text(text),
            _ => Word::Never,
        }
    }

    /// Reads the structure of a body: from its bytes (JSON and forms of both kinds), or what was kept of it. False for other media,
    /// and for bodies that were not captured whole; the tape is empty then.
    pub fn read(&mut self, message: &Message, names: &mut Names, marker: Marker<'_>, side: Side) -> bool {
        self.clear();
        let read = match &message.body {
            Body::Shape(shape) => match &shape.root {
                Some(root) => {
                    self.kept = true;
                    self.unfold(root, 0, names, marker);
                    true
                }
                None => false,
            },
            body => match (body.complete(), message.structure()) {
                (Some(bytes), Some(Structure::Json)) => {
                    self.read_json(bytes, names, marker, side, &ShapeLimits::default())
                }
                (Some(bytes), Some(Structure::Form)) => match std::str::from_utf8(bytes) {
                    Ok(text) => {
                        self.read_form(text, names, marker, side);
                        true
                    }
                    Err(_) => false,
                },
                (Some(bytes), Some(Structure::Multipart)) => {
                    let boundary = message.header("content-type").and_then(multipart::boundary);
                    boundary.is_some_and(|boundary| {
                        self.read_multipart(bytes, boundary, names, marker, side);
                        true
                    })
                }
                _ => false,
            },
        };
        if !read {
            self.clear();
        }
        read
    }

    /// Reads a JSON text; false when it is not JSON or passes a limit of bytes.
    pub fn read_json(
        &mut self,
        bytes: &[u8],
        names: &mut Names,
        marker: Marker<'_>,
        side: Side,
        limits: &ShapeLimits,
    ) -> bool {
        self.clear();
        if bytes.len() > limits.bytes {
            return false;
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let mut reading = Reading { names, tape: self, marker, side, left: limits.nodes };
        let seed = Seed { reading: &mut reading, depth: limits.depth, name: 0 };
        seed.deserialize(&mut reader).and_then(|()| reader.end()).is_ok()
    }

    /// Reads an `application/x-www-form-urlencoded` text: an object of parameters.
    pub fn read_form(&mut self, text: &str, names: &mut Names, marker: Marker<'_>, side: Side) {
        self.clear();
        let at = self.open(0, Value::Object);
        for (name, value) in crate::target::query_pairs(text) {
            if name.len() > MAX_NAME {
                continue;
            }
            let id = names.intern(&name, marker);
            self.forget(at, id);
            let (scalar, word) = names.parameter(id, &value, marker, side);
            self.push_scalar(id, scalar, word);
        }
        self.close(at);
    }

    /// Reads the fields of a `multipart/form-data` body: an object of parameters, files among them as binary strings.
    fn read_multipart(&mut self, body: &[u8], boundary: &str, names: &mut Names, marker: Marker<'_>, side: Side) {
        self.clear();
        let at = self.open(0, Value::Object);
        for part in multipart::parts(body, boundary).into_iter().filter(|part| part.name.len() <= MAX_NAME) {
            let id = names.intern(part.name, marker);
            self.forget(at, id);
            match std::str::from_utf8(part.content).ok().filter(|_| !part.file) {
                Some(text) => {
                    let (scalar, word) = names.parameter(id, text, marker, side);
                    self.push_scalar(id, scalar, word);
                }
                None => self.push_scalar(id, Scalar::binary(part.content.len()), Word::Never),
            }
        }
        self.close(at);
    }

    /// The values as a tree.
    pub fn to_shape(&self, names: &Names) -> Option<Shape> {
        (!self.items.is_empty()).then(|| self.shape_at(0, names))
    }

    /// Recursion is bounded by the depth a tape is read with.
    fn shape_at(&self, at: usize, names: &Names) -> Shape {
        let Some(item) = self.items.get(at) else { return Shape::Cut };
        match item.value {
            Value::Null => Shape::Null,
            Value::Cut => Shape::Cut,
            Value::Scalar(scalar) => Shape::Scalar(scalar),
            Value::Array(count) => {
                Shape::Array(self.inside(at).map(|(place, _)| self.shape_at(place, names)).collect(), count)
            }
            Value::Object => {
                let member = |(place, item): (usize, &Item)| {
                    let name = names.get(item.name).map(|name| name.text.clone()).unwrap_or_default();
                    (name, self.shape_at(place, names))
                };
                Shape::Object(self.inside(at).map(member).collect::<BTreeMap<_, _>>())
            }
        }
    }

    /// What stands directly in a value, with its place.
    pub fn inside(&self, at: usize) -> impl Iterator<Item = (usize, &Item)> {
        let end = self.items.get(at).map_or(0, |item| item.end);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let place = next;
            let item = self.items.get(place).filter(|_| place < end)?;
            next = item.end;
            Some((place, item))
        })
    }

    fn clear(&mut self) {
        self.items.clear();
        self.words.clear();
        self.kept = false;
    }

    fn open(&mut self, name: NameId, value: Value) -> usize {
        let at = self.items.len();
        self.items.push(Item { name, value, end: at + 1, word: (0, 0) });
        at
    }

    fn close(&mut self, at: usize) {
        let end = self.items.len();
        if let Some(item) = self.items.get_mut(at) {
            item.end = end;
        }
    }

    fn push_scalar(&mut self, name: NameId, scalar: Scalar, word: Word<'_>) {
        let at = self.open(name, Value::Scalar(scalar));
        if let (Word::Text(word), Some(item)) = (word, self.items.get_mut(at)) {
            let start = self.words.len();
            self.words.push_str(word);
            item.word = (start as u32, self.words.len() as u32);
        }
    }

    /// Takes out the member of an object that is still open, if there is one of the name.
    fn forget(&mut self, at: usize, name: NameId) {
        let mut place = at + 1;
        while let Some(item) = self.items.get(place) {
            let end = item.end;
            if item.name == name {
                self.items.drain(place..end);
                for later in self.items.iter_mut().skip(place) {
                    later.end -= end - place;
                }
                return;
            }
            place = end;
        }
    }

    /// Recursion is bounded by the depth of what was read.
    fn unfold(&mut self, shape: &Shape, name: NameId, names: &mut Names, marker: Marker<'_>) {
        match shape {
            Shape::Null => self.open(name, Value::Null),
            Shape::Cut => self.open(name, Value::Cut),
            Shape::Scalar(scalar) => self.open(name, Value::Scalar(*scalar)),
            Shape::Array(items, count) => {
                let at = self.open(name, Value::Array(*count));
                for item in items {
                    self.unfold(item, name, names, marker);
                }
                self.close(at);
                at
            }
            Shape::Object(members) => {
                let at = self.open(name, Value::Object);
                for (name, member) in members {
                    let name = names.intern(name, marker);
                    self.unfold(member, name, names, marker);
                }
                self.close(at);
                at
            }
        };
    }
}

/// How the structure of a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structure {
    Json,
    Form,
    Multipart,
}

impl Message {
    /// How the body is read, by its media type; what has none is tried as JSON.
    pub(crate) fn structure(&self) -> Option<Structure> {
        let Some(media) = self.header("content-type").and_then(|value| value.split(';').next()).map(str::trim) else {
            return Some(Structure::Json);
        };
        let ends = |end: &str| {
            media
                .len()
                .checked_sub(end.len())
                .and_then(|at| media.get(at..))
                .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        // Of no use as a media type, and treated as if there were none.
        if media.is_empty() || media.len() > 127 || ends("/json") || ends("+json") {
            return Some(Structure::Json);
        }
        if media.eq_ignore_ascii_case("multipart/form-data") {
            return Some(Structure::Multipart);
        }
        media.eq_ignore_ascii_case("application/x-www-form-urlencoded").then_some(Structure::Form)
    }

    /// The structure of the body as a tree, as [`Tape::read`] finds it.
    pub fn shape(&self, marker: Marker<'_>, side: Side) -> Option<std::borrow::Cow<'_, Shape>> {
        if let Body::Shape(shape) = &self.body {
            return shape.root.as_ref().map(std::borrow::Cow::Borrowed);
        }
        let (mut tape, mut names) = (Tape::default(), Names::new(marker));
        tape.read(self, &mut names, marker, side).then(|| tape.to_shape(&names)).flatten().map(std::borrow::Cow::Owned)
    }
}

struct Reading<'a> {
    names: &'a mut Names,
    tape: &'a mut Tape,
    marker: Marker<'a>,
    side: Side,
    left: usize,
}

impl Reading<'_> {
    fn scalar(&mut self, kind: ScalarKind, name: NameId, text: &str) {
        let scalar = self.names.scalar(kind, name, text, self.marker, self.side);
        self.tape.push_scalar(name, scalar, word(&scalar, text));
    }

    /// A number, written out on the stack.
    fn number(&mut self, kind: ScalarKind, name: NameId, number: impl fmt::Display) {
        let mut buffer = [0u8; 352];
        let room = buffer.len();
        let mut rest = buffer.as_mut_slice();
        // The longest finite f64 has 309 digits before its point, or 17 of them far behind it.
        let written = write!(rest, "{number}").map_or(room, |()| room - rest.len());
        let text = buffer.get(..written).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        self.scalar(kind, name, text);
    }
}

struct Seed<'s, 'a> {
    reading: &'s mut Reading<'a>,
    depth: usize,
    name: NameId,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.reading.left == 0 || self.depth == 0 {
            IgnoredAny::deserialize(deserializer)?;
            self.reading.tape.open(self.name, Value::Cut);
            return Ok(());
        }
        self.reading.left -= 1;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.reading.scalar(ScalarKind::Bool, self.name, if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.reading.number(ScalarKind::Integer, self.name, value);
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.reading.number(ScalarKind::Integer, self.name, value);
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.reading.number(ScalarKind::Number, self.name, value);
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.reading.scalar(ScalarKind::Text, self.name, value);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reading.tape.open(self.name, Value::Null);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Seed { reading, depth, name } = self;
        let at = reading.tape.open(name, Value::Array(0));
        let mut count = 0u64;
        loop {
            let more = if reading.left == 0 {
                items.next_element::<IgnoredAny>()?.is_some()
            } else {
                items.next_element_seed(Seed { reading: &mut *reading, depth: depth - 1, name })?.is_some()
            };
            if !more {
                break;
            }
            count += 1;
        }
        if let Some(item) = reading.tape.items.get_mut(at) {
            item.value = Value::Array(count);
        }
        reading.tape.close(at);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Seed { reading, depth, name } = self;
        let at = reading.tape.open(name, Value::Object);
        reading.names.objects += 1;
        let object = reading.names.objects;
        while let Some(member) = members.next_key_seed(Key(reading.names, reading.marker))? {
            let Some(member) = member.filter(|_| reading.left > 0) else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            if reading.names.meet(member, object) {
                reading.tape.forget(at, member);
            }
            members.next_value_seed(Seed { reading: &mut *reading, depth: depth - 1, name: member })?;
        }
        reading.tape.close(at);
        Ok(())
    }
}

/// The name of a member; none when it is too long.
struct Key<'a>(&'a mut Names, Marker<'a>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<NameId>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Option<NameId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.len() <= MAX_NAME).then(|| self.0.intern(text, self.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::KeyedHash;
    use proptest::prelude::*;

    fn marker() -> Marker<'static> {
        Marker { hash: KeyedHash::new([7; 16]), rules: palisade_sensitive::Rules::built_in() }
    }

    fn read(text: &str) -> (bool, Tape, Names) {
        let (mut tape, mut names) = (Tape::default(), Names::new(marker()));
        let read = tape.read_json(text.as_bytes(), &mut names, marker(), Side::Response, &ShapeLimits::default());
        (read, tape, names)
    }

    #[test]
    fn of_members_with_one_name_the_last_one_stands() {
        for (text, plain) in [
            (r#"{"a":1,"a":"x"}"#, r#"{"a":"x"}"#),
            (
                r#"{"a":{"b":[1,2]},"c":{"a":1,"b":2,"a":null},"a":[true],"b":0}"#,
                r#"{"c":{"b":2,"a":null},"a":[true],"b":0}"#,
            ),
            (r#"[{"a":1},{"a":2,"b":{"a":3},"a":4}]"#, r#"[{"a":1},{"b":{"a":3},"a":4}]"#),
        ] {
            let ((_, tape, names), (_, wanted, known)) = (read(text), read(plain));
            assert_eq!(tape.to_shape(&names), wanted.to_shape(&known), "{text}");
        }
    }

    #[test]
    fn a_tree_comes_back_from_a_tape() {
        let (_, tape, names) = read(r#"{"list":[{"id":"a-1","n":[[]]},null],"open":false,"": -2.5}"#);
        let shape = tape.to_shape(&names).unwrap();
        let (mut again, mut others) = (Tape::default(), Names::new(marker()));
        again.unfold(&shape, 0, &mut others, marker());
        assert_eq!(again.to_shape(&others), Some(shape));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn any_members_are_read_as_serde_json_reads_them(names in proptest::collection::vec("[a-c]{0,2}", 0..12), nested in any::<bool>()) {
            let members: Vec<String> = names.iter().enumerate().map(|(place, name)| {
                let value = if nested && place % 3 == 1 { format!("{{\"{name}\":{place},\"a\":1}}") } else { "\"x\"".to_owned() };
                format!("\"{name}\":{value}")
            }).collect();
            let text = format!("{{{}}}", members.join(","));
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let ((_, tape, known), (_, wanted, others)) = (read(&text), read(&value.to_string()));
            prop_assert_eq!(tape.to_shape(&known), wanted.to_shape(&others));
        }
    }
}
