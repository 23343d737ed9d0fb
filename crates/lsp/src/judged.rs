//! What is known of one version of a file: its tree, and the audit of it when it is a contract.

use crate::configured::Configured;
use crate::judge::Depth;
use crate::text::{Encoding, Text};
use crate::uri;
use lsp_types::{Location, Position, Range, Uri};
use palisade_audit::{AuditReport, OperationScore};
use palisade_document::{Document, NodeId, NodeRef, Span, refs};
use palisade_finding::{Finding, Related};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// One file of a document.
pub(crate) struct File {
    /// Its name in findings.
    pub(crate) name: String,
    /// Where it lies; none for a buffer that was never saved.
    pub(crate) path: Option<PathBuf>,
    /// The URI to show for it.
    pub(crate) uri: String,
    /// Its text.
    pub(crate) text: Arc<Text>,
    /// Where it begins in the document's source.
    pub(crate) base: usize,
}

impl File {
    /// The range of a span of the document's source that lies in this file.
    pub(crate) fn range(&self, span: Span, encoding: Encoding) -> Range {
        self.text.range(self.offset(span.start), self.offset(span.end), encoding)
    }

    /// Byte of the text for a byte of the document's source.
    pub(crate) fn offset(&self, offset: u32) -> usize {
        self.text.floor((offset as usize).saturating_sub(self.base) + self.text.mark())
    }

    /// Byte of the document's source for a position in the text.
    fn source_offset(&self, position: Position, encoding: Encoding) -> u32 {
        (self.text.offset(position, encoding).saturating_sub(self.text.mark()) + self.base) as u32
    }
}

/// Every safe fix that can be made together.
pub(crate) struct Mended {
    /// How many fixes they are.
    pub(crate) count: usize,
    /// First byte, one past the last byte, and what is written there instead; in the main file's decoded text.
    pub(crate) edits: Vec<(u32, u32, String)>,
}

/// One version of one file, read and judged.
pub(crate) struct Judged {
    /// The version of the buffer it is about, counted by the server.
    pub(crate) generation: u64,
    /// The main file and those it refers to.
    pub(crate) files: Vec<File>,
    /// The tree of all files.
    pub(crate) document: Arc<Document>,
    /// The audit; none when the file is no contract.
    pub(crate) report: Option<Arc<AuditReport>>,
    /// The configuration that it was judged by.
    pub(crate) configured: Arc<Configured>,
    /// How much was worked out.
    pub(crate) depth: Depth,
    /// Every safe edit together, where it was worked out and there is any.
    pub(crate) mended: Option<Mended>,
    /// What it cost.
    pub(crate) took: Duration,
    /// Uses of each node, by its id, worked out when first asked for.
    pub(crate) uses: OnceLock<HashMap<NodeId, Vec<NodeId>>>,
}

impl Judged {
    /// The main file.
    pub(crate) fn main(&self) -> Option<&File> {
        self.files.first()
    }

    /// The findings, none when the file is no contract.
    pub(crate) fn findings(&self) -> &[Finding] {
        self.report.as_ref().map_or(&[], |report| report.findings.as_slice())
    }

    /// The file a byte of the document's source lies in.
    pub(crate) fn file_at(&self, offset: u32) -> Option<&File> {
        let at = self.files.partition_point(|file| file.base <= offset as usize);
        self.files.get(at.checked_sub(1)?)
    }

    /// The file with this name.
    pub(crate) fn file_named(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Whether a file is one of those it refers to.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        self.files.iter().skip(1).any(|file| file.path.as_deref() == Some(path))
    }

    /// Whether it is the configuration itself.
    pub(crate) fn is_configuration(&self) -> bool {
        let path = self.main().and_then(|main| main.path.as_ref());
        path.is_some() && path == self.configured.file.as_ref().map(|(file, _)| file)
    }

    /// How many places each ignore of the configuration met.
    pub(crate) fn used(&self) -> &[u64] {
        self.report.as_ref().map_or(&[], |report| report.notes.used.as_slice())
    }

    /// The file with this URI.
    pub(crate) fn file_of(&self, uri: &str) -> Option<&File> {
        let path = uri::to_path(uri);
        self.files.iter().find(|file| file.uri == uri || (path.is_some() && file.path == path))
    }

