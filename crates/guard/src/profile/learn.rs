//! What is learned of exchanges, before it is a profile.
//!
//! Callers are put into [`GROUPS`] groups by a keyed hash, and each group has its own bounded record: what one caller
//! sends, however much, changes the record of its group only. Where there are [`MANY`] groups or more, what one group
//! alone sent is not believed. Records are sums, unions and bounds, so that learning apart and merging, in any order,
//! gives what learning in one place gives.

use super::walk::{self, Sight, Sink};
use super::{BodyProfile, Characters, OperationProfile, Profile, Range, RateProfile, ValueProfile, ValueType};
use palisade_exchange::{Body, Exchange, Format, KeyedHash, Message, query_pairs};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Groups of callers.
const GROUPS: u64 = 16;
/// From so many groups on, what one of them alone sends is not believed.
const MANY: usize = 5;
/// Operations that are learned.
const OPERATIONS: usize = 2_000;
/// Members of bodies and names of parameters known of one group; of one that sends more, none is.
const MEMBERS: usize = 256;
/// Longest pointer that is learned, in bytes.
const POINTER: usize = 512;
/// Minutes of callers that are kept of an operation: a sample by keyed hash.
const MINUTES: usize = 512;
/// Fewest of them for a rate.
const ENOUGH_MINUTES: usize = 5;
/// One minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// Learns a [`Profile`]. Holds no values, and for each operation no more than a fixed room.
#[derive(Debug, Clone)]
pub struct Learner {
    hash: KeyedHash,
    operations: BTreeMap<Box<str>, Operation>,
}

/// Two learners are equal when they learned the same; their keys are not compared.
impl PartialEq for Learner {
    fn eq(&self, other: &Self) -> bool {
        self.operations == other.operations
    }
}

impl Eq for Learner {}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Operation {
    groups: BTreeMap<u64, Group>,
    /// Requests by caller and minute; what a key begins with is the hash of the rest.
    minutes: BTreeMap<(u64, u64, i64), u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Group {
    exchanges: u64,
    query: Known,
    request: Bodies,
    response: Bodies,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Bodies {
    count: u64,
    bytes: Option<Range>,
    members: Known,
}

/// Values by name or pointer, or that there were too many.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    All(BTreeMap<Box<str>, Value>),
    TooMany,
}

impl Default for Known {
    fn default() -> Self {
        Known::All(BTreeMap::new())
    }
}

/// Sets are bits, in the order of their enumerations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Value {
    seen: u64,
    types: u8,
    /// The bit [`UNFORMATTED`] stands for strings without a format.
    formats: u16,
    characters: Option<Characters>,
    /// There were strings whose text was not seen.
    textless: bool,
    length: Option<Range>,
    digits: Option<Range>,
    items: Option<Range>,
}

const FORMATS: [Format; 11] = [
    Format::Uuid,
    Format::Date,
    Format::DateTime,
    Format::Time,
    Format::Email,
    Format::Uri,
    Format::Ipv4,
    Format::Ipv6,
    Format::Byte,
    Format::Jwt,
    Format::Binary,
];
const UNFORMATTED: u16 = 1 << FORMATS.len();

impl Learner {
    /// A learner that knows nothing. Those that are to be merged have one key.
    pub fn new(hash: KeyedHash) -> Learner {
        Learner { hash, operations: BTreeMap::new() }
    }

