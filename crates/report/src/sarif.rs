//! SARIF 2.1.0, as code scanning services read it.

use crate::escape::{terminal, uri};
use crate::{Catalogue, Section};
use palisade_finding::{Finding, Severity};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Writes one run with every section's findings.
pub(crate) fn write(sections: &[Section<'_>], catalogue: &Catalogue) -> String {
    let findings: Vec<(&str, &Finding)> =
        sections.iter().flat_map(|section| section.findings.iter().map(|finding| (section.name, finding))).collect();
    let used: BTreeMap<&str, &Finding> =
        findings.iter().map(|(_, finding)| (finding.rule.as_ref(), *finding)).collect();
    let index: BTreeMap<&str, usize> = used.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let rules: Vec<Value> = used.values().map(|finding| rule(finding, catalogue)).collect();
    let results: Vec<Value> = findings.iter().map(|(name, finding)| result(name, finding, &index)).collect();
    crate::pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "palisade",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(finding: &Finding, catalogue: &Catalogue) -> Value {
    let info = catalogue.get(&finding.rule);
    let mut tags: Vec<String> = vec!["security".to_owned(), finding.category.to_string()];
    tags.extend(finding.cwe.iter().map(|cwe| format!("external/cwe/{}", cwe.to_ascii_lowercase())));
    tags.extend(finding.owasp.iter().map(ToString::to_string));
    let what = info.map_or_else(|| finding.name.to_string(), |info| info.what.to_string());
    let mut rule = json!({
        "id": finding.rule,
        "name": finding.name,
        "shortDescription": {"text": what},
        "defaultConfiguration": {"level": level(finding.severity)},
        "properties": {
            "security-severity": security_severity(finding.severity),
            "precision": "high",
            "tags": tags,
        },
    });
    if let (Some(info), Some(rule)) = (info, rule.as_object_mut()) {
        rule.insert("fullDescription".to_owned(), json!({"text": info.why}));
        let text = format!("{} {}", info.why, info.fix);
        let markdown = format!("{}\n\n**How to mend it.** {}", info.why, info.fix);
        rule.insert("help".to_owned(), json!({"text": text, "markdown": markdown}));
        if let Some(reference) = info.references.first() {
            rule.insert("helpUri".to_owned(), json!(reference));
        }
    }
    rule
}

fn result(name: &str, finding: &Finding, index: &BTreeMap<&str, usize>) -> Value {
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), json!({"uri": uri(finding.file.as_deref().unwrap_or(name))}));
    if let (Some(line), Some(column)) = (finding.line, finding.column) {
        physical.insert("region".to_owned(), json!({"startLine": line.max(1), "startColumn": column.max(1)}));
    }
    let mut location = json!({"physicalLocation": physical});
    if let (Some(pointer), Some(location)) = (&finding.pointer, location.as_object_mut()) {
        let logical = json!([{"fullyQualifiedName": format!("#{}", terminal(pointer)), "kind": "member"}]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule.as_ref()),
        "level": level(finding.severity),
        "message": {"text": terminal(&finding.message)},
        "locations": [location],
        "partialFingerprints": {"palisade/v1": finding.fingerprint},
        "occurrenceCount": finding.count.max(1),
        "properties": {"operation": finding.operation, "loss": finding.loss, "evidence": finding.evidence},
    })
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
