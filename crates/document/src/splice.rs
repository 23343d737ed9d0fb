//! Follows an edit of the text without reading all of it again.
//!
//! The smallest block of the tree that holds the edit is read anew and put in the place of the old one; what stands
//! behind it is moved. Where the result could differ from that of reading the whole text, nothing is given.

use crate::arena::Arena;
use crate::problem::Limits;
use crate::tree::{Document, Format, Kind, NONE, Node, NodeRef, Span, Text};
use crate::{block, json};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// A block is read anew when it has at most this part of the document's nodes.
const PART: usize = 4;

/// What an edit changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The first node that was read anew.
    pub from: usize,
    /// One past the last node that it took the place of, counted before the edit.
    pub old_to: usize,
    /// One past the last node that was read anew, counted after it.
    pub new_to: usize,
    /// One past the last byte that was read anew, counted before the edit.
    pub old_end: u32,
    /// The same byte, counted after it.
    pub new_end: u32,
    /// The first byte that was replaced.
    pub start: u32,
    /// One past the last byte that was replaced, counted before the edit.
    pub end: u32,
    /// The same byte, counted after it.
    pub end_now: u32,
    /// What kind of edit it was.
    pub kind: ChangeKind,
}

/// How much an edit can have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The words of descriptions, summaries and titles that had words before.
    Prose,
    /// Texts of scalars, none of which is a reference or lies where references are looked up.
    Texts,
    /// Anything.
    Any,
}

impl Change {
    /// The number a node has after the edit; none where it was read anew.
    pub fn node(&self, old: usize) -> Option<usize> {
        match old {
            old if old < self.from => Some(old),
            old if old >= self.old_to => Some(old - self.old_to + self.new_to),
            _ => None,
        }
    }

    /// Where a value that begins at a byte begins after an edit of texts alone, and where one ends.
    pub fn span_of_texts(&self, old: Span) -> Span {
        let moved = |at: u32| at - self.end + self.end_now;
        // What is inserted where a text begins belongs to it.
        let start = if old.start >= self.end && old.start > self.start { moved(old.start) } else { old.start };
        Span { start, end: if old.end >= self.end { moved(old.end) } else { old.end } }
    }

    /// Where a byte outside of what was read anew stands after the edit.
    pub fn offset(&self, old: u32) -> u32 {
        if old >= self.old_end { old - self.old_end + self.new_end } else { old }
    }

    fn span(&self, old: Span) -> Span {
        Span { start: self.offset(old.start), end: self.offset(old.end) }
    }

    fn text(&self, old: Text) -> Text {
        old.at(|start| self.offset(start))
    }

    fn id(&self, old: u32) -> u32 {
        match old {
            NONE => NONE,
            old if old as usize >= self.old_to => (old as usize - self.old_to + self.new_to) as u32,
            old => old,
        }
    }
}

impl Document {
    /// The document after a range of bytes of its source was replaced, and what changed: the same as reading the new
    /// text gives. None where that would have to be done to know, where the document has several files, or where
    /// something is wrong with what was read anew.
    ///
    /// The caller knows that nothing was wrong with this document.
    pub fn splice(&self, edit: Range<usize>, replacement: &str, limits: &Limits) -> Option<(Document, Change)> {
        let plain = self.plain && self.more.is_empty() && self.places.is_empty();
        if !plain || self.source.get(edit.clone()).is_none() || replacement.contains(['\r', '\u{FEFF}']) {
            return None;
        }
        let (id, lines) = self.block(&edit)?;
        let to = self.behind(id);
        if (to - id as usize).saturating_mul(PART) > self.nodes.len() {
            return None;
        }
        let mut source = String::with_capacity(self.source.len() + replacement.len());
        source.push_str(self.source.get(..edit.start)?);
        source.push_str(replacement);
        source.push_str(self.source.get(edit.end..)?);
        let grown = |offset: usize| offset + replacement.len() - (edit.end - edit.start);
        if source.len() > limits.bytes {
            return None;
        }
        let depth = std::iter::successors(Some(id), |id| self.nodes.get(*id as usize).map(|node| node.parent))
            .take_while(|id| *id != NONE)
            .count();
        let left = Limits {
            depth: limits.depth.checked_sub(depth)?,
            nodes: limits.nodes.checked_sub(self.nodes.len())?,
            ..*limits
        };
        let piece = source.get(lines.start..grown(lines.end))?;
        let arena = match self.format {
            Format::Json => {
                let read = json::read(piece, &left);
                (read.complete && read.problems.is_empty()).then_some(read.arena)?
            }
            _ => {
                let (arena, problems) = block::read(piece, &left)?;
                problems.is_empty().then_some(arena)?
            }
        };
        let old = *self.nodes.get(id as usize)?;
        let first = arena.nodes.first()?;
        let same_place = first.span.start as usize + lines.start == old.span.start as usize && first.kind == old.kind;
        // Nothing may hang over the end of the block.
        if !same_place || arena.depth() > 0 {
            return None;
        }
        let change = Change {
            from: id as usize,
            old_to: to,
            new_to: id as usize + arena.nodes.len(),
            old_end: old.span.end,
            new_end: first.span.end + lines.start as u32,
            start: edit.start as u32,
            end: edit.end as u32,
            end_now: (edit.start + replacement.len()) as u32,
            kind: self.kind_of_change(id as usize..to, &arena, piece),
        };
        Some((self.joined(&change, &arena, lines.start as u32, source), change))
    }