    /// Shows one exchange of an operation (`METHOD /template`). One that was not answered with a status of success counts
    /// for the rate only.
    pub fn absorb(&mut self, operation: &str, exchange: &Exchange) {
        let Some(response) = &exchange.response else { return };
        let caller = match (&exchange.client.principal, exchange.client.address) {
            (Some(principal), _) => self.hash.of(principal),
            (None, Some(address)) => self.hash.of(&address.to_string()),
            (None, None) => 0,
        };
        let Some(known) = bounded(&mut self.operations, operation.into(), OPERATIONS) else { return };
        // The rate is counted by address, as the gateway counts it.
        if let Some(address) = exchange.client.address {
            let (minute, client) = (exchange.time.div_euclid(MINUTE), self.hash.of(&address.to_string()));
            let place = self.hash.of(&format!("{client} {minute}"));
            if let Some(count) = bounded(&mut known.minutes, (place, client, minute), MINUTES) {
                *count += 1;
            }
        }
        if !(200..300).contains(&response.status) {
            return;
        }
        let group = known.groups.entry(caller % GROUPS).or_default();
        group.exchanges += 1;
        let mut seen = Known::default();
        for (name, value) in exchange.query.as_deref().map(query_pairs).unwrap_or_default() {
            seen.add(walk::step(walk::plain_name(&name)).into(), Value::of(Sight::parameter(&name, &value)));
        }
        group.query.merge(seen);
        group.request.absorb(&exchange.request);
        group.response.absorb(&response.message);
    }

    /// Adds what another one learned.
    pub fn merge(&mut self, other: Learner) {
        for (label, theirs) in other.operations {
            let Some(mine) = bounded(&mut self.operations, label, OPERATIONS) else { continue };
            for (key, count) in theirs.minutes {
                if let Some(sum) = bounded(&mut mine.minutes, key, MINUTES) {
                    *sum += count;
                }
            }
            for (number, group) in theirs.groups {
                mine.groups.entry(number).or_default().merge(group);
            }
        }
    }

    /// What was learned.
    pub fn profile(&self) -> Profile {
        let operations = self.operations.iter().map(|(label, known)| (label.to_string(), known.profile()));
        Profile { operations: operations.collect() }
    }
}

/// The entry of a key in a map that keeps its least keys: which they are does not depend on the order they came in.
fn bounded<K: Ord + Clone, V: Default>(map: &mut BTreeMap<K, V>, key: K, most: usize) -> Option<&mut V> {
    if map.len() >= most && !map.contains_key(&key) {
        if map.last_key_value().is_none_or(|(last, _)| *last < key) {
            return None;
        }
        map.pop_last();
    }
    Some(map.entry(key).or_default())
}

impl Operation {
    fn profile(&self) -> OperationProfile {
        let groups: Vec<&Group> = self.groups.values().collect();
        let query: Vec<&Known> = groups.iter().map(|group| &group.query).collect();
        let many = groups.len() >= MANY;
        let (query, query_open) = believed(&query, many, many);
        OperationProfile {
            exchanges: groups.iter().map(|group| group.exchanges).sum(),
            rate: self.rate(),
            query,
            query_open,
            request: bodies(groups.iter().map(|group| &group.request), true),
            response: bodies(groups.iter().map(|group| &group.response), false),
        }
    }

    /// Of several clients the most that not one alone sent.
    fn rate(&self) -> Option<RateProfile> {
        let mut most: BTreeMap<u64, u64> = BTreeMap::new();
        for ((_, client, _), count) in &self.minutes {
            let known = most.entry(*client).or_default();
            *known = (*known).max(*count);
        }
        let counts: Vec<Range> = most.into_values().map(Range::one).collect();
        let minutes = self.minutes.len();
        let range = range(&counts, counts.len() >= MANY).filter(|_| minutes >= ENOUGH_MINUTES)?;
        Some(RateProfile { minutes: minutes as u64, per_minute: range.most })
    }
}

/// The bodies of all groups. Members and shapes of answers are the API's own, whoever asked; how large they are may be
/// the doing of one caller.
fn bodies<'g>(groups: impl Iterator<Item = &'g Bodies>, doubt: bool) -> Option<BodyProfile> {
    let groups: Vec<&Bodies> = groups.filter(|bodies| bodies.count > 0).collect();
    let many = groups.len() >= MANY;
    let members: Vec<&Known> = groups.iter().map(|bodies| &bodies.members).collect();
    let (members, open) = believed(&members, many && doubt, many);
    let sizes: Vec<Range> = groups.iter().filter_map(|bodies| bodies.bytes).collect();
    let bodies = groups.iter().map(|bodies| bodies.count).sum();
    (bodies > 0).then(|| BodyProfile { bodies, bytes: range(&sizes, many), members, open })
}

