//! References that lead back to themselves without any content, or a chain too long to follow.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-STR002.
pub static RULE: Rule = Rule {
    id: "PAL-STR002",
    name: "reference-cycle",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-674"],
    aliases: &["validation-reference-circular", "v3-validation-reference-circular"],
    what: "References that lead back to themselves without any content, or a chain too long to follow.",
    why: "They describe nothing, and some tools never come back from them.",
    fix: "Let one of them describe the content.",
    bad: include_str!("../../../tests/fixtures/PAL-STR002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR002/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Problem(&["reference-cycle", "reference-chain"]),
};
