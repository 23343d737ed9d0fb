//! A `$ref` that leads nowhere in the contract.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-STR001.
pub static RULE: Rule = Rule {
    id: "PAL-STR001",
    name: "unresolved-reference",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "invalid-ref",
        "v3-validation-reference-callback-unresolved",
        "v3-validation-reference-example-unresolved",
        "v3-validation-reference-header-unresolved",
        "v3-validation-reference-link-unresolved",
        "v3-validation-reference-parameter-unresolved",
        "v3-validation-reference-requestbody-unresolved",
        "v3-validation-reference-response-unresolved",
        "v3-validation-reference-schema-unresolved",
        "v3-validation-reference-securityscheme-unresolved",
        "validation-reference-parameter-unresolved",
        "validation-reference-response-unresolved",
        "validation-reference-schema-unresolved",
        "no-unresolved-refs",
    ],
    what: "A `$ref` that leads nowhere in the contract.",
    why: "What it should have described is not described: nothing is validated there.",
    fix: "Correct the reference, or add what it names.",
    bad: include_str!("../../../tests/fixtures/PAL-STR001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR001/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Problem(&["unresolved-reference"]),
};