/// What the groups know; in doubt, only what more than one of them does. The second is true where there were too many
/// names; of many groups one alone does not count.
fn believed(groups: &[&Known], doubt: bool, many: bool) -> (BTreeMap<String, ValueProfile>, bool) {
    let mut values: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    let mut full = 0;
    for group in groups {
        match group {
            Known::All(known) => known.iter().for_each(|(name, value)| values.entry(name).or_default().push(value)),
            Known::TooMany => full += 1,
        }
    }
    let believed = values.into_iter().filter(|(_, values)| !doubt || values.len() > 1);
    (believed.map(|(name, values)| (name.to_owned(), profile(&values, doubt))).collect(), full > usize::from(many))
}

fn profile(values: &[&Value], doubt: bool) -> ValueProfile {
    let types = bits(values.iter().map(|value| u16::from(value.types)), doubt);
    let formats = bits(values.iter().map(|value| value.formats), doubt);
    let of = |field: fn(&Value) -> Option<Range>| {
        let ranges: Vec<Range> = values.iter().filter_map(|value| field(value)).collect();
        range(&ranges, doubt)
    };
    let mut levels: Vec<Characters> = values.iter().filter_map(|value| value.characters).collect();
    levels.sort_unstable_by(|one, two| two.cmp(one));
    let second = if doubt { levels.get(1) } else { None };
    let textless = values.iter().any(|value| value.textless);
    ValueProfile {
        seen: values.iter().map(|value| value.seen).sum(),
        types: ValueType::ALL.into_iter().filter(|kind| types & bit(*kind) != 0).collect(),
        formats: match formats & UNFORMATTED {
            0 => FORMATS.into_iter().filter(|format| formats & format_bit(Some(*format)) != 0).collect(),
            _ => BTreeSet::new(),
        },
        characters: second.or(levels.first()).copied().filter(|_| !textless),
        length: of(|value| value.length),
        digits: of(|value| value.digits),
        items: of(|value| value.items),
    }
}

/// The bits that are set; in doubt, those that are set more than once, if any is.
fn bits(sets: impl Iterator<Item = u16>, doubt: bool) -> u16 {
    let (once, twice) = sets.fold((0, 0), |(once, twice), set| (once | set, twice | (once & set)));
    if doubt && twice != 0 { twice } else { once }
}

/// From the least to the most; in doubt the second of both, where there is one.
fn range(ranges: &[Range], doubt: bool) -> Option<Range> {
    let mut least: Vec<u64> = ranges.iter().map(|range| range.least).collect();
    let mut most: Vec<u64> = ranges.iter().map(|range| range.most).collect();
    least.sort_unstable();
    most.sort_unstable_by(|one, two| two.cmp(one));
    let pick = |sorted: &[u64]| sorted.get(usize::from(doubt)).or(sorted.first()).copied();
    let (one, two) = (pick(&least)?, pick(&most)?);
    Some(Range::one(one).join(Range::one(two)))
}

fn bit(kind: ValueType) -> u16 {
    1 << kind as u8
}

fn format_bit(format: Option<Format>) -> u16 {
    let place = FORMATS.iter().position(|known| Some(*known) == format);
    place.map_or(UNFORMATTED, |place| 1 << place)
}

impl Group {
    fn merge(&mut self, other: Group) {
        self.exchanges += other.exchanges;
        self.query.merge(other.query);
        self.request.merge(other.request);
        self.response.merge(other.response);
    }
}

