//! The state: what was learned so far.

use crate::bounded::{Bounded, Named, Sample};
use crate::operation::{Lesson, Operation};
use crate::settings::{Hosts, MergeError, Settings};
use crate::sketch::mix;
use crate::trie::{Node, Step, at, plain, without_values};
use aho_corasick::AhoCorasick;
use palisade_exchange::{
    Exchange, KeyedHash, Marker, Name, NameId, Names, Scalar, ScalarKind, Tape, Value, matrix, query_pairs, segments,
};
use palisade_sensitive::{REDACTED, Side};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Version of the stored state.
const VERSION: u32 = 2;
/// Hosts kept apart.
const HOSTS: usize = 32;
/// Values of bodies remembered per host, as hashes.
const VALUES: usize = 32 << 10;
/// Places that were only refused, per host.
const REFUSED: usize = 512;
/// Places that were said not to exist, per host. Kept apart: scanners ask for many.
const MISSING: usize = 1024;
/// Nodes and sketches in all. Beyond it known operations go on learning and new ones are counted only.
const WEIGHT: usize = 400_000;
/// Deepest path that is learned.
const MAX_DEPTH: usize = 24;
/// Deepest nesting of a stored state: six levels for each segment of a path, three for each of a body.
const NESTING: usize = 300;
/// Longest name of a parameter, in bytes.
const MAX_PARAMETER: usize = 128;
/// Longest value that can come back as a path segment, in characters.
const MAX_VALUE: u32 = 64;

/// What became of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Absorbed {
    /// It taught.
    Learned,
    /// It was refused by the API; counted at its place.
    Refused,
    /// It carries the marks of an attack: counted, nothing learned.
    Hostile,
    /// It had no answer.
    Unanswered,
    /// Its method or path is beyond the bounds, or the state is full.
    Beyond,
}

/// Exchanges that did not teach, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ignored {
    /// Marks of an attack.
    pub hostile: u64,
    /// No answer.
    pub unanswered: u64,
    /// Beyond the bounds.
    pub beyond: u64,
}

/// One host.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Host {
    pub(crate) root: Node,
    /// Values seen in bodies of successes, with the name of a field that held them (the least hash).
    pub(crate) values: Sample<VALUES>,
    /// Names of fields by hash.
    pub(crate) names: Bounded<u64, Box<str>, 4096>,
    pub(crate) refused: Bounded<Named, BTreeMap<Box<str>, Operation>, REFUSED>,
    /// As `refused`, by answers that say there is nothing (404, 410) or not with this method (405, 501).
    pub(crate) missing: Bounded<Named, BTreeMap<Box<str>, Operation>, MISSING>,
    pub(crate) schemes: BTreeMap<Box<str>, u64>,
}

/// What was learned so far. Mergeable; serialises without body values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    pub(crate) settings: Settings,
    pub(crate) exchanges: u64,
    pub(crate) ignored: Ignored,
    pub(crate) hosts: Bounded<Named, Host, HOSTS>,
    weight: Weight,
    reading: Reading,
}

/// What reading an exchange needs: the room serves again for the next one.
#[derive(Debug, Clone)]
struct Reading {
    names: Names,
    request: Tape,
    response: Tape,
}

impl PartialEq for Reading {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Reading {}

impl Reading {
    fn new(settings: &Settings) -> Self {
        Reading { names: Names::new(settings.marker()), request: Tape::default(), response: Tape::default() }
    }
}

/// How much room is taken: an upper bound that is counted anew when it is reached.
#[derive(Debug, Clone, Copy, Default)]
struct Weight(usize);

impl PartialEq for Weight {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Weight {}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        self.hosts == other.hosts && self.hash.key_id() == other.hash.key_id()
    }
}

impl Eq for Settings {}

#[derive(Serialize, Deserialize)]
struct Stored<H> {
    version: u32,
    key: u64,
    scope: Hosts,
    exchanges: u64,
    ignored: Ignored,
    hosts: H,
}

impl Discovery {
    /// A state that knows nothing.
    pub fn new(settings: Settings) -> Self {
        Discovery {
            reading: Reading::new(&settings),
            settings,
            exchanges: 0,
            ignored: Ignored::default(),
            hosts: Bounded::default(),
            weight: Weight::default(),
        }
    }

    /// Exchanges shown so far.
    pub fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// Exchanges that did not teach.
    pub fn ignored(&self) -> Ignored {
        self.ignored
    }

    /// Shows one exchange.
    pub fn absorb(&mut self, exchange: &Exchange) -> Absorbed {
        self.exchanges += 1;
        let outcome = self.learn(exchange);
        match outcome {
            Absorbed::Hostile => self.ignored.hostile += 1,
            Absorbed::Unanswered => self.ignored.unanswered += 1,
            Absorbed::Beyond => self.ignored.beyond += 1,
            Absorbed::Learned | Absorbed::Refused => {}
        }
        outcome
    }

