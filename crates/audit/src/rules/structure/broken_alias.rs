//! A YAML alias inside its own anchor, or without one. It is read as null.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC004.
pub static RULE: Rule = Rule {
    id: "PAL-DOC004",
    name: "broken-alias",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-674", "CWE-776"],
    aliases: &[],
    what: "A YAML alias inside its own anchor, or without one. It is read as null.",
    why: "Tools that expand aliases never end, or read different things.",
    fix: "Write the content out, or use `$ref`.",
    bad: include_str!("../../../tests/fixtures/PAL-DOC004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DOC004/good.yaml"),
    references: &["https://yaml.org/spec/1.2.2/#71-alias-nodes"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Problem(&["alias-cycle", "alias-unknown"]),
};
