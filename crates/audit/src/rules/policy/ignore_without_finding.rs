//! An ignore that matches no finding.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-POL002.
pub static RULE: Rule = Rule {
    id: "PAL-POL002",
    name: "ignore-without-finding",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "policy",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1164"],
    aliases: &[],
    what: "An ignore that matches no finding.",
    why: "It was mended, moved or never there. What is left over silences the next real finding in that place.",
    fix: "Remove the ignore, or mend its place.",
    bad: include_str!("../../../tests/fixtures/PAL-POL002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-POL002/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::File),
    // The policy reports it while it is applied.
    check: Check::Problem(&["ignore-without-finding"]),
};