    fn learn(&mut self, exchange: &Exchange) -> Absorbed {
        let Some(response) = &exchange.response else { return Absorbed::Unanswered };
        let path = segments(&exchange.path);
        if path.len() > MAX_DEPTH || !known_method(&exchange.method) {
            return Absorbed::Beyond;
        }
        let pairs = exchange.query.as_deref().map(query_pairs).unwrap_or_default();
        if hostile(&path, &pairs) {
            return Absorbed::Hostile;
        }
        let Discovery { settings, hosts, weight, reading, .. } = self;
        let marker = settings.marker();
        let hash = marker.hash;
        let status = response.status;
        let success = (200..300).contains(&status);
        // Only an answer that shows the place exists may grow the tree of paths.
        let refused = !(success || matches!(status, 303 | 304 | 409 | 422));
        let Reading { names, request, response: answer } = reading;
        names.trim(marker);
        let sent = success && request.read(&exchange.request, names, marker, Side::Request);
        let answered = answer.read(&response.message, names, marker, Side::Response);
        let (query, headers) = parameters(exchange, pairs, success, names, marker);
        let matrix = matrix_parameters(&path, success, names, marker);
        let plain_path = without_values(&path);
        let lesson = Lesson {
            exchange,
            status,
            success,
            credentials: &exchange.credentials(),
            request: sent.then_some(request),
            response: answered.then_some(answer),
            names,
            query: &query,
            headers: &headers,
            matrix: &matrix,
            marker,
        };
        let name = match settings.hosts {
            Hosts::One => "",
            Hosts::Separate => exchange.host.as_str(),
        };
        if weight.0 > WEIGHT {
            weight.0 = hosts.iter().map(|(_, host)| host.weight()).sum();
        }
        let grow = weight.0 <= WEIGHT;
        let Some(host) = hosts.entry_named(hash.of(name), name) else { return Absorbed::Beyond };
        if let Some(count) = at(&mut host.schemes, &exchange.scheme) {
            *count += 1;
        }
        let mut steps: Vec<Step<'_>> =
            plain_path.iter().map(|segment| Step::new(Cow::Borrowed(&**segment), hash)).collect();
        if refused {
            let pattern = pattern(&steps);
            let mark = hash.of(&pattern);
            let methods = match denies(status) {
                true => host.missing.entry_named(mark, &pattern),
                false => host.refused.entry_named(mark, &pattern),
            };
            if let Some(operation) = methods.and_then(|methods| at(methods, &exchange.method)) {
                operation.absorb(&lesson);
            }
            return Absorbed::Refused;
        }
        if success {
            for tape in [lesson.request, lesson.response].into_iter().flatten() {
                host.remember(tape, lesson.names);
            }
            if let Some(tape) = lesson.response {
                find_echoes(&mut steps, tape, lesson.names);
            }
        }
        group(&mut steps, &lesson);
        if !host.root.absorb(&steps, &lesson, grow) {
            return Absorbed::Beyond;
        }
        // The exact figure is counted when this bound is passed.
        weight.0 += 1 + steps.len();
        Absorbed::Learned
    }

    /// Adds what another state learned.
    ///
    /// # Errors
    /// When the two were learned under different keys or scopes.
    pub fn merge(&mut self, other: Discovery) -> Result<(), MergeError> {
        if self.settings.hash.key_id() != other.settings.hash.key_id() {
            return Err(MergeError::Key);
        }
        if self.settings.hosts != other.settings.hosts {
            return Err(MergeError::Hosts);
        }
        self.exchanges += other.exchanges;
        self.ignored.hostile += other.ignored.hostile;
        self.ignored.unanswered += other.ignored.unanswered;
        self.ignored.beyond += other.ignored.beyond;
        for (name, host) in other.hosts.into_entries() {
            if let Some(mine) = self.hosts.entry(name) {
                mine.merge(host);
            }
        }
        self.weight.0 = self.hosts.iter().map(|(_, host)| host.weight()).sum();
        Ok(())
    }

