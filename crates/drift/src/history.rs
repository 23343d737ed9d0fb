//! What changed at each operation, and when: by what its exchanges show, whether or not a contract speaks of it.
//!
//! An operation is watched from its first exchange on and speaks once it is settled: what is learned of it until then
//! is no change.

use crate::places::plain_name;
use crate::security;
use crate::sighting::Direction;
use crate::tree;
use palisade_document::{Document, Kind, NodeRef, pointer};
use palisade_exchange::{Credential, Exchange, Message, query_pairs};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use uuid::Uuid;

/// Operations that are watched.
const OPERATIONS: usize = 1000;
/// Changes kept of one operation: the newest.
const CHANGES: usize = 50;
/// Exchanges, or bodies, from which on what is new is a change.
const SETTLED: u64 = 20;
/// Bodies in a row without a property that was nearly always there, until it counts as removed.
const MISSED: u64 = 30;
/// Properties watched of one direction.
const FIELDS: usize = 256;
/// Parameters, media types and credentials watched of an operation.
const NAMES: usize = 64;
/// Items of one list that are looked at.
const ITEMS: usize = 50;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A parameter that was not sent before.
    ParameterAdded,
    /// A property that was not there before.
    PropertyAdded,
    /// A property that was nearly always there is missing.
    PropertyRemoved,
    /// A property has another type than before.
    PropertyRetyped,
    /// A status that was not answered before.
    StatusAdded,
    /// A media type that was not used before.
    MediaTypeAdded,
    /// Another kind of credential, or none, where it was always another.
    AuthenticationChanged,
}

/// One change of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When the exchange that showed it began, UTC, microseconds since the Unix epoch.
    pub time: i64,
    /// The exchange that showed it.
    pub exchange: Uuid,
    /// What changed.
    pub kind: ChangeKind,
    /// In requests or in answers.
    pub direction: Direction,
    /// `query` or `header` of a parameter; else empty.
    pub location: String,
    /// Name of a parameter.
    pub name: String,
    /// JSON pointer of a property; `*` stands for any item and for names that are values.
    pub pointer: String,
    /// What it was: a type, kinds of credentials.
    pub before: String,
    /// What it is: a type, a status, a media type, a kind of credential.
    pub after: String,
}

/// A property, over all bodies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Field {
    types: BTreeSet<String>,
    /// Bodies that hold it.
    seen: u64,
    /// Bodies that held what it stands in, at its first and at its last time.
    from: u64,
    mark: u64,
    gone: bool,
}

/// One direction of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Side {
    bodies: u64,
    media: BTreeSet<String>,
    fields: BTreeMap<String, Field>,
}

/// What is known of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Portrait {
    exchanges: u64,
    successes: u64,
    statuses: BTreeSet<u16>,
    parameters: BTreeSet<(String, String)>,
    access: BTreeSet<String>,
    request: Side,
    response: Side,
    changes: VecDeque<Change>,
}

/// The changes of the operations of one API: bounded, without values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History {
    operations: BTreeMap<String, Portrait>,
}

impl History {
    /// Shows one exchange of the operation with this key. True when it changed something.
    pub fn observe(&mut self, operation: &str, exchange: &Exchange) -> bool {
        let Some(response) = &exchange.response else { return false };
        if !self.operations.contains_key(operation) && self.operations.len() >= OPERATIONS {
            return false;
        }
        let portrait = self.operations.entry(operation.to_owned()).or_default();
        let mut seen = Seen { exchange, changes: Vec::new() };
        let settled = portrait.exchanges >= SETTLED;
        portrait.exchanges += 1;
        if portrait.statuses.insert(response.status) && settled {
            let after = response.status.to_string();
            seen.change(ChangeKind::StatusAdded, Direction::Response, |change| change.after = after);
        }
        if (200..300).contains(&response.status) {
            portrait.success(&mut seen);
            portrait.request.absorb(&exchange.request, Direction::Request, &mut seen);
            portrait.response.absorb(&response.message, Direction::Response, &mut seen);
        }
        let changed = !seen.changes.is_empty();
        portrait.changes.extend(seen.changes);
        while portrait.changes.len() > CHANGES {
            portrait.changes.pop_front();
        }
        changed
    }

