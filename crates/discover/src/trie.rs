//! Paths, segment by segment.

use crate::bounded::{Bounded, Distinct, Few, Named, Put};
use crate::induce::reserved;
use crate::operation::{Lesson, Operation};
use palisade_exchange::{KeyedHash, Name, classify, matrix, session_cookie};
use palisade_sensitive::credential_name;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Words of one group kept below one node. Of more, which no API has that answer alike, [`FEW`] stay.
const WORDS: usize = 400;
/// Words of one group kept below a node whose words are an open set; what is beyond is merged into one variable.
const FEW: usize = 32;
/// From so many distinct words given back by answers, the words below a node are an open set.
const GIVEN: usize = 64;
/// Groups kept below one node.
const GROUPS: usize = 48;
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
    /// Children that are words, by what was done with them: how they were called and answered, or what stands below.
    /// Names differ in that from values beside them, so that no number of values drives a name out.
    words: Bounded<u64, Words, GROUPS>,
    /// Groups beyond the bound, merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Box<Words>>,
    /// Words below that answers gave back.
    given: Few<(), GIVEN>,
    /// Children that are values by spelling, by class and extension: `int`, `int.pdf`.
    pub(crate) typed: BTreeMap<Box<str>, Node>,
    pub(crate) operations: BTreeMap<Box<str>, Operation>,
}

/// Words of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Words {
    kept: Bounded<Named, Node, WORDS>,
    /// Only few are kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    narrow: bool,
    /// Words beyond the bound, merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    spill: Option<Box<Node>>,
}

impl Words {
    fn most(&self) -> usize {
        if self.narrow { FEW } else { WORDS }
    }

    /// Keeps only few from now on.
    fn narrow(&mut self) {
        if !self.narrow {
            self.narrow = true;
            for (_, node) in self.kept.cut(FEW) {
                self.spill.get_or_insert_default().merge(node);
            }
        }
    }

    fn child(&mut self, step: &Step<'_>) -> &mut Node {
        if self.kept.is_full() && self.kept.get_named(step.order, &step.text).is_none() {
            self.narrow();
        }
        match self.kept.put_named(self.most(), step.order, &step.text) {
            Put::Kept(node, left) => {
                if let Some((_, left)) = left {
                    self.spill.get_or_insert_default().merge(left);
                }
                node
            }
            Put::Beyond => self.spill.get_or_insert_default(),
        }
    }

    fn merge(&mut self, other: Words) {
        if other.narrow {
            self.narrow();
        }
        if let Some(spill) = other.spill {
            self.spill.get_or_insert_default().merge(*spill);
        }
        for (name, node) in other.kept.into_entries() {
            if self.kept.is_full() && self.kept.get(&name).is_none() {
                self.narrow();
            }
            match self.kept.put_within(self.most(), name) {
                Put::Kept(mine, left) => {
                    mine.merge(node);
                    if let Some((_, left)) = left {
                        self.spill.get_or_insert_default().merge(left);
                    }
                }
                Put::Beyond => self.spill.get_or_insert_default().merge(node),
            }
        }
    }
}

/// File name extensions that stand apart from the name before them.
const EXTENSIONS: [&str; 40] = [
    "json", "xml", "csv", "pdf", "txt", "html", "htm", "zip", "tar", "gz", "png", "jpg", "jpeg", "gif", "svg", "webp",
    "ico", "css", "js", "mjs", "map", "woff", "woff2", "ttf", "eot", "mp3", "mp4", "webm", "wav", "xls", "xlsx", "doc",
    "docx", "ics", "yaml", "yml", "atom", "rss", "md", "wasm",
];

