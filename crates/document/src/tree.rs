//! The arena and the views on it.

use crate::files::{File, Place};
use crate::pointer::{self, push_step};
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

/// Index of a node in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The node with this number.
    pub fn new(index: usize) -> Self {
        NodeId(index as u32)
    }

    /// The arena index: dense from 0, usable as key of side tables.
    #[inline]
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

/// Where a text lies: in the source, or in the side buffer for decoded escapes (the top bit says so).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Text {
    start: u32,
    len: u32,
}

const SIDE: u32 = 1 << 31;

impl Text {
    /// A text in the source.
    pub(crate) fn source(start: u32, len: u32) -> Self {
        Text { start, len }
    }

    /// A text in the side buffer.
    pub(crate) fn side(start: u32, len: u32) -> Self {
        Text { start: start | SIDE, len }
    }

    /// The same text once its buffer was appended to another: `source` and `side` bytes further on.
    pub(crate) fn moved(self, source: u32, side: u32) -> Self {
        match (self.len, self.is_side()) {
            // An ordinal, or no text.
            (0, _) => self,
            (_, true) => Text { start: self.start + side, len: self.len },
            (_, false) => Text { start: self.start + source, len: self.len },
        }
    }

    /// The same text, where it lies in the source at the place that its start has moved to.
    pub(crate) fn at(self, moved: impl Fn(u32) -> u32) -> Self {
        match (self.len, self.is_side()) {
            (0, _) | (_, true) => self,
            (_, false) => Text { start: moved(self.start), len: self.len },
        }
    }

    /// No text, but what is known of the keys of an object: one bit of [`bit`] for each.
    pub(crate) fn keys(mask: u64) -> Self {
        Text { start: mask as u32, len: (mask >> 32) as u32 }
    }

    #[inline]
    pub(crate) fn mask(self) -> u64 {
        u64::from(self.start) | u64::from(self.len) << 32
    }

    /// No text, but the place of an item in its array.
    pub(crate) fn ordinal(place: u32) -> Self {
        Text { start: place, len: 0 }
    }

    pub(crate) fn place(self) -> u32 {
        self.start
    }

    #[inline]
    pub(crate) fn is_side(self) -> bool {
        self.start & SIDE != 0
    }

    #[inline]
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        let start = (self.start & !SIDE) as usize;
        if self.len == 0 { 0..0 } else { start..start + self.len as usize }
    }
}

