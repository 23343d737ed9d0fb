//! The state: what was learned so far.

use crate::bounded::{Bounded, Named};
use crate::operation::{Lesson, Operation};
use crate::settings::{Hosts, MergeError, Settings};
use crate::trie::{Node, typed_edge};
use palisade_exchange::{Exchange, KeyedHash, Shape, segments};
use palisade_sensitive::Side;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the stored state.
const VERSION: u32 = 1;
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
    pub(crate) values: Bounded<u64, Origin, VALUES>,
    /// Names of fields by hash.
    pub(crate) names: Bounded<u64, Box<str>, 4096>,
    pub(crate) refused: Bounded<Named, BTreeMap<Box<str>, Operation>, REFUSED>,
    /// As `refused`, by answers that say there is nothing (404, 410) or not with this method (405, 501).
    pub(crate) missing: Bounded<Named, BTreeMap<Box<str>, Operation>, MISSING>,
    pub(crate) schemes: BTreeMap<Box<str>, u64>,
}

/// Where a value was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Origin(pub(crate) u64);

impl Default for Origin {
    fn default() -> Self {
        Origin(u64::MAX)
    }
}

/// What was learned so far. Mergeable; serialises without body values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    pub(crate) settings: Settings,
    pub(crate) exchanges: u64,
    pub(crate) ignored: Ignored,
    pub(crate) hosts: Bounded<Named, Host, HOSTS>,
    weight: Weight,
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
        if hostile(exchange, &path) {
            return Absorbed::Hostile;
        }
        let marker = self.settings.marker();
        let hash = marker.hash;
        let status = response.status;
        let success = (200..300).contains(&status);
        let lesson = Lesson {
            exchange,
            status,
            success,
            credentials: exchange.credentials(),
            request: success
                .then(|| exchange.request.shape(marker, Side::Request).map(std::borrow::Cow::into_owned))
                .flatten(),
            response: response.message.shape(marker, Side::Response).map(std::borrow::Cow::into_owned),
            marker,
        };
        let name = match self.settings.hosts {
            Hosts::One => "",
            Hosts::Separate => exchange.host.as_str(),
        };
        if self.weight.0 > WEIGHT {
            self.weight.0 = self.hosts.iter().map(|(_, host)| host.weight()).sum();
        }
        let grow = self.weight.0 <= WEIGHT;
        let Some(host) = self.hosts.entry((hash.of(name), name.into())) else { return Absorbed::Beyond };
        *host.schemes.entry(exchange.scheme.as_str().into()).or_default() += 1;
        // Only an answer that shows the place exists may grow the tree of paths.
        if !(success || matches!(status, 303 | 304 | 409 | 422)) {
            let pattern = pattern(&path);
            let key = (hash.of(&pattern), pattern.into());
            let methods = if denies(status) { host.missing.entry(key) } else { host.refused.entry(key) };
            if let Some(methods) = methods {
                methods.entry(exchange.method.as_str().into()).or_default().absorb(&lesson);
            }
            return Absorbed::Refused;
        }
        let mut echoes: BTreeMap<u64, &str> = BTreeMap::new();
        if success {
            let names = &mut host.names;
            let values = &mut host.values;
            let mut remember = |shape: &Shape| {
                shape.scalars(&mut |name, scalar| {
                    if scalar.hash == 0
                        || scalar.length > MAX_VALUE
                        || scalar.kind != palisade_exchange::ScalarKind::Text
                    {
                        return;
                    }
                    let mark = hash.of(name);
                    if let Some(known) = names.entry(mark)
                        && known.is_empty()
                    {
                        *known = name.into();
                    }
                    if let Some(origin) = values.entry(scalar.hash) {
                        origin.0 = origin.0.min(mark);
                    }
                });
            };
            if let Some(shape) = &lesson.request {
                remember(shape);
            }
            if let Some(shape) = &lesson.response {
                remember(shape);
                shape.scalars(&mut |name, scalar| {
                    let known = echoes.entry(scalar.hash).or_insert(name);
                    *known = (*known).min(name);
                });
            }
        }
        if !host.root.absorb(&path, &echoes, &lesson, grow) {
            return Absorbed::Beyond;
        }
        // The exact figure is counted when this bound is passed.
        self.weight.0 += 1 + path.len();
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
        let stored: Stored<Bounded<Named, Host, HOSTS>> =
            serde_json::from_str(text).map_err(|error| MergeError::Format(format!("column {}", error.column())))?;
        if stored.version != VERSION {
            return Err(MergeError::Format(format!("version {} is not known", stored.version)));
        }
        if stored.key != settings.hash.key_id() {
            return Err(MergeError::Key);
        }
        if stored.scope != settings.hosts {
            return Err(MergeError::Hosts);
        }
        let weight = Weight(stored.hosts.iter().map(|(_, host)| host.weight()).sum());
        Ok(Discovery { settings, exchanges: stored.exchanges, ignored: stored.ignored, hosts: stored.hosts, weight })
    }
}

impl Host {
    fn merge(&mut self, other: Host) {
        self.root.merge(other.root);
        for (value, origin) in other.values.into_entries() {
            if let Some(mine) = self.values.entry(value) {
                mine.0 = mine.0.min(origin.0);
            }
        }
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
        let origin = self.values.get(&hash.of(text))?;
        Some(self.names.get(&origin.0).map_or("", |name| name))
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
fn pattern(path: &[String]) -> String {
    let mut pattern = String::new();
    for segment in path {
        pattern.push('/');
        match typed_edge(segment) {
            Some(edge) => pattern.push_str(&format!("\u{0}{edge}")),
            None => {
                pattern.extend(segment.chars().take(128).filter(|character| *character != '/' && *character != '\u{0}'))
            }
        }
    }
    pattern
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

fn hostile(exchange: &Exchange, path: &[String]) -> bool {
    let marked = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains('\0') || MARKS.iter().any(|mark| text.contains(mark))
    };
    path.iter().any(|segment| segment == ".." || marked(segment) || segment.chars().any(char::is_control))
        || exchange.query.as_deref().is_some_and(|query| {
            palisade_exchange::query_pairs(query).iter().any(|(name, value)| marked(name) || marked(value))
        })
}
