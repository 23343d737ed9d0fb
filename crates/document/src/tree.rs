//! The arena and the views on it.

use std::collections::HashMap;
use std::fmt;

/// Index of a node in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The arena index: dense from 0, usable as key of side tables.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

pub(crate) const NONE: u32 = u32::MAX;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`, `~` or an empty YAML value.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, kept as its source text.
    Number,
    /// A string.
    String,
    /// A sequence.
    Array,
    /// A mapping.
    Object,
}

impl Kind {
    /// The JSON word for this kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        }
    }
}

/// What the source text was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON (RFC 8259).
    Json,
    /// YAML 1.2.
    Yaml,
    /// Built in memory; spans are empty.
    Built,
}

/// Byte range of a node in the decoded source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Line and column, both from 1; columns count Unicode scalar values, a byte order mark not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// Where a text lies: in the source, or in the side buffer for decoded escapes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Text {
    pub(crate) start: u32,
    pub(crate) len: u32,
    pub(crate) side: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// An alias holds the target in `first_child` and is looked through by every view.
    pub(crate) alias: bool,
    pub(crate) kind: Kind,
    pub(crate) parent: u32,
    pub(crate) first_child: u32,
    pub(crate) next: u32,
    pub(crate) children: u32,
    /// Scalar text (decoded), or empty for collections.
    pub(crate) text: Text,
    /// Key text of an object's member.
    pub(crate) key: Text,
    pub(crate) key_span: Span,
    pub(crate) span: Span,
}

/// Objects with more members than this get a hash index.
pub(crate) const INDEX_ABOVE: u32 = 12;

/// A document: source text, arena, indexes. Cheap to borrow from, never changes once built.
pub struct Document {
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) source: String,
    pub(crate) side: String,
    pub(crate) nodes: Vec<Node>,
    /// Byte offset of each line's first byte.
    pub(crate) lines: Vec<u32>,
    pub(crate) index: HashMap<u32, HashMap<Box<str>, u32>>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("name", &self.name).field("nodes", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl Document {
    /// The name given at reading: the file as the user named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the source was written in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The decoded source text (UTF-8, byte order mark removed).
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True only for a document without any node, which reading never gives.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The root value. A document that could not be read at all has a null root.
    pub fn root(&self) -> NodeRef<'_> {
        self.node(NodeId(0))
    }

    /// The view of a node, aliases looked through.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        let mut id = id.0;
        // An alias points at an anchored node, which is never itself an alias.
        if self.nodes[id as usize].alias {
            id = self.nodes[id as usize].first_child;
        }
        NodeRef { document: self, id: NodeId(id) }
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        let range = text.start as usize..(text.start + text.len) as usize;
        if text.side { &self.side[range] } else { &self.source[range] }
    }

    /// Line and column of a byte offset in the source.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.source.len());
        let column = self.source.get(start..end).map_or(0, |text| text.chars().count());
        Position { line: line as u32, column: column as u32 + 1 }
    }
}

/// A view of one node.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    document: &'a Document,
    id: NodeId,
}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind().as_str(), self.pointer())
    }
}

/// One member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The key, decoded.
    pub key: &'a str,
    /// Where the key stands.
    pub key_span: Span,
    /// The value, aliases looked through.
    pub value: NodeRef<'a>,
    /// The member's own node: differs from `value.id()` when the value is an alias.
    pub id: NodeId,
}

impl<'a> NodeRef<'a> {
    fn raw(self) -> &'a Node {
        &self.document.nodes[self.id.index()]
    }

    /// The document this node lies in.
    pub fn document(self) -> &'a Document {
        self.document
    }

    /// The node's id.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What the node is.
    pub fn kind(self) -> Kind {
        self.raw().kind
    }

    /// True for an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// True for an array.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// True for null.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a string; `None` for every other kind.
    pub fn as_str(self) -> Option<&'a str> {
        (self.kind() == Kind::String).then(|| self.scalar_text())
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.scalar_text() == "true")
    }

    /// The source text of a number.
    pub fn number_text(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then(|| self.scalar_text())
    }

    /// A number that is an integer in range, exactly.
    pub fn as_i64(self) -> Option<i64> {
        self.number_text()?.parse().ok()
    }

    /// A number that is a non-negative integer in range, exactly.
    pub fn as_u64(self) -> Option<u64> {
        self.number_text()?.parse().ok()
    }

    /// A number as the nearest double; `None` when it would not be finite.
    pub fn as_f64(self) -> Option<f64> {
        self.number_text()?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// The decoded text of any scalar: for null the empty string unless the source spelt it out.
    pub fn scalar_text(self) -> &'a str {
        self.document.text(self.raw().text)
    }

    /// Number of members or items.
    pub fn len(self) -> usize {
        self.raw().children as usize
    }

    /// True when there are no members or items.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a member, aliases looked through. The first one wins when a key stands twice.
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.member(key).map(|member| member.value)
    }

    /// A member by key.
    pub fn member(self, key: &str) -> Option<Member<'a>> {
        if self.kind() != Kind::Object {
            return None;
        }
        if let Some(index) = self.document.index.get(&self.id.0) {
            return index.get(key).map(|id| self.as_member(*id));
        }
        self.members().find(|member| member.key == key)
    }

    fn as_member(self, id: u32) -> Member<'a> {
        let node = &self.document.nodes[id as usize];
        Member {
            key: self.document.text(node.key),
            key_span: node.key_span,
            value: self.document.node(NodeId(id)),
            id: NodeId(id),
        }
    }

    fn child_ids(self) -> impl Iterator<Item = u32> + 'a {
        let document = self.document;
        let mut next = if matches!(self.kind(), Kind::Array | Kind::Object) { self.raw().first_child } else { NONE };
        std::iter::from_fn(move || {
            let id = next;
            next = document.nodes.get(id as usize)?.next;
            Some(id)
        })
    }

    /// The members of an object in source order; nothing for other kinds.
    pub fn members(self) -> impl Iterator<Item = Member<'a>> + 'a {
        let object = self.kind() == Kind::Object;
        self.child_ids().filter(move |_| object).map(move |id| self.as_member(id))
    }

    /// The items of an array in source order; nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'a>> + 'a {
        let array = self.kind() == Kind::Array;
        self.child_ids().filter(move |_| array).map(move |id| self.document.node(NodeId(id)))
    }

    /// The node this one lies in (for an anchored node: where its anchor stands).
    pub fn parent(self) -> Option<NodeRef<'a>> {
        let parent = self.raw().parent;
        (parent != NONE).then(|| NodeRef { document: self.document, id: NodeId(parent) })
    }

    /// The key under which this node stands in its parent object.
    pub fn key(self) -> Option<&'a str> {
        self.parent()?.is_object().then(|| self.document.text(self.raw().key))
    }

    /// Byte range in the source.
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// Byte range of the key under which this node stands; empty for array items and the root.
    pub fn key_span(self) -> Span {
        self.raw().key_span
    }

    /// Line and column of the node's first byte.
    pub fn position(self) -> Position {
        self.document.position(self.span().start)
    }

    /// JSON pointer (RFC 6901) from the root, without a leading `#`; empty for the root.
    pub fn pointer(self) -> String {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(parent) = at.parent() {
            if parent.is_object() {
                steps.push(at.document.text(at.raw().key).replace('~', "~0").replace('/', "~1"));
            } else {
                let place = parent.child_ids().position(|id| id == at.id.0).unwrap_or(0);
                steps.push(place.to_string());
            }
            at = parent;
        }
        steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + step)
    }

    /// The node a JSON pointer (RFC 6901, decoded, without `#`) leads to from here.
    pub fn at_pointer(self, pointer: &str) -> Option<NodeRef<'a>> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |at, step| match at.kind() {
            Kind::Object if step.contains('~') => at.get(&step.replace("~1", "/").replace("~0", "~")),
            Kind::Object => at.get(step),
            Kind::Array => at.items().nth(step.parse().ok()?),
            _ => None,
        })
    }
}
