//! The decision whether findings fail a run.

use crate::{Finding, Severity};

/// The worst finding at or above `threshold`, if any: what `--fail-on` asks.
pub fn worst_at_or_above(findings: &[Finding], threshold: Severity) -> Option<&Finding> {
    findings.iter().filter(|finding| finding.severity >= threshold).max_by_key(|finding| finding.severity)
}
