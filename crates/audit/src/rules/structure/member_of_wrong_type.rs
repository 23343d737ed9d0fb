//! A member whose value has another type than the specification says.

use crate::engine::Sink;
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;

/// FBP010.
pub static RULE: Rule = Rule {
    id: "FBP010",
    name: "member-of-wrong-type",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-schema",
        "oas2-schema",
        "oas-schema-check",
        "v3-validation-property-value-type",
        "validation-property-value-type",
        "spec",
        "struct",
        "validation-property-integer",
        "v3-validation-property-integer",
        "validation-property-integer-positive",
        "v3-validation-property-integer-positive",
    ],
    what: "A member whose value has another type than the specification says.",
    why: "Tools skip the member or stop. What it was meant to say is not enforced.",
    fix: "Give it a value of the right type.",
    bad: include_str!("../../../tests/fixtures/FBP010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FBP010/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::WrongType(_)));
}