    /// How much differs between a block of this document and the one that was read for it.
    fn kind_of_change(&self, old: Range<usize>, arena: &Arena, piece: &str) -> ChangeKind {
        let first = old.start;
        let old = self.nodes.get(old).unwrap_or_default();
        if old.len() != arena.nodes.len() {
            return ChangeKind::Any;
        }
        let mut kind = ChangeKind::Prose;
        for (at, (old, new)) in old.iter().zip(&arena.nodes).enumerate() {
            let key = self.text(old.key);
            let about_places = key.starts_with('$') || key == "mapping" || key == "operationRef";
            let same_key = at == 0 || key == arena.text(piece, new.key);
            if old.kind != new.kind || old.children != new.children || !same_key || about_places {
                return ChangeKind::Any;
            }
            let (before, after) = (self.text(old.text), arena.text(piece, new.text));
            let collection = matches!(old.kind, Kind::Array | Kind::Object);
            if !collection && before != after {
                let words = |text: &str| !text.trim().is_empty();
                let prose = old.kind == Kind::String && words(before) && words(after);
                if !prose || !self.raw_node((first + at) as u32).is_some_and(is_prose) {
                    kind = ChangeKind::Texts;
                }
            }
        }
        kind
    }

    /// The smallest block around an edit, and the bytes that are read for it.
    fn block(&self, edit: &Range<usize>) -> Option<(u32, Range<usize>)> {
        let json = self.format == Format::Json;
        let holds = |node: &Node| {
            let (start, end) = (node.span.start as usize, node.span.end as usize);
            if json { start < edit.start && edit.end < end } else { start <= edit.start && edit.end <= end }
        };
        let mut best = None;
        let mut at = 0;
        loop {
            let node = self.nodes.get(at as usize)?;
            if at > 0 && (json || (node.kind == Kind::Object && self.begins_line(node.span.start as usize))) {
                best = Some(at);
            }
            let mut child = node.first_child(at);
            if !matches!(node.kind, Kind::Array | Kind::Object) {
                break;
            }
            while let Some(below) = self.nodes.get(child as usize) {
                if matches!(below.kind, Kind::Array | Kind::Object) && holds(below) {
                    break;
                }
                child = below.next;
            }
            if child == NONE {
                break;
            }
            at = child;
        }
        let id = best?;
        let span = self.nodes.get(id as usize)?.span;
        if json {
            return Some((id, span.start as usize..span.end as usize));
        }
        // The whole lines, with blank ones and comments behind them: they may belong to a text that is kept as it is.
        let bytes = self.source.as_bytes();
        let start = self.line_start(span.start as usize);
        let mut end = span.end as usize;
        loop {
            end = memchr::memchr(b'\n', bytes.get(end..)?).map_or(bytes.len(), |at| end + at + 1);
            let line = bytes.get(end..)?;
            let spaces = line.iter().take_while(|byte| **byte == b' ').count();
            if end == bytes.len() || !matches!(line.get(spaces), None | Some(b'\n' | b'#')) {
                return Some((id, start..end));
            }
        }
    }