impl Bodies {
    fn absorb(&mut self, message: &Message) {
        let mut notes = Notes::default();
        let length = match &message.body {
            Body::Empty | Body::Unknown { length: None } | Body::Bytes { truncated: true, .. } => return,
            Body::Unknown { length: Some(length) } => *length,
            Body::Shape(shape) => {
                walk::shape(shape, 0, &mut notes);
                shape.length
            }
            Body::Bytes { bytes, truncated: false } => {
                if !walk::body(message.header("content-type"), bytes, 0, &mut notes) {
                    notes = Notes::default();
                }
                bytes.len() as u64
            }
        };
        if length > 0 {
            self.merge(Bodies { count: 1, bytes: Some(Range::one(length)), members: notes.known() });
        }
    }

    fn merge(&mut self, other: Bodies) {
        self.count += other.count;
        self.bytes = join(self.bytes, other.bytes);
        self.members.merge(other.members);
    }
}

fn join(one: Option<Range>, two: Option<Range>) -> Option<Range> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.join(two)),
        (one, two) => one.or(two),
    }
}

impl Known {
    fn add(&mut self, name: Box<str>, value: Value) {
        let Known::All(known) = self else { return };
        known.entry(name).or_default().merge(value);
        if known.len() > MEMBERS {
            *self = Known::TooMany;
        }
    }

    fn merge(&mut self, other: Known) {
        match other {
            Known::All(known) => known.into_iter().for_each(|(name, value)| self.add(name, value)),
            Known::TooMany => *self = Known::TooMany,
        }
    }
}

impl Value {
    fn of(sight: Sight) -> Value {
        let mut value = Value { seen: 1, ..Value::default() };
        if sight.veiled {
            return value;
        }
        value.types = bit(sight.kind) as u8;
        let length = Some(Range::one(sight.length));
        match sight.kind {
            ValueType::String => {
                value.length = length;
                value.formats = format_bit(sight.format);
                value.characters = sight.characters;
                value.textless = sight.characters.is_none();
            }
            ValueType::Integer | ValueType::Number => value.digits = length,
            ValueType::Array => value.items = length,
            ValueType::Null | ValueType::Boolean | ValueType::Object => {}
        }
        value
    }

    fn merge(&mut self, other: Value) {
        *self = Value {
            seen: self.seen + other.seen,
            types: self.types | other.types,
            formats: self.formats | other.formats,
            characters: self.characters.max(other.characters),
            textless: self.textless || other.textless,
            length: join(self.length, other.length),
            digits: join(self.digits, other.digits),
            items: join(self.items, other.items),
        };
    }
}

/// What stands in one body, by place: the place of the whole is 0.
struct Notes {
    places: Vec<(Box<str>, Value)>,
    below: HashMap<(usize, Box<str>), usize>,
    full: bool,
}

impl Default for Notes {
    fn default() -> Self {
        Notes { places: vec![("".into(), Value::default())], below: HashMap::new(), full: false }
    }
}

impl Notes {
    fn place(&mut self, at: usize, step: Box<str>) -> Option<usize> {
        if self.full {
            return None;
        }
        let key = (at, step);
        if let Some(place) = self.below.get(&key) {
            return Some(*place);
        }
        let above = self.places.get(at).map_or("", |(pointer, _)| pointer);
        let pointer = format!("{above}/{}", key.1);
        self.full = self.places.len() >= MEMBERS || pointer.len() > POINTER;
        if self.full {
            return None;
        }
        self.places.push((pointer.into(), Value::default()));
        self.below.insert(key, self.places.len() - 1);
        Some(self.places.len() - 1)
    }

    fn known(self) -> Known {
        if self.full {
            return Known::TooMany;
        }
        Known::All(self.places.into_iter().filter(|(_, value)| value.seen > 0).collect())
    }
}

impl Sink for Notes {
    type Place = usize;

    fn member(&mut self, at: usize, name: Option<&str>) -> Option<usize> {
        self.place(at, walk::step(name).into())
    }

    fn item(&mut self, at: usize) -> Option<usize> {
        self.place(at, "*".into())
    }

    fn value(&mut self, at: usize, sight: Sight) {
        if let Some((_, value)) = self.places.get_mut(at) {
            value.merge(Value::of(sight));
        }
    }
}
