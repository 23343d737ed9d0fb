//! A pair of shapes, and the changes that are told of it.

use crate::check::Keyword;
use crate::shape::{Limit, Shape};
use palisade_document::NodeId;
use palisade_schema::compare_numbers;
use std::cmp::Ordering;
use std::collections::HashSet;

/// Changes kept of one message.
const CHANGES: usize = 5_000;

/// A change inside a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) keyword: Keyword,
    /// Where, from the schema compared: `owner.tags[]`.
    pub(crate) path: String,
    /// Where it stands in the old contract; none: at the subject.
    pub(crate) old: Option<NodeId>,
    pub(crate) new: Option<NodeId>,
    /// More words: ` from 1 to 2`.
    pub(crate) detail: String,
}

/// What differs at one pair itself, and the pairs below it.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) list: Vec<Found>,
    /// The step to each pair below, and the pair.
    pub(super) edges: Vec<(String, usize)>,
    seen: HashSet<(Keyword, Option<NodeId>, Option<NodeId>, String)>,
    /// There were more changes than are kept.
    pub(super) full: bool,
}

impl Changes {
    pub(super) fn push(&mut self, found: Found) {
        self.full |= self.list.len() >= CHANGES;
        let key = (found.keyword, found.old, found.new, found.detail.clone());
        if !self.full && self.seen.insert(key) {
            self.list.push(found);
        }
    }
}

/// Both shapes of a pair, and where their changes go.
pub(super) struct Pair<'p> {
    pub(super) a: &'p Shape,
    pub(super) b: &'p Shape,
    pub(super) out: &'p mut Changes,
}

impl Pair<'_> {
    pub(super) fn say(&mut self, keyword: Keyword, word: &str, detail: impl Into<String>) {
        let (old, new) = (self.a.node(word), self.b.node(word));
        self.out.push(Found { keyword, path: String::new(), old, new, detail: detail.into() });
    }

    pub(super) fn at(&mut self, keyword: Keyword, path: String, old: Option<NodeId>, new: Option<NodeId>) {
        let (old, new) = (old.or(self.a.node("")), new.or(self.b.node("")));
        self.out.push(Found { keyword, path, old, new, detail: String::new() });
    }

    /// A pair further inside.
    pub(super) fn inside(&mut self, path: &str, below: Option<usize>) {
        if let Some(to) = below {
            self.out.edges.push((path.to_owned(), to));
        }
    }

    /// A count that constrains nothing when it is 0.
    pub(super) fn least(&mut self, word: &str, a: u64, b: u64, [added, removed, up, down]: [Keyword; 4]) {
        match (a, b) {
            _ if a == b => {}
            (0, _) => self.say(added, word, format!(": {b}")),
            (_, 0) => self.say(removed, word, format!(": {a}")),
            _ => self.say(if a < b { up } else { down }, word, from_to(a, b)),
        }
    }

    pub(super) fn most(
        &mut self,
        word: &str,
        a: Option<u64>,
        b: Option<u64>,
        [added, removed, up, down]: [Keyword; 4],
    ) {
        match (a, b) {
            (None, Some(b)) => self.say(added, word, format!(": {b}")),
            (Some(a), None) => self.say(removed, word, format!(": {a}")),
            (Some(a), Some(b)) if a != b => self.say(if a < b { up } else { down }, word, from_to(a, b)),
            _ => {}
        }
    }

    pub(super) fn bound(&mut self, word: &str, a: Option<&Limit>, b: Option<&Limit>, keywords: [Keyword; 6]) {
        let [added, removed, up, down, exclusive, inclusive] = keywords;
        match (a, b) {
            (None, Some(b)) => self.say(added, word, format!(": {}", short(&b.text))),
            (Some(a), None) => self.say(removed, word, format!(": {}", short(&a.text))),
            (Some(a), Some(b)) => match compare_numbers(&a.text, &b.text) {
                Some(Ordering::Equal) | None if a.exclusive == b.exclusive => {}
                Some(Ordering::Equal) | None => {
                    self.say(if b.exclusive { exclusive } else { inclusive }, word, format!(": {}", short(&b.text)));
                }
                Some(Ordering::Less) => self.say(up, word, from_to(short(&a.text), short(&b.text))),
                Some(Ordering::Greater) => self.say(down, word, from_to(short(&a.text), short(&b.text))),
            },
            (None, None) => {}
        }
    }

    pub(super) fn flag(&mut self, word: &str, a: bool, b: bool, [on, off]: [Keyword; 2]) {
        if a != b {
            self.say(if b { on } else { off }, word, "");
        }
    }
}

pub(super) fn from_to(a: impl std::fmt::Display, b: impl std::fmt::Display) -> String {
    format!(" from {a} to {b}")
}

/// Text of a contract, made fit for a message: no control characters, at most 60 characters.
pub(crate) fn short(text: &str) -> String {
    let quoted = palisade_document::quote(text);
    let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted);
    inner.replace("\\\"", "\"")
}