    /// The changes of an operation, the newest first.
    pub fn of(&self, operation: &str) -> impl Iterator<Item = &Change> {
        self.operations.get(operation).into_iter().flat_map(|portrait| portrait.changes.iter().rev())
    }

    /// All changes with the keys of their operations, in no order.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &Change)> {
        let operations = self.operations.iter();
        operations.flat_map(|(key, portrait)| portrait.changes.iter().map(move |change| (key.as_str(), change)))
    }
}

/// An exchange, and what it changed.
struct Seen<'e> {
    exchange: &'e Exchange,
    changes: Vec<Change>,
}

impl Seen<'_> {
    fn change(&mut self, kind: ChangeKind, direction: Direction, fill: impl FnOnce(&mut Change)) {
        let mut change = Change {
            time: self.exchange.time,
            exchange: self.exchange.id,
            kind,
            direction,
            location: String::new(),
            name: String::new(),
            pointer: String::new(),
            before: String::new(),
            after: String::new(),
        };
        fill(&mut change);
        self.changes.push(change);
    }
}

impl Portrait {
    fn success(&mut self, seen: &mut Seen<'_>) {
        let settled = self.successes >= SETTLED;
        self.successes += 1;
        let exchange = seen.exchange;
        let query = exchange.query.as_deref().map(query_pairs).unwrap_or_default();
        let query = query.iter().map(|(name, _)| ("query", plain_name(name).to_owned()));
        let headers = exchange.request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        let headers =
            headers.filter(|name| !crate::judge::transport(name) && !palisade_sensitive::credential_name(name));
        let headers = headers.map(|name| ("header", plain_name(&name).to_owned()));
        for (location, name) in query.chain(headers).filter(|(_, name)| !name.is_empty()) {
            let known = (location.to_owned(), name);
            if self.parameters.len() < NAMES && !self.parameters.contains(&known) {
                if settled {
                    seen.change(ChangeKind::ParameterAdded, Direction::Request, |change| {
                        (change.location, change.name) = known.clone();
                    });
                }
                self.parameters.insert(known);
            }
        }
        let credentials = exchange.credentials();
        let shown = credentials.iter().find(|credential| security::deliberate(credential)).or(credentials.first());
        let word = shown.map_or_else(|| "none".to_owned(), word);
        if self.access.len() < NAMES && !self.access.contains(&word) {
            if settled {
                let before: Vec<&str> = self.access.iter().map(String::as_str).collect();
                let before = before.join(", ");
                seen.change(ChangeKind::AuthenticationChanged, Direction::Request, |change| {
                    (change.before, change.after) = (before, word.clone());
                });
            }
            self.access.insert(word);
        }
    }
}

/// The word for a credential; names of what holds it, never values.
fn word(credential: &Credential) -> String {
    match credential {
        Credential::Bearer { .. } => "bearer".to_owned(),
        Credential::Basic => "basic".to_owned(),
        Credential::Other(scheme) => format!("scheme {scheme}"),
        Credential::Header(name) => format!("header {name}"),
        Credential::Cookie(name) => format!("cookie {name}"),
        Credential::Query(name) => format!("query {name}"),
    }
}

impl Side {
    fn absorb(&mut self, message: &Message, direction: Direction, seen: &mut Seen<'_>) {
        if message.body == palisade_exchange::Body::Empty {
            return;
        }
        let settled = self.bodies >= SETTLED;
        if let Some(media) = message.media_type()
            && self.media.len() < NAMES
            && !self.media.contains(&media)
        {
            if settled {
                let after = media.clone();
                seen.change(ChangeKind::MediaTypeAdded, direction, |change| change.after = after);
            }
            self.media.insert(media);
        }
        self.bodies += 1;
        let Some(content) = tree::content(message) else { return };
        let met = fields(content.document());
        for (pointer, types) in &met {
            self.field(pointer, types, settled, direction, seen);
        }
        self.missed(direction, seen);
    }