    /// A place as the protocol tells it.
    pub(crate) fn location(&self, span: Span, encoding: Encoding) -> Option<Location> {
        let file = self.file_at(span.start)?;
        Some(Location { uri: Uri::from_str(&file.uri).ok()?, range: file.range(span, encoding) })
    }

    /// What a finding is about, as a range of the document's source: the value or key at its place.
    pub(crate) fn span_of(&self, finding: &Finding) -> Option<(&File, Span)> {
        let named = finding.file.as_deref().and_then(|name| self.file_named(name));
        let file = named.or_else(|| self.main())?;
        let place = (finding.line.unwrap_or(1), finding.column.unwrap_or(1));
        let node = finding.pointer.as_deref().and_then(|pointer| self.root(file).at_pointer(pointer));
        Some((file, self.span_in(file, node, place)))
    }

    /// What a place is about that belongs to a finding.
    pub(crate) fn span_of_related(&self, related: &Related) -> Option<Span> {
        let file = self.file_named(&related.file).or_else(|| self.main())?;
        let node = self.root(file).at_pointer(&related.pointer);
        Some(self.span_in(file, node, (related.line, related.column)))
    }

    fn span_in(&self, file: &File, node: Option<NodeRef<'_>>, (line, column): (u32, u32)) -> Span {
        let at = |offset: u32| {
            let position = self.document.position(offset);
            (position.line, position.column) == (line, column)
        };
        if let Some(node) = node {
            let key = node.key_span();
            if key.end > 0 && at(key.start) {
                return key;
            }
            if at(node.span().start) {
                return self.shown(node);
            }
        }
        let at = file.text.byte_at(line, column);
        let start = (at - file.text.mark() + file.base) as u32;
        Span { start, end: start + file.text.word_at(at) as u32 }
    }

    /// What is marked for a node: a scalar as a whole; of a collection its key, else its first line.
    pub(crate) fn shown(&self, node: NodeRef<'_>) -> Span {
        let span = node.span();
        if !(node.is_object() || node.is_array()) {
            return span;
        }
        if node.key_span().end > 0 {
            return node.key_span();
        }
        let Some(file) = self.file_at(span.start) else { return span };
        let start = file.offset(span.start);
        let end = file.text.end_of_line(start).min(file.offset(span.end)).max(start);
        Span { start: span.start, end: span.start + (end - start) as u32 }
    }

    /// The root value of a file.
    pub(crate) fn root(&self, file: &File) -> NodeRef<'_> {
        self.document.file_at(file.base as u32).root()
    }

    /// The scores of the operations, where they were worked out.
    pub(crate) fn operations(&self) -> &[OperationScore] {
        self.report.as_ref().map_or(&[], |report| report.operations.as_slice())
    }

    /// The innermost node at a position, and whether the position is in its key.
    pub(crate) fn node_at(&self, file: &File, position: Position, encoding: Encoding) -> Option<(NodeRef<'_>, bool)> {
        let offset = file.source_offset(position, encoding);
        let holds = |span: Span| span.start <= offset && offset <= span.end && span.end > span.start;
        let mut at = self.root(file);
        loop {
            let mut next = None;
            for member in at.members() {
                if holds(member.key_span) {
                    return Some((member.value, true));
                }
                // The value of an alias stands elsewhere.
                if member.id == member.value.id() && holds(member.value.span()) {
                    next = Some(member.value);
                    if offset < member.value.span().end {
                        break;
                    }
                }
            }
            for item in at.items() {
                if holds(item.span()) && item.parent().is_some_and(|parent| parent.id() == at.id()) {
                    next = Some(item);
                    if offset < item.span().end {
                        break;
                    }
                }
            }
            match next {
                Some(node) => at = node,
                None => return Some((at, false)),
            }
        }
    }

    /// The values of the `$ref`s that lead to each node.
    pub(crate) fn uses(&self) -> &HashMap<NodeId, Vec<NodeId>> {
        self.uses.get_or_init(|| {
            let mut uses: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
            for (reference, target) in refs::links(&self.document) {
                uses.entry(target).or_default().push(reference);
            }
            uses
        })
    }
}
