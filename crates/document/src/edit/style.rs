//! How a document is written: line breaks, quotes, indentation.

use crate::tree::{Document, Format, Kind, NodeRef};

/// Nodes looked at.
const SAMPLE: usize = 4000;

/// What new text is written like.
#[derive(Debug)]
pub(super) struct Style {
    /// `"\n"` or `"\r\n"`.
    pub(super) eol: &'static str,
    /// The quote most strings are in.
    pub(super) quote: char,
    /// YAML: columns a nested mapping stands further in.
    pub(super) step: usize,
    /// YAML: columns the dashes of a list stand further in than its key.
    pub(super) dash: usize,
    /// JSON on several lines: what one level is indented by.
    pub(super) unit: Option<String>,
}

impl Style {
    /// The style of the first few thousand nodes.
    pub(super) fn of(document: &Document) -> Style {
        let source = document.source();
        let eol = match source.find('\n') {
            Some(at) if source.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            _ => "\n",
        };
        if document.format() == Format::Json {
            return Style { eol, quote: '"', step: 2, dash: 2, unit: unit(document) };
        }
        let (mut single, mut double) = (0usize, 0usize);
        let (mut step, mut dash) = (None, None);
        for node in document.nodes().take(SAMPLE) {
            for start in [node.span().start, node.key_span().start] {
                match source.as_bytes().get(start as usize) {
                    Some(b'\'') => single += 1,
                    Some(b'"') => double += 1,
                    _ => {}
                }
            }
            if step.is_none() && node.kind() == Kind::Object {
                step = first_key(node).and_then(|first| further(document, node, first)).filter(|step| *step > 0);
            }
            if dash.is_none() && node.kind() == Kind::Array {
                dash = first_dash(node).and_then(|first| further(document, node, first));
            }
        }
        let quote = if double > single { '"' } else { '\'' };
        let step = step.unwrap_or(2).min(16);
        Style { eol, quote, step, dash: dash.unwrap_or(step).min(16), unit: None }
    }
}

/// The column of the first key of a block mapping that begins below its own key.
fn first_key(node: NodeRef<'_>) -> Option<usize> {
    let document = node.document();
    let key = node.members().next()?.key_span.start as usize;
    let line = document.line_of(key).start;
    let lead = document.source().get(line..key)?;
    lead.bytes().all(|byte| byte == b' ').then_some(lead.len())
}

/// The column of the first dash of a block sequence.
fn first_dash(node: NodeRef<'_>) -> Option<usize> {
    let document = node.document();
    let item = document.raw_node(node.first_child_id()?.0)?.span().start as usize;
    let line = document.line_of(item).start;
    let lead = document.source().get(line..item)?.trim_end_matches(' ').strip_suffix('-')?;
    lead.bytes().all(|byte| byte == b' ').then_some(lead.len())
}

/// How much further in than its key something at a column stands.
fn further(document: &Document, node: NodeRef<'_>, column: usize) -> Option<usize> {
    let key = node.key_span();
    if key.end == 0 {
        return None;
    }
    column.checked_sub(key.start as usize - document.line_of(key.start as usize).start)
}

/// The indentation of the first nested value of a JSON document.
fn unit(document: &Document) -> Option<String> {
    let root = document.root();
    let first = document.raw_node(root.first_child_id()?.0)?;
    let start = if root.is_object() { first.key_span().start } else { first.span().start } as usize;
    let line = document.line_of(start).start;
    let lead = document.source().get(line..start)?;
    (line > 0 && lead.len() <= 16 && lead.bytes().all(|byte| matches!(byte, b' ' | b'\t'))).then(|| lead.to_owned())
}
