//! Text edits that change a document and keep everything around the change: comments, order, indentation, quotes.
//!
//! An [`Editor`] looks at how a document is written and gives byte ranges to replace. It changes nothing itself:
//! [`apply`] does, and refuses edits that overlap. What cannot be changed without a doubt is a [`Refusal`].

mod block;
mod files;
mod flow;
mod style;
mod write;

use crate::tree::{Document, Format, Kind, Member, Node, NodeId, NodeRef, Span};
use serde_json::Value;
use std::fmt;
use style::Style;

pub use files::{Editors, Parts};

/// A range of the decoded source and what to write in its place. An empty range inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    fn insert(at: usize, text: String) -> Self {
        Edit::replace(at, at, text)
    }

    fn replace(start: usize, end: usize, text: String) -> Self {
        Edit { span: Span { start: start as u32, end: end as u32 }, text }
    }
}

/// Why an edit is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The place lies in another file than the main one.
    File,
    /// An alias leads here: the change would show in several places.
    Shared,
    /// A merge key may bring the member in.
    Merged,
    /// The node is not of the kind the edit needs.
    Kind,
    /// The object has such a member already.
    Taken,
    /// The text is laid out in a way that this editor does not change.
    Layout,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::File => "the place lies in another file",
            Refusal::Shared => "an alias leads to this place: the change would show elsewhere too",
            Refusal::Merged => "a merge key may bring the member in",
            Refusal::Kind => "the value is not of the kind to be changed",
            Refusal::Taken => "there is such a member already",
            Refusal::Layout => "the text is laid out in a way that cannot be changed safely",
        })
    }
}

impl std::error::Error for Refusal {}

/// Where a new member goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'k> {
    /// Behind the last one.
    End,
    /// Behind the member with this key; behind the last one when there is none.
    After(&'k str),
}

/// Gives edits for the main file of a document.
pub struct Editor<'a> {
    document: &'a Document,
    source: &'a str,
    style: Style,
    /// Nodes that an alias leads to, in order.
    aliased: Vec<u32>,
}

impl<'a> Editor<'a> {
    /// Looks at how the document is written. Costs one pass over its nodes.
    pub fn new(document: &'a Document) -> Self {
        let mut aliased: Vec<u32> = document.nodes.iter().filter_map(Node::alias).collect();
        aliased.sort_unstable();
        aliased.dedup();
        Editor { document, source: document.source(), style: Style::of(document), aliased }
    }