    /// Bodies that held what a property stands in.
    fn above(&self, pointer: &str) -> u64 {
        let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        self.fields.get(above).map_or(0, |field| field.seen)
    }

    fn field(
        &mut self,
        pointer: &str,
        types: &BTreeSet<&'static str>,
        settled: bool,
        direction: Direction,
        seen: &mut Seen<'_>,
    ) {
        let above = self.above(pointer);
        if !self.fields.contains_key(pointer) && self.fields.len() >= FIELDS {
            return;
        }
        let fresh = !self.fields.contains_key(pointer);
        let field = self.fields.entry(pointer.to_owned()).or_default();
        let back = std::mem::take(&mut field.gone);
        if fresh || back {
            (field.from, field.seen) = (above, 0);
        }
        let now: Vec<&str> = types.iter().copied().collect();
        if (fresh || back) && settled {
            let after = now.join(" or ");
            seen.change(ChangeKind::PropertyAdded, direction, |change| {
                (change.pointer, change.after) = (pointer.to_owned(), after);
            });
        } else if !fresh && settled && types.iter().any(|word| !field.types.contains(*word)) {
            let before: Vec<&str> = field.types.iter().map(String::as_str).collect();
            let (before, after) = (before.join(" or "), now.join(" or "));
            seen.change(ChangeKind::PropertyRetyped, direction, |change| {
                (change.pointer, change.before, change.after) = (pointer.to_owned(), before, after);
            });
        }
        field.types.extend(types.iter().map(|word| (*word).to_owned()));
        field.seen += 1;
        field.mark = above;
    }

    /// Tells what was nearly always there and is missing.
    fn missed(&mut self, direction: Direction, seen: &mut Seen<'_>) {
        let mut gone: Vec<String> = Vec::new();
        for (pointer, field) in self.fields.iter().filter(|(pointer, field)| !field.gone && !pointer.is_empty()) {
            let usual = field.seen >= SETTLED && field.seen * 10 >= 9 * (field.mark.saturating_sub(field.from) + 1);
            if usual && self.above(pointer).saturating_sub(field.mark) >= MISSED {
                gone.push(pointer.clone());
            }
        }
        for pointer in gone {
            let Some(field) = self.fields.get_mut(&pointer) else { continue };
            field.gone = true;
            let before: Vec<&str> = field.types.iter().map(String::as_str).collect();
            let before = before.join(" or ");
            seen.change(ChangeKind::PropertyRemoved, direction, |change| {
                (change.pointer, change.before) = (pointer, before);
            });
        }
    }
}

/// The values of a body by pointer, with their types; what holds others stands before them.
fn fields(document: &Document) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut met: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let mut open: Vec<(String, NodeRef<'_>)> = vec![(String::new(), document.root())];
    while let Some((at, node)) = open.pop() {
        if !met.contains_key(&at) && met.len() >= FIELDS {
            continue;
        }
        match node.kind() {
            Kind::Object => {
                let members = node.members().take(FIELDS);
                open.extend(members.map(|member| (pointer::child(&at, plain_name(member.key)), member.value)));
            }
            Kind::Array => open.extend(node.items().take(ITEMS).map(|item| (format!("{at}/*"), item))),
            _ => {}
        }
        met.entry(at).or_default().insert(type_word(node));
    }
    met
}

