//! A document that is too large or too deep, with too many aliases or problems. What was read before is judged.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC003.
pub static RULE: Rule = Rule {
    id: "PAL-DOC003",
    name: "limit-passed",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-400", "CWE-674"],
    aliases: &[],
    what: "A document that is too large or too deep, with too many aliases or problems. What was read before is \
        judged.",
    why: "Documents like this bring down tools that have no limits; what lies beyond the limit is not \
        assessed.",
    fix: "Split the contract, or flatten what nests so deep.",
    bad: include_str!("../../../tests/fixtures/PAL-DOC003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DOC003/good.yaml"),
    references: &["https://cwe.mitre.org/data/definitions/674.html"],
    mend: Remedy::Hand(Why::File),
    check: Check::Problem(&["limit-exceeded", "key-too-long", "too-many-problems"]),
};