    /// The state as JSON. No body values and no credentials are in it.
    pub fn save(&self) -> String {
        let stored = Stored {
            version: VERSION,
            key: self.settings.hash.key_id(),
            scope: self.settings.hosts,
            exchanges: self.exchanges,
            ignored: self.ignored,
            hosts: &self.hosts,
        };
        // All keys are strings and no number is a fraction, so writing cannot fail.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Takes a stored state up again.
    ///
    /// # Errors
    /// When it is damaged, of another version, or was learned under another key or scope.
    pub fn restore(text: &str, settings: Settings) -> Result<Self, MergeError> {
        if nesting(text) > NESTING {
            return Err(MergeError::Format(format!("it is nested deeper than {NESTING} levels")));
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        // Deep paths with deep bodies pass the reader's own limit; the limit above holds.
        reader.disable_recursion_limit();
        let stored = Stored::<Bounded<Named, Host, HOSTS>>::deserialize(&mut reader)
            .and_then(|stored| reader.end().map(|()| stored))
            .map_err(|error| MergeError::Format(format!("column {}", error.column())))?;
        if stored.version != VERSION {
            return Err(MergeError::Format(format!("it is of version {}, only {VERSION} is known", stored.version)));
        }
        if stored.key != settings.hash.key_id() {
            return Err(MergeError::Key);
        }
        if stored.scope != settings.hosts {
            return Err(MergeError::Hosts);
        }
        let weight = Weight(stored.hosts.iter().map(|(_, host)| host.weight()).sum());
        Ok(Discovery {
            reading: Reading::new(&settings),
            settings,
            exchanges: stored.exchanges,
            ignored: stored.ignored,
            hosts: stored.hosts,
            weight,
        })
    }
}

/// The scalars of a body, each with its name.
fn scalars<'a>(tape: &'a Tape, names: &'a Names) -> impl Iterator<Item = (&'a Name, &'a Scalar)> {
    tape.items().iter().filter_map(|item| match &item.value {
        Value::Scalar(scalar) => Some((names.get(item.name)?, scalar)),
        _ => None,
    })
}

/// Puts the segments into groups: the last one by how it was called and what the answer begins with, the others by what
/// stands below them.
fn group(steps: &mut [Step<'_>], lesson: &Lesson<'_>) {
    let answer = match lesson.response {
        _ if !lesson.success => 1,
        None => 2,
        Some(tape) => opening(tape, lesson.names),
    };
    let mut below = mix(lesson.marker.hash.of(&lesson.exchange.method), answer);
    for step in steps.iter_mut().rev() {
        step.group = below;
        below = mix(step.edge.as_deref().map_or(step.hash, |edge| lesson.marker.hash.of(edge)), 0);
    }
}

/// A mark of how a body begins: what it is, and its first member or that of its first item.
fn opening(tape: &Tape, names: &Names) -> u64 {
    let first = |at: usize| {
        let (_, member) = tape.inside(at).next()?;
        names.get(member.name).filter(|name| !name.value).map(|name| name.hash)
    };
    match tape.items().first().map(|root| root.value) {
        Some(Value::Array(_)) => {
            let item = tape.inside(0).next().filter(|(_, item)| item.value == Value::Object);
            mix(4, item.and_then(|(at, _)| first(at)).unwrap_or_default())
        }
        Some(Value::Object) => mix(5, first(0).unwrap_or_default()),
        _ => 3,
    }
}

/// Finds which segments of the path the answer gives back, and under which name: of several the least.
fn find_echoes<'a>(steps: &mut [Step<'a>], tape: &'a Tape, names: &'a Names) {
    let least = |known: &mut Option<&'a Name>, name: &'a Name| {
        if known.is_none_or(|known| name.text < known.text) {
            *known = Some(name);
        }
    };
    for (name, scalar) in scalars(tape, names) {
        for step in steps.iter_mut() {
            if step.hash == scalar.hash {
                least(&mut step.echo, name);
            } else if step.stem == scalar.hash {
                least(&mut step.stem_echo, name);
            }
        }
    }
}

type Query<'a> = Vec<(NameId, Cow<'a, str>)>;
type Fields<'a> = Vec<(NameId, &'a str)>;

/// The parameters of a success that belong to the API and are no credentials: those of the query and header fields.
fn parameters<'a>(
    exchange: &'a Exchange,
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    success: bool,
    names: &mut Names,
    marker: Marker<'_>,
) -> (Query<'a>, Fields<'a>) {
    if !success {
        return (Vec::new(), Vec::new());
    }
    let open = |name: &str, names: &mut Names| {
        let id = names.intern(name, marker);
        names.get(id).is_some_and(|name| !name.credential && *name.text != *REDACTED).then_some(id)
    };
    let query = pairs
        .into_iter()
        .filter(|(name, _)| !name.is_empty() && name.len() <= MAX_PARAMETER)
        .filter_map(|(name, value)| Some((open(&name, names)?, value)))
        .collect();
    let mut fields = Vec::new();
    for (name, value) in exchange.request.headers.iter().filter(|(name, _)| name.len() <= MAX_PARAMETER) {
        let name = match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(name.to_ascii_lowercase()),
            false => Cow::Borrowed(name.as_str()),
        };
        if let Some(id) = open(&name, names)
            && names.get(id).is_some_and(|name| !name.protocol)
        {
            fields.push((id, value.as_str()));
        }
    }
    (query, fields)
}

