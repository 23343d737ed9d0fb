//! YAML that JSON has no word for: tags, keys that are collections, infinite numbers, several documents.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC006.
pub static RULE: Rule = Rule {
    id: "PAL-DOC006",
    name: "ambiguous-yaml",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-436"],
    aliases: &[],
    what: "YAML that JSON has no word for: tags, keys that are collections, infinite numbers, several \
        documents.",
    why: "Tools read it in different ways or not at all.",
    fix: "Use only what JSON can say.",
    bad: include_str!("../../../tests/fixtures/PAL-DOC006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DOC006/good.yaml"),
    references: &["https://yaml.org/spec/1.2.2/#102-json-schema"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Problem(&["complex-key", "unknown-tag", "not-a-json-number", "several-documents"]),
};
