//! Paths, segment by segment.

use crate::bounded::{Bounded, Distinct, Named, Put};
use crate::operation::{Lesson, Operation};
use palisade_exchange::{KeyedHash, classify};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Words kept below one node; what is beyond is merged into one variable.
pub(crate) const WORDS: usize = 400;
/// Names of answer fields that gave a segment's value back.
const ECHOES: usize = 8;

/// One place in the tree of paths.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Node {
    /// Exchanges through here that taught.
    pub(crate) through: u64,
    /// Of these, successes whose answer had a structure.
    pub(crate) answered: u64,
    /// Of these, those whose answer gave the segment's value back.
    pub(crate) echoed: u64,
    pub(crate) echoes: Bounded<Named, u64, ECHOES>,
    /// Distinct values of the segment.
    pub(crate) distinct: Distinct<32>,
    /// Characters of the longest segment.
    pub(crate) longest: u32,
    pub(crate) words: Bounded<Named, Node, WORDS>,
    /// Children that are values by spelling, by class and extension: `int`, `int.pdf`.
    pub(crate) typed: BTreeMap<Box<str>, Node>,
    /// Words beyond the bound, merged.
    pub(crate) spill: Option<Box<Node>>,
    pub(crate) operations: BTreeMap<Box<str>, Operation>,
}

/// File name extensions that stand apart from the name before them.
const EXTENSIONS: [&str; 40] = [
    "json", "xml", "csv", "pdf", "txt", "html", "htm", "zip", "tar", "gz", "png", "jpg", "jpeg", "gif", "svg", "webp",
    "ico", "css", "js", "mjs", "map", "woff", "woff2", "ttf", "eot", "mp3", "mp4", "webm", "wav", "xls", "xlsx", "doc",
    "docx", "ics", "yaml", "yml", "atom", "rss", "md", "wasm",
];

/// Splits a known extension off: `report-7.pdf` into `report-7` and `pdf`.
pub(crate) fn extension(segment: &str) -> (&str, Option<&str>) {
    match segment.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && EXTENSIONS.contains(&end.to_ascii_lowercase().as_str()) => {
            (stem, Some(end))
        }
        _ => (segment, None),
    }
}

/// The typed edge a segment takes, if its spelling proves that it is a value.
pub(crate) fn typed_edge(segment: &str) -> Option<String> {
    let word = |class| serde_json::to_value(class).ok().and_then(|value| value.as_str().map(str::to_owned));
    if let Some(class) = classify(segment) {
        return word(class);
    }
    let (stem, end) = extension(segment);
    let (class, end) = (classify(stem)?, end?);
    Some(format!("{}.{end}", word(class)?))
}

impl Node {
    /// Walks a path and teaches every node on it; false when the tree is too big for a new branch.
    pub(crate) fn absorb(
        &mut self,
        segments: &[String],
        echoes: &BTreeMap<u64, &str>,
        lesson: &Lesson<'_>,
        grow: bool,
    ) -> bool {
        let hash = lesson.marker.hash;
        let method: Box<str> = lesson.exchange.method.as_str().into();
        if !grow && !self.knows(segments, hash, &method) {
            return false;
        }
        let mut node = self;
        for segment in segments {
            let value = hash.of(segment);
            node = node.child(segment, hash);
            node.through += 1;
            node.distinct.add(value);
            node.longest = node.longest.max(u32::try_from(segment.chars().count()).unwrap_or(u32::MAX));
            if lesson.success && lesson.response.is_some() {
                node.answered += 1;
                let bare = hash.of(extension(segment).0);
                if let Some(name) = echoes.get(&value).or_else(|| echoes.get(&bare)) {
                    node.echoed += 1;
                    if let Some(count) = node.echoes.entry((hash.of(name), (*name).into())) {
                        *count += 1;
                    }
                }
            }
        }
        node.operations.entry(method).or_default().absorb(lesson);
        true
    }

    fn knows(&self, segments: &[String], hash: KeyedHash, method: &str) -> bool {
        let mut node = self;
        for segment in segments {
            let next = match typed_edge(segment) {
                Some(edge) => node.typed.get(edge.as_str()),
                None => node.words.get(&(hash.of(segment), segment.as_str().into())).or(node.spill.as_deref()),
            };
            let Some(next) = next else { return false };
            node = next;
        }
        node.operations.contains_key(method)
    }

    fn child(&mut self, segment: &str, hash: KeyedHash) -> &mut Node {
        if let Some(edge) = typed_edge(segment) {
            return self.typed.entry(edge.into()).or_default();
        }
        match self.words.put((hash.of(segment), segment.into())) {
            Put::Kept(node, left) => {
                if let Some((_, left)) = left {
                    self.spill.get_or_insert_default().merge(left);
                }
                node
            }
            Put::Beyond => self.spill.get_or_insert_default(),
        }
    }

    /// Adds what another node saw. Recursion is bounded by the number of segments of a path.
    pub(crate) fn merge(&mut self, other: Node) {
        self.through += other.through;
        self.answered += other.answered;
        self.echoed += other.echoed;
        for (name, count) in other.echoes.into_entries() {
            if let Some(mine) = self.echoes.entry(name) {
                *mine += count;
            }
        }
        self.distinct.merge_distinct(&other.distinct);
        self.longest = self.longest.max(other.longest);
        if let Some(spill) = other.spill {
            self.spill.get_or_insert_default().merge(*spill);
        }
        for (name, node) in other.words.into_entries() {
            match self.words.put(name) {
                Put::Kept(mine, left) => {
                    mine.merge(node);
                    if let Some((_, left)) = left {
                        self.spill.get_or_insert_default().merge(left);
                    }
                }
                Put::Beyond => self.spill.get_or_insert_default().merge(node),
            }
        }
        for (edge, node) in other.typed {
            self.typed.entry(edge).or_default().merge(node);
        }
        for (method, operation) in other.operations {
            self.operations.entry(method).or_default().merge(operation);
        }
    }

    /// Number of nodes and sketches below and in this one.
    pub(crate) fn weight(&self) -> usize {
        1 + self.words.iter().map(|(_, node)| node.weight()).sum::<usize>()
            + self.typed.values().map(Node::weight).sum::<usize>()
            + self.spill.as_ref().map_or(0, |spill| spill.weight())
            + self.operations.values().map(Operation::weight).sum::<usize>()
    }
}
