//! The audit of a third party's contract.

use crate::load::Loader;
use palisade_audit::{AuditReport, Options, State, audit_files};
use palisade_finding::Finding;
use palisade_limits::Stop;
use palisade_posture::contract::{Audit, Facts};
use palisade_posture::{Category, Found};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A contract as it was given or found.
#[derive(Debug, Clone)]
pub struct Contract {
    /// File or URL, as reports name it.
    pub source: String,
    /// The text.
    pub bytes: Vec<u8>,
    /// The folder that files it refers to must lie below; without one no file is opened.
    pub folder: Option<PathBuf>,
}

const CONSUMER: &str = "Ask the provider to mend it; until then check what you send and get by a contract of your own.";

/// Audits a contract: its points, and one finding for each of its rules.
pub(super) async fn audit(contract: Contract, stop: Stop) -> (Facts, Vec<Found>) {
    let source = contract.source.clone();
    let audited = tokio::task::spawn_blocking(move || {
        let loader = Loader::default();
        let reading = loader.read(contract.folder.as_deref(), &contract.source, contract.bytes);
        audit_files(reading, &Options { stop, ..Options::default() }).0
    });
    match audited.await {
        Ok(report) => joined(source, report),
        Err(_) => (Facts::Unreadable { source, reason: "the audit of it failed".to_owned() }, Vec::new()),
    }
}

fn joined(source: String, report: AuditReport) -> (Facts, Vec<Found>) {
    if report.state == State::StructureInvalid || report.contract.operations == 0 {
        let first = report.findings.first().map(|finding| finding.message.clone());
        let reason = first.unwrap_or_else(|| "it has no operation".to_owned());
        return (Facts::Unreadable { source, reason }, Vec::new());
    }
    let audit = Audit {
        source,
        title: report.contract.title,
        version: report.contract.version,
        format: report.contract.format,
        operations: report.contract.operations,
        total: report.score.total,
        security: report.score.security,
        data: report.score.data,
        summary: report.summary,
    };
    (Facts::Audited(audit), by_rule(report.findings))
}

/// One finding for each rule and severity: at its first place, with the count and the points of all.
fn by_rule(findings: Vec<Finding>) -> Vec<Found> {
    let mut rules: BTreeMap<(String, palisade_finding::Severity), Finding> = BTreeMap::new();
    for finding in findings {
        let key = (finding.rule.to_string(), finding.severity);
        match rules.get_mut(&key) {
            Some(first) => {
                first.count += finding.count;
                first.loss = match (first.loss, finding.loss) {
                    (None, None) => None,
                    (a, b) => Some(a.unwrap_or_default() + b.unwrap_or_default()),
                };
            }
            None => drop(rules.insert(key, finding)),
        }
    }
    rules.into_values().map(found).collect()
}

fn found(mut finding: Finding) -> Found {
    let rule = palisade_audit::rule(&finding.rule);
    let part = rule.map_or(palisade_audit::Part::None, |rule| rule.part);
    // Points of 30 and of 70 become points of 100 of their share.
    let (category, of) = match part {
        palisade_audit::Part::Security => (Category::Authentication, 0.3),
        palisade_audit::Part::Data => (Category::Application, 0.7),
        palisade_audit::Part::None if ["authentication", "authorization"].contains(&&*finding.category) => {
            (Category::Authentication, 1.0)
        }
        palisade_audit::Part::None => (Category::Application, 1.0),
    };
    finding.loss = finding.loss.map(|loss| loss / of);
    finding.category = category.as_str().into();
    if finding.count > 1 {
        finding.message = format!("{} (and at {} more places)", finding.message, finding.count - 1);
    }
    let why = rule.map_or_else(String::new, |rule| rule.why.to_owned());
    Found { finding, why, consumer: CONSUMER.to_owned() }
}
