//! The growing arena that readers and builders share. Non-recursive: open collections are a stack.

use crate::tree::{Document, Format, INDEX_ABOVE, IdMap, Kind, Marks, NONE, Node, NodeId, Span, Text, bit, tag};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Nodes, decoded texts and member indexes of a tree that is being read.
#[derive(Default)]
pub(crate) struct Arena {
    pub(crate) nodes: Vec<Node>,
    pub(crate) side: String,
    index: IdMap<Box<[u32]>>,
    pub(crate) key_spans: IdMap<Span>,
    open: Vec<Open>,
    key: (Text, Span, u16),
}

struct Open {
    id: u32,
    last: u32,
}

impl Arena {
    /// An arena with room for about as many nodes as a source of `bytes` holds.
    pub(crate) fn for_source(bytes: usize) -> Self {
        // Memory that is not needed is not touched, and given back at the end.
        Arena { nodes: Vec::with_capacity((bytes / 24).clamp(8, 1 << 22)), ..Arena::default() }
    }

    /// The members of large objects.
    pub(crate) fn index(&self) -> &IdMap<Box<[u32]>> {
        &self.index
    }

    /// How many collections are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The innermost open collection.
    pub(crate) fn top(&self) -> Option<(u32, Kind)> {
        let id = self.open.last()?.id;
        Some((id, self.nodes.get(id as usize)?.kind))
    }

    /// The open collections, outermost first.
    pub(crate) fn open_ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.open.iter().map(|open| open.id)
    }

    /// Keeps a decoded text in the side buffer.
    pub(crate) fn side(&mut self, text: &str) -> Text {
        let start = self.side.len() as u32;
        self.side.push_str(text);
        Text::side(start, text.len() as u32)
    }

    /// The text, of which `source` holds what is not in the side buffer.
    pub(crate) fn text<'a>(&'a self, source: &'a str, text: Text) -> &'a str {
        let buffer = if text.is_side() { self.side.as_str() } else { source };
        buffer.get(text.range()).unwrap_or_default()
    }

    /// The key of the member that the next node belongs to; `tag` is that of its text.
    pub(crate) fn key(&mut self, text: Text, span: Span, tag: u16) {
        self.key = (text, span, tag);
    }

    /// Adds a node to the innermost open collection.
    pub(crate) fn push(&mut self, kind: Kind, text: Text, span: Span) -> u32 {
        let id = self.nodes.len() as u32;
        let (mut key, key_span, tag) = std::mem::take(&mut self.key);
        let mut parent = NONE;
        if let Some(open) = self.open.last_mut() {
            parent = open.id;
            let last = std::mem::replace(&mut open.last, id);
            if let Some(node) = self.nodes.get_mut(parent as usize) {
                if node.kind == Kind::Array {
                    key = Text::ordinal(node.children);
                } else {
                    node.text = Text::keys(node.text.mask() | bit(tag));
                }
                node.children += 1;
            }
            if let Some(node) = self.nodes.get_mut(last as usize) {
                node.next = id;
            }
        }
        let marks = Marks::of_key(key, key_span);
        if marks.has(Marks::APART) {
            self.key_spans.insert(id, key_span);
        }
        self.nodes.push(Node { kind, marks, tag, parent, next: NONE, children: 0, text, key, span });
        id
    }

    /// Adds an edge to an earlier node that is no alias itself.
    pub(crate) fn push_alias(&mut self, target: u32, span: Span) -> u32 {
        let id = self.push(Kind::Null, Text::default(), span);
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.marks = node.marks.with(Marks::ALIAS);
            node.children = target;
        }
        id
    }

    /// Opens an array or object.
    pub(crate) fn open(&mut self, kind: Kind, span: Span) -> u32 {
        let id = self.push(kind, Text::default(), span);
        self.open.push(Open { id, last: NONE });
        id
    }

    /// Closes the innermost collection; `end` is one past its last byte, or `None` for the end of its
    /// last child. Gives the members whose key stands in the object already, each with the first one.
    pub(crate) fn close(&mut self, source: &str, end: Option<u32>) -> Vec<(u32, u32)> {
        let Some(Open { id, last }) = self.open.pop() else { return Vec::new() };
        let last_end = self.nodes.get(last as usize).map(|node| node.span.end);
        let Some(node) = self.nodes.get_mut(id as usize) else { return Vec::new() };
        node.span.end = end.or(last_end).unwrap_or(node.span.end).max(node.span.start);
        let (kind, children, first) = (node.kind, node.children, node.first_child(id));
        if kind != Kind::Object || children < 2 {
            return Vec::new();
        }
        if children <= INDEX_ABOVE {
            return self.duplicates_of_few(source, first);
        }
        let mut members = Vec::with_capacity(children as usize);
        let mut at = first;
        while let Some(node) = self.nodes.get(at as usize) {
            members.push((self.text(source, node.key), at));
            at = node.next;
        }
        members.sort_unstable();
        let mut twice = Vec::new();
        let mut head = 0;
        for (place, (key, id)) in members.iter().enumerate().skip(1) {
            match members.get(head) {
                Some((first_key, first)) if first_key == key => twice.push((*id, *first)),
                _ => head = place,
            }
        }
        twice.sort_unstable();
        let index = members.into_iter().map(|(_, id)| id).collect();
        self.index.insert(id, index);
        twice
    }

    fn duplicates_of_few(&self, source: &str, first: u32) -> Vec<(u32, u32)> {
        let mut seen: [(u16, u32); INDEX_ABOVE as usize] = [(0, NONE); INDEX_ABOVE as usize];
        let mut twice = Vec::new();
        let mut at = first;
        let mut count = 0;
        let mut mask = 0;
        let key_of = |id: u32| self.nodes.get(id as usize).map_or("", |node| self.text(source, node.key));
        while let Some(node) = self.nodes.get(at as usize) {
            let same = |other: &&(u16, u32)| other.0 == node.tag && key_of(other.1) == self.text(source, node.key);
            let known = (mask & bit(node.tag) != 0).then(|| seen.iter().take(count).find(same)).flatten();
            match known {
                Some((_, first)) => twice.push((at, *first)),
                None => {
                    if let Some(slot) = seen.get_mut(count) {
                        *slot = (node.tag, at);
                        count += 1;
                    }
                    mask |= bit(node.tag);
                }
            }
            at = node.next;
        }
        twice
    }

    /// The finished tree: open collections end at `end`, an empty tree gets a null root.
    pub(crate) fn finish(mut self, name: &str, format: Format, source: String, end: Option<u32>) -> Document {
        while !self.open.is_empty() {
            self.close(&source, end);
        }
        if self.nodes.is_empty() {
            self.push(Kind::Null, Text::default(), Span::default());
        }
        Document {
            name: name.to_owned(),
            format,
            plain: false,
            source,
            side: self.side,
            nodes: self.nodes,
            index: self.index,
            key_spans: self.key_spans,
            more: Vec::new(),
            places: HashMap::new(),
            lines: OnceLock::new(),
            targets: OnceLock::new(),
            anchors: OnceLock::new(),
        }
    }
}

