//! A document that is empty, or breaks the grammar of JSON or YAML.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC001.
pub static RULE: Rule = Rule {
    id: "PAL-DOC001",
    name: "unreadable-document",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1286"],
    aliases: &[],
    what: "A document that is empty, or breaks the grammar of JSON or YAML.",
    why: "It cannot be judged; other tools may read something else from it than was meant.",
    fix: "Correct the text at the place named.",
    bad: include_str!("../../../tests/fixtures/PAL-DOC001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DOC001/good.yaml"),
    references: &["https://yaml.org/spec/1.2.2/"],
    mend: Remedy::Hand(Why::File),
    check: Check::Problem(&["no-document", "json-syntax", "yaml-syntax", "unexpected-end", "tab-indentation"]),
};