/// Whole numbers and others are one type: `12` may well be a price.
fn type_word(node: NodeRef<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_exchange::{Body, Client, Response, Source};

    fn exchange(number: usize, target: &str, headers: &[(&str, &str)], status: u16, answer: &str) -> Exchange {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let json = vec![("content-type".to_owned(), "application/json".to_owned())];
        let bytes = answer.to_owned().into_bytes().into();
        Exchange {
            id: Uuid::from_u128(number as u128),
            time: number as i64,
            duration: None,
            source: Source::Gateway,
            api: None,
            client: Client::default(),
            scheme: "https".to_owned(),
            host: "a.example".to_owned(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            request: Message {
                headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                body: Body::Empty,
            },
            response: Some(Response {
                status,
                message: Message { headers: json, body: Body::Bytes { bytes, truncated: false } },
            }),
        }
    }

    const USUAL: &str = r#"{"items": [{"id": 1, "name": "a", "note": null}], "next": "x"}"#;
    const BEARER: &[(&str, &str)] = &[("authorization", "Bearer redacted")];

    fn settled() -> History {
        let mut history = History::default();
        for number in 0..30 {
            assert!(!history.observe("GET /a", &exchange(number, "/a?page=1", BEARER, 200, USUAL)));
        }
        history
    }

    fn told(history: &History) -> Vec<String> {
        let words = |change: &Change| {
            let what = [&change.location, &change.name, &change.pointer, &change.before, &change.after];
            let what: Vec<&str> = what.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
            format!("{:?} {:?} {} at {}", change.kind, change.direction, what.join(" "), change.time)
        };
        history.of("GET /a").map(words).collect()
    }

    #[test]
    fn what_is_new_once_an_operation_is_known_is_a_change() {
        let mut history = settled();
        let answer = r#"{"items": [{"id": "one", "name": "a", "note": "n", "cost": 2}], "next": "x"}"#;
        assert!(history.observe("GET /a", &exchange(40, "/a?page=1&debug=1", &[("x-mode", "q")], 200, answer)));
        assert!(history.observe("GET /a", &exchange(41, "/a?page=1", BEARER, 503, "{}")));
        let wanted = [
            "StatusAdded Response 503 at 41",
            "PropertyRetyped Response /items/*/note null string at 40",
            "PropertyRetyped Response /items/*/id number string at 40",
            "PropertyAdded Response /items/*/cost number at 40",
            "AuthenticationChanged Request bearer none at 40",
            "ParameterAdded Request header x-mode at 40",
            "ParameterAdded Request query debug at 40",
        ];
        assert_eq!(told(&history), wanted);
        // Once told, it is known.
        assert!(!history.observe("GET /a", &exchange(42, "/a?debug=2", &[("x-mode", "q")], 200, answer)));
    }

    #[test]
    fn a_property_that_is_missing_for_long_was_removed_and_may_come_back() {
        let mut history = settled();
        let without = r#"{"items": [{"id": 1, "note": null}], "next": "x"}"#;
        let empty = r#"{"items": [], "next": "x"}"#;
        for number in 40..100 {
            // A list without items says nothing of what its items hold.
            history
                .observe("GET /a", &exchange(number, "/a", BEARER, 200, if number % 2 == 0 { without } else { empty }));
        }
        assert_eq!(told(&history), ["PropertyRemoved Response /items/*/name string at 98"]);
        history.observe("GET /a", &exchange(101, "/a", BEARER, 200, USUAL));
        assert_eq!(told(&history)[0], "PropertyAdded Response /items/*/name string at 101");
    }

    #[test]
    fn it_stays_bounded_and_comes_back_equal() {
        let mut history = settled();
        for number in 100..400 {
            let answer = format!(r#"{{"word{}": 1, "ann{number}@example.org": 1}}"#, "x".repeat(number % 100));
            history.observe("GET /a", &exchange(number, &format!("/a?name{number}=1"), BEARER, 200, &answer));
        }
        for number in 0..2000 {
            history.observe(&format!("GET /{number}"), &exchange(number, "/b", &[], 200, "[]"));
        }
        assert_eq!(history.of("GET /a").count(), CHANGES);
        assert!(history.operations.len() <= OPERATIONS);
        assert!(history.operations["GET /a"].response.fields.len() <= FIELDS);
        let text = serde_json::to_string(&history).unwrap();
        assert!(!text.contains("example.org"));
        assert_eq!(serde_json::from_str::<History>(&text).unwrap(), history);
    }
}