/// A short sum of a key: equal keys have equal tags. So cheap that it is worked out anew for each look-up, and at
/// compile time where the key is a literal.
#[inline]
pub(crate) const fn tag(key: &str) -> u16 {
    let bytes = key.as_bytes();
    let ([first, ..], [.., last], (_, [middle, ..])) = (bytes, bytes, bytes.split_at(bytes.len() / 2)) else {
        return 0;
    };
    let sum = u32::from_le_bytes([bytes.len() as u8, *first, *middle, *last]);
    (sum.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

/// The bit that a key with this tag sets in its object's mask of keys.
#[inline]
pub(crate) const fn bit(tag: u16) -> u64 {
    1 << (tag >> 10)
}

/// Some keys, for a quick first look: it rules most nodes out, and lets a few through that have none of them.
#[derive(Debug, Clone, Copy)]
pub struct KeyMask(u64);

impl KeyMask {
    /// The mask of these keys.
    pub const fn of(keys: &[&str]) -> Self {
        let (mut mask, mut rest) = (0, keys);
        while let [key, more @ ..] = rest {
            mask |= bit(tag(key));
            rest = more;
        }
        KeyMask(mask)
    }

    /// False when the node stands under none of the keys.
    #[inline]
    pub fn may_hold(self, node: NodeRef<'_>) -> bool {
        self.0 & bit(node.raw().tag) != 0
    }

    /// False when the node has no member under any of the keys.
    #[inline]
    pub fn may_be_in(self, node: NodeRef<'_>) -> bool {
        node.kind() == Kind::Object && self.0 & node.raw().text.mask() != 0
    }
}

/// Hashes node ids, which are dense numbers that nobody outside chooses one by one.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    #[inline]
    fn write_u32(&mut self, id: u32) {
        self.0 = (self.0 ^ u64::from(id)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

/// A map by the number of a node.
pub(crate) type IdMap<T> = HashMap<u32, T, std::hash::BuildHasherDefault<IdHasher>>;

/// A map by node id, quicker than one that has to stand up to chosen keys.
pub type NodeMap<T> = HashMap<NodeId, T, std::hash::BuildHasherDefault<IdHasher>>;

/// What is known of the lines at the start of each block of bytes: a whole index would be larger than some contracts.
pub(crate) struct Lines {
    blocks: Vec<Block>,
    /// Characters before each block; empty when every byte is a character. Counted when a column beyond the first
    /// block of its line is asked for.
    characters: OnceLock<Vec<u32>>,
}

struct Block {
    /// Lines that begin before or at the block's first byte.
    line: u32,
    /// Where the last of them begins.
    start: u32,
}

const BLOCK: usize = 1024;

/// Bytes that begin a character.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count() as u32
}

impl Lines {
    fn of(source: &str) -> Self {
        let mut blocks = Vec::with_capacity(source.len() / BLOCK + 1);
        let (mut line, mut start) = (1, 0);
        for (at, block) in source.as_bytes().chunks(BLOCK).enumerate() {
            blocks.push(Block { line, start });
            if let Some(last) = memchr::memrchr(b'\n', block) {
                line += memchr::memchr_iter(b'\n', block).count() as u32;
                start = (at * BLOCK + last + 1) as u32;
            }
        }
        blocks.push(Block { line, start });
        Lines { blocks, characters: OnceLock::new() }
    }

    /// The line that a byte offset lies in, from 1, and where it begins. A line break belongs to the line it ends.
    fn line(&self, source: &str, offset: usize) -> (u32, usize) {
        let Some(block) = self.blocks.get(offset / BLOCK) else { return (1, 0) };
        let from = offset - offset % BLOCK;
        let before = source.as_bytes().get(from..offset).unwrap_or_default();
        match memchr::memrchr(b'\n', before) {
            Some(last) => (block.line + memchr::memchr_iter(b'\n', before).count() as u32, from + last + 1),
            None => (block.line, block.start as usize),
        }
    }

    /// Where the line after the one that a byte offset lies in begins: the end of the source after the last one.
    fn next(&self, source: &str, offset: usize) -> usize {
        let find = |from: usize, to: usize| {
            let bytes = source.as_bytes().get(from.min(source.len())..to.min(source.len())).unwrap_or_default();
            memchr::memchr(b'\n', bytes).map(|at| from + at + 1)
        };
        let here = offset / BLOCK;
        find(offset, (here + 1) * BLOCK).unwrap_or_else(|| {
            // The first block that begins in another line; its line begins in the block before, or at its first byte.
            let later = here
                + 1
                + self
                    .blocks
                    .get(here + 1..)
                    .map_or(0, |rest| rest.partition_point(|block| block.start as usize <= offset));
            find((later - 1) * BLOCK, later * BLOCK).unwrap_or(source.len())
        })
    }

    fn sums(&self, source: &str) -> &[u32] {
        self.characters.get_or_init(|| {
            let mut sums = Vec::new();
            if !source.is_ascii() {
                let mut sum = 0;
                for block in source.as_bytes().chunks(BLOCK) {
                    sums.push(sum);
                    sum += characters(block);
                }
            }
            sums
        })
    }

    /// Characters before a byte offset.
    fn before(&self, source: &str, offset: usize) -> u32 {
        let sums = self.sums(source);
        match sums.get(offset / BLOCK) {
            Some(sum) => {
                let block = offset - offset % BLOCK;
                sum + source.as_bytes().get(block..offset).map_or(0, characters)
            }
            // Every byte is a character, or the offset is the end and a multiple of the block.
            None if sums.is_empty() => offset as u32,
            None => characters(source.as_bytes()),
        }
    }
}

/// A value of the tree. There are many of them: what follows from their order is not kept. The first child of a node
/// is the one behind it, and the place of a key follows from where its text lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) marks: Marks,
    /// Of the key: [`tag`].
    pub(crate) tag: u16,
    pub(crate) parent: u32,
    pub(crate) next: u32,
    /// Number of members or items; for an alias the node it leads to.
    pub(crate) children: u32,
    /// Scalar text (decoded); for an object the mask of its keys.
    pub(crate) text: Text,
    /// Key text of an object's member; for an item its place in the array.
    pub(crate) key: Text,
    pub(crate) span: Span,
}

impl Node {
    /// The node that an alias leads to. It is looked through by every view.
    #[inline]
    pub(crate) fn alias(&self) -> Option<u32> {
        self.marks.has(Marks::ALIAS).then_some(self.children)
    }

    /// The first child of a collection that has some, where `own` is the node's number.
    #[inline]
    pub(crate) fn first_child(&self, own: u32) -> u32 {
        if matches!(self.kind, Kind::Array | Kind::Object) && self.children > 0 { own + 1 } else { NONE }
    }

    /// Where the key of the node with this number stands; `apart` says it where that does not follow from its text.
    #[inline]
    pub(crate) fn key_span(&self, own: u32, apart: &IdMap<Span>) -> Span {
        if self.marks.has(Marks::APART) {
            return apart.get(&own).copied().unwrap_or_default();
        }
        let text = self.key.range();
        let quote = usize::from(self.marks.has(Marks::QUOTED));
        match text.is_empty() || self.key.is_side() {
            true => Span::default(),
            false => Span { start: (text.start - quote) as u32, end: (text.end + quote) as u32 },
        }
    }
}

/// What else is to be known of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks(u8);

impl Marks {
    /// It is an alias.
    pub(crate) const ALIAS: Marks = Marks(1);
    /// Its key stands between quotes.
    pub(crate) const QUOTED: Marks = Marks(2);
    /// Where its key stands is said in `key_spans`.
    pub(crate) const APART: Marks = Marks(4);

    #[inline]
    pub(crate) fn has(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }

    /// Both.
    pub(crate) fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Those of a key with this text that stands there.
    pub(crate) fn of_key(text: Text, span: Span) -> Marks {
        let range = text.range();
        let (start, end) = (span.start as usize, span.end as usize);
        match range.is_empty() || text.is_side() {
            true if span == Span::default() => Marks::default(),
            false if (start, end) == (range.start, range.end) => Marks::default(),
            false if (start + 1, end) == (range.start, range.end + 1) => Marks::QUOTED,
            _ => Marks::APART,
        }
    }
}

/// Objects with more members than this get an index of their keys.
pub(crate) const INDEX_ABOVE: u32 = 24;

/// A document: source text, arena, indexes. Cheap to borrow from, never changes once built.
pub struct Document {
    pub(crate) name: String,
    pub(crate) format: Format,
    /// Read by a reader that gives the nodes in the order of the text, without aliases and with nothing wrong.
    pub(crate) plain: bool,
    pub(crate) source: String,
    pub(crate) side: String,
    pub(crate) nodes: Vec<Node>,
    /// Members of large objects, sorted by key and then by place.
    pub(crate) index: IdMap<Box<[u32]>>,
    /// Where keys stand, of which that does not follow from their text: they are empty, or have escapes.
    pub(crate) key_spans: IdMap<Span>,
    /// The files beside the main one, in the order they were added; `source` and `side` hold the text of all.
    pub(crate) more: Vec<File>,
    /// Files read or refused, by address; the main one is not among them.
    pub(crate) places: HashMap<String, Place>,
    /// Computed when the first position is asked for.
    pub(crate) lines: OnceLock<Lines>,
    /// Where the values of `$ref`s lead, computed when the first one is followed.
    pub(crate) targets: OnceLock<IdMap<u32>>,
    /// Schema anchors by name, for each file, computed when the first one is asked for.
    pub(crate) anchors: OnceLock<Vec<HashMap<String, u32>>>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("name", &self.name).field("nodes", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl Document {
    /// The name given at reading: the main file as the user named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the main file was written in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The decoded source text of the main file (UTF-8, byte order mark removed).
    pub fn source(&self) -> &str {
        self.file_at(0).source()
    }

    /// The decoded source text of the main file, taken out.
    pub fn into_source(mut self) -> String {
        let end = self.source().len();
        self.source.truncate(end);
        self.source
    }

    /// How many nodes there are, in all files.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True only for a document without any node, which reading never gives.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The main file's root value. A document that could not be read at all has a null root.
    pub fn root(&self) -> NodeRef<'_> {
        self.node(NodeId(0))
    }

    /// The view of a node, aliases looked through. An id of another document gives the root.
    #[inline]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        match self.nodes.get(id.index()) {
            // An alias points at an anchored node, which is never itself an alias.
            Some(node) => NodeRef { document: self, id: node.alias().map_or(id, NodeId) },
            None => NodeRef { document: self, id: NodeId(0) },
        }
    }

    /// The node itself, without looking through an alias: with its own key and place. An id of another document
    /// gives the root.
    pub fn node_itself(&self, id: NodeId) -> NodeRef<'_> {
        self.raw_node(id.0).unwrap_or(NodeRef { document: self, id: NodeId(0) })
    }

    /// The node itself, without looking through an alias.
    pub(crate) fn raw_node(&self, id: u32) -> Option<NodeRef<'_>> {
        self.nodes.get(id as usize)?;
        Some(NodeRef { document: self, id: NodeId(id) })
    }

    /// Every node of every file in source order, aliases as the alias itself (kind null). Each node comes once, whatever
    /// aliases lead to it: the walk to choose when the whole tree is to be seen.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..self.nodes.len() as u32).map(|id| NodeRef { document: self, id: NodeId(id) })
    }

    #[inline]
    pub(crate) fn text(&self, text: Text) -> &str {
        self.buffer(text).get(text.range()).unwrap_or_default()
    }

    /// The bytes of a text, for comparing.
    #[inline]
    fn bytes(&self, text: Text) -> &[u8] {
        self.buffer(text).as_bytes().get(text.range()).unwrap_or_default()
    }

    /// What a text lies in.
    #[inline]
    fn buffer(&self, text: Text) -> &str {
        if text.is_side() { &self.side } else { &self.source }
    }

    /// The line a byte offset lies in, with its line break.
    pub(crate) fn line_of(&self, offset: usize) -> std::ops::Range<usize> {
        let lines = self.lines.get_or_init(|| Lines::of(&self.source));
        let offset = offset.min(self.source.len());
        lines.line(&self.source, offset).1..lines.next(&self.source, offset)
    }

    /// Line and column of a byte offset, counted from the start of the main file.
    pub(crate) fn joined_position(&self, offset: u32) -> Position {
        let lines = self.lines.get_or_init(|| Lines::of(&self.source));
        let offset = (offset as usize).min(self.source.len());
        let (line, start) = lines.line(&self.source, offset);
        let column = match self.source.as_bytes().get(start..offset) {
            Some(text) if text.len() <= BLOCK => characters(text),
            _ => lines.before(&self.source, offset) - lines.before(&self.source, start),
        };
        Position { line, column: column + 1 }
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
    #[inline]
    fn raw(self) -> &'a Node {
        &self.document.nodes[self.id.index()]
    }

    /// The document this node lies in.
    #[inline]
    pub fn document(self) -> &'a Document {
        self.document
    }

    /// The node's id: where an alias led, the id of the node it led to.
    #[inline]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What the node is.
    #[inline]
    pub fn kind(self) -> Kind {
        self.raw().kind
    }

    /// True for an object.
    #[inline]
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// True for an array.
    #[inline]
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// True for null.
    #[inline]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a string; `None` for every other kind.
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        (self.kind() == Kind::String).then(|| self.scalar_text())
    }

    /// The value of a boolean.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.scalar_text() == "true")
    }

    /// The text of a number in JSON's spelling: the source text wherever that is JSON, so that `1.10` stays
    /// `1.10`; YAML's `0x1F`, `+5` or `007` are respelt.
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
    #[inline]
    pub fn scalar_text(self) -> &'a str {
        match self.kind() {
            Kind::Array | Kind::Object => "",
            _ => self.document.text(self.raw().text),
        }
    }

    /// Whether the text of a scalar stands in the source as it is, with no escape or fold to be undone.
    pub fn is_verbatim(self) -> bool {
        let text = self.raw().text;
        !matches!(self.kind(), Kind::Array | Kind::Object) && !text.is_side()
    }

    /// Number of members or items.
    #[inline]
    pub fn len(self) -> usize {
        let collection = self.is_array() || self.is_object();
        if collection { self.raw().children as usize } else { 0 }
    }

    /// True when there are no members or items.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a member, aliases looked through. The first one wins when a key stands twice.
    #[inline]
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.find(key).map(|id| self.document.node(NodeId(id)))
    }

    /// A member by key.
    #[inline]
    pub fn member(self, key: &str) -> Option<Member<'a>> {
        self.find(key).map(|id| self.as_member(id))
    }

    #[inline]
    fn find(self, key: &str) -> Option<u32> {
        let node = self.raw();
        let tag = tag(key);
        // Most look-ups are for keys that are not there: the mask answers them.
        if node.kind != Kind::Object || node.text.mask() & bit(tag) == 0 {
            return None;
        }
        self.search(key, tag)
    }

    fn search(self, key: &str, tag: u16) -> Option<u32> {
        let node = self.raw();
        if node.children > INDEX_ABOVE
            && let Some(index) = self.document.index.get(&self.id.0)
        {
            let key_of =
                |id: u32| self.document.nodes.get(id as usize).map_or(&[][..], |node| self.document.bytes(node.key));
            let place = index.partition_point(|id| key_of(*id) < key.as_bytes());
            let id = *index.get(place)?;
            return (key_of(id) == key.as_bytes()).then_some(id);
        }
        let mut at = node.first_child(self.id.0);
        while let Some(node) = self.document.nodes.get(at as usize) {
            if node.tag == tag && self.document.bytes(node.key) == key.as_bytes() {
                return Some(at);
            }
            at = node.next;
        }
        None
    }

    #[inline]
    fn as_member(self, id: u32) -> Member<'a> {
        let node = &self.document.nodes[id as usize];
        Member {
            key: self.document.text(node.key),
            key_span: node.key_span(id, &self.document.key_spans),
            value: self.document.node(NodeId(id)),
            id: NodeId(id),
        }
    }

    #[inline]
    fn child_ids(self) -> impl Iterator<Item = u32> + 'a {
        let document = self.document;
        let mut next = self.raw().first_child(self.id.0);
        std::iter::from_fn(move || {
            let id = next;
            next = document.nodes.get(id as usize)?.next;
            Some(id)
        })
    }

    /// The members of an object in source order; nothing for other kinds.
    #[inline]
    pub fn members(self) -> impl Iterator<Item = Member<'a>> + 'a {
        let object = self.kind() == Kind::Object;
        self.child_ids().filter(move |_| object).map(move |id| self.as_member(id))
    }

    /// The items of an array in source order; nothing for other kinds.
    #[inline]
    pub fn items(self) -> impl Iterator<Item = NodeRef<'a>> + 'a {
        let array = self.kind() == Kind::Array;
        self.child_ids().filter(move |_| array).map(move |id| self.document.node(NodeId(id)))
    }

    pub(crate) fn first_child_id(self) -> Option<NodeId> {
        self.child_ids().next().map(NodeId)
    }

    pub(crate) fn next_sibling(self) -> Option<NodeId> {
        let next = self.raw().next;
        (next != NONE).then_some(NodeId(next))
    }

    /// The key text of the node itself, whatever it lies in.
    pub(crate) fn own_key(self) -> &'a str {
        self.document.text(self.raw().key)
    }

    /// The node this one lies in (for an anchored node: where its anchor stands).
    #[inline]
    pub fn parent(self) -> Option<NodeRef<'a>> {
        let parent = self.raw().parent;
        (parent != NONE).then_some(NodeRef { document: self.document, id: NodeId(parent) })
    }

    /// The key under which this node stands in its parent object.
    #[inline]
    pub fn key(self) -> Option<&'a str> {
        self.parent()?.is_object().then(|| self.document.text(self.raw().key))
    }

    /// Whether this node stands under the key in an object.
    #[inline]
    pub fn is_under(self, key: &str) -> bool {
        self.raw().tag == tag(key) && self.key() == Some(key)
    }

    /// Byte range in the joined source of all files: in the main file the range in its source.
    #[inline]
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// Byte range of the key under which this node stands; empty for array items and the root.
    #[inline]
    pub fn key_span(self) -> Span {
        self.raw().key_span(self.id.0, &self.document.key_spans)
    }

    /// Line and column of the node's first byte.
    pub fn position(self) -> Position {
        self.document.position(self.span().start)
    }

    /// JSON pointer (RFC 6901) from the root of the node's file, without a leading `#`; empty for a root.
    pub fn pointer(self) -> String {
        let mut steps = Vec::new();
        let mut length = 0;
        let mut at = self;
        while let Some(parent) = at.parent() {
            steps.push((at.raw(), parent.is_object()));
            length += at.raw().key.range().len() + 5;
            at = parent;
        }
        let mut pointer = String::with_capacity(length);
        for (node, member) in steps.iter().rev() {
            match member {
                true => push_step(&mut pointer, self.document.text(node.key)),
                false => push_step(&mut pointer, &node.key.place().to_string()),
            }
        }
        pointer
    }

    /// The node a JSON pointer (RFC 6901, decoded, without `#`) leads to from here.
    pub fn at_pointer(self, pointer: &str) -> Option<NodeRef<'a>> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |at, step| match at.kind() {
            Kind::Object => at.get(&pointer::step(step)),
            // "01" and "+1" are no indexes.
            Kind::Array if step.len() > 1 && !step.starts_with(|c: char| ('1'..='9').contains(&c)) => None,
            Kind::Array => at.items().nth(step.parse().ok()?),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, Position, read};
    use proptest::prelude::*;

    /// Texts of a few blocks, with lines that are empty, short, and longer than a block.
    fn source() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[ab é]{0,6}\n",
            1 => (1_usize..3000).prop_map(|count| "x".repeat(count)),
            1 => (1_usize..900).prop_map(|count| "é".repeat(count)),
            1 => (1_usize..60).prop_map(|count| "\n".repeat(count)),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("- {}", pieces.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn places_are_those_that_counting_gives(source in source()) {
            let document = read("x.yaml", source.as_bytes(), &Limits::default()).document;
            let text = document.source();
            let (mut line, mut start) = (1, 0);
            for (at, c) in text.char_indices() {
                let column = 1 + text[start..at].chars().count() as u32;
                prop_assert_eq!(document.joined_position(at as u32), Position { line, column });
                let end = text[at..].find('\n').map_or(text.len(), |break_| at + break_ + 1);
                prop_assert_eq!(document.line_of(at), start..end);
                if c == '\n' {
                    (line, start) = (line + 1, at + 1);
                }
            }
            prop_assert_eq!(document.joined_position(text.len() as u32).line, line);
            prop_assert_eq!(document.line_of(text.len()), start..text.len());
        }
    }
}
