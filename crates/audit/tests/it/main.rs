//! The audit from outside: rules on their fixtures, score, whole contracts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod carts;
mod catalogue;
mod contracts;
mod coverage;
mod direction;
mod files;
mod fix;
mod hostile;
mod policy;
mod profile;
mod rules;
mod score;
mod security;
mod seeded;
mod seen;
mod session;
mod severity;
mod whole;

use palisade_audit::{AuditReport, Options, Profile, audit_bytes};

/// Audits a text with every finding reported.
fn audit(text: &str) -> AuditReport {
    let today = palisade_audit::policy::Date::new(2026, 11, 22);
    audit_bytes("api.yaml", text.as_bytes(), &Options { profile: Profile::Strict, today, ..Options::default() })
}

/// How many places each rule fired at, findings of a rule added up.
fn counts(report: &AuditReport) -> std::collections::BTreeMap<String, u64> {
    let mut counts = std::collections::BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(finding.rule.to_string()).or_default() += finding.count;
    }
    counts
}

/// Shows a line of a long run: `-- --nocapture`.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