/// The segments of a path without the values of their matrix parameters: `flights;to=OSL;from=ZRH` as
/// `flights;from=;to=`. Their order says nothing, and those that are credentials are no part of the API. A path with two
/// parameters of one name stays as it is: no template could name them. Hardly a path has any: then nothing is copied.
pub(crate) fn without_values<'a>(path: &'a [Cow<'a, str>]) -> Cow<'a, [Cow<'a, str>]> {
    if !path.iter().any(|segment| segment.contains(';')) {
        return Cow::Borrowed(path);
    }
    let mut known: Vec<&str> = Vec::new();
    let mut rewritten = |segment: &'a str| {
        let (stem, pairs) = matrix(segment)?;
        let mut names: Vec<&str> = pairs.into_iter().map(|(name, _)| name).filter(|name| plain(name)).collect();
        if names.iter().any(|name| known.contains(name)) {
            return None;
        }
        names.sort_unstable();
        known.extend(&names);
        Some(names.into_iter().fold(stem.to_owned(), |text, name| text + ";" + name + "="))
    };
    path.iter()
        .map(|segment| rewritten(segment).map_or(Cow::Borrowed(&**segment), Cow::Owned))
        .collect::<Vec<_>>()
        .into()
}

/// Whether a matrix parameter is no credential.
pub(crate) fn plain(name: &str) -> bool {
    !credential_name(name) && !session_cookie(name)
}

/// The names of the matrix parameters in an ending.
pub(crate) fn matrix_names(end: &str) -> impl Iterator<Item = &str> {
    end.strip_prefix(';').into_iter().flat_map(|names| names.split(';')).map(|name| name.trim_end_matches('='))
}

/// A word without the names of matrix parameters.
pub(crate) fn stem(word: &str) -> &str {
    match extension(word) {
        (stem, Some(end)) if end.starts_with(';') => stem,
        _ => word,
    }
}

/// How an ending stands in a template: `.pdf`, or a variable for each matrix parameter.
pub(crate) fn ending(end: &str) -> String {
    match end {
        "" => String::new(),
        end if end.starts_with(';') => matrix_names(end).map(|name| format!("{{{name}}}")).collect(),
        end => format!(".{end}"),
    }
}

/// Splits a known extension off: `report-7.pdf` into `report-7` and `pdf`. The names of matrix parameters are one too:
/// `flights;from=;to=` is `flights` and `;from=;to=`.
pub(crate) fn extension(segment: &str) -> (&str, Option<&str>) {
    if segment.ends_with('=')
        && let Some((stem, pairs)) = matrix(segment)
        && pairs.iter().all(|(_, value)| value.is_empty())
    {
        return (stem, segment.get(stem.len()..));
    }
    match segment.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && EXTENSIONS.contains(&end.to_ascii_lowercase().as_str()) => {
            (stem, Some(end))
        }
        _ => (segment, None),
    }
}

/// The typed edge a segment takes, if its spelling proves that it is a value.
pub(crate) fn typed_edge(segment: &str) -> Option<Cow<'static, str>> {
    if let Some(class) = classify(segment) {
        return Some(Cow::Borrowed(class.as_str()));
    }
    let (stem, end) = extension(segment);
    let (end, class) = (end?, classify(stem)?);
    Some(Cow::Owned(format!("{}.{end}", class.as_str())))
}

/// A segment of a path on its way through the tree.
pub(crate) struct Step<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Keyed hash of the text.
    pub(crate) hash: u64,
    /// The same without an extension.
    pub(crate) stem: u64,
    /// Its place in the order in which words are kept: those that hardly ever are values come first.
    order: u64,
    /// The group it belongs to as a word.
    pub(crate) group: u64,
    pub(crate) edge: Option<Cow<'static, str>>,
    /// Name of the field of the answer that gave the text back, and of the one that gave the stem back.
    pub(crate) echo: Option<&'a Name>,
    pub(crate) stem_echo: Option<&'a Name>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(text: Cow<'a, str>, hash: KeyedHash) -> Self {
        let (stem, end) = extension(&text);
        let whole = hash.of(&text);
        let stem = if end.is_some() { hash.of(stem) } else { whole };
        let edge = typed_edge(&text);
        let order = if edge.is_none() && reserved(&text) { whole >> 16 } else { whole };
        Step { hash: whole, stem, order, group: 0, edge, text, echo: None, stem_echo: None }
    }
}