    fn line_start(&self, offset: usize) -> usize {
        let before = self.source.as_bytes().get(..offset).unwrap_or_default();
        memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)
    }

    /// Whether only spaces stand before an offset on its line.
    fn begins_line(&self, offset: usize) -> bool {
        let before = self.source.as_bytes().get(self.line_start(offset)..offset);
        before.is_some_and(|before| before.iter().all(|byte| *byte == b' '))
    }

    /// One past the last node below a node: nodes stand in the order of the text.
    fn behind(&self, id: u32) -> usize {
        let mut at = id;
        while let Some(node) = self.nodes.get(at as usize) {
            if node.next != NONE {
                return node.next as usize;
            }
            at = node.parent;
        }
        self.nodes.len()
    }

    /// The tree with a block in the place of another one. `base` is where the block's text begins in the new source.
    fn joined(&self, change: &Change, arena: &Arena, base: u32, source: String) -> Document {
        let id = change.from as u32;
        let side = self.side.len() as u32;
        let mut nodes = Vec::with_capacity(change.new_to + self.nodes.len() - change.old_to);
        let moved = |node: &Node| Node {
            parent: change.id(node.parent),
            next: change.id(node.next),
            text: if node.kind == Kind::Object { node.text } else { change.text(node.text) },
            key: change.text(node.key),
            span: change.span(node.span),
            ..*node
        };
        nodes.extend(self.nodes.iter().take(change.from).map(moved));
        let inner = |span: Span| Span { start: span.start + base, end: span.end + base };
        let number = |at: u32| if at == NONE { NONE } else { at + id };
        nodes.extend(arena.nodes.iter().map(|node| Node {
            parent: number(node.parent),
            next: number(node.next),
            text: if node.kind == Kind::Object { node.text } else { node.text.moved(base, side) },
            key: node.key.moved(base, side),
            span: inner(node.span),
            ..*node
        }));
        if let (Some(top), Some(old)) = (nodes.get_mut(change.from), self.nodes.get(change.from)) {
            // Its place in the collection it lies in stays.
            (top.parent, top.next, top.tag) = (change.id(old.parent), change.id(old.next), old.tag);
            (top.key, top.marks) = (old.key, old.marks);
        }
        nodes.extend(self.nodes.iter().skip(change.old_to).map(moved));
        let inside = change.from + 1..change.old_to;
        let kept = self.key_spans.iter().filter(|(id, _)| !inside.contains(&(**id as usize)));
        let kept = kept.map(|(id, span)| (change.id(*id), change.span(*span)));
        let key_spans = kept.chain(arena.key_spans.iter().map(|(at, span)| (at + id, inner(*span)))).collect();
        let mut index: crate::tree::IdMap<Box<[u32]>> = crate::tree::IdMap::default();
        for (object, members) in &self.index {
            if !(change.from..change.old_to).contains(&(*object as usize)) {
                index.insert(change.id(*object), members.iter().map(|member| change.id(*member)).collect());
            }
        }
        for (object, members) in arena.index() {
            index.insert(object + id, members.iter().map(|member| member + id).collect());
        }
        let mut text = String::with_capacity(self.side.len() + arena.side.len());
        text.push_str(&self.side);
        text.push_str(&arena.side);
        Document {
            name: self.name.clone(),
            format: self.format,
            plain: true,
            source,
            side: text,
            nodes,
            index,
            key_spans,
            more: Vec::new(),
            places: HashMap::new(),
            lines: OnceLock::new(),
            // Where nothing about references has changed, they lead where they led.
            targets: match (change.kind, self.targets.get()) {
                (ChangeKind::Prose | ChangeKind::Texts, Some(targets)) => OnceLock::from(targets.clone()),
                _ => OnceLock::new(),
            },
            anchors: OnceLock::new(),
        }
    }
}

