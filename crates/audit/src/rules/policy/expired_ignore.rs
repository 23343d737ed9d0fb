//! An ignore whose last day is over.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-POL001.
pub static RULE: Rule = Rule {
    id: "PAL-POL001",
    name: "expired-ignore",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "policy",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1127"],
    aliases: &[],
    what: "An ignore whose last day is over.",
    why: "The findings were accepted until that day and are reported again. Somebody has to decide anew, or mend \
        them.",
    fix: "Mend the findings and remove the ignore, or give it a later day.",
    bad: include_str!("../../../tests/fixtures/PAL-POL001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-POL001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::File),
    // The policy reports it while it is applied.
    check: Check::Problem(&["expired-ignore"]),
};
