//! The outline: operations with their score, and components.

use crate::judged::{File, Judged};
use crate::text::Encoding;
use lsp_types::{CodeLens, Command, DocumentSymbol, Location, Range, SymbolInformation, SymbolKind, SymbolTag, Uri};
use palisade_document::{NodeRef, Span};
use std::str::FromStr;

/// Symbols and lenses of one file at most.
const MAX_SYMBOLS: usize = 20_000;

/// Groups of components: the key below `components` or, in Swagger 2.0, at the root, and what they are shown as.
const GROUPS: [(&str, SymbolKind); 13] = [
    ("schemas", SymbolKind::CLASS),
    ("definitions", SymbolKind::CLASS),
    ("parameters", SymbolKind::VARIABLE),
    ("responses", SymbolKind::EVENT),
    ("requestBodies", SymbolKind::STRUCT),
    ("headers", SymbolKind::FIELD),
    ("examples", SymbolKind::CONSTANT),
    ("securitySchemes", SymbolKind::KEY),
    ("securityDefinitions", SymbolKind::KEY),
    ("links", SymbolKind::INTERFACE),
    ("callbacks", SymbolKind::EVENT),
    ("pathItems", SymbolKind::NAMESPACE),
    ("mediaTypes", SymbolKind::STRUCT),
];

/// The outline of a file.
pub(crate) fn outline(judged: &Judged, file: &File, encoding: Encoding) -> Vec<DocumentSymbol> {
    let mut left = MAX_SYMBOLS;
    let root = judged.root(file);
    let own = |node: NodeRef<'_>| judged.file_at(node.span().start).is_some_and(|at| at.base == file.base);
    let mut symbols = Vec::new();
    for key in ["paths", "webhooks"] {
        let Some(paths) = root.get(key) else { continue };
        let mut children = Vec::new();
        for operation in judged.operations() {
            let node = judged.document.node(operation.node);
            // Callbacks stand inside of operations.
            let direct = node.parent().and_then(NodeRef::parent).is_some_and(|above| above.id() == paths.id());
            if direct && own(node) && left > 0 {
                left -= 1;
                let detail = format!("score {} of 100, costs {} points", operation.score, operation.lost);
                let old = node.get("deprecated").and_then(NodeRef::as_bool) == Some(true);
                let name = operation.operation.clone();
                children.push(symbol(file, node, name, SymbolKind::METHOD, Some(detail), old, encoding));
            }
        }
        if !children.is_empty() {
            symbols.push(group(file, paths, key, children, encoding));
        }
    }
    let components = root.get("components");
    for (key, kind) in GROUPS {
        for map in [components.and_then(|all| all.get(key)), root.get(key)].into_iter().flatten() {
            if !map.is_object() || !own(map) {
                continue;
            }
            let mut children = Vec::new();
            for member in map.members().take(left) {
                let kind_of = member.value.get("type").or_else(|| member.value.get("in"));
                let detail = kind_of.filter(|one| !one.is_object() && !one.is_array());
                let detail = detail.map(|one| one.scalar_text().to_owned());
                let old = member.value.get("deprecated").and_then(NodeRef::as_bool) == Some(true);
                let key = member.key_span;
                let span = Span { start: key.start, end: member.value.span().end.max(key.end) };
                children.push(made(file, span, key, member.key.to_owned(), kind, detail, old, encoding));
            }
            left -= children.len();
            if !children.is_empty() {
                symbols.push(group(file, map, key, children, encoding));
            }
        }
    }
    symbols.sort_by_key(|symbol| (symbol.range.start, symbol.range.end));
    symbols
}

fn group(
    file: &File,
    node: NodeRef<'_>,
    name: &str,
    children: Vec<DocumentSymbol>,
    encoding: Encoding,
) -> DocumentSymbol {
    let count = format!("{}", children.len());
    let mut group = symbol(file, node, name.to_owned(), SymbolKind::MODULE, Some(count), false, encoding);
    group.children = Some(children);
    group
}

fn symbol(
    file: &File,
    node: NodeRef<'_>,
    name: String,
    kind: SymbolKind,
    detail: Option<String>,
    deprecated: bool,
    encoding: Encoding,
) -> DocumentSymbol {
    let (key, span) = (node.key_span(), node.span());
    let key = if key.end > 0 { key } else { Span { start: span.start, end: span.start } };
    let whole = Span { start: key.start.min(span.start), end: span.end.max(key.end) };
    made(file, whole, key, name, kind, detail, deprecated, encoding)
}

#[expect(clippy::too_many_arguments, reason = "the parts of the protocol's symbol")]
#[expect(deprecated, reason = "the protocol's old field has to be given a value")]
fn made(
    file: &File,
    whole: Span,
    key: Span,
    name: String,
    kind: SymbolKind,
    detail: Option<String>,
    deprecated: bool,
    encoding: Encoding,
) -> DocumentSymbol {
    DocumentSymbol {
        // An empty name is refused by some clients.
        name: if name.trim().is_empty() { "(no name)".to_owned() } else { name },
        detail,
        kind,
        tags: deprecated.then(|| vec![SymbolTag::DEPRECATED]),
        deprecated: None,
        range: file.range(whole, encoding),
        selection_range: file.range(key, encoding),
        children: None,
    }
}

/// The outline as a flat list, for clients that know no other.
#[expect(deprecated, reason = "the protocol's old field has to be given a value")]
pub(crate) fn flat(symbols: Vec<DocumentSymbol>, uri: &str) -> Vec<SymbolInformation> {
    let Ok(uri) = Uri::from_str(uri) else { return Vec::new() };
    let mut list = Vec::new();
    for group in symbols {
        for one in group.children.into_iter().flatten() {
            list.push(SymbolInformation {
                name: match &one.detail {
                    Some(detail) if group.name == "paths" => format!("{} ({detail})", one.name),
                    _ => one.name,
                },
                kind: one.kind,
                tags: one.tags,
                deprecated: None,
                location: Location { uri: uri.clone(), range: one.range },
                container_name: Some(group.name.clone()),
            });
        }
    }
    list
}

/// A lens with the score above the contract and above each of its operations.
pub(crate) fn lenses(judged: &Judged, file: &File, encoding: Encoding) -> Vec<CodeLens> {
    let lens = |range: Range, title: String| CodeLens {
        range,
        // A command without a name is shown as plain text.
        command: Some(Command { title, command: String::new(), arguments: None }),
        data: None,
    };
    let mut list = Vec::new();
    if file.base == 0
        && let Some(report) = &judged.report
    {
        let (score, counts) = (report.score, report.summary);
        let title = format!(
            "Palisade: {} of 100 (security {} of 30, data {} of 70) · {} critical, {} high, {} medium, {} low",
            score.total, score.security, score.data, counts.critical, counts.high, counts.medium, counts.low
        );
        list.push(lens(Range::default(), title));
    }
    for operation in judged.operations().iter().take(MAX_SYMBOLS) {
        let node = judged.document.node(operation.node);
        let key = node.key_span();
        if key.end > 0 && judged.file_at(key.start).is_some_and(|at| at.base == file.base) {
            let title = format!("score {} of 100, costs {} points", operation.score, operation.lost);
            list.push(lens(file.range(key, encoding), title));
        }
    }
    list
}
