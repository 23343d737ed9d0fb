//! A YAML merge key `<<`, which YAML 1.2 does not have. It is kept as an ordinary member.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC005.
pub static RULE: Rule = Rule {
    id: "PAL-DOC005",
    name: "merge-key",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-436"],
    aliases: &[],
    what: "A YAML merge key `<<`, which YAML 1.2 does not have. It is kept as an ordinary member.",
    why: "Half of the tools merge, half do not: they read different contracts.",
    fix: "Write the members out, or use `$ref` and `allOf`.",
    bad: include_str!("../../../tests/fixtures/PAL-DOC005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DOC005/good.yaml"),
    references: &["https://yaml.org/type/merge.html"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Problem(&["merge-key"]),
};
