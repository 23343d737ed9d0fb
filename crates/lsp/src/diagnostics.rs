//! Findings as diagnostics.

use crate::judged::{File, Judged};
use crate::text::Encoding;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range, Uri,
};
use palisade_document::{NodeId, NodeRef};
use palisade_finding::{Finding, Severity};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Use sites named with one diagnostic.
const MAX_RELATED: usize = 5;

/// What a client can show.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shows {
    pub(crate) related: bool,
    pub(crate) description: bool,
    pub(crate) unnecessary: bool,
    pub(crate) deprecated: bool,
}

/// The diagnostics of each file, by its place in [`Judged::files`]: at most `max` a file, the worst ones, and one
/// more that tells how many are left out.
pub(crate) fn of(judged: &Judged, encoding: Encoding, shows: Shows, max: usize) -> Vec<Vec<Diagnostic>> {
    let mut lists: Vec<Vec<Diagnostic>> = judged.files.iter().map(|_| Vec::new()).collect();
    let mut more = vec![(0u64, BTreeMap::new()); judged.files.len()];
    for finding in judged.findings() {
        let at = place(judged, finding);
        let (Some(list), Some(left)) = (lists.get_mut(at), more.get_mut(at)) else { continue };
        if list.len() < max {
            list.extend(diagnostic(judged, finding, encoding, shows));
        } else {
            left.0 += 1;
            *left.1.entry(finding.severity).or_insert(0u64) += 1;
        }
    }
    // What the report counts and does not list lies in the one file it is about.
    let unlisted = judged.report.as_ref().map(|report| report.unlisted()).unwrap_or_default();
    if let Some(left) = more.first_mut() {
        for (severity, count) in unlisted.counts().into_iter().filter(|(_, count)| *count > 0) {
            left.0 += count;
            *left.1.entry(severity).or_insert(0) += count;
        }
    }
    for (list, (count, severities)) in lists.iter_mut().zip(more) {
        if count > 0 {
            list.push(rest(count, &severities));
        }
    }
    lists
}

/// The number of the file a finding lies in.
fn place(judged: &Judged, finding: &Finding) -> usize {
    let name = finding.file.as_deref().unwrap_or_default();
    judged.files.iter().position(|file| file.name == name).unwrap_or(0)
}

fn rest(count: u64, severities: &BTreeMap<Severity, u64>) -> Diagnostic {
    let parts: Vec<String> = severities.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
    Diagnostic {
        range: Range::new(Position::new(0, 0), Position::new(0, 0)),
        severity: severities.keys().next_back().map(|worst| level(*worst)),
        source: Some("palisade".to_owned()),
        message: format!(
            "{count} more findings are not shown here ({}); `palisade audit` lists them all",
            parts.join(", ")
        ),
        ..Diagnostic::default()
    }
}

/// One finding as a diagnostic.
pub(crate) fn diagnostic(judged: &Judged, finding: &Finding, encoding: Encoding, shows: Shows) -> Option<Diagnostic> {
    let (file, span) = judged.span_of(finding)?;
    let href = documentation(finding).and_then(|href| Uri::from_str(&href).ok());
    let related = if shows.related { related(judged, file, finding, encoding) } else { Vec::new() };
    Some(Diagnostic {
        range: file.range(span, encoding),
        severity: Some(level(finding.severity)),
        code: Some(NumberOrString::String(finding.rule.to_string())),
        code_description: href.filter(|_| shows.description).map(|href| CodeDescription { href }),
        source: Some("palisade".to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: tag(finding, shows).map(|tag| vec![tag]),
        data: Some(json!({"fingerprint": finding.fingerprint, "severity": finding.severity})),
    })
}

/// The message with the points it costs, when they are more than nothing.
pub(crate) fn message(finding: &Finding) -> String {
    match finding.loss {
        Some(loss) if loss >= 0.01 => format!("{} ({}, costs {loss} points)", finding.message, finding.name),
        _ => format!("{} ({})", finding.message, finding.name),
    }
}

/// A page about the rule: its first reference, else the OWASP item it belongs to.
pub(crate) fn documentation(finding: &Finding) -> Option<String> {
    let rule = palisade_audit::rule(&finding.rule);
    if let Some(reference) = rule.and_then(|rule| rule.references.first()) {
        return Some((*reference).to_owned());
    }
    let cwe = finding.cwe.first()?.strip_prefix("CWE-")?;
    Some(format!("https://cwe.mitre.org/data/definitions/{cwe}.html"))
}

/// How an editor shows a severity.
pub(crate) fn level(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Critical | Severity::High => DiagnosticSeverity::ERROR,
        Severity::Medium => DiagnosticSeverity::WARNING,
        Severity::Low => DiagnosticSeverity::INFORMATION,
        Severity::Info => DiagnosticSeverity::HINT,
    }
}

fn tag(finding: &Finding, shows: Shows) -> Option<DiagnosticTag> {
    if shows.unnecessary && finding.name.contains("unused") {
        return Some(DiagnosticTag::UNNECESSARY);
    }
    (shows.deprecated && finding.name.contains("deprecated")).then_some(DiagnosticTag::DEPRECATED)
}

/// The places the engine names; where it names none, the uses of the component the finding lies in.
fn related(judged: &Judged, file: &File, finding: &Finding, encoding: Encoding) -> Vec<DiagnosticRelatedInformation> {
    let mut list = Vec::new();
    for one in finding.related.iter().take(MAX_RELATED) {
        let location = judged.span_of_related(one).and_then(|span| judged.location(span, encoding));
        list.extend(location.map(|location| DiagnosticRelatedInformation { location, message: one.message.clone() }));
    }
    if !list.is_empty() {
        return list;
    }
    let node = finding.pointer.as_deref().and_then(|pointer| judged.root(file).at_pointer(pointer));
    let Some((component, uses)) = node.and_then(|node| component_uses(judged, node)) else { return list };
    let name = component.key().unwrap_or_default();
    let places = uses.iter().take(MAX_RELATED).filter_map(|id| site(judged, *id, encoding));
    let more = uses.len().saturating_sub(MAX_RELATED);
    for (at, location) in places.enumerate() {
        let message = match (at + 1 == MAX_RELATED, more) {
            (true, more) if more > 0 => format!("{name} is used here, and in {more} more places"),
            _ => format!("{name} is used here"),
        };
        list.push(DiagnosticRelatedInformation { location, message });
    }
    list
}

fn site(judged: &Judged, id: NodeId, encoding: Encoding) -> Option<Location> {
    judged.location(judged.document.node(id).span(), encoding)
}

/// The closest node around this one that references lead to, and the values of those references.
pub(crate) fn component_uses<'a>(judged: &'a Judged, node: NodeRef<'a>) -> Option<(NodeRef<'a>, &'a [NodeId])> {
    let uses = judged.uses();
    let mut at = Some(node);
    while let Some(node) = at {
        if let Some(found) = uses.get(&node.id()) {
            return Some((node, found));
        }
        at = node.parent();
    }
    None
}