/// The matrix parameters of a success that are no credentials.
fn matrix_parameters<'a>(path: &'a [Cow<'_, str>], success: bool, names: &mut Names, marker: Marker<'_>) -> Fields<'a> {
    if !success {
        return Vec::new();
    }
    let segments = path.iter().filter(|segment| segment.contains(';')).filter_map(|segment| matrix(segment));
    let pairs = segments.flat_map(|(_, pairs)| pairs).filter(|(name, _)| plain(name));
    pairs.map(|(name, value)| (names.intern(name, marker), value)).collect()
}

impl Host {
    /// Remembers the texts of a body that can come back as a segment of a path.
    fn remember(&mut self, tape: &Tape, names: &Names) {
        for (name, scalar) in scalars(tape, names) {
            if scalar.kind != ScalarKind::Text || scalar.hash == 0 || scalar.length > MAX_VALUE {
                continue;
            }
            if let Some(known) = self.names.entry(name.hash)
                && known.is_empty()
            {
                known.clone_from(&name.text);
            }
            self.values.add(scalar.hash, name.hash);
        }
    }

    fn merge(&mut self, other: Host) {
        self.root.merge(other.root);
        self.values.merge(&other.values);
        for (mark, name) in other.names.into_entries() {
            if let Some(mine) = self.names.entry(mark) {
                *mine = name;
            }
        }
        merge_places(&mut self.refused, other.refused);
        merge_places(&mut self.missing, other.missing);
        for (scheme, count) in other.schemes {
            *self.schemes.entry(scheme).or_default() += count;
        }
    }

    fn weight(&self) -> usize {
        let refused = self.refused().flat_map(|(_, methods)| methods.values());
        self.root.weight() + refused.map(Operation::weight).sum::<usize>()
    }

    /// The places that were only refused, by path and spelling.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&Named, &BTreeMap<Box<str>, Operation>)> {
        self.refused.iter().chain(self.missing.iter())
    }

    /// Whether a text is known as a value, and the name of a field that held it.
    pub(crate) fn known_value(&self, text: &str, hash: KeyedHash) -> Option<&str> {
        let origin = self.values.get(hash.of(text))?;
        Some(self.names.get(&origin).map_or("", |name| name))
    }
}

fn merge_places<const CAP: usize>(
    mine: &mut Bounded<Named, BTreeMap<Box<str>, Operation>, CAP>,
    theirs: Bounded<Named, BTreeMap<Box<str>, Operation>, CAP>,
) {
    for (pattern, methods) in theirs.into_entries() {
        if let Some(mine) = mine.entry(pattern) {
            for (method, operation) in methods {
                mine.entry(method).or_default().merge(operation);
            }
        }
    }
}

/// Whether a status says that there is nothing, or nothing with this method.
pub(crate) fn denies(status: u16) -> bool {
    matches!(status, 404 | 405 | 410 | 501)
}

/// The path with every segment that is a value by spelling replaced by its class.
fn pattern(steps: &[Step<'_>]) -> String {
    let mut pattern = String::new();
    for step in steps {
        pattern.push('/');
        match &step.edge {
            Some(edge) => {
                pattern.push('\u{0}');
                pattern.push_str(edge);
            }
            None => {
                let plain = |character: &char| *character != '/' && *character != '\u{0}';
                pattern.extend(step.text.chars().take(128).filter(plain));
            }
        }
    }
    pattern
}

/// Deepest nesting of a JSON text.
fn nesting(text: &str) -> usize {
    let (mut depth, mut most) = (0usize, 0usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                most = most.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

fn known_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "TRACE" | "QUERY")
}

/// Fragments that stand in attacks and not in honest targets, lower case.
const MARKS: [&str; 22] = [
    "../",
    "..\\",
    "<script",
    "javascript:",
    "onerror=",
    "union select",
    "union all select",
    "' or '",
    "' or 1",
    "\" or \"",
    "or 1=1",
    "sleep(",
    "benchmark(",
    "${jndi:",
    "/etc/passwd",
    "{{7*7}}",
    "; drop table",
    "<?php",
    "cmd.exe",
    "/bin/sh",
    "xp_cmdshell",
    "file:///",
];

static MARKED: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS.iter().chain(&["\0"])).ok());

fn hostile(path: &[Cow<'_, str>], pairs: &[(Cow<'_, str>, Cow<'_, str>)]) -> bool {
    let marked = |text: &str| match &*MARKED {
        Some(marks) => marks.is_match(text),
        None => MARKS.iter().any(|mark| text.to_ascii_lowercase().contains(mark)),
    };
    // What is made of letters, digits and hyphens alone carries no mark.
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    path.iter()
        .filter(|segment| !plain(segment))
        .any(|segment| segment == ".." || marked(segment) || segment.chars().any(char::is_control))
        || pairs.iter().any(|(name, value)| [name, value].into_iter().any(|text| !plain(text) && marked(text)))
}
