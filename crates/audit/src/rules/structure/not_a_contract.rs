//! A document whose root is no object, or that declares none of Swagger 2.0 and OpenAPI 3.0, 3.1, 3.2.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC007.
pub static RULE: Rule = Rule {
    id: "PAL-DOC007",
    name: "not-a-contract",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[],
    what: "A document whose root is no object, or that declares none of Swagger 2.0 and OpenAPI 3.0, 3.1, 3.2.",
    why: "It cannot be judged.",
    fix: "Begin it with `openapi: 3.1.0`, or name the right file.",
    bad: include_str!("../../../tests/fixtures/PAL-DOC007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DOC007/good.yaml"),
    references: &["https://spec.openapis.org/"],
    mend: Remedy::Hand(Why::File),
    check: Check::Problem(&["not-a-contract"]),
};
