//! An `x-palisade-ignore` or `x-palisade-public` without a reason, without a rule or with a date that is none. It does not hold.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-POL003.
pub static RULE: Rule = Rule {
    id: "PAL-POL003",
    name: "broken-annotation",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "policy",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1127"],
    aliases: &[],
    what: "An `x-palisade-ignore` or `x-palisade-public` without a reason, without a rule or with a date that is \
        none. It does not hold.",
    why: "A finding that is silenced without a reason cannot be reviewed later.",
    fix: "Write why the finding is accepted: `x-palisade-ignore: [{rule: ID, reason: TEXT, expires: YYYY-MM-DD}]`.",
    bad: include_str!("../../../tests/fixtures/PAL-POL003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-POL003/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::File),
    // The policy reports it while it is applied.
    check: Check::Problem(&["broken-annotation"]),
};
