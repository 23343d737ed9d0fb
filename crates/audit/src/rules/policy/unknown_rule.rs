//! A word that stands for no rule: neither an id nor a name nor an id of another tool.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-POL004.
pub static RULE: Rule = Rule {
    id: "PAL-POL004",
    name: "unknown-rule",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "policy",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1127"],
    aliases: &[],
    what: "A word that stands for no rule: neither an id nor a name nor an id of another tool.",
    why: "A misspelt word silences nothing, or changes the severity of nothing, and nobody notices.",
    fix: "Use an id that `palisade rules` lists, or remove the entry.",
    bad: include_str!("../../../tests/fixtures/PAL-POL004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-POL004/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::File),
    // The policy reports it while it is applied.
    check: Check::Problem(&["unknown-rule"]),
};