    /// The document that is edited.
    pub fn document(&self) -> &'a Document {
        self.document
    }

    /// Adds a member to an object, written as its neighbours are.
    pub fn insert_member(
        &self,
        object: NodeRef<'a>,
        place: Place<'_>,
        key: &str,
        value: &Value,
    ) -> Result<Vec<Edit>, Refusal> {
        self.own(object)?;
        if !object.is_object() {
            return Err(Refusal::Kind);
        }
        if object.get("<<").is_some() {
            return Err(Refusal::Merged);
        }
        if object.get(key).is_some() {
            return Err(Refusal::Taken);
        }
        let after = match place {
            Place::After(key) => object.member(key).map(|member| member.id),
            Place::End => None,
        };
        let after = after.or_else(|| self.last_child(object));
        let edit = match (self.flow(object), after) {
            (true, Some(after)) => self.flow_insert(object, after, Some(key), value)?,
            (true, None) => self.flow_fill(object, Some(key), value)?,
            (false, Some(after)) => self.block_insert_member(object, after, key, value)?,
            (false, None) => return Err(Refusal::Layout),
        };
        Ok(vec![edit])
    }

    /// Adds an item at the end of an array.
    pub fn insert_item(&self, array: NodeRef<'a>, value: &Value) -> Result<Vec<Edit>, Refusal> {
        self.own(array)?;
        if !array.is_array() {
            return Err(Refusal::Kind);
        }
        let edit = match (self.flow(array), self.last_child(array)) {
            (true, Some(after)) => self.flow_insert(array, after, None, value)?,
            (true, None) => self.flow_fill(array, None, value)?,
            (false, Some(after)) => self.block_insert_item(array, after, value)?,
            (false, None) => return Err(Refusal::Layout),
        };
        Ok(vec![edit])
    }

    /// Takes a member out, with its line and the comment lines right above it.
    pub fn remove_member(&self, object: NodeRef<'a>, member: &Member<'a>) -> Result<Vec<Edit>, Refusal> {
        self.remove(object, &[member.id])
    }

    /// Takes several members out, each as [`Editor::remove_member`] does.
    pub fn remove_members(&self, object: NodeRef<'a>, members: &[Member<'a>]) -> Result<Vec<Edit>, Refusal> {
        let ids: Vec<NodeId> = members.iter().map(|member| member.id).collect();
        self.remove(object, &ids)
    }

    /// Takes the item at this place (from 0) out of an array.
    pub fn remove_item(&self, array: NodeRef<'a>, place: usize) -> Result<Vec<Edit>, Refusal> {
        self.remove_items(array, &[place])
    }

    /// Takes the items at these places (from 0) out of an array.
    pub fn remove_items(&self, array: NodeRef<'a>, places: &[usize]) -> Result<Vec<Edit>, Refusal> {
        let items: Vec<NodeId> = if array.is_array() { self.children(array).collect() } else { Vec::new() };
        let gone = places.iter().map(|place| items.get(*place).copied().ok_or(Refusal::Kind));
        self.remove(array, &gone.collect::<Result<Vec<_>, _>>()?)
    }

    /// Makes a list of a scalar and another word: `string` becomes `[string, "null"]`, on its line.
    pub fn list_scalar(&self, node: NodeRef<'a>, word: &str) -> Result<Vec<Edit>, Refusal> {
        self.own(node)?;
        let span = node.span();
        let text = self.text(span)?;
        let plain = !text.starts_with(['\'', '"']);
        if node.is_object()
            || node.is_array()
            || text.is_empty()
            || text.contains('\n')
            || !self.untagged(node)
            || plain && text.contains([',', '[', ']', '{', '}'])
        {
            return Err(Refusal::Layout);
        }
        let end = format!(", {}]", write::quoted(word, self.style.quote));
        Ok(vec![Edit::insert(span.start as usize, "[".to_owned()), Edit::insert(span.end as usize, end)])
    }

    fn remove(&self, parent: NodeRef<'a>, gone: &[NodeId]) -> Result<Vec<Edit>, Refusal> {
        self.own(parent)?;
        for child in gone {
            if self.raw(*child)?.parent().map(NodeRef::id) != Some(parent.id()) {
                return Err(Refusal::Kind);
            }
            let last = self.last_of(*child).0;
            if self.aliased.iter().any(|target| (child.0..=last).contains(target)) {
                return Err(Refusal::Shared);
            }
        }
        let mut edits = Vec::new();
        if !self.flow(parent) {
            // What is left may not be nothing, unless there is but one.
            if gone.len() > 1 && gone.len() >= parent.len() {
                return Err(Refusal::Layout);
            }
            for child in gone {
                edits.push(self.block_remove(parent, *child)?);
            }
            return Ok(edits);
        }
        let mut run: Option<(NodeId, NodeId)> = None;
        for child in self.children(parent) {
            if gone.contains(&child) {
                run = Some((run.map_or(child, |run| run.0), child));
            } else if let Some((first, last)) = run.take() {
                edits.push(self.flow_remove(parent, first, last)?);
            }
        }
        if let Some((first, last)) = run {
            edits.push(self.flow_remove(parent, first, last)?);
        }
        Ok(edits)
    }

    /// Writes another scalar in the place of one, in the same quotes where the new one can stand in them.
    pub fn replace_scalar(&self, node: NodeRef<'a>, value: &Value) -> Result<Vec<Edit>, Refusal> {
        self.own(node)?;
        if node.is_object() || node.is_array() || value.is_object() || value.is_array() {
            return Err(Refusal::Kind);
        }
        let span = node.span();
        let text = self.text(span)?;
        if text.is_empty() || self.is_block_scalar(node) || !self.untagged(node) {
            return Err(Refusal::Layout);
        }
        let written = match value {
            Value::String(new) => self.string_like(text, new, self.in_flow(node)),
            other => other.to_string(),
        };
        Ok(vec![Edit { span, text: written }])
    }

    /// Gives a member another key, in the same quotes where the new one can stand in them.
    pub fn rename_key(&self, object: NodeRef<'a>, member: &Member<'a>, key: &str) -> Result<Vec<Edit>, Refusal> {
        self.own(object)?;
        if object.get(key).is_some() {
            return Err(Refusal::Taken);
        }
        let text = self.text(member.key_span)?;
        if text.is_empty() || text.starts_with('*') || text.contains(['\n', '\r']) {
            return Err(Refusal::Layout);
        }
        Ok(vec![Edit { span: member.key_span, text: self.string_like(text, key, self.flow(object)) }])
    }

    /// Puts the value of a member into an array of one object: `key: value` becomes `outer: [{key: value}]`, on its
    /// line, whatever stands around it. For scalars.
    pub fn wrap_member(&self, object: NodeRef<'a>, member: &Member<'a>, outer: &str) -> Result<Vec<Edit>, Refusal> {
        let mut edits = self.rename_key(object, member, outer)?;
        let value = self.raw(member.id)?;
        let text = self.text(value.span())?;
        let plain = !text.starts_with(['\'', '"']);
        if text.is_empty()
            || text.contains('\n')
            || !self.untagged(value)
            || plain && text.contains([',', '[', ']', '{', '}'])
        {
            return Err(Refusal::Layout);
        }
        let key = self.text(member.key_span)?;
        edits.push(Edit::insert(value.span().start as usize, format!("[{{{key}: ")));
        edits.push(Edit::insert(value.span().end as usize, "}]".to_owned()));
        Ok(edits)
    }

    /// Whether edits take a comment away.
    pub fn drops_comments(&self, edits: &[Edit]) -> bool {
        let comment = |line: &str| line.trim_start().starts_with('#') || line.contains(" #") || line.contains("\t#");
        self.document.format() == Format::Yaml
            && edits.iter().filter_map(|edit| self.text(edit.span).ok()).any(|gone| gone.lines().any(comment))
    }

    /// Puts a plain scalar into quotes, so that it is a string of exactly the characters that stand there. Aliases to
    /// it see the string too.
    pub fn quote_scalar(&self, node: NodeRef<'a>) -> Result<Vec<Edit>, Refusal> {
        if node.is_object() || node.is_array() || !self.untagged(node) {
            return Err(Refusal::Kind);
        }
        self.here(node)?;
        self.quoted(node.span())
    }

    /// Puts a plain key into quotes. It stays the same key.
    pub fn quote_key(&self, member: &Member<'a>) -> Result<Vec<Edit>, Refusal> {
        if member.id.0 >= self.document.main_nodes() {
            return Err(Refusal::File);
        }
        self.quoted(member.key_span)
    }

    fn quoted(&self, span: Span) -> Result<Vec<Edit>, Refusal> {
        let text = self.text(span)?;
        if text.is_empty() || text.contains(['\'', '"', '\n', '\r']) || text.starts_with(['*', '|', '>']) {
            return Err(Refusal::Layout);
        }
        Ok(vec![Edit { span, text: write::quoted(text, self.style.quote) }])
    }

    /// Refuses nodes that are not written in the main file.
    fn here(&self, node: NodeRef<'a>) -> Result<(), Refusal> {
        match self.document.format() {
            Format::Built => Err(Refusal::Layout),
            _ if node.id().0 >= self.document.main_nodes() => Err(Refusal::File),
            _ => Ok(()),
        }
    }

    /// Refuses nodes that an alias leads to, or whose container one leads to.
    fn own(&self, node: NodeRef<'a>) -> Result<(), Refusal> {
        self.here(node)?;
        if self.aliased.is_empty() {
            return Ok(());
        }
        let mut at = Some(node);
        while let Some(here) = at {
            if self.aliased.binary_search(&here.id().0).is_ok() {
                return Err(Refusal::Shared);
            }
            at = here.parent();
        }
        Ok(())
    }

    fn raw(&self, id: NodeId) -> Result<NodeRef<'a>, Refusal> {
        self.document.raw_node(id.0).ok_or(Refusal::Kind)
    }

    fn text(&self, span: Span) -> Result<&'a str, Refusal> {
        self.source.get(span.start as usize..span.end as usize).ok_or(Refusal::Layout)
    }

    /// The text between two offsets.
    fn between(&self, from: usize, to: usize) -> Result<&'a str, Refusal> {
        self.source.get(from..to).ok_or(Refusal::Layout)
    }

    /// Children as they stand, aliases not looked through.
    fn children(&self, node: NodeRef<'a>) -> impl Iterator<Item = NodeId> + 'a {
        let document = self.document;
        let mut next = node.first_child_id();
        std::iter::from_fn(move || {
            let id = next?;
            next = document.raw_node(id.0).and_then(NodeRef::next_sibling);
            Some(id)
        })
    }

    fn last_child(&self, node: NodeRef<'a>) -> Option<NodeId> {
        self.children(node).last()
    }

    /// The child before this one.
    fn previous(&self, parent: NodeRef<'a>, child: NodeId) -> Option<NodeId> {
        self.children(parent).take_while(|id| *id != child).last()
    }

    /// The last node of a subtree. Nodes stand in document order, so it is the one before the next that is outside.
    fn last_of(&self, id: NodeId) -> NodeId {
        let mut at = self.document.raw_node(id.0);
        while let Some(node) = at {
            if let Some(next) = node.next_sibling() {
                return NodeId(next.0 - 1);
            }
            at = node.parent();
        }
        NodeId(self.document.main_nodes().saturating_sub(1))
    }

    /// Whether a collection is written in brackets or braces.
    fn flow(&self, node: NodeRef<'a>) -> bool {
        self.document.format() == Format::Json
            || matches!(self.source.as_bytes().get(node.span().start as usize), Some(b'{' | b'['))
    }

    /// Whether a node lies in brackets or braces.
    fn in_flow(&self, node: NodeRef<'a>) -> bool {
        node.parent().is_some_and(|parent| self.flow(parent))
    }

    fn is_block_scalar(&self, node: NodeRef<'a>) -> bool {
        self.document.format() == Format::Yaml
            && node.kind() == Kind::String
            && matches!(self.source.as_bytes().get(node.span().start as usize), Some(b'|' | b'>'))
    }

    /// Whether a scalar stands right behind its key or dash: no tag and no anchor between.
    fn untagged(&self, node: NodeRef<'a>) -> bool {
        let start = node.span().start as usize;
        let key = node.key_span();
        let from = if key.end > 0 { key.end as usize } else { self.line_start(start).max(start.saturating_sub(256)) };
        self.source.get(from..start).is_some_and(|between| !between.contains(['!', '&']))
    }

    /// The start of the line an offset lies in.
    fn line_start(&self, at: usize) -> usize {
        self.document.line_of(at).start
    }

    /// The end of the line an offset lies in, before its line break.
    fn line_end(&self, at: usize) -> usize {
        let range = self.document.line_of(at);
        let line = self.source.get(range.clone()).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        range.start + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The start of the line after the one an offset lies in.
    fn next_line(&self, at: usize) -> usize {
        self.document.line_of(at).end
    }
}

/// Two edits want the same bytes, or one is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// First byte of the edit that cannot be made.
    pub at: u32,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the edit at byte {} overlaps another one or lies outside the text", self.at)
    }
}

