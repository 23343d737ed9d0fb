//! A contract without `security` at its root.

use crate::engine::{Applies, Sink};
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use palisade_finding::Severity;

/// SAN029.
pub static RULE: Rule = Rule {
    id: "SAN029",
    name: "no-global-security",
    severity: Severity::Low,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306", "CWE-1188"],
    aliases: &["global-security", "v3-global-security"],
    what: "A contract without `security` at its root. Info where every operation has its own.",
    why: "An operation added later has no requirement unless its author remembers one. With one at the root, \
        forgetting it is safe.",
    fix: "Add `security` at the root with the scheme that most operations use, and override it where that is \
        wanted.",
    bad: include_str!("../../../tests/fixtures/SAN029/bad.yaml"),
    good: include_str!("../../../tests/fixtures/SAN029/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#security-requirement-object"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.root().get("security").is_none() && !index.operations.is_empty() {
        let bare: Vec<usize> =
            index.operations.iter().filter(|operation| operation.security.is_none()).map(|one| one.at).collect();
        let complete = bare.is_empty();
        let end = if complete { "; every operation has one today" } else { "" };
        let message = format!("the contract has no security requirement of its own{end}");
        if let Some(hit) = sink.at(index.root(), message, Applies::Operations(bare)).filter(|_| complete) {
            hit.severity(Severity::Info);
        }
    }
}
