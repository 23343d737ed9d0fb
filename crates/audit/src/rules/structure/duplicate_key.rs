//! A key that stands twice in one object. The first one counts.

use crate::rule::{Check, Part, Rule};
use palisade_finding::Severity;

/// PAL-STR004.
pub static RULE: Rule = Rule {
    id: "PAL-STR004",
    name: "duplicate-key",
    severity: Severity::High,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-694", "CWE-436"],
    aliases: &["parser", "duplicate-paths", "semantic-property-duplicate-key", "v3-semantic-property-duplicate-key"],
    what: "A key that stands twice in one object. The first one counts.",
    why: "Parsers take the first, the last, or both: what one tool checks is not what another enforces.",
    fix: "Join the two, or rename one.",
    bad: include_str!("../../../tests/fixtures/PAL-STR004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Problem(&["duplicate-key"]),
};