impl std::error::Error for Overlap {}

/// Whether two edits can be made together: insertions at one place can, in their order.
pub fn disjoint(one: Span, other: Span) -> bool {
    let (first, second) = if (one.start, one.end) <= (other.start, other.end) { (one, other) } else { (other, one) };
    first.end <= second.start
}

/// The source with the edits made. Edits at one place are made in the order given.
pub fn apply(source: &str, edits: &[Edit]) -> Result<String, Overlap> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    // Stable: what is inserted at one place stays in its order, and before what replaces the text behind it.
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(source.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in sorted {
        let start = edit.span.start as usize;
        let overlap = Overlap { at: edit.span.start };
        out.push_str(source.get(at..start).ok_or(overlap)?);
        at = edit.span.end as usize;
        source.get(start..at).ok_or(overlap)?;
        out.push_str(&edit.text);
    }
    out.push_str(source.get(at..).ok_or(Overlap { at: at as u32 })?);
    Ok(out)
}

/// The bytes of `text` in the encoding that `original` is in, byte order mark kept; `None` when `original` does not
/// come out of its own text again (invalid sequences were replaced), so that writing would change more than was meant.
pub fn encode_like(original: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut problems = crate::problem::Raws::new(&crate::Limits::default());
    let decoded = crate::decode::decode(original, &mut problems, &crate::Limits::default());
    let write = crate::decode::writer(original);
    (write(&decoded) == original).then(|| write(text))
}
