//! Reading a document of either format.

use crate::arena::Arena;
use crate::decode::{decode, is_plain};
use crate::json::Outcome;
use crate::pointer::push_step;
use crate::problem::{Limits, Problem, Raws, code, quote};
use crate::tree::{Document, Format, Kind, NONE, Node, Span};
use crate::{json, yaml};
use palisade_finding::Severity;
use std::borrow::Cow;

/// Offsets are 31 bits wide, and a decoded text can be half as long again as its bytes.
pub(crate) const MAX_BYTES: usize = 1 << 30;

/// What reading gave.
#[derive(Debug)]
pub struct Reading {
    /// The tree; where reading ended early, what was read before.
    pub document: Document,
    /// What is wrong, in source order.
    pub problems: Vec<Problem>,
    /// Reading ended before the end of the input, so the tree is not the whole document.
    pub fatal: bool,
}

/// Reads a JSON or YAML document. The format is told by the content, by the name only when the content
/// could be either. UTF-8 and UTF-16 with or without a byte order mark; positions do not count the mark.
///
/// Never fails as a whole. Time and memory are proportional to the bytes read, whatever aliases and
/// references would expand to.
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Reading {
    let mut decoding = Raws::new(limits);
    let max = limits.bytes.min(MAX_BYTES);
    let (kept, cut) = match bytes.get(..max) {
        Some(kept) if bytes.len() > max => (kept, true),
        _ => (bytes, false),
    };
    let mut source = decode(kept, &mut decoding, limits);
    if cut {
        // A character that the limit cuts in two is no invalid encoding.
        let whole = source.trim_end_matches('\u{FFFD}').len();
        source.truncate(whole);
        decoding.list.retain(|raw| (raw.span.start as usize) < whole);
    }
    read_text(name, source, decoding, cut.then_some(max), limits)
}

/// Like [`read`], of bytes that are handed over: text in UTF-8 is not copied.
pub fn read_owned(name: &str, bytes: Vec<u8>, limits: &Limits) -> Reading {
    if bytes.len() > limits.bytes.min(MAX_BYTES) || !is_plain(&bytes) {
        return read(name, &bytes, limits);
    }
    match String::from_utf8(bytes) {
        Ok(source) => read_text(name, source, Raws::new(limits), None, limits),
        Err(error) => read(name, error.as_bytes(), limits),
    }
}

fn read_text(name: &str, source: String, decoding: Raws, cut: Option<usize>, limits: &Limits) -> Reading {
    let (read, format) = parse(name, &source, limits);
    let Outcome { mut arena, mut problems, complete, end, plain, .. } = read;
    let mut fatal = !complete;
    if let Some(max) = cut {
        let at = source.len() as u32;
        problems.list.retain(|raw| raw.span.start < at);
        let message = format!("more than {max} bytes: the rest was not read");
        problems.add_fatal(code::LIMIT_EXCEEDED, Span { start: at, end: at }, message);
        fatal = true;
    }
    arena.nodes.shrink_to_fit();
    arena.side.shrink_to_fit();
    let mut document = arena.finish(name, format, source, Some(end));
    problems.list.extend(decoding.list);
    problems.more += decoding.more;
    document.plain = plain && !fatal && problems.is_empty();
    Reading { problems: problems.finish(&document), document, fatal }
}

fn parse(name: &str, source: &str, limits: &Limits) -> (Outcome, Format) {
    let named = |ending: &str| name.len() > ending.len() && name.to_ascii_lowercase().ends_with(ending);
    let first = source.trim_start().bytes().next();
    let is_json = named(".json") || named(".har");
    let mut failed = None;
    if is_json || (matches!(first, Some(b'{' | b'[' | b'"')) && !source.starts_with("---")) {
        let read = json::read(source, limits);
        // YAML can be written in braces too; a file that calls itself JSON is judged as JSON.
        if read.complete || !read.syntax || is_json {
            return (read, Format::Json);
        }
        failed = Some(read);
    }
    let read = yaml::read(source, limits);
    match failed {
        // Neither: what got further tells more.
        Some(json) if !read.complete && read.syntax && json.end >= read.end => (json, Format::Json),
        _ => (read, Format::Yaml),
    }
}

/// Lists that the member `again` has the key of `first`.
pub(crate) fn duplicate(arena: &Arena, source: &str, problems: &mut Raws, again: u32, first: u32) {
    let (Some(node), Some(other)) = (arena.nodes.get(again as usize), arena.nodes.get(first as usize)) else { return };
    let span = |node: &Node, id| node.key_span(id, &arena.key_spans);
    problems.add(code::DUPLICATE_KEY, Severity::High, span(node, again), || {
        format!(
            "the key {} stands twice: which one counts depends on who reads it",
            quote(arena.text(source, node.key))
        )
    });
    problems.about(Some(again), Some(span(other, first).start));
}

/// JSON pointer of a node that is still being read.
pub(crate) fn pointer(arena: &Arena, source: &str, id: u32) -> String {
    let mut steps = Vec::new();
    let mut at = id;
    while let Some(node) = arena.nodes.get(at as usize)
        && node.parent != NONE
    {
        match arena.nodes.get(node.parent as usize) {
            Some(parent) if parent.kind == Kind::Object => {
                steps.push(Cow::Borrowed(arena.text(source, node.key)));
            }
            _ => steps.push(Cow::Owned(node.key.place().to_string())),
        }
        at = node.parent;
    }
    let mut pointer = String::new();
    steps.iter().rev().for_each(|step| push_step(&mut pointer, step));
    pointer
}
