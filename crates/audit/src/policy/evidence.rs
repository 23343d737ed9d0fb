//! What traffic showed of an API.
//!
//! The evidence is an inventory, operation by operation, or a learned contract, as `palisade discover --output` writes
//! it: its operations say under `x-palisade` how often callers without a credential were refused, and how often callers
//! were slowed down; its schemas how many values were seen and how large they were, which limits are taken from. Only
//! what was seen in real exchanges counts.

use crate::index::{Index, Version};
use palisade_document::config::Mistake;
use palisade_document::{Document, Limits, NodeId, NodeRef, read};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Operations of which evidence is kept.
const MAX_OPERATIONS: usize = 100_000;
/// Methods of a path item.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// What was seen, by operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// What was enforced.
    operations: HashMap<(String, String), Facts>,
    /// The learned contracts.
    sources: Vec<Source>,
}

/// A learned contract and where its operations stand, by method and template.
#[derive(Debug, Clone)]
struct Source {
    document: Arc<Document>,
    operations: HashMap<(String, String), NodeId>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        Arc::ptr_eq(&self.document, &other.document)
    }
}

impl Eq for Source {}

/// An operation as it was learned.
#[derive(Clone, Copy)]
pub(crate) struct Learned<'e> {
    /// The operation object.
    pub(crate) node: NodeRef<'e>,
    /// Variables of its path that stand before the audited contract's own path.
    pub(crate) before: usize,
}

/// What was seen to be enforced in front of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Whether every call that succeeded showed a credential; none where none succeeded.
    pub authenticated: Option<bool>,
    /// Refusals (401, 403) of callers without a credential.
    pub refused: u64,
    /// Refusals with 429.
    pub rate_limited: u64,
}

/// What evidence can close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Authentication,
    RateLimit,
}

/// Which findings close when the gateway enforces what they miss: rule names.
const CLOSED: [(&str, Kind); 10] = [
    ("operation-without-security", Kind::Authentication),
    ("security-switched-off", Kind::Authentication),
    ("no-global-security", Kind::Authentication),
    ("public-write", Kind::Authentication),
    ("secured-operation-without-401", Kind::Authentication),
    ("operation-without-429", Kind::RateLimit),
    ("rate-limit-undescribed", Kind::RateLimit),
    ("too-many-requests-without-retry-after", Kind::RateLimit),
    ("guessable-flow-without-limit", Kind::RateLimit),
    ("business-flow-without-limit", Kind::RateLimit),
];

/// What closes findings of a rule.
pub(super) fn closed_by(rule: &str) -> Option<Kind> {
    CLOSED.iter().find(|(name, _)| *name == rule).map(|(_, kind)| *kind)
}