impl Node {
    /// Walks a path and teaches every node on it; false when the tree is too big for a new branch.
    pub(crate) fn absorb(&mut self, steps: &[Step<'_>], lesson: &Lesson<'_>, grow: bool) -> bool {
        let method = lesson.exchange.method.as_str();
        if !grow && !self.knows(steps, method) {
            return false;
        }
        let mut node = self;
        for step in steps {
            if step.edge.is_none() && step.echo.or(step.stem_echo).is_some() {
                node.give(step.hash);
            }
            let Some(next) = node.child(step) else { return false };
            node = next;
            node.through += 1;
            node.distinct.add(step.hash);
            node.longest = node.longest.max(u32::try_from(step.text.chars().count()).unwrap_or(u32::MAX));
            if lesson.success && lesson.response.is_some() {
                node.answered += 1;
                if let Some(name) = step.echo.or(step.stem_echo) {
                    node.echoed += 1;
                    if let Some(count) = node.echoes.entry_named(name.hash, &name.text) {
                        *count += 1;
                    }
                }
            }
        }
        let Some(operation) = at(&mut node.operations, method) else { return false };
        operation.absorb(lesson);
        true
    }

    fn knows(&self, steps: &[Step<'_>], method: &str) -> bool {
        let mut node = self;
        for step in steps {
            let next = match &step.edge {
                Some(edge) => node.typed.get(&**edge),
                None => {
                    let words = node.words.get(&step.group).or(node.other.as_deref());
                    words.and_then(|words| words.kept.get_named(step.order, &step.text).or(words.spill.as_deref()))
                }
            };
            let Some(next) = next else { return false };
            node = next;
        }
        node.operations.contains_key(method)
    }

    fn child(&mut self, step: &Step<'_>) -> Option<&mut Node> {
        if let Some(edge) = &step.edge {
            return at(&mut self.typed, edge);
        }
        let words = match self.words.put(step.group) {
            Put::Kept(words, left) => {
                if let Some((_, left)) = left {
                    self.other.get_or_insert_default().merge(left);
                }
                words
            }
            Put::Beyond => self.other.get_or_insert_default(),
        };
        if self.given.is_full() {
            words.narrow();
        }
        Some(words.child(step))
    }

    /// Remembers that an answer gave a word below back.
    fn give(&mut self, word: u64) {
        if !self.given.is_full() {
            self.given.entry(word);
            self.narrow_if_open();
        }
    }

    /// The words of an open set are values: a few of them tell as much as all.
    fn narrow_if_open(&mut self) {
        if self.given.is_full() {
            for (_, words) in self.words.iter_mut() {
                words.narrow();
            }
            if let Some(words) = &mut self.other {
                words.narrow();
            }
        }
    }

    fn groups(&self) -> impl Iterator<Item = &Words> {
        self.words.iter().map(|(_, words)| words).chain(self.other.as_deref())
    }

    /// The children that are words. One word stands here once for each group it belongs to.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.groups().flat_map(|words| words.kept.iter()).map(|((_, word), node)| (&**word, node))
    }

    /// What became of words beyond the bound.
    pub(crate) fn spills(&self) -> impl Iterator<Item = &Node> {
        self.groups().filter_map(|words| words.spill.as_deref())
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
        for (group, words) in other.words.into_entries() {
            match self.words.put(group) {
                Put::Kept(mine, left) => {
                    mine.merge(words);
                    if let Some((_, left)) = left {
                        self.other.get_or_insert_default().merge(left);
                    }
                }
                Put::Beyond => self.other.get_or_insert_default().merge(words),
            }
        }
        if let Some(words) = other.other {
            self.other.get_or_insert_default().merge(*words);
        }
        self.given.merge(other.given, |(), ()| ());
        self.narrow_if_open();
        for (edge, node) in other.typed {
            self.typed.entry(edge).or_default().merge(node);
        }
        for (method, operation) in other.operations {
            self.operations.entry(method).or_default().merge(operation);
        }
    }

    /// Number of nodes and sketches below and in this one.
    pub(crate) fn weight(&self) -> usize {
        1 + self.words().map(|(_, node)| node.weight()).sum::<usize>()
            + self.typed.values().map(Node::weight).sum::<usize>()
            + self.spills().map(Node::weight).sum::<usize>()
            + self.operations.values().map(Operation::weight).sum::<usize>()
    }
}

/// The value of a key, made when it is new; the key is copied only then.
pub(crate) fn at<'a, V: Default>(map: &'a mut BTreeMap<Box<str>, V>, key: &str) -> Option<&'a mut V> {
    if !map.contains_key(key) {
        map.insert(key.into(), V::default());
    }
    map.get_mut(key)
}
