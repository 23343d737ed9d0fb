//! What is shown for the place under the cursor.

use crate::judged::{File, Judged};

use crate::text::Encoding;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use palisade_audit::OperationScore;
use palisade_document::{NodeRef, Span, refs};
use palisade_finding::Finding;
use std::fmt::Write;

/// Findings told in one hover at most.
const MAX_FINDINGS: usize = 5;
/// Characters of a description that are shown.
const MAX_TEXT: usize = 600;

/// What there is to say about a position: the findings at it, the operation whose key it is in, the component a
/// reference leads to.
pub(crate) fn at(
    judged: &Judged,
    file: &File,
    position: Position,
    encoding: Encoding,
    markdown: bool,
) -> Option<Hover> {
    let mut parts = Vec::new();
    let mut range = None;
    let found = findings_at(judged, file, position, encoding);
    let more = found.len().saturating_sub(MAX_FINDINGS);
    for (finding, span) in found.into_iter().take(MAX_FINDINGS) {
        range.get_or_insert(span);
        parts.push(finding_text(finding));
    }
    if more > 0 {
        parts.push(format!("And {more} more findings here."));
    }
    if let Some((node, in_key)) = judged.node_at(file, position, encoding) {
        if in_key && let Some(operation) = judged.operations().iter().find(|one| one.node == node.id()) {
            range.get_or_insert(node.key_span());
            parts.insert(0, operation_text(judged, node, operation));
        }
        if let Some(target) = crate::goto::reference(node, in_key).and_then(|node| refs::target(node).ok()) {
            range.get_or_insert(node.span());
            parts.push(component_text(target));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let value = parts.join("\n\n---\n\n");
    let contents = match markdown {
        true => MarkupContent { kind: MarkupKind::Markdown, value },
        false => MarkupContent { kind: MarkupKind::PlainText, value: value.replace("**", "").replace('`', "") },
    };
    Some(Hover { contents: HoverContents::Markup(contents), range: range.map(|span| file.range(span, encoding)) })
}

/// The findings whose range holds a position, the worst first.
pub(crate) fn findings_at<'a>(
    judged: &'a Judged,
    file: &File,
    position: Position,
    encoding: Encoding,
) -> Vec<(&'a Finding, Span)> {
    let offset = file.text.offset(position, encoding);
    let near = |finding: &&Finding| {
        let own = finding.file.as_deref().is_none_or(|name| name == file.name);
        // Every range lies in one line; the line is quickly compared.
        own && finding.line.is_none_or(|line| line == position.line.saturating_add(1))
    };
    let placed = judged.findings().iter().filter(near).filter_map(|finding| {
        let (_, span) = judged.span_of(finding)?;
        let holds = file.offset(span.start) <= offset && offset <= file.offset(span.end);
        holds.then_some((finding, span))
    });
    placed.collect()
}

fn finding_text(finding: &Finding) -> String {
    let mut out = format!("**{} {}** · {}", finding.rule, finding.name, finding.severity);
    for item in finding.owasp.iter().chain(finding.cwe.iter()) {
        let _ = write!(out, " · {item}");
    }
    if let Some(loss) = finding.loss.filter(|loss| *loss >= 0.01) {
        let _ = write!(out, " · costs {loss} points");
    }
    let _ = write!(out, "\n\n{}", escaped(&finding.message));
    if let Some(evidence) = &finding.evidence {
        let _ = write!(out, "\n\nSeen: {}", escaped(evidence));
    }
    if let Some(rule) = palisade_audit::rule(&finding.rule) {
        let _ = write!(out, "\n\n**What it finds.** {}\n\n**Why that is bad.** {}", rule.what, rule.why);
        let _ = write!(out, "\n\n**How to mend it.** {}", rule.fix);
        for reference in rule.references {
            let _ = write!(out, "\n\n<{reference}>");
        }
    }
    out
}

fn operation_text(judged: &Judged, node: NodeRef<'_>, operation: &OperationScore) -> String {
    let mut out = format!(
        "**{}** · score {} of 100 · costs the contract {} points",
        escaped(&operation.operation),
        operation.score,
        operation.lost
    );
    let findings =
        judged.findings().iter().filter(|one| one.operation.as_deref() == Some(&operation.operation)).count();
    let _ = write!(out, " · {findings} {}", if findings == 1 { "finding" } else { "findings" });
    for key in ["summary", "description"] {
        if let Some(text) = node.get(key).and_then(NodeRef::as_str).filter(|text| !text.trim().is_empty()) {
            let _ = write!(out, "\n\n{}", escaped(text));
        }
    }
    out
}

fn component_text(node: NodeRef<'_>) -> String {
    let mut out = format!("**{}**", escaped(node.key().unwrap_or("the document")));
    if let Some(kind) = node.get("type").filter(|kind| !kind.is_object()) {
        let _ = write!(out, " · {}", escaped(kind.scalar_text()));
    }
    if let Some(text) = node.get("description").and_then(NodeRef::as_str) {
        let _ = write!(out, "\n\n{}", escaped(text));
    }
    let names: Vec<&str> = node.get("properties").into_iter().flat_map(NodeRef::members).map(|one| one.key).collect();
    if !names.is_empty() {
        let more = names.len().saturating_sub(20);
        let shown: Vec<String> = names.iter().take(20).map(|name| escaped(name)).collect();
        let _ = write!(out, "\n\nProperties: {}", shown.join(", "));
        if more > 0 {
            let _ = write!(out, " and {more} more");
        }
    }
    out
}

/// Text of a contract as inert Markdown: no links, images or markup of its own, no control characters, not too long.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_TEXT {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push('\n'),
            c if c.is_control()
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}') =>
            {
                out.push('\u{FFFD}');
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '#' | '|' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
