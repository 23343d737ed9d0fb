//! SARIF 2.1.0, as code scanning services read it.

use crate::escape::{terminal, uri};
use crate::{Catalogue, RuleInfo, Section};
use palisade_finding::{Finding, Fix, Related, Severity};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// Writes one run's head: the tool and every rule of the catalogue, so that a viewer can explain each.
pub(crate) fn begin(out: &mut dyn Write, catalogue: &Catalogue) -> io::Result<()> {
    let rules: Vec<Value> = catalogue.iter().map(rule).collect();
    let driver = json!({"name": "palisade", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules});
    let driver = crate::pretty(&driver).trim_end().replace('\n', "\n        ");
    write!(
        out,
        "{{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \
         \"runs\": [\n    {{\n      \"tool\": {{\n        \"driver\": {driver}\n      }},\n      \
         \"columnKind\": \"unicodeCodePoints\",\n      \"results\": ["
    )
}

/// Writes one section's findings, each on a line; `before` of them are written already.
pub(crate) fn section(
    section: &Section<'_>,
    catalogue: &Catalogue,
    before: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let index: HashMap<&str, usize> = catalogue.iter().enumerate().map(|(at, rule)| (rule.id.as_ref(), at)).collect();
    for (at, finding) in section.findings.iter().enumerate() {
        let comma = if before + at > 0 { "," } else { "" };
        write!(out, "{comma}\n        {}", result(section.name, finding, &index))?;
    }
    for (at, silenced) in section.suppressed.iter().enumerate() {
        let comma = if before + section.findings.len() + at > 0 { "," } else { "" };
        let mut result = result(section.name, silenced.finding, &index);
        if let Some(members) = result.as_object_mut() {
            let kind = if silenced.in_source { "inSource" } else { "external" };
            let said = json!([{"kind": kind, "status": "accepted", "justification": terminal(&silenced.why)}]);
            members.insert("suppressions".to_owned(), said);
        }
        write!(out, "{comma}\n        {result}")?;
    }
    Ok(())
}

/// Writes what stands behind the results, `count` of which were written.
pub(crate) fn end(count: usize, standing: &[Value], out: &mut dyn Write) -> io::Result<()> {
    let end = if count == 0 { "]" } else { "\n      ]" };
    let properties = match standing {
        [] => String::new(),
        standing => format!(",\n      \"properties\": {}", json!({"palisade/posture": standing})),
    };
    write!(out, "{end}{properties}\n    }}\n  ]\n}}\n")
}

fn rule(info: &RuleInfo) -> Value {
    let mut tags: Vec<String> = vec!["security".to_owned(), info.category.to_string()];
    tags.extend(info.cwe.iter().map(|cwe| format!("external/cwe/{}", cwe.to_ascii_lowercase())));
    tags.extend(info.owasp.iter().map(ToString::to_string));
    let mut text = format!("{} {}", info.why, info.fix);
    let mut markdown = format!("{}\n\n**How to mend it.** {}", info.why, info.fix);
    if let Some(consumer) = &info.consumer {
        text = format!("{text} Until then: {consumer}");
        markdown = format!("{markdown}\n\n**Until then.** {consumer}");
    }
    let mut rule = json!({
        "id": info.id,
        "name": info.name,
        "shortDescription": {"text": info.what},
        "fullDescription": {"text": info.why},
        "help": {
            "text": text,
            "markdown": markdown,
        },
        "defaultConfiguration": {"level": level(info.severity)},
        "properties": {
            "security-severity": security_severity(info.severity),
            "precision": "high",
            "tags": tags,
        },
    });
    if let (Some(reference), Some(rule)) = (info.references.first(), rule.as_object_mut()) {
        rule.insert("helpUri".to_owned(), json!(reference));
    }
    rule
}

fn location(file: &str, place: Option<(u32, u32)>, pointer: Option<&str>) -> Value {
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), json!({"uri": uri(file)}));
    if let Some((line, column)) = place {
        physical.insert("region".to_owned(), json!({"startLine": line.max(1), "startColumn": column.max(1)}));
    }
    let mut location = json!({"physicalLocation": physical});
    if let (Some(pointer), Some(location)) = (pointer, location.as_object_mut()) {
        let logical = json!([{"fullyQualifiedName": format!("#{}", terminal(pointer)), "kind": "member"}]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    location
}

fn result(name: &str, finding: &Finding, index: &HashMap<&str, usize>) -> Value {
    let place = finding.line.zip(finding.column);
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": terminal(&finding.message)},
        "locations": [location(finding.file.as_deref().unwrap_or(name), place, finding.pointer.as_deref())],
        "partialFingerprints": {"palisade/v1": finding.fingerprint},
        "occurrenceCount": finding.count.max(1),
        "properties": {"operation": finding.operation, "loss": finding.loss, "evidence": finding.evidence},
    });
    let Some(members) = result.as_object_mut() else { return result };
    if let Some(at) = index.get(finding.rule.as_ref()) {
        members.insert("ruleIndex".to_owned(), json!(at));
    }
    if !finding.related.is_empty() {
        members.insert("relatedLocations".to_owned(), finding.related.iter().enumerate().map(related).collect());
    }
    if !finding.fixes.is_empty() {
        members.insert("fixes".to_owned(), finding.fixes.iter().map(fix).collect());
    }
    result
}

fn related((at, related): (usize, &Related)) -> Value {
    let mut value = location(&related.file, Some((related.line, related.column)), Some(&related.pointer));
    if let Some(members) = value.as_object_mut() {
        members.insert("id".to_owned(), json!(at + 1));
        members.insert("message".to_owned(), json!({"text": terminal(&related.message)}));
    }
    value
}

/// A fix, its edits by file.
fn fix(fix: &Fix) -> Value {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(&edit.file).or_default().push(json!({
            "deletedRegion": {
                "startLine": edit.from.0,
                "startColumn": edit.from.1,
                "endLine": edit.to.0,
                "endColumn": edit.to.1,
            },
            "insertedContent": {"text": edit.text},
        }));
    }
    let changes: Vec<Value> = files
        .into_iter()
        .map(|(file, replacements)| json!({"artifactLocation": {"uri": uri(file)}, "replacements": replacements}))
        .collect();
    json!({"description": {"text": terminal(&fix.what)}, "artifactChanges": changes})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number from 0 to 10 by which code scanning services sort.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}