/// Whether a text is for people alone: a description, summary or title of a part of the contract, not a value that is
/// shown in it.
fn is_prose(node: NodeRef<'_>) -> bool {
    let named = ["description", "summary", "title"].iter().any(|key| node.is_under(key));
    let shown = |key: &str| {
        matches!(key, "example" | "examples" | "default" | "enum" | "const" | "value") || key.starts_with("x-")
    };
    // Directly in a map the key is a name.
    let map = node.parent().and_then(NodeRef::key);
    let in_map = map.is_some_and(|key| matches!(key, "properties" | "patternProperties" | "schemas" | "definitions"));
    let mut around = std::iter::successors(node.parent(), |node| node.parent());
    named && !in_map && !around.any(|node| node.key().is_some_and(shown))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use crate::block::tests::{line, tree};
    use crate::problem::Limits;
    use crate::read::{Reading, read};
    use crate::tree::{Document, Kind};
    use proptest::prelude::*;
    use std::ops::Range;

    /// What can be seen of a tree, look-ups of keys included.
    fn all(document: &Document) -> (Vec<String>, Vec<usize>) {
        let found = document.nodes().filter(|node| node.kind() == Kind::Object);
        let looked = found.flat_map(|object| {
            object.members().filter_map(move |member| object.get(member.key)).map(|value| value.id().index())
        });
        (tree(document), looked.collect())
    }

    /// Follows an edit in both ways. True when the quick one could.
    fn agrees(name: &str, text: &str, edit: Range<usize>, new: &str) -> bool {
        let limits = Limits::default();
        let Reading { document, problems, .. } = read(name, text.as_bytes(), &limits);
        if !problems.is_empty() {
            return false;
        }
        let Some((spliced, change)) = document.splice(edit.clone(), new, &limits) else { return false };
        let mut edited = text.to_owned();
        edited.replace_range(edit, new);
        let whole = read(name, edited.as_bytes(), &limits);
        assert_eq!(all(&spliced), all(&whole.document), "{text:?} became {edited:?}");
        assert!(whole.problems.is_empty() && !whole.fatal, "{edited:?}");
        for (old, node) in document.nodes().enumerate() {
            if let Some(new) = change.node(old) {
                let new = spliced.nodes().nth(new).unwrap();
                assert_eq!((node.key(), node.kind()), (new.key(), new.kind()));
                assert_eq!(change.offset(node.key_span().start), new.key_span().start);
            }
        }
        // A second edit goes on from the first.
        let again = spliced.splice(0..0, "", &limits);
        assert!(again.is_none_or(|(again, _)| all(&again) == all(&whole.document)));
        true
    }

    const SHOP: &str = "\
openapi: 3.0.3
info:
  title: Shop
  version: '1'
paths:
  /a:
    get:
      description: |
        One
        two

      # said here
      responses:
        '200':
          description: Fine
          content: {}
  /b:
    get:
      tags:
      - x
      - name: y
        more: z
      responses: {}
";

    #[test]
    fn edits_inside_a_block_are_followed_quickly() {
        // Blocks are small beside the rest.
        let shop = format!("{SHOP}x-more:\n{}", (0..80).map(|n| format!("- {n}\n")).collect::<String>());
        let edit = |from: &str, to: &str| {
            let at = shop.find(from).unwrap();
            agrees("a.yaml", &shop, at..at + from.len(), to)
        };
        for (from, to) in [
            ("Fine", "Finer"),
            ("Fine", "\"Fi\\u00e9ne\""),
            ("Fine\n", "Fine\n          x-a: {b: [1]}\n"),
            ("two\n", "two\n        three\n"),
            ("'200'", "'404'"),
            ("more: z", "more:\n          deep: z"),
            ("      - x\n", ""),
            ("Shop", "Sh\u{e9}p"),
            ("get:\n      tags", "put:\n      tags"),
        ] {
            assert!(edit(from, to), "{from:?} to {to:?}");
        }
        // What may reach beyond its block is read as a whole.
        for (from, to) in
            [("Fine", "'Fine"), ("  version", "version"), ("Fine", "a: b"), ("Fine", "&x Fine"), ("openapi", "swagger")]
        {
            assert!(!edit(from, to), "{from:?} to {to:?}");
        }
        let json = "{\"a\": {\"b\": [1, 2, {\"c\": \"d\"}], \"e\": 1}, \"f\": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}";
        let at = json.find("\"d\"").unwrap();
        assert!(agrees("a.json", json, at..at + 3, "[null, \"x\\n\"]"));
        assert!(!agrees("a.json", json, at..at + 3, "}"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_edit_that_is_followed_gives_what_reading_gives(
            lines in prop::collection::vec(line(), 6..14), cut in any::<prop::sample::Index>(), len in 0..6usize, new in "[ab:\n #'\"|{}-]{0,4}"
        ) {
            let text = lines.join("\n") + "\nz:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  e: 5\n  f: 6\n  g: 7\n  h: 8\n";
            let start = cut.index(text.len());
            let end = (start + len).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                agrees("a.yaml", &text, start..end, &new);
            }
        }
    }
}