impl Evidence {
    /// Reads a learned contract.
    ///
    /// # Errors
    /// The file cannot be read, or no operation in it has anything under `x-palisade`.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Evidence, Vec<Mistake>> {
        let reading = read(name, bytes, &Limits::default());
        let mistake = |line, column, message: String| Mistake { file: name.to_owned(), line, column, message };
        if reading.fatal {
            let wrong = reading.problems.iter().take(1);
            return Err(wrong
                .map(|one| mistake(one.position.line, one.position.column, one.message.clone()))
                .collect());
        }
        let mut evidence = Evidence::default();
        let mut told = false;
        let mut places = HashMap::new();
        // What was learned stands on the base path of its one server.
        let base = match server_paths(reading.document.root()).as_slice() {
            [only] => only.clone(),
            _ => String::new(),
        };
        for path in reading.document.root().get("paths").into_iter().flat_map(NodeRef::members) {
            for member in path.value.members().filter(|member| METHODS.contains(&member.key)) {
                let Some(seen) = member.value.get("x-palisade") else { continue };
                told = true;
                if places.len() < MAX_OPERATIONS {
                    let key = (member.key.to_ascii_uppercase(), format!("{base}{}", template(path.key)));
                    places.entry(key).or_insert(member.value.id());
                }
                let count = |key: &str| {
                    seen.get("refused").and_then(|refused| refused.get(key)).and_then(NodeRef::as_u64).unwrap_or(0)
                };
                let authenticated = match seen.get("authenticated").and_then(NodeRef::as_str) {
                    Some("always") => Some(true),
                    Some("sometimes" | "never") => Some(false),
                    _ => None,
                };
                let (refused, rate_limited) = (count("unauthenticated"), count("rate_limited"));
                let facts = Facts { authenticated, refused, rate_limited };
                evidence.add(&member.key.to_ascii_uppercase(), &format!("{base}{}", path.key), facts);
            }
        }
        if !told {
            let message = "no operation has evidence under x-palisade: give a contract that palisade discover wrote";
            return Err(vec![mistake(1, 1, message.to_owned())]);
        }
        evidence.sources.push(Source { document: Arc::new(reading.document), operations: places });
        Ok(evidence)
    }

    /// Adds what was seen of an operation. Names of variables in its path do not matter.
    pub fn add(&mut self, method: &str, path: &str, facts: Facts) {
        self.put((method.to_owned(), template(path)), facts);
    }

    /// Adds what another file says.
    pub fn merge(&mut self, other: Evidence) {
        for (key, facts) in other.operations {
            self.put(key, facts);
        }
        self.sources.extend(other.sources);
    }

    fn put(&mut self, key: (String, String), facts: Facts) {
        let full = self.operations.len() >= MAX_OPERATIONS;
        match self.operations.entry(key) {
            Entry::Occupied(mut own) => *own.get_mut() = own.get().and(facts),
            Entry::Vacant(free) if !full && facts != Facts::default() => {
                free.insert(facts);
            }
            Entry::Vacant(_) => {}
        }
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
            && self.operations.values().all(|facts| !facts.authentication() && facts.rate_limited == 0)
    }

    /// Whether there is no learned contract.
    pub(crate) fn is_blind(&self) -> bool {
        self.sources.is_empty()
    }

    /// An operation of a contract as it was learned: once for each file of evidence that knows it. `bases` are the
    /// contract's.
    pub(crate) fn learned(&self, bases: &[String], method: &str, path: &str) -> Vec<Learned<'_>> {
        let path = template(path);
        let known = |source: &'_ Source, base: &String| {
            let node = *source.operations.get(&(method.to_owned(), format!("{base}{path}")))?;
            Some((node, base.matches("{}").count()))
        };
        let found = self.sources.iter().filter_map(|source| {
            let (node, before) = bases.iter().find_map(|base| known(source, base))?;
            Some(Learned { node: source.document.node(node), before })
        });
        found.collect()
    }

    /// What is known of each operation of a contract that is known at all.
    pub(super) fn of(&self, index: &Index<'_>) -> BTreeMap<usize, Facts> {
        let mut found = BTreeMap::new();
        if self.is_empty() {
            return found;
        }
        let bases = bases(index);
        for operation in index.operations.iter().filter(|operation| !operation.outgoing) {
            let path = template(operation.path);
            let facts = bases
                .iter()
                .find_map(|base| self.operations.get(&(operation.method.to_string(), format!("{base}{path}"))));
            if let Some(facts) = facts {
                found.insert(operation.at, *facts);
            }
        }
        found
    }
}

impl Facts {
    /// What two say together: one call that succeeded without a credential is enough.
    fn and(self, other: Facts) -> Facts {
        Facts {
            authenticated: match (self.authenticated, other.authenticated) {
                (Some(one), Some(two)) => Some(one && two),
                (one, two) => one.or(two),
            },
            refused: self.refused.max(other.refused),
            rate_limited: self.rate_limited.max(other.rate_limited),
        }
    }

    /// Whether callers without a credential were refused, and none was let in.
    fn authentication(self) -> bool {
        self.authenticated == Some(true) && self.refused > 0
    }

    /// The words for it, when it closes findings of this kind.
    pub(super) fn closes(self, kind: Kind) -> Option<String> {
        match kind {
            Kind::Authentication if self.authentication() => {
                Some(format!("{}, none succeeded", calls(self.refused, " without a credential", "refused")))
            }
            Kind::RateLimit if self.rate_limited > 0 => Some(calls(self.rate_limited, "", "answered with 429")),
            _ => None,
        }
    }
}

/// `3 calls without a credential were refused`.
fn calls(count: u64, which: &str, what: &str) -> String {
    if count == 1 { format!("1 call{which} was {what}") } else { format!("{count} calls{which} were {what}") }
}

/// A path template without the names of its variables.
fn template(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' if inside => {
                inside = false;
                out.push_str("{}");
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// What stands before the paths of a contract on the wire: the paths of its servers, the longest first, and none.
pub(crate) fn bases(index: &Index<'_>) -> Vec<String> {
    let root = index.root();
    let mut bases = if index.version == Version::V2 {
        let base = root.get("basePath").and_then(NodeRef::as_str).unwrap_or_default();
        vec![base.trim_end_matches('/').to_owned()]
    } else {
        server_paths(root)
    };
    bases.push(String::new());
    bases.sort_unstable_by_key(|base| std::cmp::Reverse(base.len()));
    bases.dedup();
    bases
}

/// The paths of the servers of OpenAPI 3, with `{}` for variables.
fn server_paths(root: NodeRef<'_>) -> Vec<String> {
    let urls = root.get("servers").into_iter().flat_map(NodeRef::items).filter_map(|one| one.get("url")?.as_str());
    urls.map(|url| {
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or(String::new(), |(_, path)| format!("/{path}")),
            None => url.to_owned(),
        };
        template(path.trim_end_matches('/'))
    })
    .collect()
}