/// Builds a [`Document`] in memory, value by value, in document order.
pub struct Builder {
    name: String,
    arena: Arena,
}

impl Builder {
    /// A builder for a tree without source text; spans are empty.
    pub fn new(name: &str) -> Self {
        Builder { name: name.to_owned(), arena: Arena::default() }
    }

    /// Depth of the collection now open: 0 at the root.
    pub fn depth(&self) -> usize {
        self.arena.depth()
    }

    /// Number of nodes so far.
    pub fn len(&self) -> usize {
        self.arena.nodes.len()
    }

    /// True before the first node.
    pub fn is_empty(&self) -> bool {
        self.arena.nodes.is_empty()
    }

    /// The key of the member that the next value belongs to.
    pub fn key(&mut self, key: &str) {
        let text = self.arena.side(key);
        self.arena.key(text, Span::default(), tag(key));
    }

    /// A scalar of the given kind with its decoded text: `true` or `false` for a boolean, the JSON
    /// spelling for a number.
    pub fn scalar(&mut self, kind: Kind, text: &str) -> NodeId {
        let text = self.arena.side(text);
        NodeId(self.arena.push(kind, text, Span::default()))
    }

    /// Opens an array or object.
    pub fn open(&mut self, kind: Kind) -> NodeId {
        NodeId(self.arena.open(kind, Span::default()))
    }

    /// Closes the innermost open collection.
    pub fn close(&mut self) {
        self.arena.close("", None);
    }

    /// Adds a whole JSON value.
    pub fn value(&mut self, value: &serde_json::Value) {
        enum Step<'a> {
            Value(&'a serde_json::Value),
            Key(&'a str),
            Close,
        }
        let mut steps = vec![Step::Value(value)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Key(key) => self.key(key),
                Step::Close => self.close(),
                Step::Value(serde_json::Value::Null) => drop(self.scalar(Kind::Null, "null")),
                Step::Value(serde_json::Value::Bool(value)) => {
                    self.scalar(Kind::Bool, if *value { "true" } else { "false" });
                }
                Step::Value(serde_json::Value::Number(number)) => {
                    self.scalar(Kind::Number, &number.to_string());
                }
                Step::Value(serde_json::Value::String(text)) => {
                    self.scalar(Kind::String, text);
                }
                Step::Value(serde_json::Value::Array(items)) => {
                    self.open(Kind::Array);
                    steps.push(Step::Close);
                    steps.extend(items.iter().rev().map(Step::Value));
                }
                Step::Value(serde_json::Value::Object(members)) => {
                    self.open(Kind::Object);
                    steps.push(Step::Close);
                    for (key, value) in members.iter().rev() {
                        steps.push(Step::Value(value));
                        steps.push(Step::Key(key));
                    }
                }
            }
        }
    }

    /// The finished tree; open collections are closed, an empty tree gets a null root.
    pub fn finish(self) -> Document {
        self.arena.finish(&self.name, Format::Built, String::new(), None)
    }
}

impl Document {
    /// The tree of a JSON value.
    pub fn from_value(name: &str, value: &serde_json::Value) -> Document {
        let mut builder = Builder::new(name);
        builder.value(value);
        builder.finish()
    }
}
